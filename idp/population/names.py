"""Names, drawn so that no full name can be mistaken for another one or for a part of it."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations
from random import Random
from types import MappingProxyType

from idp.population.traits import Trait

VERY_LONG = 60
"""A displayName of so many characters is very long."""
SHARE_OF_DOUBLE_SURNAMES = 0.04
LAST_OF_LATIN_1 = 0xFF

# NOTE: letters that Unicode does not decompose into a base letter and a mark.
_WITHOUT_DECOMPOSITION = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "þ": "th", "ð": "d", "æ": "ae", "ß": "ss"}
)


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name; the surname is "" for a one-word name."""

    given: str
    middle: str
    surname: str

    @property
    def display(self) -> str:
        """The full name."""
        return " ".join(part for part in (self.given, self.middle, self.surname) if part)


@cache
def listed(file: str) -> tuple[str, ...]:
    """The names of one list, the common ones first."""
    text = files("idp").joinpath("names", f"{file}.txt").read_text(encoding="utf-8")
    return tuple(unicodedata.normalize("NFC", line) for line in text.splitlines() if line)


@cache
def words(text: str) -> tuple[str, ...]:
    """The words of a name in plain a-z, as a search that forgives case, marks and punctuation would see them."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_WITHOUT_DECOMPOSITION))
    return tuple(re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c))))


def plain(text: str) -> str:
    """A name in a-z without anything between its words, as mail addresses have it."""
    return "".join(words(text))


_SURNAMES_WITH: Mapping[Trait | None, Callable[[str], bool]] = MappingProxyType(
    {
        Trait.APOSTROPHE: lambda name: "'" in name,
        Trait.FOREIGN_LETTERS: lambda name: any(ord(letter) > LAST_OF_LATIN_1 for letter in name),
        Trait.SWEDISH_LETTERS: lambda name: not set("åäö").isdisjoint(name.lower()),
    }
)


class Names:
    """Gives out each full name once.

    A full name is refused when its words stand in order within another full name ("Anna Berg" in "Lisa Anna
    Berg-Lind"), so that finding a name in the traffic points at one person.
    """

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._given_out: set[str] = set()
        self._within: set[str] = set()
        one_word = list(listed("one_word"))
        draw.shuffle(one_word)
        self._one_word = one_word

    @property
    def one_word_left(self) -> int:
        """How many names without surname there are still to give out."""
        return len(self._one_word)

    def surname(self) -> str:
        """A surname, the common ones likelier; some are double ones."""
        first = self._common("surnames")
        return f"{first}-{self._common('surnames')}" if self._draw.random() < SHARE_OF_DOUBLE_SURNAMES else first

    def surname_with(self, trait: Trait | None) -> str:
        """A surname that has the trait, "" where the trait is not one of surnames."""
        if trait is Trait.DOUBLE_SURNAME:
            return "-".join(self._draw.sample(listed("surnames"), 2))
        if trait in _SURNAMES_WITH:
            return self._draw.choice(tuple(name for name in listed("surnames") if _SURNAMES_WITH[trait](name)))
        return ""

    def full(self, female: bool, surname: str) -> Name:
        """A name that nobody has; middle names tell those apart who share the first and the last."""
        sex = "female" if female else "male"
        attempts = 0
        while True:
            middles = self._draw.sample(listed(f"middle_{sex}"), min(3, attempts // 8 + (attempts > 0)))
            name = Name(self._common(f"given_{sex}"), " ".join(middles), surname)
            if self._claim(name):
                return name
            attempts += 1

    def very_long(self, female: bool) -> Name:
        """A full name of :data:`VERY_LONG` characters or more, its given names all in one field."""
        sex = "female" if female else "male"
        while True:
            surname = "-".join(self._draw.sample(listed("surnames"), 2))
            given = self._draw.choice(listed(f"given_{sex}"))
            for middle in self._draw.sample(listed(f"middle_{sex}"), 12):
                given += f" {middle}"
                if len(given) + 1 + len(surname) >= VERY_LONG:
                    break
            name = Name(given, "", surname)
            if self._claim(name):
                return name

    def one_word(self) -> Name:
        """A name without surname; its word is nobody else's name or part of one."""
        return Name(self._one_word.pop(0), "", "")

    def _common(self, file: str) -> str:
        """A name of the list, the earlier the likelier."""
        names = listed(file)
        return names[int(len(names) * self._draw.random() ** 1.5)]

    def _claim(self, name: Name) -> bool:
        sequence = words(name.given) + words(name.middle) + words(name.surname)
        parts = {" ".join(sequence[i:j]) for i, j in combinations(range(len(sequence) + 1), 2) if j - i > 1}
        whole = " ".join(sequence)
        if whole in self._within or not parts.isdisjoint(self._given_out):
            return False
        self._given_out.add(whole)
        self._within |= parts
        return True
