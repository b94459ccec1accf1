"""The persons whom a vendor holds of one school, with what it knows of each."""

from collections.abc import Iterator, Mapping, Sequence

from sp_mocks.leafing import Row
from sp_mocks.receiving.holdings import Held, Holdings
from sp_mocks.receiving.kept import AS_PUPIL, AS_TEACHER, steps_to

UNIT = "sisSchoolUnitCode"

type Told = dict[str, tuple[str, ...]]
"""Values by the canonical name of the attribute."""


def attributes_of(person: Mapping[str, object], wanted: Sequence[str]) -> Told:
    """What a User itself tells; for a school unit its id.

    Args:
        person: the resource.
        wanted: canonical names.
    """
    found = {name: tuple(_texts(person, steps_to(name))) for name in wanted if steps_to(name)}
    return {name: texts for name, texts in found.items() if texts}


def members_of(resource: Mapping[str, object], name: str) -> tuple[str, ...]:
    """The ids in a list of references."""
    found = resource.get(name)
    return tuple(filter(None, map(_id_in, found))) if isinstance(found, list) else ()


def persons_of(holdings: Holdings) -> Iterator[tuple[str, Held]]:
    """All that are held, whether or not the school still sees them."""
    yield from holdings.every("Users")
    yield from holdings.hidden.items()


def rows_of(holdings: Holdings, wanted: Sequence[str]) -> Iterator[Row]:
    """Each person, by the school's id."""
    codes = {one: _name(held, "schoolUnitCode") for one, held in holdings.every("SchoolUnits")}
    employed, groups = _employed(holdings), _groups(holdings)
    for one, held in persons_of(holdings):
        told = attributes_of(held.resource, wanted)
        units = (codes.get(unit, "") for unit in (*told.get(UNIT, ()), *employed.get(one, ())))
        told[UNIT] = tuple(dict.fromkeys(filter(None, units)))
        told |= groups.get(one, {})
        yield one, {name: told[name] for name in wanted if told.get(name)}


def _employed(holdings: Holdings) -> Mapping[str, tuple[str, ...]]:
    """The school units that somebody works at."""
    told: dict[str, tuple[str, ...]] = {}
    for _, held in holdings.every("Employments"):
        person, unit = _id_in(held.resource.get("user")), _id_in(held.resource.get("employedAt"))
        told[person] = (*told.get(person, ()), unit)
    return told


def _groups(holdings: Holdings) -> Mapping[str, Told]:
    """The names of each person's groups, as members and as those who teach them."""
    told: dict[str, Told] = {}

    def add(person: str, name: str, label: str) -> None:
        known = told.setdefault(person, {})
        if label not in known.get(name, ()):
            known[name] = (*known.get(name, ()), label)

    names = {one: _name(held, "displayName") for one, held in holdings.every("StudentGroups")}
    persons = {one: _id_in(held.resource.get("user")) for one, held in holdings.every("Employments")}
    for one, held in holdings.every("StudentGroups"):
        for person in members_of(held.resource, "studentMemberships"):
            add(person, AS_PUPIL, names[one])
    for _, held in holdings.every("Activities"):
        taught = [names[one] for one in members_of(held.resource, "groups") if one in names]
        for employment in members_of(held.resource, "teachers"):
            for label in taught or [_name(held, "displayName")]:
                add(persons.get(employment, ""), AS_TEACHER, label)
    return told


def _name(held: Held, member: str) -> str:
    found = held.resource.get(member)
    return found if isinstance(found, str) else ""


def _id_in(reference: object) -> str:
    value = reference.get("value") if isinstance(reference, dict) else None
    return value if isinstance(value, str) else ""


def _texts(value: object, steps: Sequence[str]) -> Iterator[str]:
    """The texts and numbers at a place; everything of a list."""
    if isinstance(value, list):
        for one in value:
            yield from _texts(one, steps)
    elif steps:
        yield from _texts(value.get(steps[0]), steps[1:]) if isinstance(value, dict) else ()
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield str(value)
