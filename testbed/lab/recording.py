"""Records what servers of outside vendors ask of the school, which no browser of the testbed carries."""

from collections.abc import Iterable
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from testbed.interception.journal import Journal
from testbed.model.calls import BROWSERS
from testbed.model.wire import Headers, Request, Response


class SchoolRecorder:
    """Around the school's public side.

    Args:
        app: what is recorded.
        sender: who is taken to call, where no browser does.
    """

    def __init__(self, app: ASGIApp, sender: str) -> None:
        self._app, self._sender = app, sender
        self.journal: Journal | None = None
        """Where it is recorded; None while nothing is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        journal = self.journal
        if journal is None or scope["type"] != "http" or any(name == BROWSERS for name, _ in scope["headers"]):
            await self._app(scope, receive, send)
            return
        asked = bytearray()
        status, answered, number = 0, bytearray(), 0
        headers: Headers = ()

        async def hearing() -> Message:
            nonlocal number
            message = await receive()
            if message["type"] == "http.request":
                asked.extend(message.get("body", b""))
                if not message.get("more_body", False) and not number:
                    number = journal.open(self._sender, _request(scope, bytes(asked)))
            return message

        async def saying(message: Message) -> None:
            nonlocal status, headers, number
            if not number:
                number = journal.open(self._sender, _request(scope, bytes(asked)))
            if message["type"] == "http.response.start":
                status, headers = int(message["status"]), _pairs(message["headers"])
            elif message["type"] == "http.response.body":
                answered.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    journal.close(number, Response(status, headers, bytes(answered)))
            await send(message)

        await self._app(scope, hearing, saying)


def _request(scope: Scope, body: bytes) -> Request:
    headers = _pairs(scope["headers"])
    host = next((value for name, value in headers if name.lower() == "host"), "")
    query = scope["query_string"].decode("latin-1")
    path = quote(scope["path"], safe="/:@!$&'()*+,;=~-._%")
    return Request(scope["method"], f"{scope['scheme']}://{host}{path}{'?' if query else ''}{query}", headers, body)


def _pairs(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
