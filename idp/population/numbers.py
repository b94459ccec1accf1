"""Civic numbers and telephone numbers that nobody is meant to have.

Two forms of civic number are given out, and they are not equally safe:

- ``YYYYMMDD238C`` for women and ``YYYYMMDD239C`` for men, born 1990 or later: the STYLE of the test numbers that
  Skatteverket publishes. Every published number from those years that could be looked at has one of these birth
  numbers; that is no proof that all such numbers are reserved.
- ``YYYYMMDDTFxx``: temporary numbers, which schools give to people without a civic number. They hold letters, so they
  cannot be anyone's civic number. Everybody born before 1990 has one (published test numbers of those years are in
  other styles), and so has everybody for whom the two numbers of a day are taken.
"""

from collections import Counter, deque
from datetime import date, timedelta
from functools import cache
from random import Random

FIRST_YEAR_IN_STYLE = 1990
_DAYS_TRIED = 3
_TEMPORARY_PER_DAY_AND_SEX = 50


def check_digit(nine: str) -> str:
    """The Luhn check digit of nine digits, YYMMDDNNN (Swedish civic number)."""
    doubled = (int(digit) * (2 - position % 2) for position, digit in enumerate(nine))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


class CivicNumbers:
    """Gives out each number once."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._taken: set[tuple[str, bool]] = set()
        self._temporary: Counter[tuple[str, bool]] = Counter()

    def born(self, year: int, female: bool, temporary: bool = False) -> str:
        """The number of somebody born on some day of the year; its first eight digits are the date."""
        if not temporary and year >= FIRST_YEAR_IN_STYLE:
            for _ in range(_DAYS_TRIED):
                day = self._day(year)
                if (day, female) not in self._taken:
                    self._taken.add((day, female))
                    return _in_style(day, female)
        while True:
            day = self._day(year)
            count = self._temporary[day, female]
            if count < _TEMPORARY_PER_DAY_AND_SEX:
                self._temporary[day, female] += 1
                return _temporary(day, female, count)

    def _day(self, year: int) -> str:
        """A day of the year as YYYYMMDD."""
        return self._draw.choice(_days(year))


@cache
def _days(year: int) -> tuple[str, ...]:
    first = date(year, 1, 1)
    count = (date(year + 1, 1, 1) - first).days
    return tuple(f"{first + timedelta(days=number):%Y%m%d}" for number in range(count))


def _in_style(day: str, female: bool) -> str:
    nine = day[2:] + ("238" if female else "239")
    return day[:2] + nine + check_digit(nine)


def _temporary(day: str, female: bool, count: int) -> str:
    """The digit before the last is even for women and odd for men."""
    tens, ones = divmod(count, 10)
    return f"{day}TF{2 * tens + (not female)}{ones}"


# NOTE: the series that PTS sets aside for books and films; no subscriber has them.
_FICTION: tuple[tuple[str, int, int], ...] = (
    ("070-", 1740605, 1740699),
    ("031-", 3900600, 3900699),
    ("040-", 6280400, 6280499),
    ("08-", 46500400, 46500499),
    ("0980-", 319200, 319299),
)
TELEPHONE_NUMBERS = tuple(f"{area}{number}" for area, first, last in _FICTION for number in range(first, last + 1))


class Telephones:
    """Gives out the numbers for fiction, so that only some people have one.

    Args:
        draw: decides who has one.
        numbers: what there is to give; those that are given out are taken from it.
        people: how many may ask.
    """

    def __init__(self, draw: Random, numbers: deque[str], people: int) -> None:
        self._draw = draw
        self._share = min(0.8, len(numbers) / max(1, people))
        self._left = numbers

    def perhaps(self) -> str:
        """A number, or "" for one who has none; about as many of the people get one as there are numbers."""
        return self._left.popleft() if self._draw.random() < self._share and self._left else ""
