"""The school's roll: everybody at the beginning, and each change since, in the order in which they came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter

from idp.ss12000.world import World
from idp.state import KEPT_FOR_GOOD, Shelf, State
from testbed.model.written import Person

BEGINNING = datetime(2026, 8, 1, tzinfo=UTC)
"""When all that the population holds was written down, whatever the clock says."""
TICK = timedelta(microseconds=1)
"""The least that two changes lie apart."""
MAX_CHANGES = 100_000
"""More are not taken. None is ever forgotten to make room: whoever asks what is gone (SS 12000:2020, deletedEntities)
has no way to be told that a list is not whole, and would keep those who are missing in it.
"""
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
        self._kept = Shelf(state, "ss12000-change", TypeAdapter(Change), KEPT_FOR_GOOD, 2 * MAX_CHANGES)
        self._latest = Shelf(state, "ss12000-latest", TypeAdapter(str), KEPT_FOR_GOOD, 1)
        self._known: tuple[Change, ...] = ()
        self._after: dict[str, Person | None] = {}
        self._last = ""

    @property
    def beginning(self) -> World:
        """Everybody at :data:`BEGINNING`; to be gone on from and not to be changed."""
        return self._beginning

    def put(self, person: Person) -> datetime:
        """Know this of a person from now on, who may be new; says when that was written down.

        Every change is later than the one before, whatever the clock does, so that whoever has read up to one of them
        misses none that comes after.

        Raises:
            ValueError: there are too many changes.
        """
        return self._write(person.id, person)

    def leave(self, name: str) -> datetime:
        """Know the person of this id no longer.

        Raises:
            ValueError: nobody has this id, or there are too many changes.
        """
        self.changes()
        if (self._after[name] if name in self._after else self._beginning.get(name)) is None:
            raise ValueError(f"nobody has the id {name!r}")
        return self._write(name, None)

    def moment(self) -> datetime:
        """Now, and later than every change so far, whatever the clock does."""
        return max(self._state.now(), self._end() + TICK)

    def changes(self) -> tuple[Change, ...]:
        """All changes so far, in their order; the same value while nothing has changed."""
        latest = self._latest.get(LATEST) or ""
        if latest > self._last:
            named = (self._kept.get(name) for name in self._kept.between(self._last, latest))
            new = tuple(change for change in named if change is not None)
            self._known += new
            self._after |= {change.person: change.after for change in new}
            self._last = latest
        return self._known

    def _write(self, name: str, after: Person | None) -> datetime:
        if len(self.changes()) + len(self._kept.between(self._last)) >= MAX_CHANGES:
            raise ValueError(f"the school's roll takes no more than {MAX_CHANGES} changes; begin anew to make more")
        at = self.moment()
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
        last = self._kept.last()
        return datetime.strptime(last, _FORMAT).replace(tzinfo=UTC) if last else BEGINNING

    def _forget(self, at: datetime, name: str, after: Person | None) -> None:
        if self._kept.get(_name(at)) == Change(at, name, after):
            self._kept.remove(_name(at))


def _name(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_FORMAT)
