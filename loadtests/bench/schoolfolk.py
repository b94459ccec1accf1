"""The people whose values the privacy benchmark leaks: the mock school's, some of them with coordination numbers."""

from datetime import date, timedelta

from idp.people import generate
from idp.population.numbers import check_digit
from testbed.model.written import Person

SEED, PUPILS = 1, 900
COORDINATED = 40
"""So many guardians have a coordination number, which the mock school gives to nobody."""
_FIRST_DAY = date(1990, 1, 1)


def schoolfolk(seed: int = SEED, pupils: int = PUPILS) -> dict[str, Person]:
    """By id."""
    people = generate(seed, pupils).everybody
    guardians = [person for person in people.values() if person.role == "guardian"]
    for number, person in enumerate(guardians[:COORDINATED]):
        attributes = {**person.attributes, "norEduPersonNIN": coordination_number(number)}
        people[person.id] = person.model_copy(update={"attributes": attributes})
    return people


def coordination_number(number: int) -> str:
    """One in the style of the test numbers that Skatteverket publishes: the day plus 60, then 238 or 239."""
    birthday = _FIRST_DAY + timedelta(days=number)
    nine = f"{birthday:%y%m}{birthday.day + 60}{'238' if number % 2 else '239'}"
    return f"{birthday:%Y}"[:2] + nine + check_digit(nine)
