"""The invented school owners, their school units and their classes."""

from dataclasses import dataclass
from string import ascii_uppercase
from typing import Literal

type Stage = Literal["F-3", "4-9", "gymnasium"]

SCHOOL_YEAR = 2026
"""The people belong to the school year that begins in this autumn, whatever the clock says: nobody grows older."""
PUPILS_PER_SET = 2000
"""About so many pupils share one set of three school units; a larger population has more sets."""
PUPILS_PER_CLASS = 26


@dataclass(frozen=True, slots=True)
class UnitKind:
    """What the school units of one stage have in common."""

    name: str
    stage: Stage
    grades: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """The school owner (huvudman)."""

    name: str
    organisation_number: str
    domain: str
    """The security domain of its users and of its mail."""
    school: str
    """What :attr:`testbed.model.written.Person.school` calls it."""
    id_prefix: str
    """What the ids of its people begin with, "" or with a hyphen at its end."""
    kinds: tuple[UnitKind, ...]
    first_code: int
    """Of its school units."""


@dataclass(frozen=True, slots=True)
class SchoolUnit:
    """A school unit (skolenhet)."""

    code: str
    """8 digits."""
    name: str
    stage: Stage
    grades: tuple[int, ...]
    """0 is the preschool class; the upper secondary school counts from 1 again, as SS 12000 does."""
    domain: str
    """The owner's."""

    def group(self, name: str) -> str:
        """The identifier of a group of this unit, in the form that Skolfederation's vendors expect."""
        return f"http://{self.domain}/{self.code}/{name}"


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """A class of one grade."""

    unit: SchoolUnit
    grade: int
    name: str

    @property
    def group(self) -> str:
        """See :meth:`SchoolUnit.group`."""
        return self.unit.group(self.name)

    @property
    def birth_year(self) -> int:
        """The year in which pupils of this class were born."""
        youngest = 15 if self.unit.stage == "gymnasium" else 6
        return SCHOOL_YEAR - youngest - self.grade


# NOTE: both organisation numbers have a wrong check digit, so they are no organisation's. Codes of school units begin
# with 0000 so that they look like no code in Skolverket's register.
OWNER = Owner(
    name="Exempelkommun",
    organisation_number="212000-0000",
    domain="skola.test",
    school="skola",
    id_prefix="",
    kinds=(
        UnitKind("Låtsasängens skola", "F-3", (0, 1, 2, 3)),
        UnitKind("Påhittsbackens skola", "4-9", (4, 5, 6, 7, 8, 9)),
        UnitKind("Exempelgymnasiet", "gymnasium", (1, 2, 3)),
    ),
    first_code=1101,
)
NEIGHBOUR = Owner(
    name="Grannkommun",
    organisation_number="212000-0002",
    domain="granne.test",
    school="granne",
    id_prefix="granne-",
    kinds=(
        UnitKind("Grannbyns skola", "F-3", (0, 1, 2, 3)),
        UnitKind("Gränsbackens skola", "4-9", (4, 5, 6, 7, 8, 9)),
        UnitKind("Granngymnasiet", "gymnasium", (1, 2, 3)),
    ),
    first_code=9101,
)


def units_for(owner: Owner, pupils: int) -> tuple[SchoolUnit, ...]:
    """Three units of different stages, as many times as the number of pupils needs."""
    sets = max(1, round(pupils / PUPILS_PER_SET))
    return tuple(
        SchoolUnit(
            code=f"{owner.first_code + len(owner.kinds) * number + position:08d}",
            name=kind.name if number == 0 else f"{kind.name} {number + 1}",
            stage=kind.stage,
            grades=kind.grades,
            domain=owner.domain,
        )
        for number in range(sets)
        for position, kind in enumerate(owner.kinds)
    )


def classes_for(units: tuple[SchoolUnit, ...], pupils: int) -> tuple[SchoolClass, ...]:
    """The class of each pupil: grades are equally large, and so are the classes of a grade."""
    years = tuple((unit, grade) for unit in units for grade in unit.grades)
    whole, rest = divmod(pupils, len(years))
    placed: list[SchoolClass] = []
    for index, (unit, grade) in enumerate(years):
        # NOTE: a grade of a unit has at most 232 pupils, so one letter is enough to tell its classes apart.
        size = whole + (index < rest)
        parallel = -(-size // PUPILS_PER_CLASS)
        prefix = _class_prefix(unit.stage, grade)
        classes = tuple(SchoolClass(unit, grade, prefix + letter) for letter in ascii_uppercase[:parallel])
        placed += (classes[number * parallel // size] for number in range(size))
    return tuple(placed)


def _class_prefix(stage: Stage, grade: int) -> str:
    if stage == "gymnasium":
        return f"GY{grade}"
    return "F" if grade == 0 else str(grade)
