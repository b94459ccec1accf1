"""Those who may arrive: people of one role and school, in classes, in school units of very different sizes."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp

from testbed.model.load import Part
from testbed.model.written import Agreement, Person
from testbed.runner.admitted import admitted

CLASSES, GRADE = "sisSchoolCourseStudent", "sisSchoolGrade"
ACCOUNT, CHILDREN = "eduPersonPrincipalName", "sisLegalGuardianFor"
UNMARKED = "Ingen"
"""Who has a protected identity is known to vendors by another name: what becomes of that is a story of its own."""
SIGMA = 0.9
"""Of the logarithm of a school unit's size. Units of independent schools have 228 pupils on average, and 32 of 100 have
fewer than 100 (Friskolornas riksförbund, after Skolverket): the log-normal distribution of which both hold."""


def unit_sizes(people: Mapping[str, Person], draw: random.Random) -> dict[str, float]:
    """How large each school unit is beside the others: drawn log-normal, for the laboratory's are all alike."""
    units = sorted({unit for person in people.values() for unit in person.school_units})
    return {unit: exp(draw.gauss(0, SIGMA)) for unit in units}


def may_come(person: Person, part: Part, agreement: Agreement | None) -> bool:
    """Whether the person can be one of those who do this."""
    return (
        person.role == part.role
        and person.school == part.school
        and person.security_marking == UNMARKED
        and (not part.grades or not set(map(str, part.grades)).isdisjoint(person.values(GRADE)))
        and (agreement is None or admitted(person, agreement))
    )


@dataclass(frozen=True, slots=True)
class Together:
    """People who come together where a wave comes by class: a class, or one person who is in none."""

    unit: str
    """The code of their school unit; "" where they have none."""
    people: tuple[str, ...]


class Crowd:
    """Some people, in an order that was drawn; when all have come, they come again.

    Of a school unit that is small beside the others only some classes are there, so that who arrives is spread over
    units as pupils are over real ones.

    Args:
        everybody: all that the laboratory knows: a guardian's school unit is that of their first child.
        some: ids of those who may come, at least one.
        sizes: of school units, as :func:`unit_sizes` has them.
        draw: decides the order.
    """

    def __init__(
        self, everybody: Mapping[str, Person], some: Sequence[str], sizes: Mapping[str, float], draw: random.Random
    ) -> None:
        self._draw = draw
        self._groups = tuple(_kept(_groups(everybody, sorted(some)), sizes))
        self._singly: list[str] = []
        self._jointly: list[Together] = []

    @property
    def size(self) -> int:
        """So many come before anybody comes again."""
        return sum(len(group.people) for group in self._groups)

    def one(self) -> str:
        """Somebody."""
        if not self._singly:
            people = [name for group in self._groups for name in group.people]
            self._singly = self._draw.sample(people, len(people))
        return self._singly.pop()

    def together(self) -> Together:
        """A class."""
        if not self._jointly:
            self._jointly = self._draw.sample(self._groups, len(self._groups))
        return self._jointly.pop()


def _groups(everybody: Mapping[str, Person], some: Sequence[str]) -> Iterator[Together]:
    """Classes in the order of their names, then those who are in none."""
    units = _units_of_children(everybody, some)
    classes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in some:
        person = everybody[name]
        unit = next(iter(person.school_units), "") or units.get(name, "")
        classes[unit, next(iter(person.values(CLASSES)), f"~{name}")].append(name)
    for (unit, _), members in sorted(classes.items()):
        yield Together(unit, tuple(members))


def _units_of_children(everybody: Mapping[str, Person], some: Sequence[str]) -> dict[str, str]:
    guardians = [name for name in some if everybody[name].values(CHILDREN)]
    if not guardians:
        return {}
    units = {
        account: person.school_units[0]
        for person in everybody.values()
        if person.role == "pupil" and person.school_units
        for account in person.values(ACCOUNT)
    }
    return {name: units.get(everybody[name].values(CHILDREN)[0], "") for name in guardians}


def _kept(groups: Iterator[Together], sizes: Mapping[str, float]) -> Iterator[Together]:
    """Of each school unit so many groups as its size beside the largest one says, at least one and at most all."""
    by_unit: dict[str, list[Together]] = defaultdict(list)
    for group in groups:
        by_unit[group.unit].append(group)
    most = max(map(len, by_unit.values()))
    # NOTE: a unit of which hardly anybody may come, as those who belong to two, is no measure of the others.
    measures = [unit for unit, there in by_unit.items() if 2 * len(there) >= most]
    largest = max(measures, key=lambda unit: sizes.get(unit, 1.0))
    groups_to_one = len(by_unit[largest]) / sizes.get(largest, 1.0)
    for unit, there in by_unit.items():
        yield from there[: ceil(groups_to_one * sizes.get(unit, 1.0))]
