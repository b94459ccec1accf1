"""What a vendor of OpenID Connect remembers, for how long, and for whom."""

import datetime as dt

import pytest

from sp_mocks.oidc.memory import OidcLogin, OidcMemory, Wish
from sp_mocks.sessions import LOGIN_TAKES, SESSION_LASTS, new_token

from .conftest import ISSUER, NOW, SUB

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
def memory(clock: Clock) -> OidcMemory:
    return OidcMemory(clock)


def test_a_login_is_finished_by_the_browser_that_began_it_once(memory: OidcMemory) -> None:
    browser = memory.browser("")
    state, started = memory.begin(browser)
    assert memory.finish(state, new_token()) is None
    assert memory.finish(state, "å") is None
    assert memory.finish("", "") is None
    assert memory.finish(state, browser) == started
    assert memory.finish(state, browser) is None


def test_it_can_be_finished_by_any_browser_where_nothing_binds_it(memory: OidcMemory) -> None:
    state, started = memory.begin(memory.browser(""))
    assert memory.finish(state, "", bound=False) == started
    assert memory.finish(state, "", bound=False) is None


def test_everything_that_is_made_for_a_login_is_made_for_it_alone(memory: OidcMemory) -> None:
    browser = memory.browser("")
    made = [memory.begin(browser) for _ in range(50)]
    for values in ([s for s, _ in made], [one.nonce for _, one in made], [one.verifier for _, one in made]):
        assert len(set(values)) == 50
    assert all(43 <= len(one.verifier) <= 128 for _, one in made)
    _, without = memory.begin(browser, Wish(nonce=False, pkce=False))
    assert (without.nonce, without.verifier) == ("", "")


def test_a_login_that_takes_too_long_is_over(memory: OidcMemory, clock: Clock) -> None:
    browser = memory.browser("")
    state, _ = memory.begin(browser)
    clock.now += LOGIN_TAKES
    assert memory.finish(state, browser) is None


def test_a_session_lasts_a_school_day(memory: OidcMemory, clock: Clock) -> None:
    login = OidcLogin(ISSUER, SUB, "s", SUB, {}, "t")
    token = memory.open(login)
    clock.now += SESSION_LASTS - SECOND
    assert memory.session(token) == login
    clock.now += SECOND
    assert memory.session(token) is None


def test_a_logout_token_is_new_once_for_each_issuer_until_it_is_over(memory: OidcMemory, clock: Clock) -> None:
    until = NOW + 60 * SECOND
    assert memory.is_new_token(ISSUER, "j", until)
    assert not memory.is_new_token(ISSUER, "j", until)
    assert memory.is_new_token("https://idp.granne.test", "j", until)
    clock.now = until
    assert memory.is_new_token(ISSUER, "j", until + SECOND)


def test_a_logout_that_was_asked_for_is_over_once(memory: OidcMemory, clock: Clock) -> None:
    state, late = memory.begin_logout(), memory.begin_logout()
    assert memory.finish_logout(state)
    assert not memory.finish_logout(state)
    clock.now += LOGIN_TAKES
    assert not memory.finish_logout(late)
