"""An index over the values of a whole population: whose is this?"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from testbed.model.attributes import attributes, base_of
from testbed.model.written import Person

NAME_ID = "NameID"
"""The name under which the values of an assertion's NameID stand, beside those of the attribute table."""
SUBJECT = "sub"
"""The same for the ``sub`` of OpenID Connect."""


def folded(text: str) -> str:
    """Letter case taken away, so that values are found however they are written."""
    return text.casefold()


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a value is, and which of the person's attributes."""

    attribute: str
    person: str
    value: str


class PeopleIndex:
    """Every value of every person, by attribute; and those that point at one person wherever they stand."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._by_value: dict[tuple[str, str], tuple[str, ...]] = {}
        needles: dict[str, Owner] = {}
        unique = [*(attribute.name for attribute in attributes() if attribute.unique), NAME_ID, SUBJECT]
        self._unique = frozenset(unique)
        for person in people.values():
            for name in person.attributes:
                for value in person.values(name):
                    key = (base_of(name), folded(value))
                    owners = self._by_value.get(key, ())
                    if person.id not in owners:
                        self._by_value[key] = (*owners, person.id)
            for name in unique:
                for value in person.values(name):
                    if _points_at_one(name, value):
                        needles.setdefault(folded(value), Owner(name, person.id, value))
        self.needles: Mapping[str, Owner] = needles
        """Folded values that may be searched for anywhere."""

    def owners(self, attribute: str, value: str) -> tuple[str, ...]:
        """The ids of those whose attribute, by this name or another, has this value, in any letter case."""
        return self._by_value.get((base_of(attribute), folded(value)), ())

    def is_unique(self, attribute: str) -> bool:
        """Whether a value of it points at one person alone."""
        return attribute in self._unique


class _Population:
    """People compared by being the very same mapping, which nobody changes."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self.people = people

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Population) and other.people is self.people

    def __hash__(self) -> int:
        return id(self.people)


@lru_cache(maxsize=2)
def _indexed(population: _Population) -> PeopleIndex:
    return PeopleIndex(population.people)


def index_of(people: Mapping[str, Person]) -> PeopleIndex:
    """The index of a population that is looked at again and again: made once for the same mapping."""
    return _indexed(_Population(people))


def _points_at_one(attribute: str, value: str) -> bool:
    """A name of one word is no person where no field says that it is a name."""
    return bool(value.strip()) and (attribute != "displayName" or " " in value.strip())
