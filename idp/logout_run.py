"""A logout that goes round the vendors of a session, as far as it has come: kept while the browser is away."""

from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import TypeAdapter

from idp.sessions import Session
from idp.state import Shelf, State
from idp.wish import Protocol

TAKES = timedelta(minutes=15)
MAX_RUNS = 20_000


@dataclass(frozen=True, slots=True)
class Who:
    """A vendor, by the name that it has in its protocol."""

    protocol: Protocol
    party: str


@dataclass(frozen=True, slots=True)
class Named:
    """A vendor, what it was told that the person is called, and the sessions it was told of by that name."""

    who: Who
    name_id_format: str
    name_id: str
    session_indexes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogoutRun:
    """Who began it, who is still to be told, and how it went."""

    initiator: Who | None
    """None when it began at the school."""
    request_id: str = ""
    relay_state: str = ""
    return_to: str = ""
    """Where the browser goes at the end (OpenID Connect); a registered address, or ""."""
    unknown: bool = False
    """The vendor named nobody who is logged in."""
    waiting: tuple[Named, ...] = ()
    asked: Named | None = None
    asked_id: str = ""
    """ID of the request that ``asked`` was sent."""
    frames: tuple[str, ...] = ()
    """Addresses that the browser is to open in frames (OpenID Connect Front-Channel Logout); nobody answers those."""
    done: tuple[Who, ...] = ()
    """The vendors that say that they have logged the person out."""
    failed: tuple[Who, ...] = ()
    """Those that do not, or cannot be told."""
    unanswered: tuple[Who, ...] = ()
    """Those that are told by a frame, and have no way to say whether they did."""

    def next(self) -> "tuple[LogoutRun, Named]":
        """The turn of the next vendor in line.

        Raises:
            IndexError: nobody waits.
        """
        first = self.waiting[0]
        return replace(self, waiting=self.waiting[1:], asked=first), first

    def asking(self, request_id: str) -> "LogoutRun":
        """The vendor whose turn it is has been sent this request."""
        return replace(self, asked_id=request_id)

    def answered(self, *, success: bool) -> "LogoutRun":
        """The vendor whose turn it is has answered, or cannot be asked.

        Raises:
            ValueError: it is nobody's turn.
        """
        if self.asked is None:
            raise ValueError("nobody was asked")
        told = (self.asked.who,)
        done, failed = (self.done + told, self.failed) if success else (self.done, self.failed + told)
        return replace(self, asked=None, asked_id="", done=done, failed=failed)

    def framed(self, url: str) -> "LogoutRun":
        """The vendor whose turn it is will be told by a frame with this address.

        Raises:
            ValueError: it is nobody's turn.
        """
        if self.asked is None:
            raise ValueError("nobody was asked")
        unanswered = (*self.unanswered, self.asked.who)
        return replace(self, asked=None, frames=(*self.frames, url), unanswered=unanswered)

    def without_browser(self) -> "LogoutRun":
        """Nobody is left who could carry messages: those who wait are not reached."""
        return replace(self, waiting=(), failed=self.failed + tuple(one.who for one in self.waiting))


class LogoutRuns:
    """The logouts of one school that are under way, by the relay state that comes back."""

    def __init__(self, state: State) -> None:
        self._shelf = Shelf(state, "logout", TypeAdapter(LogoutRun), TAKES, MAX_RUNS)

    def add(self, run: LogoutRun) -> str:
        """Put it away; returns the relay state."""
        return self._shelf.add(run)

    def take(self, relay_state: str) -> LogoutRun | None:
        """Take it up again; None when there is none, or it was taken up before."""
        return self._shelf.take(relay_state)


def named(session: Session) -> tuple[Named, ...]:
    """The vendors of a session, each name once with all its session indexes."""
    indexes: dict[tuple[Who, str, str], list[str]] = {}
    for one in session.participants:
        who = Who(one.protocol, one.entity_id)
        indexes.setdefault((who, one.name_id_format, one.name_id), []).append(one.session_index)
    return tuple(Named(*names, tuple(dict.fromkeys(found))) for names, found in indexes.items())
