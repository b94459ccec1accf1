"""A logout that goes round the vendors of a session, as far as it has come: kept while the browser is away."""

from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import TypeAdapter

from idp.state import Shelf, State

TAKES = timedelta(minutes=15)
MAX_RUNS = 20_000


@dataclass(frozen=True, slots=True)
class Named:
    """A vendor, what it was told that the person is called, and the sessions it was told of by that name."""

    entity_id: str
    name_id_format: str
    name_id: str
    session_indexes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogoutRun:
    """Who began it, who is still to be told, and how it went."""

    initiator: str
    """Entity ID of the vendor; "" when it began at the school."""
    request_id: str = ""
    relay_state: str = ""
    unknown: bool = False
    """The vendor named nobody who is logged in."""
    waiting: tuple[Named, ...] = ()
    asked: Named | None = None
    asked_id: str = ""
    """ID of the request that ``asked`` was sent."""
    done: tuple[str, ...] = ()
    """Entity IDs of the vendors that say that they have logged the person out."""
    failed: tuple[str, ...] = ()
    """Of those that do not, or cannot be told."""

    def asked_for_by(self, request_id: str, relay_state: str) -> "LogoutRun":
        """The same, with what its initiator is to be answered."""
        return replace(self, request_id=request_id, relay_state=relay_state)

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
        told = (self.asked.entity_id,)
        done, failed = (self.done + told, self.failed) if success else (self.done, self.failed + told)
        return replace(self, asked=None, asked_id="", done=done, failed=failed)

    def without_browser(self) -> "LogoutRun":
        """Nobody is left who could carry messages: those who wait are not reached."""
        return replace(self, waiting=(), failed=self.failed + tuple(one.entity_id for one in self.waiting))


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
