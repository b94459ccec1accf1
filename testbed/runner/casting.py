"""Who plays: one person of all that fit, drawn with the run's seed."""

import random
from collections.abc import Mapping
from pathlib import Path

from testbed.model.files import ScenarioInvalid
from testbed.model.written import Casting, Person, Scenario

VERY_LONG_NAME = 60
"""Characters of a displayName from which a name counts as very long."""


def fits(person: Person, casting: Casting) -> bool:
    """Whether this person may play."""
    return (
        casting.id in (None, person.id)
        and (casting.id is not None or casting.school == person.school)
        and casting.role in (None, person.role)
        and casting.security_marking in (None, person.security_marking)
        and all(person.values(name) for name in casting.having)
        and not any(person.values(name) for name in casting.lacking)
        and (casting.school_units == "any" or len(person.school_units) > 1)
        and (casting.children == "any" or len(person.values("sisLegalGuardianFor")) > 1)
        and _name_fits(person, casting.name)
    )


def _name_fits(person: Person, kind: str) -> bool:
    name = " ".join(person.values("displayName"))
    match kind:
        case "one-word":
            return not person.values("sn")
        case "very-long":
            return len(name) >= VERY_LONG_NAME
        case "beyond-ascii":
            return not name.isascii()
        case _:
            return True


def draw(people: Mapping[str, Person], scenario: Scenario, source: Path, seed: int, repetition: int = 0) -> Person:
    """One person who fits the scenario's casting; the same for the same seed and repetition.

    A scenario that says nothing of protected identity is cast with people who have none: what the school withholds
    for their sake is a story of its own.

    Raises:
        ScenarioInvalid: nobody fits.
    """
    casting = scenario.person
    if casting.security_marking is None and casting.id is None:
        casting = casting.model_copy(update={"security_marking": "Ingen"})
    fitting = [person for person in people.values() if fits(person, casting)]
    if not fitting:
        raise ScenarioInvalid(
            source, "person", f"nobody of {len(people)} people fits", "ask for less, or play with more pupils"
        )
    # NOTE: S311 is about secrets; a draw that can be repeated is what is wanted here.
    return random.Random(f"{seed}/{scenario.id}/{repetition}").choice(fitting)  # noqa: S311
