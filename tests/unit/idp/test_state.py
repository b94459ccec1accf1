"""The shared state: limits, time, and two workers with one file."""

import datetime as dt
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

import idp.state
from idp.state import SWEEP_EVERY, Queue, Shelf, State, StateUnavailable

START = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
TEXT = TypeAdapter(str)
LIMIT = 3


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["in memory", "in a file"])
def state(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> Iterator[State]:
    opened = State(None if request.param == "in memory" else tmp_path / "school" / "state.sqlite", clock)
    yield opened
    opened.close()


@pytest.fixture
def shelf(state: State) -> Shelf[str]:
    return Shelf(state, "a", TEXT, dt.timedelta(minutes=5), LIMIT)


def test_an_entry_is_found_by_its_name_and_kind_alone(state: State, shelf: Shelf[str]) -> None:
    name = shelf.add("one")
    assert shelf.get(name) == "one"
    assert shelf.get("other") is None
    assert shelf.get("") is None
    assert Shelf(state, "b", TEXT, dt.timedelta(minutes=5), LIMIT).get(name) is None
    assert Shelf(state, "a", TEXT, dt.timedelta(minutes=5), LIMIT).get(name) == "one"


def test_names_cannot_be_guessed(shelf: Shelf[str]) -> None:
    names = {shelf.add("x") for _ in range(50)}
    assert len(names) == 50
    assert min(map(len, names)) >= 32


def test_an_entry_is_forgotten_in_time(shelf: Shelf[str], clock: Clock) -> None:
    name = shelf.add("one")
    clock.now += dt.timedelta(minutes=4, seconds=59)
    assert shelf.get(name) == "one"
    clock.now += dt.timedelta(seconds=1)
    assert shelf.get(name) is None
    assert shelf.take(name) is None
    assert len(shelf) == 0


def test_what_is_taken_is_gone(shelf: Shelf[str]) -> None:
    name = shelf.add("one")
    assert shelf.take(name) == "one"
    assert shelf.take(name) is None


def test_what_is_removed_was_there_once(shelf: Shelf[str]) -> None:
    name = shelf.add("one")
    assert shelf.remove(name)
    assert not shelf.remove(name)
    assert shelf.get(name) is None


def test_a_name_is_claimed_once_until_its_time_is_over(shelf: Shelf[str], clock: Clock) -> None:
    assert shelf.claim("x", "one")
    assert not shelf.claim("x", "two")
    assert shelf.get("x") == "one"
    clock.now += dt.timedelta(minutes=5)
    assert shelf.claim("x", "three")


def test_a_change_keeps_the_time_and_brings_nothing_back(shelf: Shelf[str], clock: Clock) -> None:
    shelf.put("x", "a")
    clock.now += dt.timedelta(minutes=4)
    assert shelf.change("x", lambda text: text + "b")
    assert shelf.get("x") == "ab"
    clock.now += dt.timedelta(minutes=1)
    assert shelf.get("x") is None
    assert not shelf.change("x", lambda text: text + "c")
    assert shelf.get("x") is None


def test_names_are_found_by_their_beginning(state: State, shelf: Shelf[str]) -> None:
    for name in ("a\nb\n2", "a\nb\n1", "a\nbc\n1", "a"):
        shelf.put(name, "x")
    Shelf(state, "b", TEXT, dt.timedelta(minutes=5), LIMIT).put("a\nb\n3", "x")
    assert shelf.names("a\nb\n") == ("a\nb\n1", "a\nb\n2")
    assert shelf.names("b") == ()


def test_names_are_found_by_what_they_stand_between(state: State, shelf: Shelf[str], clock: Clock) -> None:
    shelf.put("e", "x")
    clock.now += dt.timedelta(minutes=4)
    for name in ("d", "b", "a", "c"):
        shelf.put(name, "x")
    Shelf(state, "b", TEXT, dt.timedelta(minutes=5), LIMIT).put("f", "x")
    assert shelf.between("a", "c") == ("b", "c")
    assert shelf.between("c") == ("d", "e")
    assert shelf.between("e") == ()
    assert shelf.last() == "e"
    clock.now += dt.timedelta(minutes=2)
    assert shelf.last() == "d"
    clock.now += dt.timedelta(minutes=5)
    assert shelf.last() == ""


def test_of_too_many_the_oldest_go(shelf: Shelf[str], clock: Clock) -> None:
    for number in range(2 * SWEEP_EVERY):
        clock.now += dt.timedelta(milliseconds=10)
        shelf.put(str(number), "x")
    assert len(shelf) == LIMIT
    assert shelf.get(str(2 * SWEEP_EVERY - 1)) == "x"


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 400), max_size=60))
def test_a_shelf_never_grows_far_beyond_its_limit(waits: list[int]) -> None:
    clock = Clock()
    shelf = Shelf(State(None, clock), "a", TEXT, dt.timedelta(minutes=5), LIMIT)
    for seconds in waits:
        clock.now += dt.timedelta(seconds=seconds)
        shelf.add("x")
        assert 1 <= len(shelf) <= LIMIT + SWEEP_EVERY


def test_a_line_is_served_in_order_and_has_an_end(state: State) -> None:
    queue = Queue(state, "spoil", TEXT, LIMIT)
    assert [queue.add("v", text) for text in "abcd"] == [True, True, True, False]
    assert queue.add("w", "other")
    assert [queue.next("v"), queue.next("v")] == ["a", "b"]
    assert queue.all("v") == ("c",)
    assert queue.next("v") is None
    assert queue.all("w") == ("other",)


def test_the_file_is_its_owners_alone(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "school" / "state.sqlite"
    state = State(path, clock)
    Shelf(state, "a", TEXT, dt.timedelta(minutes=5), LIMIT).add("secret")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    state.close()


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [(b"hello, I am no database", 0o600, "no database"), (b"", 0o644, "open to others"), (None, 0, "cannot be made")],
)
def test_a_file_that_will_not_do_is_said_to_be_so(
    tmp_path: Path, clock: Clock, content: bytes | None, mode: int, words: str
) -> None:
    path = tmp_path / "state.sqlite"
    if content is None:
        (tmp_path / "file").touch()
        path = tmp_path / "file" / "state.sqlite"
    else:
        path.write_bytes(content)
        path.chmod(mode)
    with pytest.raises(ValueError, match=rf"{words}.*To mend it:"):
        State(path, clock)


def test_workers_that_start_together_all_come_up(tmp_path: Path, clock: Clock) -> None:
    workers, together = 4, Barrier(4)

    def start(path: Path) -> bool:
        together.wait()
        state = State(path, clock)
        used = Shelf(state, "a", TEXT, dt.timedelta(minutes=5), LIMIT).claim("name", "x")
        state.close()
        return used

    with ThreadPoolExecutor(workers) as pool:
        for number in range(50):
            path = tmp_path / str(number) / "state.sqlite"
            assert sorted(pool.map(start, [path] * workers)) == [False, False, False, True]


def test_two_workers_take_each_entry_once(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "state.sqlite"
    states = [State(path, clock) for _ in range(2)]
    first, second = (Shelf(state, "a", TEXT, dt.timedelta(minutes=5), 10_000) for state in states)
    names = [first.add(str(number)) for number in range(200)]
    with ThreadPoolExecutor(2) as workers:
        asked = [workers.map(shelf.take, names) for shelf in (first, second)]
        taken = [list(answers) for answers in asked]
    for number, both in enumerate(zip(*taken, strict=True)):
        assert set(both) == {None, str(number)}
    with ThreadPoolExecutor(2) as workers:
        asked = [workers.map(lambda name, shelf=shelf: shelf.claim(name, "x"), names) for shelf in (first, second)]
        claims = [list(answers) for answers in asked]
    assert all(sorted(both) == [False, True] for both in zip(*claims, strict=True))
    for state in states:
        state.close()


def test_two_workers_lose_no_change(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "state.sqlite"
    states = [State(path, clock) for _ in range(2)]
    shelves = [Shelf(state, "a", TypeAdapter(int), dt.timedelta(minutes=5), 100) for state in states]
    shelves[0].put("n", 0)

    def add(shelf: Shelf[int]) -> None:
        for _ in range(100):
            shelf.change("n", lambda number: number + 1)

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(add, shelves))
    assert shelves[1].get("n") == 200
    for state in states:
        state.close()


def test_a_locked_database_is_said_to_be_unavailable(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idp.state, "BUSY_MS", 50)
    path = tmp_path / "state.sqlite"
    state = State(path, clock)
    shelf = Shelf(state, "a", TEXT, dt.timedelta(minutes=5), LIMIT)
    name = shelf.add("one")
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StateUnavailable):
        shelf.add("two")
    assert shelf.get(name) == "one"
    blocker.execute("ROLLBACK")
    blocker.close()
    assert shelf.take(name) == "one"
    state.close()
