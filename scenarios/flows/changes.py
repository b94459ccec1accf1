"""What changes at school while a vendor goes on: its keys, and where a pupil belongs."""

from typing import Literal

from scenarios.flows.steps import log_in, log_in_again, log_out, look_at_keys, probe
from testbed.model.orders import ChangePerson
from testbed.model.pages import Ask, Cast, Flow
from testbed.model.rolling import RollKeys
from testbed.model.written import Person

UNIT, GROUPS = "sisSchoolUnitCode", ("sisSchoolCourseStudent", "sisSchoolCourseTeacher")
STEPS: tuple[Literal["announce", "switch", "retire"], ...] = ("announce", "switch", "retire")


def key_rollover(cast: Cast) -> Flow:
    """Log in before the school changes its key and after each step of the change.

    The person logs out in between, or a session of before would hide that the next login failed.

    Raises:
        FlowStopped: the school's login page did not come.
    """
    yield from log_in(cast, cast.vendor.login)
    yield from probe(cast.vendor)
    for step in STEPS:
        yield from log_out(cast.vendor)
        yield Ask(RollKeys(step=step))
        # NOTE: the vendor may not look, and the journal must have what the school published.
        yield from look_at_keys(cast)
        yield from log_in_again(cast, cast.vendor.login)
        yield from probe(cast.vendor)
    yield from log_out(cast.vendor)


def change_school(cast: Cast) -> Flow:
    """Log in, move to another school unit, and log in again; at the end the school has the person as before.

    Raises:
        FlowStopped: the school's login page did not come.
    """
    yield from log_in(cast, cast.vendor.login)
    yield from probe(cast.vendor)
    yield from log_out(cast.vendor)
    yield Ask(moved(cast.person, cast.moves_to))
    yield from log_in_again(cast, cast.vendor.login)
    yield from probe(cast.vendor)
    yield from log_out(cast.vendor)
    yield Ask(as_before(cast.person))


def moved(person: Person, unit: str) -> ChangePerson:
    """The person belongs to this school unit alone, and to its groups: a group's name holds its unit's code."""

    def renamed(value: str) -> str:
        return next((value.replace(old, unit) for old in person.school_units if old in value), value)

    told = {name: tuple(dict.fromkeys(map(renamed, person.values(name)))) for name in _belonging(person)}
    return ChangePerson(person=person.id, school_units=(unit,), attributes=told)


def as_before(person: Person) -> ChangePerson:
    """The person belongs where people.json has them."""
    told = {name: person.values(name) for name in _belonging(person)}
    return ChangePerson(person=person.id, school_units=person.school_units, attributes=told)


def _belonging(person: Person) -> tuple[str, ...]:
    return tuple(name for name in (UNIT, *GROUPS) if person.values(name))
