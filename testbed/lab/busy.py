"""When servers are left alone: whoever waits for an end that nobody tells of goes by that."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send


class Busy:
    """Calls to several apps: how many there were, and how long ago the last one ended."""

    def __init__(self) -> None:
        self.calls = 0
        """Since :meth:`begin`."""
        self.longest_gap_s = 0.0
        """Between two of them, as long as that was to be learned: for so long the caller is at work by itself."""
        self._learns = False
        self._under_way = 0
        self._ended_s = 0.0

    def begin(self, *, learns: bool = False) -> None:
        """Count from now on, and learn how long the caller is at work between two calls."""
        self.calls, self._learns = 0, learns

    @property
    def quiet_s(self) -> float:
        """Seconds since the last call ended; 0 while one is under way, and before there is any."""
        if self._under_way or not self.calls:
            return 0.0
        return asyncio.get_running_loop().time() - self._ended_s

    def watch(self, app: ASGIApp) -> ASGIApp:
        """The app, with its calls counted."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            if self._learns:
                self.longest_gap_s = max(self.longest_gap_s, self.quiet_s)
            self.calls += 1
            self._under_way += 1
            try:
                await app(scope, receive, send)
            finally:
                self._under_way -= 1
                self._ended_s = asyncio.get_running_loop().time()

        return watched
