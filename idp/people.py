"""The invented people of the mock schools: pupils, their guardians, teachers and other staff.

All of them come from a seed alone, so that two runs, or two processes of one run, know the same people. Nobody is
real: names are drawn from lists, numbers are of the forms that ``idp.population.numbers`` explains, streets and towns
are invented, and every mail address is under ``.test``.
"""

from dataclasses import dataclass

from idp.population.census import Census
from idp.population.school import NEIGHBOUR, OWNER, Owner, SchoolUnit
from testbed.model.written import Person

__all__ = ["MAX_PUPILS", "Owner", "Population", "SchoolUnit", "generate"]

MAX_PUPILS = 200_000
"""More would not find numbers that belong to nobody."""
NEIGHBOUR_PUPILS = 60
"""Few, for the neighbour is there to be another school, not a large one."""


@dataclass(frozen=True, slots=True)
class Population:
    """One school owner with its school units and everybody who has to do with them, and the owner next to it."""

    owner: Owner
    units: tuple[SchoolUnit, ...]
    people: dict[str, Person]
    """By id: pupils, then guardians, teachers and other staff."""
    neighbour: "Population | None" = None
    """Another owner with another school; no value that identifies someone stands on both sides."""

    @property
    def everybody(self) -> dict[str, Person]:
        """The people of all owners, by id."""
        return self.people | (self.neighbour.everybody if self.neighbour else {})


def generate(seed: int, pupils: int = 900) -> Population:
    """A population that depends on these two numbers alone, and its neighbour of :data:`NEIGHBOUR_PUPILS` pupils.

    Every kind of unusual pupil is in it when there are 100 pupils or more (``idp.population.traits``), and so are
    a teacher with protected identity and teachers in several school units. The neighbour has all of them too, but for
    telephones and one-word names where the first owner has used up those that may be given out.

    Raises:
        ValueError: fewer than 1 or more than :data:`MAX_PUPILS` pupils.
    """
    if not 1 <= pupils <= MAX_PUPILS:
        raise ValueError(f"a population has 1 to {MAX_PUPILS} pupils, not {pupils}")
    first = Census(OWNER, pupils, f"people of the mock school, seed {seed}")
    people = first.everybody()
    second = Census(NEIGHBOUR, NEIGHBOUR_PUPILS, f"people of its neighbour, seed {seed}", first.registers)
    neighbour = Population(NEIGHBOUR, second.units, second.everybody())
    return Population(OWNER, first.units, people, neighbour)
