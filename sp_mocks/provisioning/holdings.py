"""What is held of one school: its resources by id, and what becomes of one that is sent or deleted."""

import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from sp_mocks.provisioning.entries import EXISTS, FULL, MISSING, NAME_IN_EPPN, NOT_FOUND, TAKEN, Entry
from sp_mocks.provisioning.resources import SINGULAR, Activity, Duty, Group, Kind, Person, Resource

KINDS: tuple[Kind, ...] = ("persons", "duties", "groups", "activities")
MAX_HELD = 500_000
"""Resources of one school."""
SURNAME, BOTH = 3, 2
"""So many first letters of a surname, or of surname and given name each, are not to stand in a user name."""


@dataclass(frozen=True, slots=True)
class Held:
    """One resource."""

    resource: Resource
    created: datetime
    modified: datetime

    @property
    def record(self) -> dict[str, object]:
        """As it was sent, without what is not known."""
        return self.resource.model_dump(exclude_none=True)


@dataclass
class Holdings:
    """Everything of one school."""

    by_id: Mapping[Kind, dict[str, Held]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    by_eppn: dict[str, str] = field(default_factory=dict)
    """User name to the person's id."""
    _sorted: dict[Kind, list[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(map(len, self.by_id.values()))

    def put(self, kind: Kind, sent: Resource, now: datetime, *, new: bool, over: bool) -> tuple[Entry, ...]:
        """Take a resource in; says what is wrong with it. It is held unless one of the remarks is an Error.

        Args:
            kind: of the resource.
            sent: the resource.
            now: the time.
            new: it may be one that is not held yet.
            over: it may be one that is held already.
        """
        known = self.by_id[kind].get(sent.id)
        if known is None and not new:
            return (NOT_FOUND.about(SINGULAR[kind], sent.id),)
        if known is not None and not over:
            return (EXISTS.about(SINGULAR[kind], sent.id),)
        if known is None and len(self) >= MAX_HELD:
            return (FULL.about(SINGULAR[kind], sent.id),)
        kept, remarks = self._fitted(sent)
        if any(entry.severity == "Error" for entry in remarks):
            return remarks
        if isinstance(known and known.resource, Person):
            self._forget_names(sent.id)
        if isinstance(kept, Person):
            self.by_eppn |= dict.fromkeys(map(str.casefold, kept.eduPersonPrincipalNames), kept.id)
        self.by_id[kind][kept.id] = Held(kept, known.created if known else now, now)
        if known is None:
            self._sorted.pop(kind, None)
        return remarks

    def drop(self, kind: Kind, ids: Collection[str]) -> Mapping[str, tuple[Entry, ...]]:
        """Forget resources, and wherever others name them; says of each what is wrong."""
        said = {one: () if one in self.by_id[kind] else (NOT_FOUND.about(SINGULAR[kind], one),) for one in ids}
        gone = {one for one in ids if one in self.by_id[kind]}
        for one in gone:
            if kind == "persons":
                self._forget_names(one)
            del self.by_id[kind][one]
        self._sorted.pop(kind, None)
        if gone:
            self._unlink(kind, gone)
        return said

    def all[Of: Person | Duty | Group | Activity](self, of: type[Of]) -> Iterator[Of]:
        """Every resource of a type."""
        kind = next(kind for kind, name in SINGULAR.items() if name == of.__name__)
        yield from (held.resource for held in self.by_id[kind].values() if isinstance(held.resource, of))

    def page(self, kind: Kind, after: str, limit: int) -> tuple[Sequence[Held], str]:
        """So many resources after the one of this id, by their ids; and the last one's, "" where no more come."""
        if kind not in self._sorted:
            self._sorted[kind] = sorted(self.by_id[kind])
        ids = self._sorted[kind]
        start = bisect_right(ids, after) if after else 0
        chosen = ids[start : start + limit]
        return [self.by_id[kind][one] for one in chosen], chosen[-1] if start + limit < len(ids) else ""

    def at_work(self) -> frozenset[str]:
        """The ids of those who have a duty."""
        return frozenset(duty.person.id for duty in self.all(Duty))

    def _fitted(self, sent: Resource) -> tuple[Resource, tuple[Entry, ...]]:
        """The resource without references to what is not held, and what is to be said of it."""
        match sent:
            case Person():
                return sent, tuple(self._about_names(sent))
            case Duty():
                return sent, tuple(self._about_holder(sent))
            case Group():
                held = self.by_id["persons"]
                members = [one for one in sent.groupMemberships if one.person.id in held]
                missing = len(members) < len(sent.groupMemberships)
                said = (_warning(sent, "groupMemberships.person"),) if missing else ()
                return sent.model_copy(update={"groupMemberships": members}), said
            case Activity():
                if any(group.id not in self.by_id["groups"] for group in sent.groups):
                    return sent, (NOT_FOUND.about("Activity", sent.id, "groups"),)
                teachers = [one for one in sent.teachers if one.duty.id in self.by_id["duties"]]
                said = (_warning(sent, "teachers.duty"),) if len(teachers) < len(sent.teachers) else ()
                return sent.model_copy(update={"teachers": teachers}), said

    def _about_names(self, person: Person) -> Iterator[Entry]:
        for name in person.eduPersonPrincipalNames:
            if self.by_eppn.get(name.casefold(), person.id) != person.id:
                yield TAKEN.about("Person", person.id, "eduPersonPrincipalNames")
            if tells_name(name, person):
                yield NAME_IN_EPPN.about("Person", person.id, "eduPersonPrincipalNames")

    def _about_holder(self, duty: Duty) -> Iterator[Entry]:
        holder = self.by_id["persons"].get(duty.person.id)
        if holder is None:
            yield NOT_FOUND.about("Duty", duty.id, "person")
        elif isinstance(holder.resource, Person) and not holder.resource.emails:
            # NOTE: that a person is of the staff is known by the duty alone, and staff must have an address.
            yield MISSING.about("Duty", duty.id, "person.emails")

    def _forget_names(self, one: str) -> None:
        person = self.by_id["persons"][one].resource
        for name in person.eduPersonPrincipalNames if isinstance(person, Person) else ():
            self.by_eppn.pop(name.casefold(), None)

    def _unlink(self, kind: Kind, gone: Set[str]) -> None:
        if kind == "persons":
            self.drop("duties", [duty.id for duty in self.all(Duty) if duty.person.id in gone])
            for group in list(self.all(Group)):
                members = [member for member in group.groupMemberships if member.person.id not in gone]
                if len(members) < len(group.groupMemberships):
                    self._replace("groups", group.model_copy(update={"groupMemberships": members}))
        if kind in ("duties", "groups"):
            for activity in list(self.all(Activity)):
                teachers = [teacher for teacher in activity.teachers if teacher.duty.id not in gone]
                groups = [group for group in activity.groups if group.id not in gone]
                if len(teachers) + len(groups) < len(activity.teachers) + len(activity.groups):
                    less = activity.model_copy(update={"teachers": teachers, "groups": groups})
                    self._replace("activities", less)

    def _replace(self, kind: Kind, resource: Resource) -> None:
        known = self.by_id[kind][resource.id]
        self.by_id[kind][resource.id] = Held(resource, known.created, known.modified)


def tells_name(eppn: str, person: Person) -> bool:
    """Whether a user name has the first letters of the person's names in it (Skolverket on eduPersonPrincipalName)."""
    account, surname, given = (_plain(text) for text in (eppn.partition("@")[0], person.familyName, person.givenName))
    parts = [surname[:SURNAME]] if len(surname) >= SURNAME else []
    if min(len(surname), len(given)) >= BOTH:
        parts += [surname[:BOTH] + given[:BOTH], given[:BOTH] + surname[:BOTH]]
    return any(part in account for part in parts)


def _plain(text: str) -> str:
    """Without letter case and accents, as user names are made of names."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))


def _warning(sent: Resource, attribute: str) -> Entry:
    return replace(NOT_FOUND.about(type(sent).__name__, sent.id, attribute), severity="Warning")
