"""What a vendor remembers, for how long, and for whom."""

import datetime as dt
from dataclasses import replace

import pytest

from sp_mocks import sessions
from sp_mocks.consume import Login
from sp_mocks.sessions import LOGIN_TAKES, SESSION_LASTS, Expiring, Memory, new_token

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SCHOOL = "https://idp.skola.test/saml/metadata"
SECOND = dt.timedelta(seconds=1)


class Clock:
    """Says what it is told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(clock: Clock) -> Memory:
    return Memory(clock)


def login(assertion: str = "_a", until: dt.datetime = NOW + 300 * SECOND) -> Login:
    return Login(
        assertion_id=assertion,
        in_response_to="_r",
        authenticated=NOW,
        valid_until=until,
        attributes={"eduPersonPrincipalName": ("a@skola.test",)},
        user="a@skola.test",
        school="https://idp.skola.test/saml/metadata",
        name_id=None,
        session_index="",
    )


def test_a_login_is_finished_by_the_browser_that_began_it_once(memory: Memory) -> None:
    browser = memory.browser("")
    request = memory.begin(browser, SCHOOL)
    assert memory.finish(request, new_token()) is None
    assert memory.finish(request, "å") is None
    assert memory.finish(request, browser).since == NOW
    assert memory.finish(request, browser) is None
    assert memory.finish("_unknown", browser) is None
    assert memory.finish("", "") is None


def test_one_browser_may_log_in_in_two_windows(memory: Memory) -> None:
    browser = memory.browser("")
    assert memory.browser(browser) == browser
    first, second = memory.begin(browser, SCHOOL), memory.begin(browser, SCHOOL)
    assert first != second
    assert memory.finish(first, browser)
    assert memory.finish(second, browser)


@pytest.mark.parametrize("token", ["", "short", "x" * 44, "ä" * 43, "x" * 42 + "\n"])
def test_a_token_that_cannot_be_ours_is_replaced(memory: Memory, token: str) -> None:
    assert memory.browser(token) != token
    assert len(memory.browser(token)) == 43


def test_a_login_takes_no_longer_than_it_may(memory: Memory, clock: Clock) -> None:
    browser = memory.browser("")
    request = memory.begin(browser, SCHOOL)
    clock.now += LOGIN_TAKES
    assert memory.finish(request, browser) is None


def test_a_session_ends_by_itself_or_when_it_is_closed(memory: Memory, clock: Clock) -> None:
    first, second = memory.open(login("_a")), memory.open(login("_b"))
    assert first != second
    memory.close(first)
    memory.close("unknown")
    assert memory.session(first) is None
    assert memory.session(second) == login("_b")
    clock.now += SESSION_LASTS
    assert memory.session(second) is None


def test_an_assertion_is_remembered_for_as_long_as_it_could_be_used_again(memory: Memory, clock: Clock) -> None:
    assert not memory.was_used("_a")
    memory.open(login())
    assert memory.was_used("_a")
    clock.now += 359 * SECOND
    assert memory.was_used("_a")
    clock.now += SECOND
    assert not memory.was_used("_a")


def test_the_last_day_there_is_can_be_an_end(memory: Memory) -> None:
    memory.open(login(until=dt.datetime.max.replace(tzinfo=dt.UTC)))
    assert memory.was_used("_a")


def test_memory_is_bounded_and_the_oldest_goes(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MAX_ENTRIES", 3)
    held = Expiring[int](clock)
    for number in range(5):
        held.put(str(number), number, NOW + SECOND)
    assert len(held) == 3
    assert [held.get(str(number)) for number in range(5)] == [None, None, 2, 3, 4]


def test_what_is_over_does_not_lie_about(clock: Clock) -> None:
    held = Expiring[int](clock)
    held.put("a", 1, NOW + SECOND)
    clock.now += SECOND
    assert held.get("a") is None
    held.put("b", 2, clock.now + SECOND)
    assert len(held) == 1


def test_the_sessions_that_are_named_end_and_no_others(memory: Memory) -> None:
    first, second = memory.open(login("_a")), memory.open(login("_b"))
    assert memory.close_all(lambda held: held.assertion_id == "_a") == 1
    assert memory.session(first) is None
    assert memory.session(second)
    assert memory.close_all(lambda held: held.assertion_id == "_a") == 0


def test_a_logout_is_answered_once_by_the_school_that_was_asked(memory: Memory, clock: Clock) -> None:
    request = memory.begin_logout(SCHOOL)
    assert not memory.finish_logout(request, "https://other.test")
    assert memory.finish_logout(request, SCHOOL)
    assert not memory.finish_logout(request, SCHOOL)
    late = memory.begin_logout(SCHOOL)
    clock.now += LOGIN_TAKES
    assert not memory.finish_logout(late, SCHOOL)


def test_a_request_to_log_out_is_new_once(memory: Memory) -> None:
    assert memory.is_new_demand("_d", NOW + SECOND)
    assert not memory.is_new_demand("_d", NOW + SECOND)
    assert memory.is_new_demand("_e", NOW + SECOND)


def test_what_was_first_said_of_a_person_can_be_kept(memory: Memory) -> None:
    first = memory.first_said(login("_a"))
    later = replace(login("_b"), attributes={"eduPersonPrincipalName": ("a@skola.test",), "mail": ("a@b.test",)})
    assert memory.first_said(later).attributes == first.attributes
    assert memory.first_said(later).assertion_id == "_b"
    assert memory.first_said(replace(later, user="b@skola.test")).attributes == later.attributes
