"""What the school remembers, and for how long."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.sessions import Pending, Store

START = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Store[object]:
    return Store(dt.timedelta(minutes=5), 3, clock)


def test_an_entry_is_found_by_its_name_alone(store: Store[object]) -> None:
    name = store.add("one")
    assert store.get(name) == "one"
    assert store.get("other") is None


def test_names_cannot_be_guessed(store: Store[object]) -> None:
    names = {store.add("x") for _ in range(50)}
    assert len(names) == 50
    assert min(map(len, names)) >= 32


def test_an_entry_is_forgotten_in_time(store: Store[object], clock: Clock) -> None:
    name = store.add("one")
    clock.now += dt.timedelta(minutes=4, seconds=59)
    assert store.get(name) == "one"
    clock.now += dt.timedelta(seconds=1)
    assert store.get(name) is None
    store.add("two")
    assert len(store) == 1


def test_a_full_store_forgets_the_oldest(store: Store[object]) -> None:
    names = [store.add(number) for number in range(4)]
    assert [store.get(name) for name in names] == [None, 1, 2, 3]


def test_what_is_removed_is_gone_and_may_be_removed_again(store: Store[object]) -> None:
    name = store.add("one")
    store.remove(name)
    store.remove(name)
    assert store.get(name) is None


@given(st.lists(st.integers(0, 400), max_size=40))
def test_a_store_never_grows_beyond_its_limit(waits: list[int]) -> None:
    clock = Clock()
    store = Store(dt.timedelta(minutes=5), 3, clock)
    for seconds in waits:
        clock.now += dt.timedelta(seconds=seconds)
        store.add("x")
        assert 1 <= len(store) <= 3


def test_only_the_browser_with_the_secret_holds_a_login() -> None:
    pending = Pending(request=None, browser="secret")
    assert pending.is_held_by("secret")
    assert not pending.is_held_by("")
    assert not pending.is_held_by("sécret")
