"""Mutual TLS: the certificate that a caller has shown comes to the app, on both carriers in the same way."""

import asyncio
from collections.abc import Collection

import httpx
from cryptography import x509
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from testbed.lab.machines import MutualTls, certificate_in, is_taken, shown_by
from testbed.model.federated_tls import Shown


class Telling:
    """An app that is told who has called, by the ASGI TLS extension.

    Args:
        app: the one that is told.
        shown: what the caller has shown.
        hosts: those that ask their callers; of others nothing is told.
    """

    def __init__(self, app: ASGIApp, shown: Shown, hosts: Collection[str]) -> None:
        self._app, self._shown, self._hosts = app, shown, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        host = dict(scope.get("headers", ())).get(b"host", b"").decode("latin-1").lower().partition(":")[0]
        if host in self._hosts:
            scope = {**scope, "extensions": {**scope.get("extensions", {}), "tls": self._shown.extension()}}
        await self._app(scope, receive, send)


def telling_protocol(hosts: Collection[str]) -> type[H11Protocol]:
    """A protocol for uvicorn, which keeps the caller's certificate to itself, that tells the app of these hosts."""

    class TellingProtocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            tls = transport.get_extra_info("ssl_object")
            der = tls.getpeercert(binary_form=True) if tls is not None else None
            # NOTE: TLS has verified it already: what no issuer has issued makes no connection.
            shown = shown_by(x509.load_der_x509_certificate(der)) if der else Shown()
            self.app = Telling(self.app, shown, hosts)

    return TellingProtocol


class ShowingTransport(httpx.AsyncBaseTransport):
    """Leads to an app in this process as a caller with a certificate, where there is no TLS.

    Args:
        app: of a host that asks its callers.
        host: its name.
        sender: who calls.
        mutual: who has which certificate.
        number: of the sender's certificates.
    """

    def __init__(self, app: ASGIApp, host: str, sender: str, mutual: MutualTls, number: int = 0) -> None:
        self.app = app
        file = mutual.credential(sender, number)
        certificate = certificate_in(file) if file else None
        self._taken = certificate is None or is_taken(certificate, mutual.issuers)
        self._inner = httpx.ASGITransport(Telling(app, shown_by(certificate) if certificate else Shown(), (host,)))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Deliver.

        Raises:
            httpx.ConnectError: the host takes no certificates of this issuer.
        """
        if not self._taken:
            raise httpx.ConnectError("the certificate is of an issuer that is not taken here", request=request)
        return await self._inner.handle_async_request(request)
