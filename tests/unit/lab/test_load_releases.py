"""The schools' accounts are asked for again and again, and none of those that are wanted is lost."""

import asyncio
from datetime import UTC, datetime

import pytest

from testbed.interception import ParticipantUnavailable
from testbed.lab import load_releases
from testbed.lab.load_releases import gathering
from testbed.model.load import Arrival
from testbed.model.release import ReleaseRecord

pytestmark = pytest.mark.anyio
OFTEN = 3
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ARRIVALS = (
    Arrival(0, 0.0, "login", "national-tests", "ada", intercepted=True),
    Arrival(1, 0.1, "login", "national-tests", "bosse"),
)


def release(person: str) -> ReleaseRecord:
    return ReleaseRecord(NOW, "idp.skola.test", "https://prov.test/saml/metadata", person, "agreement", "", ())


class School:
    """Tells what it has once, as the control API does, and takes a moment for it."""

    def __init__(self, *told: tuple[ReleaseRecord, ...]) -> None:
        self.told, self.asked = list(told), 0
        self.begun, self.often = asyncio.Event(), asyncio.Event()

    async def take_releases(self) -> tuple[ReleaseRecord, ...]:
        self.asked += 1
        self.begun.set()
        if self.asked == OFTEN:
            self.often.set()
        taken = self.told.pop(0) if self.told else ()
        await asyncio.sleep(0.01)
        return taken


class Gone:
    async def take_releases(self) -> tuple[ReleaseRecord, ...]:
        raise ParticipantUnavailable("the school's control API does not answer")


async def test_all_that_is_wanted_is_kept_also_what_came_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_releases, "EVERY_S", 0.01)
    school = School((release("ada"), release("bosse")), (release("ada"),))
    async with gathering(school, ARRIVALS) as gathered:  # type: ignore[arg-type]
        await school.often.wait()
        school.told.append((release("ada"), release("bosse")))
    assert [one.person for one in gathered.releases] == ["ada"] * 3
    assert gathered.problem == ""


async def test_what_is_being_told_when_the_load_ends_is_not_lost() -> None:
    school = School((release("ada"),), (release("ada"),))
    async with gathering(school, ARRIVALS) as gathered:  # type: ignore[arg-type]
        await school.begun.wait()
    assert len(gathered.releases) == 2


async def test_nobody_is_asked_where_nothing_is_intercepted() -> None:
    school = School((release("bosse"),))
    async with gathering(school, ARRIVALS[1:]) as gathered:  # type: ignore[arg-type]
        await asyncio.sleep(0.02)
    assert (school.asked, gathered.releases) == (0, [])


async def test_a_school_that_does_not_answer_is_a_problem_that_is_said() -> None:
    async with gathering(Gone(), ARRIVALS) as gathered:  # type: ignore[arg-type]
        await asyncio.sleep(0.02)
    assert gathered.problem == "the school's control API does not answer"
