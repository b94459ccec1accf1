"""The roll: workers who write at once write one after the other, and nobody who has read misses one."""

import datetime as dt
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.ss12000 import roll
from idp.ss12000.roll import BEGINNING, Change, Roll
from idp.state import State
from testbed.model.written import Person

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


class Clock:
    """A clock that tests set."""

    now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


def test_a_worker_that_finds_its_moment_taken_comes_after(folk: Mapping[str, Person]) -> None:
    state = State(None, lambda: NOW)
    one, other = Roll(folk, state), Roll(folk, state)
    first, second = one.leave("elev-0001"), other.leave("elev-0002")
    assert first < second
    assert one.changes() == other.changes() == (Change(first, "elev-0001", None), Change(second, "elev-0002", None))


def test_a_worker_whose_clock_is_behind_comes_after_what_was_written_meanwhile(folk: Mapping[str, Person]) -> None:
    clock = Clock()
    state = State(None, clock)
    one, other = Roll(folk, state), Roll(folk, state)
    ends = iter([BEGINNING])
    clock.now = NOW
    ahead = one.leave("elev-0001")
    clock.now = NOW - dt.timedelta(hours=1)
    real = other._end
    # NOTE: as if the other worker had looked before the first one wrote.
    other._end = lambda: next(ends, None) or real()  # type: ignore[method-assign]
    behind = other.leave("elev-0002")
    assert behind == ahead + dt.timedelta(microseconds=1)
    assert [change.person for change in Roll(folk, state).changes()] == ["elev-0001", "elev-0002"]
    assert [change.person for change in one.changes()] == ["elev-0001", "elev-0002"]


@given(steps=st.lists(st.tuples(st.booleans(), st.integers(-3600, 3600)), max_size=12))
@settings(max_examples=30, deadline=None)
def test_whoever_reads_as_they_come_has_read_all(folk: Mapping[str, Person], steps: list[tuple[bool, int]]) -> None:
    clock = Clock()
    state = State(None, clock)
    workers, reader = (Roll(folk, state), Roll(folk, state)), Roll(folk, state)
    moments = []
    for which, seconds in steps:
        clock.now = NOW + dt.timedelta(seconds=seconds)
        moments.append(workers[which].put(folk["elev-0001"]))
        assert reader.changes()[-1].at == moments[-1]
    assert moments == sorted(set(moments))
    assert [change.at for change in reader.changes()] == moments


def test_no_change_makes_room_for_another(folk: Mapping[str, Person], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roll, "MAX_CHANGES", 450)
    state = State(None, lambda: NOW)
    one = Roll(folk, state)
    first = one.leave("elev-0001")
    for _ in range(449):
        one.put(folk["elev-0002"])
    with pytest.raises(ValueError, match="takes no more than 450 changes"):
        one.put(folk["elev-0002"])
    with pytest.raises(ValueError, match="takes no more than 450 changes"):
        one.leave("elev-0003")
    assert len(Roll(folk, state).changes()) == 450
    assert Roll(folk, state).changes()[0] == one.changes()[0] == Change(first, "elev-0001", None)


def test_a_change_is_remembered_when_a_school_year_has_passed(folk: Mapping[str, Person]) -> None:
    clock = Clock()
    state = State(None, clock)
    at = Roll(folk, state).leave("elev-0001")
    clock.now = NOW + dt.timedelta(days=366)
    assert Roll(folk, state).changes() == (Change(at, "elev-0001", None),)


def test_a_change_costs_the_same_however_many_came_before(folk: Mapping[str, Person]) -> None:
    state = State(None, lambda: NOW)
    one = Roll(folk, state)
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    def of_one_more() -> int:
        before = steps
        one.put(folk["elev-0001"])
        one.changes()
        return steps - before

    with state.reading() as connection:
        connection.set_progress_handler(step, 1)
    one.put(folk["elev-0001"])
    few = of_one_more()
    for _ in range(180):
        one.put(folk["elev-0001"])
    assert 0 < of_one_more() < 2 * few
