"""What a vendor remembers between two requests: logins under way, sessions, and assertions that were used."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from sp_mocks.consume import Login
from sp_mocks.statements import SKEW

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

    def _is_over(self, name: str) -> bool:
        # NOTE: the grace is taken from the present, for an end that a message states may be the last day there is.
        return self._held[name][0] <= self._now() - self._grace


class Memory:
    """All of one vendor's memory."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._pending = Expiring[Pending](now)
        self._sessions = Expiring[Login](now)
        self._used = Expiring[bool](now, grace=SKEW)

    def browser(self, token: str) -> str:
        """The token of a browser that holds this one: the same, so that it may log in in two windows, or a new one."""
        return token if TOKEN.fullmatch(token) else new_token()

    def begin(self, browser: str) -> str:
        """A login begins; returns the ID of its request, which is always new."""
        request_id = f"_{secrets.token_hex(ID_BYTES)}"
        self._pending.put(request_id, Pending(browser, self._now()), self._now() + LOGIN_TAKES)
        return request_id

    def finish(self, request_id: str, browser: str) -> Pending | None:
        """The login that this browser began with this request, once; None for any other."""
        pending = self._pending.get(request_id)
        if pending is None or not compare_digest(pending.browser.encode(), browser.encode()):
            return None
        self._pending.remove(request_id)
        return pending

    def was_used(self, assertion_id: str) -> bool:
        """Whether the assertion has opened a session before."""
        return self._used.get(assertion_id) is not None

    def open(self, login: Login) -> str:
        """A session opens; returns its token, which is always new. The assertion is used from now on."""
        self._used.put(login.assertion_id, True, login.valid_until)
        token = new_token()
        self._sessions.put(token, login, self._now() + SESSION_LASTS)
        return token

    def session(self, token: str) -> Login | None:
        """The session of this token."""
        return self._sessions.get(token)

    def close(self, token: str) -> None:
        """The session ends, if there is one."""
        self._sessions.remove(token)


def new_token() -> str:
    """A secret for a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)
