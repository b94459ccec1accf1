"""Notices to subscribers: that something has changed, never what. They come and fetch it, as far as they may."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

import httpx

from idp.ss12000.caller import Caller
from idp.ss12000.kinds import SINGULAR
from idp.ss12000.subscriptions import Subscription, may_be_told
from idp.token_service.tokens import NoToken

ATTEMPTS = 4
TIMEOUT_S = 10.0
PAUSES_S = (0.5, 1.0, 2.0)
"""Before the second attempt, and so on."""
AT_ONCE = 8
OK = 200

type Pause = Callable[[float], Awaitable[object]]
type Authorise = Callable[[Caller], Awaitable[Mapping[str, str]]]
"""The headers of a notice to this caller.

Raises:
    NoToken: the token service gives none.
"""

log = logging.getLogger("idp.ss12000")


async def anonymous(_: Caller) -> Mapping[str, str]:
    """A school that has no token service says nothing of who it is."""
    return {}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one notice."""

    caller: str
    subscription: str
    """Id."""
    attempts: int
    delivered: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """What a subscriber is told."""

    caller: Caller
    subscription: Subscription
    modified: tuple[str, ...]
    """Plurals of the types of which something has changed."""
    deleted: bool
    """Something is there no longer."""

    def body(self) -> dict[str, object]:
        """As it goes out. The standard's own document spells the first field so."""
        return {"modifiedEntites": [SINGULAR[kind] for kind in self.modified], "deletedEntities": self.deleted}


class Webhooks:
    """Carries notices out.

    Args:
        http: the only way to the network.
        authorise: brings the headers by which a receiver knows whom a notice is from.
        pause: waits between two attempts.
    """

    def __init__(self, http: httpx.AsyncClient, authorise: Authorise = anonymous, pause: Pause = asyncio.sleep) -> None:
        self._http, self._authorise, self._pause = http, authorise, pause

    async def send(self, notices: Collection[Notice]) -> tuple[Delivery, ...]:
        """Tell all of them, a few at a time; says what became of each, in the same order."""
        slots = asyncio.Semaphore(AT_ONCE)
        return tuple(await asyncio.gather(*(self._deliver(notice, slots) for notice in notices)))

    async def _deliver(self, notice: Notice, slots: asyncio.Semaphore) -> Delivery:
        name, caller = notice.subscription.id, notice.caller.name
        if not may_be_told(notice.caller, notice.subscription.target):
            # NOTE: the host may have ceased to be the caller's since it subscribed.
            return Delivery(caller, name, 0, delivered=False)
        async with slots:
            for attempt in range(1, ATTEMPTS + 1):
                if await self._told(notice):
                    return Delivery(caller, name, attempt, delivered=True)
                if attempt < ATTEMPTS:
                    await self._pause(PAUSES_S[attempt - 1])
        log.warning("a subscriber could not be told in %d attempts", ATTEMPTS)
        return Delivery(caller, name, ATTEMPTS, delivered=False)

    async def _told(self, notice: Notice) -> bool:
        try:
            headers = await self._authorise(notice.caller)
            # NOTE: the answer's body is of no use, and could be of any length.
            async with (
                asyncio.timeout(TIMEOUT_S),
                self._http.stream(
                    "POST", notice.subscription.target, json=notice.body(), headers=headers, follow_redirects=False
                ) as answer,
            ):
                return answer.status_code == OK
        except (httpx.HTTPError, TimeoutError, NoToken) as error:
            log.info("a subscriber could not be reached: %s", type(error).__name__)
            return False
