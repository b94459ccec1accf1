"""Who has called: a line for every request, until somebody asks."""

from collections import deque

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from testbed.model.calls import BROWSERS, Call

MOST = 10_000
"""So many are kept; those that came before are forgotten."""
FAILED = 500


class Calls:
    """The requests that one process has served."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=MOST)

    def add(self, call: Call) -> None:
        """Keep one."""
        self._calls.append(call)

    def take(self) -> tuple[Call, ...]:
        """All that came since the last time that this was asked; they are forgotten."""
        taken = tuple(self._calls)
        self._calls.clear()
        return taken


class Watch:
    """Keeps a line for every request to an app.

    Args:
        app: what is watched.
        calls: where the lines go.
    """

    def __init__(self, app: ASGIApp, calls: Calls) -> None:
        self._app, self._calls = app, calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # NOTE: an exception becomes an answer further out, where nobody watches.
        status = FAILED

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            own = any(name == BROWSERS for name, _ in scope["headers"])
            self._calls.add(Call(scope["method"], scope["path"], status, own))
