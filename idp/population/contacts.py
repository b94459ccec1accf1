"""User names, mail addresses and street addresses, each given out once."""

from collections import Counter
from dataclasses import dataclass
from itertools import product
from random import Random

from idp.population.names import Name, plain

GUARDIAN_MAIL = "hem.test"

# NOTE: most letters are left out so that chance spells no rude words.
_CONSONANTS, _VOWELS = "bdlnprtv", "aiou"
_WORDS = tuple("".join(word) for word in product(_CONSONANTS, _VOWELS, _CONSONANTS, _VOWELS, _CONSONANTS))

_STREETS = tuple(
    first + last
    for first in ("Låtsas", "Påhitts", "Exempel", "Testbädds", "Attrapp", "Kuliss", "Förlage", "Provtryckar")
    for last in ("gatan", "vägen", "stigen", "gränden", "backen", "allén", "slingan", "torget")
)
_TOWNS = ("Exempelstad", "Påhittsköping", "Provbygden")


def hints_at(user: str, name: Name) -> bool:
    """Whether a user name gives the name away, by the rule that Skolverket warns by.

    It does with the first three letters of a surname, or the first two of a surname and of a given name. A one-word
    name counts as a surname.
    """
    letters = user.replace("-", "")
    surnames = [plain(part) for part in (name.surname or name.given).replace("-", " ").split()]
    given = [plain(part) for part in name.given.replace("-", " ").split()]
    return any(part[:3] in letters for part in surnames) or (
        any(part[:2] in letters for part in surnames) and any(part[:2] in letters for part in given)
    )


class UserNames:
    """eduPersonPrincipalName: two pronounceable words that say nothing about the person."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._taken: set[str] = set()

    def of(self, name: Name, domain: str) -> str:
        """A user name in the domain of the person's school; its part before the @ is nobody's in any domain."""
        while True:
            user = f"{self._draw.choice(_WORDS)}-{self._draw.choice(_WORDS)}"
            if user not in self._taken and not hints_at(user, name):
                self._taken.add(user)
                return f"{user}@{domain}"


class Mailboxes:
    """Addresses made of the name; a number tells those apart who would share one."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def of(self, name: Name, domain: str) -> str:
        """``given.surname@domain`` in a-z."""
        local = ".".join(plain(part) for part in (name.given.split()[0], name.surname) if part)
        address = f"{local}@{domain}"
        self._taken[address] += 1
        count = self._taken[address]
        return address if count == 1 else f"{local}{count}@{domain}"


@dataclass(frozen=True, slots=True)
class Street:
    """Where a household lives: an invented street of an invented town."""

    name: str
    postal_code: str
    town: str


class Streets:
    """House numbers by street.

    NOTE: each person has a house number of their own, also within a household, for a street address that is found in
    the traffic must point at one person.
    """

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._houses: Counter[str] = Counter()

    def street(self) -> Street:
        """Some street; its postal code begins with 0, which no Swedish one does."""
        number = self._draw.randrange(len(_STREETS))
        return Street(_STREETS[number], f"0{10 + number:02d} {10 + number:02d}", _TOWNS[number % len(_TOWNS)])

    def house(self, street: Street) -> str:
        """The next house on the street."""
        self._houses[street.name] += 1
        return f"{street.name} {self._houses[street.name]}"
