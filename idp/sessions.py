"""Logins under way and sessions, in memory; each store forgets by time and by number."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from idp.config import Clock
from idp.saml.requests import LoginRequest

PENDING_FOR = timedelta(minutes=15)
SESSION_FOR = timedelta(hours=8)
"""A school day."""
MAX_PENDING = 20_000
MAX_SESSIONS = 50_000
TOKEN_BYTES = 24


class Store[Entry]:
    """Entries under unguessable names, each for a limited time; when it is full the oldest makes room.

    Args:
        lifetime: how long an entry is remembered.
        limit: how many entries are remembered.
        now: the time, in aware UTC.
    """

    def __init__(self, lifetime: timedelta, limit: int, now: Clock) -> None:
        self._lifetime, self._limit, self._now = lifetime, limit, now
        self._entries: OrderedDict[str, tuple[datetime, Entry]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: Entry) -> str:
        """Remember the entry; its name is new."""
        now = self._now()
        self._forget_old(now)
        while len(self._entries) >= self._limit:
            self._entries.popitem(last=False)
        name = secrets.token_urlsafe(TOKEN_BYTES)
        self._entries[name] = (now + self._lifetime, entry)
        return name

    def get(self, name: str) -> Entry | None:
        """The entry, unless it was never there or its time is over."""
        found = self._entries.get(name)
        if found is None or found[0] <= self._now():
            return None
        return found[1]

    def remove(self, name: str) -> None:
        """Forget the entry, if it is there."""
        self._entries.pop(name, None)

    def _forget_old(self, now: datetime) -> None:
        # NOTE: all entries live equally long, so the oldest come first.
        while self._entries and next(iter(self._entries.values()))[0] <= now:
            self._entries.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Pending:
    """A login request that waits for a person to log in."""

    request: LoginRequest
    browser: str
    """Secret that only the browser which brought the request holds, in a cookie."""

    def is_held_by(self, cookie: str) -> bool:
        """Whether this cookie proves that the browser is the one that brought the request."""
        return compare_digest(self.browser.encode(), cookie.encode())


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody is logged in to the school."""

    person: str
    """Id in people.json."""
    since: datetime


class Sessions:
    """Both stores of one school."""

    def __init__(self, now: Clock) -> None:
        self.pending: Store[Pending] = Store(PENDING_FOR, MAX_PENDING, now)
        self.logged_in: Store[Session] = Store(SESSION_FOR, MAX_SESSIONS, now)

    def wait_for_login(self, request: LoginRequest) -> tuple[str, str]:
        """Remember a request; its key, and the secret for the browser's cookie."""
        browser = secrets.token_urlsafe(TOKEN_BYTES)
        return self.pending.add(Pending(request, browser)), browser
