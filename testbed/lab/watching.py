"""Who has called: around the school, and at a listener that nobody honest has a reason to call."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from testbed.certify.world import Call

MOST = 10_000
NOT_FOUND = 404
BROWSERS = b"sec-fetch-dest"
"""A header that browsers send, the testbed's own too, and servers do not (Fetch Metadata Request Headers)."""


class Watch:
    """Keeps a line for every request to an app.

    Args:
        app: what is watched.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._calls: list[Call] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            own = any(name == BROWSERS for name, _ in scope["headers"])
            self._calls = [*self._calls[-MOST:], Call(scope["method"], scope["path"], status, own)]

    def calls(self) -> tuple[Call, ...]:
        """What came since the last time that this was asked."""
        taken, self._calls = tuple(self._calls), []
        return taken


class ListenerApp:
    """Answers every request with 404, and remembers it.

    Args:
        url: where it is served, without a slash at its end; "" until that is known.
    """

    def __init__(self, url: str = "") -> None:
        self.url = url
        self._watch = Watch(_nothing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._watch(scope, receive, send)

    def calls(self) -> tuple[Call, ...]:
        """See :class:`testbed.certify.world.Listener`."""
        return self._watch.calls()


async def _nothing(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": NOT_FOUND, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"Nothing is here.\n"})
