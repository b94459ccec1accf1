"""What the schools account for while a load is made: asked for again and again, for they keep so much and no more."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from testbed.interception import ParticipantUnavailable
from testbed.lab.control import SchoolControl
from testbed.model.load import Arrival
from testbed.model.release import ReleaseRecord

EVERY_S = 1.0


@dataclass(slots=True)
class Gathered:
    """The accounts of the logins of those whose flows are intercepted."""

    persons: frozenset[str]
    releases: list[ReleaseRecord] = field(default_factory=list)
    problem: str = ""
    """Why the schools could not be asked any more."""

    def add(self, releases: Iterable[ReleaseRecord]) -> None:
        """What was told anew; of everybody, and only some are wanted."""
        self.releases += (one for one in releases if one.person in self.persons)


@asynccontextmanager
async def gathering(control: SchoolControl, arrivals: Iterable[Arrival]) -> AsyncIterator[Gathered]:
    """Asks the schools meanwhile, and a last time at the end.

    Args:
        control: of the schools.
        arrivals: everybody who arrives.
    """
    gathered = Gathered(frozenset(one.person for one in arrivals if one.intercepted))
    if not gathered.persons:
        yield gathered
        return
    over = asyncio.Event()
    # NOTE: never cancelled, for what a school has told it does not tell again.
    asking = asyncio.create_task(_ask_until(over, control, gathered))
    try:
        yield gathered
    finally:
        over.set()
        await asking


async def _ask_until(over: asyncio.Event, control: SchoolControl, gathered: Gathered) -> None:
    while not gathered.problem:
        last = over.is_set()
        await _ask(control, gathered)
        if last:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY_S):
                await over.wait()


async def _ask(control: SchoolControl, gathered: Gathered) -> None:
    try:
        gathered.add(await control.take_releases())
    except ParticipantUnavailable as gone:
        gathered.problem = str(gone)
