"""The rows of an index: one for each value of each person, and how they are gathered from people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import batched

import numpy as np
from numpy.typing import NDArray

from testbed.model.attributes import base_of, by_name
from testbed.model.written import Person
from testbed.privacy.mixing import FIRST, PAIR, VALUE
from testbed.privacy.prints import Heads, Rows, Table, sieve_of
from testbed.privacy.spellings import (
    CODE_OF,
    CODES,
    MARKING,
    UNIQUE,
    Kind,
    in_fields,
    kind_of,
    name_needles,
    national,
    needles,
)
from testbed.privacy.words import Numbers, Prints, Sieve, joined, stirred, words_of

LONGEST = 24
"""Words of a value that its fingerprint is made of: identifiers that name school and vendor differ at the end."""
BLOCK = 5000
"""People who are looked at together."""
PHONE_LENGTH = np.uint64(10**16)
FIELD = np.uint64(0xA24BAED4963EE407)
GIVEN, FAMILY, DISPLAY = CODE_OF["givenName"], CODE_OF["sn"], CODE_OF["displayName"]
_BASE = {code: CODE_OF.get(base_of(name), code) for code, name in enumerate(CODES)}
_IN_FIELDS = frozenset(
    CODE_OF[name]
    for name, row in by_name().items()
    if name not in UNIQUE and row.origin == "person" and row.sensitivity != "relation"
)
"""Attributes whose values are nobody's until a field says what they are."""


def owner_print(code: int, value: str) -> int:
    """Of an attribute by its base and a folded value; good for one process."""
    return hash((code, value)) & 0xFFFF_FFFF_FFFF_FFFF


def phone_print(digits: str) -> int:
    """Of the national digits of a telephone number."""
    return int(digits) + len(digits) * int(PHONE_LENGTH)


def field_prints(codes: Numbers, prints: Prints) -> Prints:
    """Of values in fields of these attributes."""
    return stirred(prints ^ ((codes + 1).astype(np.uint64) * FIELD), 1)


@dataclass(frozen=True)
class RowTexts:
    """What each row says."""

    ids: Sequence[str]
    first: NDArray[np.uint32]
    """The first row of each person, and one beyond the last."""
    codes: NDArray[np.uint8]
    ends: NDArray[np.int64]
    """Where each value ends in the arena."""
    arena: bytes
    more: Mapping[int, tuple[int, str, str]] = field(default_factory=dict)
    """Rows that were added later: number of the person, attribute and value."""

    def __len__(self) -> int:
        return len(self.codes) + len(self.more)

    def attribute(self, row: int) -> str:
        """Canonical name."""
        return self.more[row][1] if row in self.more else CODES[self.codes[row]]

    def value(self, row: int) -> str:
        """As people.json has it."""
        if row in self.more:
            return self.more[row][2]
        begin = int(self.ends[row - 1]) if row else 0
        return self.arena[begin : int(self.ends[row])].decode("utf-8", "surrogatepass")

    def number(self, row: int) -> int:
        """Of the row's person."""
        # NOTE: a number of another type would have the whole array converted each time.
        return self.more[row][0] if row in self.more else int(np.searchsorted(self.first, np.uint32(row), "right")) - 1

    def person(self, row: int) -> str:
        """The id of the row's person."""
        return self.ids[self.number(row)]

    def of_person(self, person: str) -> Iterator[int]:
        """The rows of a person; none where nobody is called so."""
        number = self._numbers.get(person)
        if number is not None:
            yield from range(int(self.first[number]), int(self.first[number + 1]))
            yield from self._more_of.get(number, ())

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {name: number for number, name in enumerate(self.ids)}

    @cached_property
    def _more_of(self) -> Mapping[int, Sequence[int]]:
        rows: dict[int, list[int]] = {}
        for row, (number, _, _) in self.more.items():
            rows.setdefault(number, []).append(row)
        return rows

    def name_of(self, number: int) -> tuple[str, str, str]:
        """Given name, family name and display name of a person, "" for what is lacking."""
        parts = {GIVEN: "", FAMILY: "", DISPLAY: ""}
        for row in range(int(self.first[number]), int(self.first[number + 1])):
            code = _BASE[int(self.codes[row])]
            if code in parts and not parts[code]:
                parts[code] = self.value(row)
        return parts[GIVEN], parts[FAMILY], parts[DISPLAY]

    def with_more(
        self, values: Mapping[str, Mapping[str, Sequence[str]]], parts: "Gathered"
    ) -> tuple["RowTexts", "Gathered"]:
        """These and further values, and what is searched for."""
        added = [
            (name, attribute, value)
            for name, attributes in values.items()
            for attribute, several in attributes.items()
            for value in several
            if attribute in CODE_OF
        ]
        numbers = self._numbers
        more, block = dict(self.more), _Block()
        for name, attribute, value in added:
            if name in numbers:
                row = len(self.codes) + len(more)
                more[row] = (numbers[name], attribute, value)
                block.value(row, CODE_OF[attribute], value)
        grown = RowTexts(self.ids, self.first, self.codes, self.ends, self.arena, more)
        return grown, parts.with_more(block.made())


@dataclass(frozen=True, slots=True)
class _Made:
    """The fingerprints of one block."""

    owners: tuple[Prints, Rows]
    chains: Mapping[int, tuple[Prints, Rows]]
    heads: Heads
    phones: tuple[Prints, Rows]
    phone_lengths: frozenset[int]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is searched for."""

    owners: Table
    chains: Mapping[int, Table]
    phones: Table
    phone_lengths: tuple[int, ...]
    fields: Table
    field_heads: Prints
    """Of the first words of those values, with their attributes, in order."""
    field_lengths: tuple[int, ...]
    sieve: Sieve
    heads: Heads
    """That the filter lets pass."""

    def with_more(self, made: _Made) -> "Gathered":
        """And this."""
        empty = Table(np.zeros(0, np.uint64), np.zeros(0, np.uint32))
        chains = dict(self.chains)
        for length, (prints, rows) in made.chains.items():
            chains[length] = chains.get(length, empty).with_more(prints, rows)
        heads = Heads.of((self.heads, made.heads))
        return Gathered(
            owners=self.owners.with_more(*made.owners),
            chains=chains,
            phones=self.phones.with_more(*made.phones),
            phone_lengths=tuple(sorted({*self.phone_lengths, *made.phone_lengths})),
            fields=self.fields,
            field_heads=self.field_heads,
            field_lengths=self.field_lengths,
            sieve=sieve_of(heads),
            heads=heads,
        )


class _Block:
    """Gathers what some people's values are found by."""

    def __init__(self) -> None:
        self._owner_prints: list[int] = []
        self._owner_rows: list[int] = []
        self._lines: list[bytes] = []
        self._line_rows: list[int] = []
        self._phones: list[int] = []
        self._phone_rows: list[int] = []
        self._lengths: set[int] = set()

    def value(self, row: int, code: int, value: str) -> None:
        """One value of a person; names are looked for by :meth:`name`."""
        self._owner_prints.append(owner_print(_BASE[code], value.casefold()))
        self._owner_rows.append(row)
        attribute = CODES[code]
        if attribute not in UNIQUE:
            return
        kind = kind_of(attribute)
        if kind is Kind.NAME:
            return
        for needle in needles(attribute, value):
            self._lines.append(needle)
            self._line_rows.append(row)
        if kind is Kind.PHONE and (digits := national(value)):
            self._phones.append(phone_print(digits))
            self._phone_rows.append(row)
            self._lengths.add(len(digits))

    def name(self, row: int, given: str, family: str, display: str) -> None:
        """The name of a person, whose display name stands in this row."""
        for order in name_needles(given, family, display):
            self._lines.append(b" ".join(order))
            self._line_rows.append(row)

    def made(self) -> _Made:
        """The fingerprints of all that was gathered."""
        chains, heads = chain_prints(self._lines, np.array(self._line_rows, np.uint32))
        return _Made(
            owners=(np.array(self._owner_prints, np.uint64), np.array(self._owner_rows, np.uint32)),
            chains=chains,
            heads=heads,
            phones=(np.array(self._phones, np.uint64), np.array(self._phone_rows, np.uint32)),
            phone_lengths=frozenset(self._lengths),
        )


def chain_prints(
    lines: list[bytes], rows: Rows, tag: np.uint64 = VALUE
) -> tuple[dict[int, tuple[Prints, Rows]], Heads]:
    """The fingerprints of skeletons by number of words, and what a filter must let pass for them: the first word and
    the first two of each, and with this tag those that are one word."""
    if not lines:
        return {}, Heads.of(())
    buffer, begins = joined(lines)
    words = words_of(buffer)
    firsts = np.searchsorted(words.starts, begins)
    counts = np.minimum(np.diff(np.append(firsts, len(words.starts))), LONGEST)
    line_of = np.zeros(len(words.starts) + 1, np.int64)
    line_of[firsts] = np.arange(len(lines))
    chains: dict[int, tuple[Prints, Rows]] = {}
    heads: list[Heads] = []
    for length in range(1, LONGEST + 1):
        at, prints = words.chains(firsts[counts == length], length)
        if len(at):
            chains[length] = (prints, rows[line_of[at]])
            wholes = stirred(words.prints[at], tag) if length == 1 else words.chains(at, int(PAIR))[1]
            heads.append(Heads(stirred(words.prints[at], FIRST), wholes))
    return chains, Heads.of(heads)


def gathered(people: Iterable[Person], also: Heads) -> tuple[RowTexts, Gathered]:
    """The rows of these people, and what is searched for; the filter lets ``also`` pass."""
    ids: list[str] = []
    first: list[int] = [0]
    arena, codes, ends = bytearray(), bytearray(), _Ends()
    fields: dict[tuple[int, str], int] = {}
    made: list[_Made] = []
    for people_of_block in batched(people, BLOCK, strict=False):
        block = _Block()
        for person in people_of_block:
            ids.append(person.id)
            shown, name = -1, {GIVEN: "", FAMILY: "", DISPLAY: ""}
            for code, value in _values(person):
                row = len(codes)
                arena += value.encode("utf-8", "surrogatepass")
                codes.append(code)
                ends.add(len(arena))
                block.value(row, code, value)
                part = _BASE[code]
                if part in name and not name[part]:
                    name[part] = value
                if part == DISPLAY or (part == FAMILY and shown < 0):
                    shown = row
                if code in _IN_FIELDS:
                    fields.setdefault((code, value), row)
            if shown >= 0:
                block.name(shown, name[GIVEN], name[FAMILY], name[DISPLAY])
            first.append(len(codes))
        made.append(block.made())
    rows = RowTexts(ids, np.array(first, np.uint32), np.frombuffer(bytes(codes), np.uint8), ends.array(), bytes(arena))
    return rows, _together(made, fields, also)


class _Ends:
    """Whole numbers in a growing array, eight octets each."""

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.int64]] = []
        self._open: list[int] = []

    def add(self, number: int) -> None:
        self._open.append(number)
        if len(self._open) >= 1 << 16:
            self._blocks.append(np.array(self._open, np.int64))
            self._open = []

    def array(self) -> NDArray[np.int64]:
        return np.concatenate((*self._blocks, np.array(self._open, np.int64)))


def _values(person: Person) -> Iterator[tuple[int, str]]:
    for name in person.attributes:
        if name in CODE_OF:
            code = CODE_OF[name]
            yield from ((code, value) for value in person.values(name) if value.strip())
    if person.protected and MARKING not in person.attributes:
        yield CODE_OF[MARKING], person.security_marking


def _together(made: list[_Made], fields: Mapping[tuple[int, str], int], also: Heads) -> Gathered:
    lengths = sorted({length for one in made for length in one.chains})
    spelt = _fields(fields)
    heads = Heads.of((also, *(one.heads for one in made)))
    return Gathered(
        owners=_table([one.owners for one in made]),
        chains={n: _table([one.chains[n] for one in made if n in one.chains]) for n in lengths},
        phones=_table([one.phones for one in made]),
        phone_lengths=tuple(sorted(frozenset[int]().union(*(one.phone_lengths for one in made)))),
        fields=_table([(prints, rows) for _, prints, rows, _ in spelt]),
        field_heads=np.unique(np.concatenate([np.zeros(0, np.uint64), *(first for _, _, _, first in spelt)])),
        field_lengths=tuple(length for length, _, _, _ in spelt),
        sieve=sieve_of(heads),
        heads=heads,
    )


def _table(parts: Sequence[tuple[Prints, Rows]]) -> Table:
    if not parts:
        return Table(np.zeros(0, np.uint64), np.zeros(0, np.uint32))
    return Table.of(np.concatenate([prints for prints, _ in parts]), np.concatenate([rows for _, rows in parts]))


def _fields(fields: Mapping[tuple[int, str], int]) -> list[tuple[int, Prints, Rows, Prints]]:
    """Values that fields may hold, by their number of words: fingerprints of attribute and words, rows, and the same
    fingerprints of the first words alone."""
    # NOTE: values that differ in accents alone have the same words, and a row each.
    spelt = [
        (code, words, row)
        for (code, value), row in fields.items()
        for words in dict.fromkeys(in_fields(CODES[code], value))
        if words
    ]
    codes = np.array([code for code, _, _ in spelt], np.int64)
    rows = np.array([row for _, _, row in spelt], np.uint32)
    chains, _ = chain_prints([b" ".join(words) for _, words, _ in spelt], np.arange(len(spelt), dtype=np.uint32))
    firsts, _ = chain_prints([words[0] for _, words, _ in spelt], np.arange(len(spelt), dtype=np.uint32))
    heads = np.zeros(len(spelt), np.uint64)
    for first, at in firsts.values():
        heads[at] = field_prints(codes[at], first)
    return [(length, field_prints(codes[at], chain), rows[at], heads[at]) for length, (chain, at) in chains.items()]
