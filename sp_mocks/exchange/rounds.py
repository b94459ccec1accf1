"""Rounds of fetching that notices ask for: one at a time, and one for all notices that came meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sp_mocks.exchange.api import Sleep
from sp_mocks.refusal import Refused

MAX_WAITING = 20
"""So many rounds at most wait for their turn, however often somebody says that there is something to fetch."""
SETTLE_S = 0.2
"""So long it waits before it fetches: notices come in flocks."""

log = logging.getLogger("sp_mocks")


class Rounds:
    """The rounds of one school.

    Args:
        fetch: one round.
        one_for_many: whether notices that come before a round begins share it; a vendor that does well has them so.
        sleep: waits.
    """

    def __init__(self, fetch: Callable[[], Awaitable[None]], sleep: Sleep, *, one_for_many: bool = True) -> None:
        self._fetch, self._sleep, self._one_for_many = fetch, sleep, one_for_many
        self._wanted = 0
        self._task: asyncio.Task[None] | None = None

    def ask(self) -> None:
        """A round is to begin after this, and soon."""
        self._wanted = min(self._wanted + 1, MAX_WAITING)
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def settled(self) -> None:
        """Wait for what has been asked for."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _run(self) -> None:
        try:
            while self._wanted:
                await self._sleep(SETTLE_S if self._one_for_many else 0)
                self._wanted = 0 if self._one_for_many else self._wanted - 1
                try:
                    await self._fetch()
                except Refused as error:
                    log.info("nothing could be fetched: %s", error.code)
        finally:
            self._task = None
