"""Pupils who move school, for the benchmarks of what has changed."""

from collections.abc import Iterable

from idp.ss12000.roll import Roll
from testbed.model.written import Person

EVERY = 100
"""Every so many pupils one moves."""


def move(roll: Roll, people: Iterable[Person]) -> int:
    """Every hundredth pupil is at another school unit from now on; says how many have moved."""
    pupils = [person for person in people if person.role == "pupil"]
    codes = sorted({code for person in pupils for code in person.school_units})
    for person in pupils[::EVERY]:
        unit = next(code for code in codes if code not in person.school_units)
        attributes = {**person.attributes, "sisSchoolUnitCode": (unit,)}
        roll.put(person.model_copy(update={"school_units": (unit,), "attributes": attributes}))
    return len(pupils[::EVERY])
