"""Rounds that notices ask for: one at a time, one for many, within bounds."""

import asyncio

import pytest

from sp_mocks.exchange.rounds import MAX_WAITING, SETTLE_S, Rounds
from sp_mocks.refusal import Refused

pytestmark = pytest.mark.anyio


class School:
    """Counts the rounds, each of which lasts until somebody says so."""

    def __init__(self, *, one_for_many: bool = True, refuses: bool = False) -> None:
        self.begun, self.waits, self.go, self.began = 0, list[float](), asyncio.Event(), asyncio.Event()
        self.under_way, self.most, self._refuses = 0, 0, refuses
        self.rounds = Rounds(self._fetch, self._sleep, one_for_many=one_for_many)

    async def _fetch(self) -> None:
        self.begun += 1
        self.began.set()
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.go.wait()
        self.under_way -= 1
        if self._refuses:
            raise Refused("data-not-given")

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)


async def test_notices_that_come_together_share_a_round() -> None:
    school = School()
    for _ in range(50):
        school.rounds.ask()
    school.go.set()
    await school.rounds.settled()
    assert (school.begun, school.waits) == (1, [SETTLE_S])


async def test_what_comes_while_a_round_is_under_way_is_one_more_after_it() -> None:
    school = School()
    school.rounds.ask()
    await school.began.wait()
    for _ in range(50):
        school.rounds.ask()
    school.go.set()
    await school.rounds.settled()
    assert (school.begun, school.most) == (2, 1)


async def test_a_vendor_that_fetches_for_each_does_so_within_bounds() -> None:
    school = School(one_for_many=False)
    for _ in range(MAX_WAITING + 50):
        school.rounds.ask()
    school.go.set()
    await school.rounds.settled()
    assert (school.begun, school.most) == (MAX_WAITING, 1)


async def test_a_school_that_gives_nothing_does_not_end_it() -> None:
    school = School(refuses=True)
    school.go.set()
    for number in (1, 2):
        school.rounds.ask()
        await school.rounds.settled()
        assert school.begun == number


async def test_where_nothing_was_asked_for_there_is_nothing_to_wait_for() -> None:
    school = School()
    await school.rounds.settled()
    assert school.begun == 0
