"""Tell many vendors' servers the same thing, some at a time, and not for ever."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from idp.logout_run import Named

log = logging.getLogger("idp")


async def tell_together(
    whom: Sequence[Named], tell: Callable[[Named], Awaitable[bool | None]], at_once: int, all_s: float
) -> Mapping[Named, bool]:
    """Which of them did as they were told; whoever has no address for it (None) is left out.

    Args:
        whom: to tell.
        tell: tells one.
        at_once: so many are told at a time.
        all_s: seconds for all of them together; who is not done with by then did not do it.
    """
    gate = asyncio.Semaphore(at_once)

    async def one(named: Named) -> bool | None:
        async with gate:
            return await tell(named)

    calls = {named: asyncio.create_task(one(named)) for named in whom}
    if not calls:
        return {}
    _, late = await asyncio.wait(calls.values(), timeout=all_s)
    for call in late:
        call.cancel()
    if late:
        log.warning("logout gave up waiting for %d vendors", len(late))
    outcomes = {named: False if call in late else call.result() for named, call in calls.items()}
    return {named: done for named, done in outcomes.items() if done is not None}
