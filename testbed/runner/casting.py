"""Who plays: one person of all that fit, drawn with the run's seed."""

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from testbed.model.files import ScenarioInvalid
from testbed.model.written import Casting, Person, Scenario

VERY_LONG_NAME = 60
"""Characters of a displayName from which a name counts as very long."""
LAST_OF_LATIN_1 = 0xFF
UPPER_SECONDARY_CLASS = "GY"
"""How the names of its classes begin; its grades are counted from 1 again."""


def fits(person: Person, casting: Casting) -> bool:
    """Whether this person may play."""
    return (
        casting.id in (None, person.id)
        and (casting.id is not None or casting.school == person.school)
        and casting.role in (None, person.role)
        and casting.security_marking in (None, person.security_marking)
        and all(person.values(name) for name in casting.having)
        and not any(person.values(name) for name in casting.lacking)
        and (casting.grade is None or person.values("sisSchoolGrade") == (str(casting.grade),))
        and (casting.school_unit is None or casting.school_unit in person.school_units)
        and (casting.school_units == "any" or len(person.school_units) > 1)
        and (casting.children == "any" or len(person.values("sisLegalGuardianFor")) > 1)
        and (casting.civic_number == "any" or not "".join(person.values("norEduPersonNIN") or ("0",)).isdigit())
        and _name_fits(person, casting.name)
        and _stage_fits(person, casting.stage)
    )


def _stage_fits(person: Person, stage: str) -> bool:
    match stage:
        case "preschool-class":
            return person.values("sisSchoolGrade") == ("0",)
        case "upper-secondary":
            classes = (group.rpartition("/")[2] for group in person.values("sisSchoolCourseStudent"))
            return any(name.startswith(UPPER_SECONDARY_CLASS) for name in classes)
        case _:
            return True


def _name_fits(person: Person, kind: str) -> bool:
    name = " ".join(person.values("displayName"))
    is_so = {
        "any": True,
        "one-word": not person.values("sn"),
        "very-long": len(name) >= VERY_LONG_NAME,
        "beyond-ascii": not name.isascii(),
        "beyond-latin-1": any(ord(letter) > LAST_OF_LATIN_1 for letter in name),
        "apostrophe": "'" in name or "’" in name,
        "double-surname": any("-" in surname for surname in person.values("sn")),
    }
    return is_so[kind]


def candidates(people: Iterable[Person], scenario: Scenario, source: Path) -> tuple[Person, ...]:
    """Those who fit the scenario's casting.

    A scenario that says nothing of protected identity is cast with people who have none: what the school withholds
    for their sake is a story of its own.

    Raises:
        ScenarioInvalid: nobody fits.
    """
    casting = scenario.person
    if casting.security_marking is None and casting.id is None:
        casting = casting.model_copy(update={"security_marking": "Ingen"})
    everybody = tuple(people)
    fitting = tuple(person for person in everybody if fits(person, casting))
    if not fitting:
        raise ScenarioInvalid(
            source, "person", f"nobody of {len(everybody)} people fits", "ask for less, or play with more pupils"
        )
    return fitting


def draw(fitting: Sequence[Person], scenario: Scenario, seed: int, repetition: int = 0) -> Person:
    """One of those who fit; the same for the same seed and repetition."""
    # NOTE: S311 is about secrets; a draw that can be repeated is what is wanted here.
    return random.Random(f"{seed}/{scenario.id}/{repetition}").choice(fitting)  # noqa: S311
