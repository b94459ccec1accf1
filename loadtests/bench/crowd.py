"""People by the million, for the benchmarks of the search alone: made one at a time, kept in memory only.

The mock school's own people (``idp.people``) are drawn with care, so that every kind of pupil is among them and no name
is anyone's twice; that is too slow and too much for a million. These have common Swedish names, shared by many as real
names are, and identifiers of their own. Their birthdays lie years ahead, so that their personal numbers are nobody's.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from idp.population.names import listed, plain
from idp.population.numbers import check_digit
from testbed.model.written import Person

FIRST_DAY = date(2031, 1, 1)
DAYS = 10_957
"""Thirty years of birthdays."""
NUMBERS_A_DAY = 1000
PEOPLE = DAYS * NUMBERS_A_DAY
"""More cannot have a personal number of their own."""
_TOWNS = ("Exempelstad", "Påhittsköping", "Provbygden")
_STREETS = ("Låtsasgatan", "Påhittsvägen", "Exempelstigen", "Kulissgränden", "Provtryckarbacken")
_GRADES = 10


def crowd(count: int, seed: int = 1) -> Iterator[Person]:
    """So many people, the same for the same two numbers."""
    if count > PEOPLE:
        raise ValueError(f"there are personal numbers for {PEOPLE} people, not for {count}")
    draw = Random(seed)  # noqa: S311 (nothing secret)
    given = listed("given_female") + listed("given_male")
    surnames = listed("surnames")
    for number in range(count):
        yield _person(number, _common(draw, given), _common(draw, surnames))


def _common(draw: Random, names: tuple[str, ...]) -> str:
    """The earlier ones of a list are the commoner."""
    return names[int(len(names) * draw.random() ** 1.5)]


def _person(number: int, given: str, surname: str) -> Person:
    birthday = FIRST_DAY + timedelta(days=number % DAYS)
    nine = f"{birthday:%y%m%d}{number // DAYS % NUMBERS_A_DAY:03d}"
    unit = f"{number // 600:08d}"
    values: dict[str, str | tuple[str, ...]] = {
        "eduPersonPrincipalName": f"k{number:07d}@skola.test",
        "givenName": given,
        "sn": surname,
        "displayName": f"{given} {surname}",
        "mail": f"{plain(given)}.{plain(surname)}{number}@elev.skola.test",
        "norEduPersonNIN": f"20{nine}{check_digit(nine)}",
        "norEduPersonBirthDate": f"{birthday:%Y%m%d}",
        "telephoneNumber": f"078-{number:07d}",
        "street": f"{_STREETS[number % len(_STREETS)]} {number // len(_STREETS) + 1}",
        "postalCode": f"0{number % 90 + 10} {number % 90 + 10}",
        "l": _TOWNS[number % len(_TOWNS)],
        "sisSchoolUnitCode": (unit,),
        "sisSchoolGrade": str(number % _GRADES),
        "sisSchoolCourseStudent": (f"http://skola.test/{unit}/{number % _GRADES}A",),
        "eduPersonScopedAffiliation": ("student@skola.test",),
    }
    # NOTE: not validated, for that would cost more than what is measured; each value is of the form that it should be.
    return Person.model_construct(
        id=f"elev-{number}", role="pupil", school_units=(unit,), attributes=values, security_marking="Ingen"
    )
