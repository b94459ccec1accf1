"""Values of a population that a corpus may seed: each points at one person however it is folded."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random

from testbed.model.attributes import base_of
from testbed.model.written import Person

SEEDED = ("eduPersonPrincipalName", "mail", "norEduPersonNIN", "displayName", "telephoneNumber", "street")
"""Attributes whose values point at one person."""
FIELDS = ("givenName", "sn", "norEduPersonBirthDate", "sisSchoolUnitCode", "sisSchoolGrade", "postalCode")
"""Attributes whose values are personal data only where a field says what they are."""
_COORDINATION_DAY = 60
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "ß": "ss", "þ": "th", "ð": "d"})


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one person."""

    attribute: str
    person: str
    text: str
    given: str = ""
    surname: str = ""
    """Of a displayName that is these two alone."""

    @property
    def coordination(self) -> bool:
        """A coordination number: the day of birth plus 60."""
        return self.text[6:8].isdigit() and int(self.text[6:8]) > _COORDINATION_DAY


def folded(text: str) -> str:
    """Without letter case, marks and all that is no letter or digit."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return re.sub(r"[\W_]", "", "".join(letter for letter in plain if not unicodedata.combining(letter)))


class Population:
    """People, and which of their values a corpus may use."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self.people = people
        self._owners: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._said: dict[tuple[str, str], set[str]] = defaultdict(set)
        for value in self._all():
            self._owners[_key(value)].add((base_of(value.attribute), value.person))
        for person in people.values():
            for name in FIELDS:
                for text in person.values(name):
                    self._said[name, text.casefold()].add(person.id)
        self.seedable = {name: tuple(self._seedable(name)) for name in SEEDED}
        """By attribute, in the order of the people."""

    def of_field(self, draw: Random, attribute: str) -> Value | None:
        """A value that is personal data where a field says what it is; its person is "" where several have it."""
        texts = sorted(text for name, text in self._said if name == attribute)
        if not texts:
            return None
        text = draw.choice(texts)
        owners = self._said[attribute, text]
        spelled = next(t for t in self.people[min(owners)].values(attribute) if t.casefold() == text)
        return Value(attribute, next(iter(owners)) if len(owners) == 1 else "", spelled)

    def is_known(self, text: str) -> bool:
        """Whether anyone has this value, however it is written."""
        return folded(text) in self._owners

    def number_is_known(self, twelve: str) -> bool:
        """Whether anyone has this civic number, with or without its century."""
        return self.is_known(twelve) or twelve[2:] in self._short_numbers

    def names_somebody(self, given: str, surname: str) -> bool:
        """Whether both words stand in one person's name, in any order."""
        with_surname = self._by_word.get(folded(surname), set())
        return not with_surname.isdisjoint(self._by_word.get(folded(given), set()))

    @cached_property
    def given_names(self) -> tuple[str, ...]:
        """Single given names, each once."""
        return tuple(
            dict.fromkeys(name for p in self.people.values() for name in p.values("givenName") if _single(name))
        )

    @cached_property
    def surnames(self) -> tuple[str, ...]:
        """Single surnames, each once."""
        return tuple(dict.fromkeys(name for p in self.people.values() for name in p.values("sn") if _single(name)))

    @cached_property
    def full_names(self) -> tuple[Value, ...]:
        """Names of two words and no more, that one person has."""
        return tuple(value for value in self.seedable["displayName"] if _single(value.given) and _single(value.surname))

    @cached_property
    def _by_word(self) -> dict[str, set[str]]:
        words: dict[str, set[str]] = defaultdict(set)
        for person in self.people.values():
            for name in ("displayName", "givenName", "sn"):
                for text in person.values(name):
                    for word in re.split(r"[\s-]+", text):
                        words[folded(word)].add(person.id)
        return words

    @cached_property
    def _short_numbers(self) -> frozenset[str]:
        return frozenset(v[2:] for person in self.people.values() for v in person.values("norEduPersonNIN"))

    def _all(self) -> Iterator[Value]:
        for person in self.people.values():
            for name in SEEDED:
                for text in person.values(name):
                    yield _value(name, person, text)

    def _seedable(self, attribute: str) -> Iterator[Value]:
        shorts = _counted(v[2:] for person in self.people.values() for v in person.values("norEduPersonNIN"))
        pairs = _counted(
            (folded(g), folded(s)) for p in self.people.values() for g in p.values("givenName") for s in p.values("sn")
        )
        for value in self._all():
            if value.attribute != attribute or len(self._owners[_key(value)]) > 1:
                continue
            if attribute == "displayName" and pairs.get((folded(value.given), folded(value.surname))) != 1:
                continue
            if attribute == "norEduPersonNIN" and shorts[value.text[2:]] > 1:
                continue
            yield value


def _key(value: Value) -> str:
    return folded(value.text)


def _single(name: str) -> bool:
    return bool(name) and not re.search(r"[\s'-]", name)


def _counted[Key](keys: Iterable[Key]) -> dict[Key, int]:
    counts: dict[Key, int] = defaultdict(int)
    for key in keys:
        counts[key] += 1
    return counts


def _value(attribute: str, person: Person, text: str) -> Value:
    given, surname = next(iter(person.values("givenName")), ""), next(iter(person.values("sn")), "")
    if attribute != "displayName" or text != f"{given} {surname}":
        return Value(base_of(attribute), person.id, text)
    return Value(attribute, person.id, text, given, surname)
