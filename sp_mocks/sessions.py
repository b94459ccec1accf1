"""What a vendor remembers between two requests: logins and logouts under way, sessions, and messages that were used."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Protocol

from sp_mocks.consume import Login
from sp_mocks.lax import SKEW

MAX_ENTRIES = 20_000
"""Of each kind; the oldest go first."""
LOGIN_TAKES = timedelta(minutes=10)
SESSION_LASTS = timedelta(hours=8)
"""A school day."""
TOKEN_BYTES = 32
ID_BYTES = 20
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Pending:
    """A login under way."""

    browser: str
    """The token of the browser that began it."""
    since: datetime
    school: str
    """SAML entity id of the school that was asked."""


class Expiring[Value]:
    """Values under names, until they expire or too many have come.

    Args:
        now: the time, in aware UTC.
        grace: how long a value is kept after its end.
    """

    def __init__(self, now: Callable[[], datetime], grace: timedelta = timedelta(0)) -> None:
        self._now, self._grace = now, grace
        self._held: dict[str, tuple[datetime, Value]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def put(self, name: str, value: Value, until: datetime) -> None:
        """Keep a value; those that are over go, and of too many those that came first."""
        self._held.pop(name, None)
        while self._held and (len(self._held) >= MAX_ENTRIES or self._is_over(next(iter(self._held)))):
            del self._held[next(iter(self._held))]
        self._held[name] = (until, value)

    def get(self, name: str) -> Value | None:
        """The value, None when there is none or its time is over."""
        return None if name not in self._held or self._is_over(name) else self._held[name][1]

    def remove(self, name: str) -> None:
        """Forget the value, if there is one."""
        self._held.pop(name, None)

    def items(self) -> tuple[tuple[str, Value], ...]:
        """All that are not over, with their names."""
        return tuple((name, value) for name, (_, value) in self._held.items() if not self._is_over(name))

    def _is_over(self, name: str) -> bool:
        # NOTE: the grace is taken from the present, for an end that a message states may be the last day there is.
        return self._held[name][0] <= self._now() - self._grace


class LoggedIn(Protocol):
    """What a session holds of a login, whichever protocol brought it."""

    @property
    def user(self) -> str:
        """What the vendor knows the person by."""

    @property
    def attributes(self) -> Mapping[str, tuple[str, ...]]:
        """By canonical name; only those that the vendor wants."""


class Sessions[One: LoggedIn]:
    """A vendor's browsers and their sessions.

    Args:
        now: the time, in aware UTC.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._sessions = Expiring[One](now)

    def browser(self, token: str) -> str:
        """The token of a browser that holds this one: the same, so that it may log in in two windows, or a new one."""
        return token if TOKEN.fullmatch(token) else new_token()

    def open(self, login: One, token: str = "") -> str:
        """A session opens; returns its token, which is always new but at a vendor at fault, which names the old one."""
        token = token or new_token()
        self._sessions.put(token, login, self._now() + SESSION_LASTS)
        return token

    def session(self, token: str) -> One | None:
        """The session of this token."""
        return self._sessions.get(token)

    def close(self, token: str) -> None:
        """The session ends, if there is one."""
        self._sessions.remove(token)

    def close_all(self, named: Callable[[One], bool]) -> int:
        """These sessions end; returns how many there were."""
        tokens = [token for token, login in self._sessions.items() if named(login)]
        for token in tokens:
            self._sessions.remove(token)
        return len(tokens)


class Memory(Sessions[Login]):
    """All that a vendor of SAML remembers."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._pending = Expiring[Pending](now)
        self._used = Expiring[bool](now, grace=SKEW)
        self._logouts = Expiring[str](now)
        self._demands = Expiring[bool](now)
        self._first = Expiring[Mapping[str, tuple[str, ...]]](now)

    def begin(self, browser: str, school: str) -> str:
        """A login at this school begins; returns the ID of its request, which is always new."""
        request_id = new_id()
        self._pending.put(request_id, Pending(browser, self._now(), school), self._now() + LOGIN_TAKES)
        return request_id

    def finish(self, request_id: str, browser: str, *, anybodys: bool = False) -> Pending | None:
        """The login that this browser began with this request, once; None for any other.

        Args:
            request_id: of the request.
            browser: the token that it holds.
            anybodys: whichever browser began it.
        """
        pending = self._pending.get(request_id)
        if pending is None or not (anybodys or compare_digest(pending.browser.encode(), browser.encode())):
            return None
        self._pending.remove(request_id)
        return pending

    def was_used(self, assertion_id: str) -> bool:
        """Whether the assertion has opened a session before."""
        return self._used.get(assertion_id) is not None

    def open(self, login: Login, token: str = "") -> str:
        """A session opens; see above. The assertion is used from now on."""
        self._used.put(login.assertion_id, True, login.valid_until)
        return super().open(login, token)

    def begin_logout(self, school: str) -> str:
        """A school is asked to log someone out; returns the ID of the request."""
        request_id = new_id()
        self._logouts.put(request_id, school, self._now() + LOGIN_TAKES)
        return request_id

    def finish_logout(self, request_id: str, school: str) -> bool:
        """Whether this school was asked with this request; true once."""
        if self._logouts.get(request_id) != school:
            return False
        self._logouts.remove(request_id)
        return True

    def is_new_demand(self, demand_id: str, until: datetime) -> bool:
        """Whether a school's request to log out comes for the first time; it is remembered until then."""
        if self._demands.get(demand_id) is not None:
            return False
        self._demands.put(demand_id, True, until)
        return True

    def first_said(self, login: Login) -> Login:
        """The login with what was said of this person the first time that they came."""
        name = f"{login.school} {login.user}"
        said = self._first.get(name)
        if said is None:
            self._first.put(name, login.attributes, self._now() + SESSION_LASTS)
            return login
        return replace(login, attributes=said)


def new_id() -> str:
    """An ID for a message, never used before (SAML Core 1.3.4)."""
    return f"_{secrets.token_hex(ID_BYTES)}"


def new_token() -> str:
    """A secret for a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)
