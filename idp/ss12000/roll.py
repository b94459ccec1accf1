"""The school's roll: everybody at the beginning, and each change since, in the order in which they came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter

from idp.ss12000.world import World
from idp.state import Shelf, State
from testbed.model.written import Person

BEGINNING = datetime(2026, 8, 1, tzinfo=UTC)
"""When all that the population holds was written down, whatever the clock says."""
TICK = timedelta(microseconds=1)
"""The least that two changes lie apart."""
REMEMBERED_FOR = timedelta(days=30)
"""As long as the school's directory remembers a change."""
POINTED_AT_FOR = timedelta(days=3650)
MAX_CHANGES = 100_000
LATEST = "latest"
_FORMAT = "%Y-%m-%dT%H:%M:%S.%f"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one person."""

    at: datetime
    person: str
    """Id in people.json."""
    after: Person | None
    """As the school knows them from then on; None: they have left."""


class Roll:
    """The people of one school, for all its workers.

    Args:
        people: by id, as the school knew them at the beginning.
        state: where changes are kept.
    """

    def __init__(self, people: Mapping[str, Person], state: State) -> None:
        self._state = state
        self._beginning = World(people)
        self._kept = Shelf(state, "ss12000-change", TypeAdapter(Change), REMEMBERED_FOR, MAX_CHANGES)
        self._latest = Shelf(state, "ss12000-latest", TypeAdapter(str), POINTED_AT_FOR, 1)
        self._known: tuple[Change, ...] = ()
        self._last = ""

    @property
    def beginning(self) -> World:
        """Everybody at :data:`BEGINNING`; to be copied and not to be changed."""
        return self._beginning

    def put(self, person: Person) -> datetime:
        """Know this of a person from now on, who may be new; says when that was written down.

        Every change is later than the one before, whatever the clock does, so that whoever has read up to one of them
        misses none that comes after.
        """
        return self._write(person.id, person)

    def leave(self, name: str) -> datetime:
        """Know the person of this id no longer.

        Raises:
            ValueError: nobody has this id.
        """
        changes = [change for change in self.changes() if change.person == name]
        there = changes[-1].after is not None if changes else name in self._beginning.people
        if not there:
            raise ValueError(f"nobody has the id {name!r}")
        return self._write(name, None)

    def changes(self) -> tuple[Change, ...]:
        """All changes so far, in their order; the same value while nothing has changed."""
        latest = self._latest.get(LATEST) or ""
        if latest > self._last:
            names = (name for name in self._kept.names("") if self._last < name <= latest)
            new = (self._kept.get(name) for name in names)
            self._known += tuple(change for change in new if change is not None)
            self._last = latest
        return self._known

    def _write(self, name: str, after: Person | None) -> datetime:
        at = max(self._state.now(), self._end() + TICK)
        while not (self._kept.claim(_name(at), Change(at, name, after)) and self._end() == at):
            # NOTE: another worker has written at the same time. Who has read that already must not miss this one, so
            # it comes after.
            self._forget(at, name, after)
            at = self._end() + TICK
        if not self._latest.change(LATEST, lambda latest: max(latest, _name(at))):
            self._latest.put(LATEST, _name(at))
        return at

    def _end(self) -> datetime:
        """When the last change came that anybody has written, told or not."""
        names = self._kept.names("")
        return datetime.strptime(names[-1], _FORMAT).replace(tzinfo=UTC) if names else BEGINNING

    def _forget(self, at: datetime, name: str, after: Person | None) -> None:
        if self._kept.get(_name(at)) == Change(at, name, after):
            self._kept.remove(_name(at))


def _name(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_FORMAT)
