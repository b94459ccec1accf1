"""How many people share a set of values: what is nobody's alone may together be one person's alone.

Date of birth, school and grade are shared by many each, and all three by one pupil ("singling out", GDPR recital 26).
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cache, lru_cache

from testbed.model.attributes import attributes, base_of, by_name
from testbed.model.coverage import FOR_ONE_VENDOR
from testbed.model.written import Person

FEW = 1
"""So many people, or fewer, are singled out. One is what the law speaks of; two could still tell themselves apart."""
NARROWING = frozenset({"name", "contact", "civic", "school", "role", "relation"})
"""Sensitivities of attributes that tell people apart; how somebody logged in, and at which school, does not."""
BIRTH_DATE = "norEduPersonBirthDate"


@cache
def quasi_identifiers() -> frozenset[str]:
    """Attributes, by every name, of which no value is one person's alone and each narrows down who it is."""
    return frozenset(
        row.name
        for row in attributes()
        if not row.unique and row.origin == "person" and row.sensitivity in NARROWING and row.name != "securityMarking"
    )


def identifies(attribute: str) -> bool:
    """Whether a value of it is one person's alone, and others know it."""
    row = by_name().get(attribute)
    return row is not None and row.unique and row.name != FOR_ONE_VENDOR


def names_people(agreed: Iterable[str]) -> bool:
    """Whether whoever may know these attributes may know who a person is: by an account, or by a name."""
    return any(identifies(name) or by_name()[name].sensitivity == "name" for name in agreed)


@dataclass(frozen=True, slots=True)
class Trait:
    """One value of an attribute, as it is compared: by the name of people.json, in any letter case."""

    attribute: str
    value: str


def trait(attribute: str, value: str) -> Trait:
    """The trait that is told by this value, under whatever name and in whatever spelling."""
    name = base_of(attribute)
    return Trait(name, _comparable(name)(value))


def _comparable(name: str) -> Callable[[str], str]:
    """How the values of an attribute of people.json are spelt to be compared."""
    # NOTE: OpenID Connect writes a date of birth with hyphens, the registers without.
    return (lambda value: value.replace("-", "")) if name == BIRTH_DATE else str.casefold


class Crowd:
    """A population to count in. What is counted by is looked up once for each attribute, when it is first asked for."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._people = people
        self._holders: dict[str, dict[str, array[int]]] = {}

    @property
    def size(self) -> int:
        """How many people there are."""
        return len(self._people)

    def sharing(self, traits: Iterable[Trait]) -> int:
        """How many people have all of these traits; everybody has none of none."""
        wanted = frozenset(traits)
        self._look_up({one.attribute for one in wanted} - self._holders.keys())
        lists = sorted((self._holders[one.attribute].get(one.value, _NOBODY) for one in wanted), key=len)
        if not lists:
            return self.size
        left = set(lists[0])
        for more in lists[1:]:
            left.intersection_update(more)
        return len(left)

    def _look_up(self, names: Set[str]) -> None:
        """Write down who holds which values of these attributes, by place in the population, in one pass over all."""
        if not names:
            return
        new = [(name, _comparable(name), defaultdict[str, array[int]](lambda: array("I"))) for name in names]
        for place, person in enumerate(self._people.values()):
            for name, spelt, holders in new:
                for value in person.values(name):
                    holders[spelt(value)].append(place)
        self._holders |= {name: dict(holders) for name, _, holders in new}


_NOBODY: array[int] = array("I")


class _Population:
    """People compared by being the very same mapping, which nobody changes."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self.people = people

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Population) and other.people is self.people

    def __hash__(self) -> int:
        return id(self.people)


@lru_cache(maxsize=1)
def _crowd(population: _Population) -> Crowd:
    return Crowd(population.people)


def crowd_of(people: Mapping[str, Person]) -> Crowd:
    """The crowd of a population that is counted in again and again: made once for the same mapping."""
    return _crowd(_Population(people))
