"""What a vendor remembers between two requests: logins under way, sessions, and assertions that were used."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sp_mocks.consume import Login

MAX_ENTRIES = 20_000
"""Of each kind; the oldest go first."""
LOGIN_TAKES = timedelta(minutes=10)
SESSION_LASTS = timedelta(hours=8)
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Pending:
    """A login under way in one browser."""

    request_id: str
    relay_state: str


class Expiring[Value]:
    """Values under names, until they expire or too many have come."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._held: dict[str, tuple[datetime, Value]] = {}

    def put(self, name: str, value: Value, until: datetime) -> None:
        """Keep a value; the one that was put first goes when there are too many."""
        self._held.pop(name, None)
        while len(self._held) >= MAX_ENTRIES:
            del self._held[next(iter(self._held))]
        self._held[name] = (until, value)

    def get(self, name: str) -> Value | None:
        """The value, None when there is none or it has expired."""
        until, value = self._held.get(name, (None, None))
        return value if until is not None and until > self._now() else None

    def take(self, name: str) -> Value | None:
        """The value, which is then gone."""
        value = self.get(name)
        self._held.pop(name, None)
        return value


class Memory:
    """All of one vendor's memory."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._pending = Expiring[Pending](now)
        self._sessions = Expiring[Login](now)
        self._used = Expiring[bool](now)

    def begin(self, relay_state: str) -> tuple[str, Pending]:
        """A login begins; returns the browser's token for it and what was asked."""
        token, pending = _token(), Pending(f"_{secrets.token_hex(20)}", relay_state)
        self._pending.put(token, pending, self._now() + LOGIN_TAKES)
        return token, pending

    def finish(self, token: str) -> Pending | None:
        """The login that this browser began; it can be finished once."""
        return self._pending.take(token)

    def use(self, assertion_id: str, until: datetime) -> bool:
        """Whether the assertion is used for the first time; from now on it is not."""
        if self._used.get(assertion_id):
            return False
        self._used.put(assertion_id, True, until + LOGIN_TAKES)
        return True

    def open(self, login: Login) -> str:
        """A session opens; returns its token, which is always new."""
        token = _token()
        self._sessions.put(token, login, self._now() + SESSION_LASTS)
        return token

    def session(self, token: str) -> Login | None:
        """The session of this token."""
        return self._sessions.get(token)

    def close(self, token: str) -> None:
        """The session ends."""
        self._sessions.take(token)


def _token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)
