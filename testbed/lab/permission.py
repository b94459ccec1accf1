"""What test traffic may reach beside this machine: hosts whose owner has said so, for a time and at a pace."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from testbed.lab.guardrail import is_loopback, must_be_loopback
from testbed.model.files import ScenarioInvalid
from testbed.model.strict import BASE_URL
from testbed.model.written import Vendor

NOT_AUTHORISED = (
    "is not on loopback, and nobody has authorised test traffic to it",
    "have the owner of the service allow it, and write that into the vendor's file: "
    "'authorised: {by: NAME, window: {from: DATE, until: DATE}, contact: ADDRESS, max_rps: 5}'; "
    "or give an address on loopback",
)
RESERVED = (".test", ".example", ".localhost")
"""Names that lead nowhere but where somebody has led them on purpose (RFC 2606, RFC 6761)."""

IDLE_S = 1.0
"""So long a connection that nobody uses is kept, less than servers keep it: httpx keeps it for as long as Apache does,
and a request that meets the end of its connection gets no answer."""

type Resolve = Callable[[str, int], Awaitable[Iterable[str]]]
"""The addresses of a host and port."""


@dataclass(frozen=True, slots=True)
class Permission:
    """To send test traffic to some hosts."""

    hosts: frozenset[str] = frozenset()
    max_rps: float = 0.0
    """Requests a second to those hosts; of no meaning where there are none."""
    exhaustion: bool = False
    """Messages that want to use up the server may be sent too."""


LOOPBACK_ONLY = Permission()


def permission_of(vendor: Vendor, where: str, today: date) -> Permission:
    """What the vendor's file allows; every address in it is held against that.

    Args:
        vendor: as its file describes it.
        where: the file, or the command line, for the sentence.
        today: must lie within the window of ``authorised``.

    Raises:
        ScenarioInvalid: an address leads off this machine, and nobody has authorised that, or not for today.
    """
    authorised = vendor.authorised
    addresses = _addresses(vendor)
    if authorised is None:
        for name, url in addresses:
            if not url.startswith(BASE_URL):
                must_be_loopback(url, f"{where}: {name}", NOT_AUTHORISED)
        return LOOPBACK_ONLY
    window = authorised.window
    if not window.from_ <= today <= window.until:
        raise ScenarioInvalid(
            where, "authorised.window", f"does not include {today}", "ask the owner of the service for another window"
        )
    hosts = frozenset((urlsplit(url).hostname or "").lower() for _, url in addresses)
    elsewhere = frozenset(host for host in hosts if not is_loopback(host))
    return Permission(elsewhere, authorised.max_rps, "exhaustion" in authorised.allow)


def _addresses(vendor: Vendor) -> list[tuple[str, str]]:
    client = vendor.client
    named = {
        "login": vendor.login,
        "probe.url": vendor.probe_url,
        "exchange.roster": vendor.exchange and vendor.exchange.roster,
        "exchange.receives": vendor.exchange and vendor.exchange.receives,
        "exchange.serves": vendor.exchange and vendor.exchange.serves,
        "exchange.fetch.url": vendor.exchange and vendor.exchange.fetch and vendor.exchange.fetch.url,
        "logout": vendor.logout,
        "refresh": vendor.refresh,
        "metadata": vendor.metadata,
        "backchannel_logout": vendor.backchannel_logout,
        "client.backchannel_logout_uri": client and client.backchannel_logout_uri,
        "client.frontchannel_logout_uri": client and client.frontchannel_logout_uri,
        "client.jwks_uri": client and client.jwks_uri,
    }
    found = [(name, url) for name, url in named.items() if url]
    found += [("visit", url) for url in vendor.visit]
    return found + [("client.redirect_uris", url) for url in (client.redirect_uris if client else ())]


class Permitted(httpx.AsyncBaseTransport):
    """Carries requests to this machine and to permitted hosts, at their pace; refuses every other, whatever redirect
    led there. A name is resolved first: a permitted one must not lead into an inner network, a reserved one nowhere but
    to this machine.
    """

    def __init__(
        self, carrier: httpx.AsyncBaseTransport, permission: Permission, resolve: "Resolve | None" = None
    ) -> None:
        self._carrier, self._permission, self._resolve = carrier, permission, resolve or _resolved
        self._turn = asyncio.Lock()
        self._next = 0.0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.

        Raises:
            httpx.UnsupportedProtocol: the request leads elsewhere.
        """
        host = request.url.host.lower()
        if not is_loopback(host):
            await self._must_be_permitted(request, host)
        return await self._carrier.handle_async_request(request)

    async def aclose(self) -> None:
        """See httpx."""
        await self._carrier.aclose()

    async def _must_be_permitted(self, request: httpx.Request, host: str) -> None:
        reserved = host.endswith(RESERVED)
        if host not in self._permission.hosts and not reserved:
            raise httpx.UnsupportedProtocol(f"{host} is not on loopback, and nobody has authorised it", request=request)
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        for address in await self._resolve(host, port):
            ip = ip_address(address)
            if not (ip.is_loopback or (ip.is_global and host in self._permission.hosts)):
                raise httpx.UnsupportedProtocol(f"{host} leads to {address}, which is not permitted", request=request)
        await self._wait()

    async def _wait(self) -> None:
        """Until it is this request's turn."""
        if not self._permission.max_rps:
            return
        async with self._turn:
            loop = asyncio.get_running_loop()
            pause = self._next - loop.time()
            if pause > 0:
                await asyncio.sleep(pause)
            self._next = max(self._next, loop.time()) + 1 / self._permission.max_rps


def permitted_road(permission: Permission, verify: ssl.SSLContext | bool = True) -> Permitted:
    """A carrier of real requests, to this machine and to permitted hosts.

    Args:
        permission: which those are.
        verify: whom a server's certificate must come from.
    """
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=IDLE_S)
    return Permitted(httpx.AsyncHTTPTransport(verify=verify, limits=limits), permission)


async def _resolved(host: str, port: int) -> Iterable[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpx.ConnectError(f"{host} has no address ({error.strerror})") from error
    return [str(one[4][0]) for one in found]
