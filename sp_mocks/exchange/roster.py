"""What a vendor holds of a school: of each person what its service needs, and the records that they belong to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sp_mocks.exchange.api import Record
from sp_mocks.leafing import Row
from testbed.model.attributes import by_name

UNIT, ACCOUNT = "sisSchoolUnitCode", "eduPersonPrincipalName"
AS_PUPIL, AS_TEACHER = "sisSchoolCourseStudent", "sisSchoolCourseTeacher"
MAX_HELD = 500_000
MAX_TEXT = 1000


@dataclass
class Roster:
    """Everything that was fetched and is kept, by the school's ids."""

    wanted: tuple[str, ...]
    """The attributes that it keeps of a person, by canonical name."""
    persons: dict[str, Record] = field(default_factory=dict)
    """Id to what is kept: each attribute with where the record had it."""
    others: dict[str, dict[str, Record]] = field(default_factory=dict)
    """By collection: organisations, groups, duties and so on."""
    forgets_names: bool = True
    """With a person it drops the name."""
    former: list[str] = field(default_factory=list)
    """Names of those who are gone, where it does not."""

    def take(self, collection: str, record: Record) -> str:
        """Keep one record in place of what was known by its id; returns the id, "" for a record that has none."""
        own = record.get("id")
        if not isinstance(own, str) or not own or len(own) > MAX_TEXT:
            return ""
        holder = self.persons if collection == "persons" else self.others.setdefault(collection, {})
        if own not in holder and len(self) >= MAX_HELD:
            return ""
        holder[own] = dict(self._kept(record)) if collection == "persons" else record
        return own

    def holds(self, collection: str, one: object) -> bool:
        """Whether something of this collection is known by this id."""
        holder = self.persons if collection == "persons" else self.others.get(collection, {})
        return isinstance(one, str) and one in holder

    def drop(self, one: str) -> None:
        """Forget what was known by this id."""
        kept = self.persons.get(one)
        if kept is not None and not self.forgets_names:
            self.former.append(" ".join(str(kept.get(name, ""))[:MAX_TEXT] for name in (ACCOUNT, "givenName", "sn")))
        for holder in (self.persons, *self.others.values()):
            holder.pop(one, None)

    def keep_only(self, collection: str, ids: frozenset[str]) -> None:
        """Forget every record of a collection that did not come when all were asked for."""
        holder = self.persons if collection == "persons" else self.others.get(collection, {})
        for one in [one for one in holder if one not in ids]:
            del holder[one]

    def __len__(self) -> int:
        return len(self.persons) + sum(map(len, self.others.values()))

    def rows(self) -> Iterator[Row]:
        """Each person that is held, with the attributes by name."""
        groups = self._groups()
        for one, kept in self.persons.items():
            values = {name: text for name in self.wanted if (text := self._values(name, kept))}
            values |= {name: told for name, told in groups.get(one, {}).items() if name in self.wanted}
            yield one, values

    def _kept(self, record: Record) -> Iterator[tuple[str, object]]:
        for name in self.wanted:
            found = at(record, by_name()[name].ss12000)
            if found is not None:
                yield name, found

    def _values(self, name: str, kept: Record) -> tuple[str, ...]:
        found = kept.get(name)
        if name == UNIT:
            unit = self.others.get("organisations", {}).get(_reference(found), {})
            code = unit.get("schoolUnitCode")
            return (code,) if isinstance(code, str) else ()
        return (str(found)[:MAX_TEXT],) if isinstance(found, str | int) and not isinstance(found, bool) else ()

    def _groups(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """The names of each person's groups, as members and as those who teach them."""
        told: dict[str, dict[str, tuple[str, ...]]] = {}

        def add(person: str, name: str, group: Record) -> None:
            known, label = told.setdefault(person, {}), str(group.get("displayName", ""))[:MAX_TEXT]
            known[name] = (*known.get(name, ()), label)

        groups = self.others.get("groups", {})
        for group in groups.values():
            for member in _records(group.get("groupMemberships")):
                add(_reference(member.get("person")), AS_PUPIL, group)
        for duty in self.others.get("duties", {}).values():
            for role in _records(duty.get("assignmentRole")):
                taught = groups.get(_reference(role.get("group")))
                if taught is not None:
                    add(_reference(duty.get("person")), AS_TEACHER, taught)
        return told


def at(record: object, pointer: str) -> object:
    """What stands at a JSON pointer (RFC 6901); None where nothing does."""
    found = record
    for step in pointer.split("/")[1:]:
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found if pointer else None


def _reference(found: object) -> str:
    one = found.get("id") if isinstance(found, dict) else None
    return one if isinstance(one, str) else ""


def _records(found: object) -> Iterator[Record]:
    yield from (one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()
