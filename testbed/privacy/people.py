"""An index over the values of a whole population: whose is this?

It is compact and grows with the people: their values stand once, in one array of octets, and are found by fingerprints
of how people write them (:mod:`testbed.privacy.spellings`), whatever they are wrapped in when they are met.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from testbed.model.attributes import base_of
from testbed.model.written import Person
from testbed.privacy.fields import keys
from testbed.privacy.prints import Table
from testbed.privacy.rows import Gathered, RowTexts, gathered, owner_print
from testbed.privacy.spellings import CODE_OF, CODES, NAME_ID, SUBJECT, UNIQUE
from testbed.privacy.words import Sieve

__all__ = ["NAME_ID", "SUBJECT", "Owner", "Owners", "PeopleIndex", "folded", "index_of", "remember"]


def folded(text: str) -> str:
    """Letter case taken away, so that values are found however they are written."""
    return text.casefold()


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a value is, and which of the person's attributes."""

    attribute: str
    person: str
    """Id in people.json; "" where several people share the value, and nobody can tell whose it is."""
    value: str


class Owners:
    """Those whose attribute has one value; they are looked at no further than is asked for."""

    def __init__(self, index: "PeopleIndex", attribute: str, value: str) -> None:
        self._index, self._base, self._value = index, base_of(attribute), folded(value)

    def __iter__(self) -> Iterator[str]:
        seen: set[str] = set()
        for row in self._index.rows_valued(self._base, self._value):
            person = self._index.rows.person(row)
            if person not in seen:
                seen.add(person)
                yield person

    def __bool__(self) -> bool:
        return any(True for _ in self)

    def __contains__(self, person: object) -> bool:
        return isinstance(person, str) and self._index.owns(person, self._base, self._value)

    @property
    def first(self) -> str:
        """The first of them, "" where there is none."""
        return next(iter(self), "")

    @property
    def only(self) -> str:
        """The one; "" where there is none, or more than one."""
        first, *others = (*islice(self, 2), "")
        return "" if any(others) else first


class PeopleIndex:
    """Every value of every person, by attribute; and those that point at one person wherever they stand."""

    def __init__(self, rows: RowTexts, parts: Gathered) -> None:
        self.rows = rows
        self._parts = parts
        self.chains: Mapping[int, Table] = parts.chains
        """By their number of words, the values that may be looked for anywhere."""
        self.phones = parts.phones
        self.phone_lengths: tuple[int, ...] = parts.phone_lengths
        self.fields: Table = parts.fields
        self.field_heads = parts.field_heads
        self.field_lengths = parts.field_lengths
        """Values that are looked for where a field says what they are."""
        self.sieve: Sieve = parts.sieve

    @classmethod
    def of(cls, people: Iterable[Person]) -> "PeopleIndex":
        """The index of these people, who are looked at once, in order."""
        rows, parts = gathered(people, keys().heads)
        return cls(rows, parts)

    def with_more(self, values: Mapping[str, Mapping[str, Sequence[str]]]) -> "PeopleIndex":
        """This index and further values of its people, by person and attribute; people that it lacks are left out."""
        rows, parts = self.rows.with_more(values, self._parts)
        return PeopleIndex(rows, parts)

    def __len__(self) -> int:
        """How many people it knows."""
        return len(self.rows.ids)

    def owners(self, attribute: str, value: str) -> Owners:
        """Those whose attribute, by this name or another, has this value, in any letter case."""
        return Owners(self, attribute, value)

    def rows_valued(self, base: str, value: str) -> Iterator[int]:
        """The rows of an attribute that have this folded value."""
        if base in CODE_OF and value:
            for row in self._parts.owners.rows_of(owner_print(CODE_OF[base], value)):
                if base_of(self.rows.attribute(row)) == base and folded(self.rows.value(row)) == value:
                    yield row

    def count(self, attribute: str, value: str, limit: int) -> int:
        """How many own a value, counted no further than to this."""
        return sum(1 for _ in islice(self.owners(attribute, value), limit))

    def owns(self, person: str, attribute: str, value: str) -> bool:
        """Whether this is a value of this person."""
        base, wanted = base_of(attribute), folded(value)
        return any(
            base_of(self.rows.attribute(row)) == base and folded(self.rows.value(row)) == wanted
            for row in self.rows.of_person(person)
        )

    def values(self, person: str, attribute: str) -> Iterator[str]:
        """The values of a person's attribute, by this very name."""
        for row in self.rows.of_person(person):
            if self.rows.attribute(row) == attribute:
                yield self.rows.value(row)

    def owner_of(self, value: str) -> Owner | None:
        """Whose a value is that points at one person without a name of its own; None for any other."""
        for name in UNIQUE_IN_ORDER:
            owners = self.owners(name, value)
            if owners:
                return Owner(name, owners.only, value)
        return None

    def is_unique(self, attribute: str) -> bool:
        """Whether a value of it points at one person alone."""
        return attribute in UNIQUE


UNIQUE_IN_ORDER = tuple(name for name in CODES if name in UNIQUE)

_known: list[tuple[Mapping[str, Person], PeopleIndex]] = []
KEPT = 2


def index_of(people: Mapping[str, Person]) -> PeopleIndex:
    """The index of a population that is looked at again and again: made once for the very same mapping."""
    for known, index in _known:
        if known is people:
            return index
    return remember(people, PeopleIndex.of(people.values()))


def remember(people: Mapping[str, Person], index: PeopleIndex) -> PeopleIndex:
    """Let this be the index of the mapping, which nobody changes."""
    _known.insert(0, (people, index))
    del _known[KEPT:]
    return index
