"""A forward proxy for plain http (RFC 9110, 7.6): it gives a real browser the way that the testbed's own ones go."""

import httpx
from starlette.types import Receive, Scope, Send

from testbed.interception.journal import Journal
from testbed.interception.transport import RecordingTransport
from testbed.model.wire import BROWSER

HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
     "transfer-encoding", "upgrade"}
)  # fmt: skip
"""Headers that are for one connection alone."""
BAD_GATEWAY, NOT_IMPLEMENTED = 502, 501


class ForwardProxy:
    """An app that is asked for whole addresses.

    Args:
        way: what leads to hosts.
    """

    def __init__(self, way: httpx.AsyncBaseTransport) -> None:
        self._way = self._carrier = way

    def record_in(self, journal: Journal | None) -> None:
        """Record what goes through from now on here; None: nowhere."""
        recording = journal and RecordingTransport(BROWSER, lambda _: self._way, journal)
        self._carrier = recording or self._way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. TLS would be hidden from whoever records here, and has no way."""
        if scope["type"] != "http":
            return
        target = scope["raw_path"].decode("latin-1")
        if not target.startswith("http://"):
            await _say(send, NOT_IMPLEMENTED, "This way carries plain http on loopback alone.")
            return
        query = scope["query_string"].decode("latin-1")
        headers = [(name, value) for name, value in scope["headers"] if name.decode("latin-1") not in HOP]
        url = f"{target}?{query}" if query else target
        request = httpx.Request(scope["method"], url, headers=headers, content=await _body(receive))
        try:
            response = await self._carrier.handle_async_request(request)
        except httpx.HTTPError as error:
            await _say(send, BAD_GATEWAY, f"{url[:200]} gave no answer ({type(error).__name__}).")
            return
        await _pass_on(response, send)


async def _pass_on(response: httpx.Response, send: Send) -> None:
    headers = [(name.lower(), value) for name, value in response.headers.raw if name.decode().lower() not in HOP]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    try:
        async for chunk in response.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        await response.aclose()


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


async def _say(send: Send, status: int, words: str) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": words.encode()})
