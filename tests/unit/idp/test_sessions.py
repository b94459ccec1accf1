"""What the school remembers of logins: who holds what, and who took part."""

import datetime as dt
from dataclasses import replace

import pytest

from idp.sessions import MAX_PARTICIPANTS, Participant, Pending, Session, Sessions
from idp.state import State
from idp.wish import LoginWish

START = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
WISH = LoginWish(
    protocol="saml", party="https://a.test", contexts=("urn:a",), force_authn=False, is_passive=False, detail="{}"
)
READING = Participant("https://a.test", "urn:f", "_name", "_index")


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(clock: Clock) -> Sessions:
    return Sessions(State(None, clock))


def test_only_the_browser_with_the_secret_holds_a_login(sessions: Sessions) -> None:
    key, browser = sessions.wait_for_login(WISH)
    pending = sessions.pending.get(key)
    assert pending == Pending(WISH, browser)
    assert pending.is_held_by(browser)
    assert not pending.is_held_by("")
    assert not pending.is_held_by("sécret")


def test_a_message_is_new_once_for_each_vendor(sessions: Sessions, clock: Clock) -> None:
    assert sessions.is_new("a", "_1")
    assert not sessions.is_new("a", "_1")
    assert sessions.is_new("b", "_1")
    clock.now += dt.timedelta(hours=2)
    assert sessions.is_new("a", "_1")


def test_a_session_lasts_a_school_day(sessions: Sessions, clock: Clock) -> None:
    token = sessions.open(Session("elev-1", START))
    clock.now += dt.timedelta(hours=7, minutes=59)
    assert sessions.get(token) == Session("elev-1", START)
    clock.now += dt.timedelta(minutes=1)
    assert sessions.get(token) is None


def test_who_took_part_is_known_by_session_and_by_name(sessions: Sessions) -> None:
    token = sessions.open(Session("elev-1", START))
    other = sessions.open(Session("elev-1", START))
    for one in (token, token, other):
        sessions.join(one, READING)
    assert sessions.get(token) == Session("elev-1", START, participants=(READING, READING))
    assert set(sessions.named("https://a.test", "_name")) == {token, other}
    assert sessions.named("https://b.test", "_name") == ()
    assert sessions.end(token) is not None
    assert sessions.end(token) is None
    assert sessions.end("") is None
    assert sessions.named("https://a.test", "_name") == (other,)


def test_joining_does_not_make_a_session_last_longer(sessions: Sessions, clock: Clock) -> None:
    token = sessions.open(Session("elev-1", START))
    clock.now += dt.timedelta(hours=7)
    sessions.join(token, READING)
    clock.now += dt.timedelta(hours=1)
    assert sessions.get(token) is None


def test_joining_a_session_that_is_gone_brings_nothing_back(sessions: Sessions) -> None:
    sessions.join("gone", READING)
    assert sessions.get("gone") is None
    assert sessions.named("https://a.test", "_name") == ()


def test_a_session_remembers_so_many_participants(sessions: Sessions) -> None:
    token = sessions.open(Session("elev-1", START))
    for number in range(MAX_PARTICIPANTS + 3):
        sessions.join(token, replace(READING, session_index=f"_{number}"))
    session = sessions.get(token)
    assert session is not None
    assert len(session.participants) == MAX_PARTICIPANTS
    assert session.participants[0].session_index == "_3"
