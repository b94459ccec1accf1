"""The invented people of the mock school: pupils, their guardians, teachers and other staff.

All of them come from a seed alone, so that two runs, or two processes of one run, know the same people. Nobody is
real: names are drawn from lists, numbers are of the forms that ``idp.population.numbers`` explains, streets and towns
are invented, and every mail address is under ``.test``.
"""

from dataclasses import dataclass

from idp.population.census import Census
from idp.population.school import OWNER, Owner, SchoolUnit, units_for
from testbed.model.written import Person

__all__ = ["MAX_PUPILS", "Owner", "Population", "SchoolUnit", "generate"]

MAX_PUPILS = 200_000
"""More would not find numbers that belong to nobody."""


@dataclass(frozen=True, slots=True)
class Population:
    """One school owner with its school units and everybody who has to do with them."""

    owner: Owner
    units: tuple[SchoolUnit, ...]
    people: dict[str, Person]
    """By id: pupils, then guardians, teachers and other staff."""


def generate(seed: int, pupils: int = 900) -> Population:
    """A population that depends on these two numbers alone.

    Every kind of unusual pupil is in it when there are 100 pupils or more (``idp.population.traits``), and so are
    a teacher with protected identity and teachers in several school units.

    Raises:
        ValueError: fewer than 1 or more than :data:`MAX_PUPILS` pupils.
    """
    if not 1 <= pupils <= MAX_PUPILS:
        raise ValueError(f"a population has 1 to {MAX_PUPILS} pupils, not {pupils}")
    units = units_for(pupils)
    census = Census(seed, units, pupils)
    people = (*census.families(), *census.teachers(), *census.other_staff())
    return Population(OWNER, units, {person.id: person for person in people})
