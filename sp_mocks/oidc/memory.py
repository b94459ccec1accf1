"""What a vendor of OpenID Connect remembers: logins and logouts under way, sessions, and logout tokens that came."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from sp_mocks.sessions import LOGIN_TAKES, Expiring, Sessions, new_token

VERIFIER_BYTES = 48
SAME = "dGhlLXNhbWUtaW4tZXZlcnktbG9naW4tYW5kLWtub3duLXRvLWFsbA"
"""For a vendor at fault."""


@dataclass(frozen=True, slots=True)
class OidcLogin:
    """What a good login says."""

    issuer: str
    subject: str
    """The sub: with the issuer, what an account is kept under."""
    sid: str
    """What the school calls its session, "" when it does not say."""
    user: str
    """What the vendor knows the person by."""
    attributes: Mapping[str, tuple[str, ...]]
    """By canonical name; only those that the vendor wants."""
    id_token: str
    """As it came: the hint by which the school knows whom to log out."""
    refresh: str = ""
    """The refresh token, "" where there is none."""


@dataclass(frozen=True, slots=True)
class Started:
    """A login under way."""

    browser: str
    """The token of the browser that began it."""
    since: datetime
    nonce: str
    """"" where none was sent."""
    verifier: str
    """Of PKCE (RFC 7636, 4.1); "" where none was sent."""
    return_to: str = ""
    """Where the browser goes once it is logged in; "" for the usual page."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a login is begun."""

    nonce: bool = True
    pkce: bool = True
    constant: str = ""
    """A field of the request that is the same in every login, at a vendor at fault."""
    return_to: str = ""


USUAL = Wish()


class OidcMemory(Sessions[OidcLogin]):
    """All that a vendor of OpenID Connect remembers."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._started = Expiring[Started](now)
        self._begun = Expiring[str](now)
        self._finished = Expiring[OidcLogin](now)
        self._used = Expiring[bool](now)
        self._logouts = Expiring[bool](now)

    def begin(self, browser: str, wish: Wish = USUAL) -> tuple[str, Started]:
        """A login begins; returns its state, which is always new, and what else was made for it alone."""
        state = SAME if wish.constant == "state" else new_token()
        nonce = SAME if wish.constant == "nonce" else new_token()
        verifier = SAME if wish.constant == "code_challenge" else secrets.token_urlsafe(VERIFIER_BYTES)
        started = Started(
            browser, self._now(), nonce if wish.nonce else "", verifier if wish.pkce else "", wish.return_to
        )
        self._begun.put(browser, state, self._now() + LOGIN_TAKES)
        self._started.put(state, started, self._now() + LOGIN_TAKES)
        return state, started

    def finish(self, state: str, browser: str, *, bound: bool = True) -> Started | None:
        """The login that this browser began with this state, once; None for any other.

        Args:
            state: of the answer.
            browser: the token of the browser that brought it.
            bound: whether it must be the browser that began it.
        """
        started = self._started.get(state)
        if started is None or (bound and not compare_digest(started.browser.encode(), browser.encode())):
            return None
        self._started.remove(state)
        return started

    def last_begun(self, browser: str) -> str:
        """The state of the login that this browser began last; "" for none."""
        return self._begun.get(browser) or ""

    def remember(self, state: str, login: OidcLogin) -> None:
        """What came of a login, for a vendor at fault that answers twice."""
        self._finished.put(state, login, self._now() + LOGIN_TAKES)

    def remembered(self, state: str) -> OidcLogin | None:
        """What came of it."""
        return self._finished.get(state)

    def last_finished(self) -> OidcLogin | None:
        """What came of the last login of anybody, for a vendor at fault; None where there was none."""
        finished = self._finished.items()
        return finished[-1][1] if finished else None

    def is_new_token(self, issuer: str, token_id: str, until: datetime) -> bool:
        """Whether a logout token comes for the first time; it is remembered until then."""
        name = f"{issuer} {token_id}"
        if self._used.get(name) is not None:
            return False
        self._used.put(name, True, until)
        return True

    def begin_logout(self) -> str:
        """The school is asked to log someone out; returns the state of the request."""
        state = new_token()
        self._logouts.put(state, True, self._now() + LOGIN_TAKES)
        return state

    def finish_logout(self, state: str) -> bool:
        """Whether the school was asked with this state; true once."""
        if self._logouts.get(state) is None:
            return False
        self._logouts.remove(state)
        return True
