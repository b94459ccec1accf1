"""What changes at school while a vendor goes on: its keys, and where a pupil belongs."""

from typing import Literal

from scenarios.flows.steps import log_in, log_in_again, log_out, probe
from testbed.model.orders import ChangePerson, RollKeys
from testbed.model.pages import Ask, Cast, Flow

UNIT = "sisSchoolUnitCode"
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
        yield from log_in_again(cast, cast.vendor.login)
        yield from probe(cast.vendor)
    yield from log_out(cast.vendor)
    yield from probe(cast.vendor)


def change_school(cast: Cast) -> Flow:
    """Log in, move to another school unit, and log in again; at the end the school has the person as before.

    Raises:
        FlowStopped: the school's login page did not come.
    """
    yield from log_in(cast, cast.vendor.login)
    yield from probe(cast.vendor)
    yield from log_out(cast.vendor)
    yield Ask(_belongs(cast, (cast.moves_to,)))
    yield from log_in_again(cast, cast.vendor.login)
    yield from probe(cast.vendor)
    yield from log_out(cast.vendor)
    yield from probe(cast.vendor)
    yield Ask(_belongs(cast, cast.person.school_units))


def _belongs(cast: Cast, units: tuple[str, ...]) -> ChangePerson:
    return ChangePerson(person=cast.person.id, school_units=units, attributes={UNIT: units})
