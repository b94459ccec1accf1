"""Logins that are written down at the same time: kept apart by whoever does well, and mixed up by whoever does not."""

import asyncio
from dataclasses import fields
from datetime import UTC, datetime

import pytest

from sp_mocks.behaviour import Behaviour, Crowding
from sp_mocks.consume import Login
from sp_mocks.crowd import ROOM, Crowd, NoRoom, queue_page
from sp_mocks.crowded import CROWDED_FAULTS
from sp_mocks.faults import Fault
from sp_mocks.profiles import PROFILES

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def login(user: str) -> Login:
    return Login("_1", "_2", NOW, NOW, {}, user, "https://idp.skola.test/saml/metadata", None, "")


async def at_once(manner: Crowding, count: int) -> list[Login | BaseException]:
    crowd = Crowd(manner)
    users = [login(f"pupil-{number}") for number in range(count)]
    return await asyncio.gather(*(crowd.write_down(one) for one in users), return_exceptions=True)


@pytest.mark.parametrize("manner", ["kept-apart", "one-variable", "queue-shown"])
async def test_whoever_comes_alone_is_who_they_are(manner: Crowding) -> None:
    assert await at_once(manner, 1) == [login("pupil-0")]


async def test_those_who_are_kept_apart_stay_who_they_are() -> None:
    assert await at_once("kept-apart", 5) == [login(f"pupil-{number}") for number in range(5)]


async def test_in_one_variable_everybody_becomes_the_last_one() -> None:
    assert await at_once("one-variable", 5) == [login("pupil-4")] * 5


async def test_whoever_finds_no_room_is_told_who_is_before_them() -> None:
    came = await at_once("queue-shown", ROOM + 1)
    assert came[:ROOM] == [login(f"pupil-{number}") for number in range(ROOM)]
    full = came[ROOM]
    assert isinstance(full, NoRoom)
    for language in ("sv", "en"):
        page = queue_page(full, language)
        assert page.status_code == 503
        assert b"<li>pupil-0</li><li>pupil-1</li>" in bytes(page.body)


@pytest.mark.parametrize("fault", CROWDED_FAULTS.values(), ids=lambda one: one.id)
def test_a_fault_changes_exactly_one_decision_and_says_what_it_does(fault: Fault[Behaviour]) -> None:
    compliant = PROFILES["national-tests"].behaviour
    faulty = fault.apply(compliant)
    changed = [one.name for one in fields(compliant) if getattr(compliant, one.name) != getattr(faulty, one.name)]
    assert changed == ["crowding"]
    assert ": " in fault.title.sv
    assert ": " in fault.title.en
