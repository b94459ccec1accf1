"""Logins under way, sessions, and who took part in them: shared by the workers of one school."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest

from pydantic import TypeAdapter

from idp.contexts import ONE_FACTOR
from idp.state import TOKEN_BYTES, Shelf, State
from idp.wish import LoginWish, Protocol

SESSION_COOKIE = "skola_session"
"""The school's own name, for cookies know no ports: another server on this machine may have a session too."""
PENDING_FOR = timedelta(minutes=15)
SESSION_FOR = timedelta(hours=8)
"""A school day."""
USED_FOR = timedelta(hours=2)
"""Longer than any request is taken after it was issued."""
MAX_PENDING = 20_000
MAX_SESSIONS = 50_000
MAX_USED = 200_000
MAX_PARTICIPANTS = 100
"""Of one session; of more, those that came first are forgotten."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A login request that waits for a person to log in."""

    wish: LoginWish
    browser: str
    """Secret that only the browser which brought the request holds, in a cookie."""
    person: str = ""
    """Who has shown a password for this very request and is asked for a second factor; "" before that."""

    def is_held_by(self, cookie: str) -> bool:
        """Whether this cookie proves that the browser is the one that brought the request."""
        return compare_digest(self.browser.encode(), cookie.encode())


@dataclass(frozen=True, slots=True)
class Participant:
    """A vendor that a session has let somebody into (SAML Profiles 4.4.1)."""

    entity_id: str
    """The party of :class:`idp.wish.LoginWish`: an entity ID, or a client ID."""
    name_id_format: str
    name_id: str
    session_index: str
    protocol: Protocol = "saml"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody is logged in to the school."""

    person: str
    """Id in people.json."""
    since: datetime
    strength: int = ONE_FACTOR
    """See :mod:`idp.contexts`."""
    participants: tuple[Participant, ...] = ()


class Sessions:
    """All that one school remembers of people's logins.

    Args:
        state: where it is kept.
    """

    def __init__(self, state: State) -> None:
        self.pending = Shelf(state, "pending", TypeAdapter(Pending), PENDING_FOR, MAX_PENDING)
        self._open = Shelf(state, "session", TypeAdapter(Session), SESSION_FOR, MAX_SESSIONS)
        self._names = Shelf(state, "name", TypeAdapter(bool), SESSION_FOR, 2 * MAX_SESSIONS)
        self._used = Shelf(state, "used", TypeAdapter(bool), USED_FOR, MAX_USED)

    def wait_for_login(self, wish: LoginWish) -> tuple[str, str]:
        """Remember a request; its key, and the secret for the browser's cookie."""
        browser = secrets.token_urlsafe(TOKEN_BYTES)
        return self.pending.add(Pending(wish, browser)), browser

    def first_factor(self, key: str, person: str) -> bool:
        """This person has shown a password for a request that waits; says whether it still does."""
        return self.pending.change(key, lambda pending: replace(pending, person=person))

    def is_new(self, entity_id: str, message_id: str) -> bool:
        """Whether this vendor has not sent a message of this ID before (SAML Core 1.3.4); from now on it has."""
        return self._used.claim(f"{entity_id} {message_id}", True)

    def get(self, token: str) -> Session | None:
        """The session of this cookie."""
        return self._open.get(token)

    def open(self, session: Session) -> str:
        """A session begins; returns its token, which is always new."""
        token = self._open.add(session)
        for participant in session.participants:
            self._remember(token, participant)
        return token

    def join(self, token: str, participant: Participant) -> None:
        """The session has let somebody into one more vendor, or into the same one again."""

        def joined(session: Session) -> Session:
            return replace(session, participants=(*session.participants, participant)[-MAX_PARTICIPANTS:])

        self._open.change(token, joined)
        self._remember(token, participant)

    def named(self, entity_id: str, name_id: str) -> tuple[str, ...]:
        """The tokens of the sessions in which this vendor was told this NameID."""
        beginning = _name(entity_id, name_id, "")
        tokens = (name.removeprefix(beginning) for name in self._names.names(beginning))
        return tuple(token for token in tokens if self._open.get(token))

    def end(self, token: str) -> Session | None:
        """The session ends; what it was, for whoever ends it first."""
        session = self._open.take(token) if token else None
        for participant in session.participants if session else ():
            self._names.take(_name(participant.entity_id, participant.name_id, token))
        return session

    def _remember(self, token: str, participant: Participant) -> None:
        self._names.put(_name(participant.entity_id, participant.name_id, token), True)


def _name(entity_id: str, name_id: str, token: str) -> str:
    # NOTE: a line break stands in no entity ID and no NameID that was issued, so no name is the beginning of another.
    return f"{entity_id}\n{name_id}\n{token}"
