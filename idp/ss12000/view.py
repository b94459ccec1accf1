"""All that one caller may see, at one moment: the resources of each type, when they changed, and which are gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from idp.ss12000 import duties, groups, offer, persons, pupils
from idp.ss12000.groups import Course
from idp.ss12000.ids import group_id, organisation_id
from idp.ss12000.lens import Json, Lens, Seen, by_id
from idp.ss12000.profile import UNIT
from idp.ss12000.roll import BEGINNING, Change
from idp.ss12000.traces import Key, traces
from idp.ss12000.units import Group, Unit

PERSONAL = frozenset({"persons", "duties", "placements", "attendances", "grades"})
"""Types whose resources are each about one person, and begin when the caller first learns of that person."""

type Source = Seen | Course | duties.Duty | pupils.Place | pupils.Presence | pupils.Mark | Unit | tuple[str, str] | None
"""What a resource is made of; None is the owner's organisation."""
type Traces = dict[tuple[str, Key], object]


@dataclass(frozen=True, slots=True, order=True)
class Gone:
    """A resource that the caller could see and can no longer."""

    at: datetime
    kind: str
    """Plural of the resource type."""
    id: str


class View:
    """What the caller sees after these changes.

    Args:
        lens: at the beginning; carried on by the changes.
        changes: in their order.
    """

    def __init__(self, lens: Lens, changes: Sequence[Change]) -> None:
        self.lens = lens
        self._created: dict[Key, datetime] = {}
        self._modified: dict[Key, datetime] = {}
        for change in changes:
            self._follow(change)
        self._seen = {seen.id: seen for seen in map(lens.see, lens.world.everybody()) if seen}
        self._made: dict[str, Mapping[str, Source]] = {}
        self.touched: Mapping[Key, datetime] = {}
        """What a new agreement has changed for the caller, and when."""

    def follow(self, changes: Sequence[Change]) -> None:
        """Go on by these changes, which have come since."""
        for change in changes:
            before, after = self._follow(change)
            for name in before:
                self._seen.pop(name, None)
            self._seen |= after
        self._made.clear()
        for name in ("gone", "by_number", "_units", "_courses"):
            self.__dict__.pop(name, None)

    def __getitem__(self, kind: str) -> Mapping[str, Source]:
        """The resources of a type, by id."""
        if kind not in self._made:
            self._made[kind] = self._make(kind)
        return self._made[kind]

    def modified(self, key: Key) -> datetime:
        """When a resource last changed, for this caller."""
        known = self._modified.get(key, BEGINNING)
        return max(known, self.touched[key]) if key in self.touched else known

    def created(self, key: Key) -> datetime:
        """When it began, for this caller."""
        return self._created.get(key, BEGINNING)

    @cached_property
    def gone(self) -> tuple[Gone, ...]:
        """What is there no longer, in the order in which it went."""
        begins = self.lens.profile.begins
        left = ((at, *key) for key, at in self._modified.items() if at >= begins and key[1] not in self[key[0]])
        return tuple(Gone(*one) for one in sorted(left))

    @cached_property
    def by_number(self) -> Mapping[str, str]:
        """The ids of persons by their civic numbers, of those whose number the caller may know."""
        return {number: seen.id for seen in self._seen.values() for number in seen.values("norEduPersonNIN")}

    def changed_since(self, moment: datetime) -> frozenset[str]:
        """The types of which something that is there has changed after this moment."""
        changed = (*self._modified.items(), *self.touched.items())
        return frozenset(kind for (kind, name), at in changed if at > moment and name in self[kind])

    def body(self, kind: str, name: str, names: bool) -> Json:
        """A resource as it is answered.

        Args:
            kind: plural of its type.
            name: its id.
            names: references carry display names.
        """
        made, key = self._body(self[kind][name], kind, names), (kind, name)
        made["meta"] = {"created": written(self.created(key)), "modified": written(self.modified(key))}
        return made

    def plain(self, kind: str, name: str) -> Json:
        """The same without the moments of the resource itself."""
        return self._body(self[kind][name], kind, names=False)

    def _body(self, source: Source, kind: str, names: bool) -> Json:  # noqa: PLR0911 (one answer a type)
        match source:
            case Seen():
                return persons.body(self.lens, source, names)
            case Course() if kind == "groups":
                return groups.group_body(self.lens, source, names)
            case Course() if kind == "activities":
                return groups.activity_body(self.lens, source, names)
            case Course():
                return groups.event_body(self.lens, source, names)
            case duties.Duty():
                return duties.body(self.lens, source, names)
            case pupils.Place():
                return pupils.place_body(self.lens, source, names)
            case pupils.Presence():
                return pupils.presence_body(self.lens, source, names)
            case pupils.Mark():
                return pupils.mark_body(self.lens, source, names)
            case Unit():
                return offer.unit_body(self.lens, source, names)
            case (code, name):
                return offer.programme_body(code, name)
            case None:
                return offer.owner_body(self.lens)

    def _make(self, kind: str) -> Mapping[str, Source]:  # noqa: PLR0911 (one answer a type)
        everybody = self._seen.values()
        match kind:
            case "persons":
                return self._seen
            case "groups":
                return self._courses
            case "activities":
                return {course.activity: course for course in self._courses.values()}
            case "calendarEvents":
                return {course.event: course for course in self._courses.values()}
            case "duties":
                return {duty.id: duty for seen in everybody for duty in duties.duties_of(seen)}
            case "placements":
                return {place.id: place for seen in everybody if (place := pupils.place_of(self.lens, seen))}
            case "attendances":
                return {one.id: one for seen in everybody for one in pupils.presences_of(seen)}
            case "grades":
                return {mark.id: mark for seen in everybody if (mark := pupils.mark_of(self.lens, seen))}
            case "programmes":
                offered = any(self.lens.unit(code).stage == "gymnasium" for code in self._units)
                return {offer.programme_id(code): (code, name) for code, name in offer.PROGRAMMES if offered}
        owner: dict[str, Source] = {self.lens.owner_id: None}
        return owner | {organisation_id(code): self.lens.unit(code) for code in self._units}

    @cached_property
    def _units(self) -> frozenset[str]:
        if UNIT not in self.lens.profile.ever:
            return frozenset()
        own = frozenset(code for seen in self._seen.values() for code in seen.units)
        return own | {course.group.unit for course in self._courses.values() if course.group.unit}

    @cached_property
    def _courses(self) -> Mapping[str, Course]:
        found: dict[str, Course] = {}

        def of(group: Group) -> Course:
            name = group_id(group.identifier)
            if name not in found:
                found[name] = Course(group, [], [])
            return found[name]

        for seen in self._seen.values():
            for group in seen.attended:
                of(group).members.append(seen)
            taught = seen.taught
            for group in taught:
                of(group)
            for duty in duties.duties_of(seen) if taught else ():
                for group in duty.groups:
                    found[group_id(group.identifier)].duties.append(duty)
        # NOTE: people are in the order of their last changes, which nobody is to see.
        for course in found.values():
            course.members.sort(key=by_id)
            course.duties.sort(key=by_id)
        return found

    def _follow(self, change: Change) -> tuple[frozenset[str], Mapping[str, Seen]]:
        """Carry the school on by one change, and note which resources it has changed.

        Returns:
            The ids that the caller knew everybody concerned by, and whom it knows by what id from now on.
        """
        world, name = self.lens.world, change.person
        known, around = world.get(name), world.around(name)
        world.put(name, change.after)
        # NOTE: whoever the change makes a relative is compared too.
        around |= world.around(name)
        world.put(name, known)
        known_before, before = self._concerned(around)
        world.put(name, change.after)
        known_after, after = self._concerned(around)
        kinds_before = {key for _, key in before}
        for trace in before.keys() | after.keys():
            if before.get(trace) == after.get(trace) and (trace in before) == (trace in after):
                continue
            key = trace[1]
            self._modified[key] = change.at
            if key[0] in PERSONAL and key not in kinds_before:
                self._created[key] = change.at

        return frozenset(known_before), known_after

    def _concerned(self, names: frozenset[str]) -> tuple[Mapping[str, Seen], Traces]:
        people = (self.lens.world.get(name) for name in names)
        everybody = [seen for person in people if person and (seen := self.lens.see(person))]
        left = {(seen.id, key): what for seen in everybody for key, what in traces(self.lens, seen).items()}
        return {seen.id: seen for seen in everybody}, left


def written(moment: datetime) -> str:
    """A moment as the answers have it (RFC 3339, UTC)."""
    return _BEGINNING if moment is BEGINNING else _text(moment)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


_BEGINNING = _text(BEGINNING)
