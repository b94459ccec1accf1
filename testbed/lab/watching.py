"""A listener that nobody honest has a reason to call."""

from starlette.types import Receive, Scope, Send

from idp.watching import Calls, Watch
from testbed.model.calls import Call

NOT_FOUND = 404


class ListenerApp:
    """Answers every request with 404, and remembers it.

    Args:
        url: where it is served, without a slash at its end; "" until that is known.
    """

    def __init__(self, url: str = "") -> None:
        self.url = url
        self._calls = Calls()
        self._watch = Watch(_nothing, self._calls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._watch(scope, receive, send)

    def calls(self) -> tuple[Call, ...]:
        """See :class:`testbed.certify.world.Listener`."""
        return self._calls.take()


async def _nothing(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": NOT_FOUND, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"Nothing is here.\n"})
