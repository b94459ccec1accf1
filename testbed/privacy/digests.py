"""Digests of values: tokens that have the size of one, held against the people in one pass at the end.

Nothing is kept for each person and each kind of digest; a digest is made anew of every spelling of every value, of
those kinds alone whose size was met, and only where a token of that size was met at all.
"""

import hashlib
import hmac
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import batched
from types import MappingProxyType
from typing import Protocol

import numpy as np

from testbed.privacy.people import Owner, PeopleIndex
from testbed.privacy.pieces import Pieces
from testbed.privacy.rows import RowTexts
from testbed.privacy.spellings import CODES, UNIQUE, Kind, kind_of, usual, usual_names
from testbed.privacy.texts import Layers
from testbed.privacy.words import Numbers


class Hash(Protocol):
    """What :mod:`hashlib` makes."""

    def digest(self) -> bytes:
        """The digest of what was put in."""


type Maker = Callable[[bytes], Hash]

_NAMES = ("sha224", "sha256", "sha384", "sha512", "sha3-224", "sha3-256", "sha3-384", "sha3-512", "blake2b", "blake2s")
KINDS: Mapping[str, Maker] = MappingProxyType(
    {
        "md5": partial(hashlib.md5, usedforsecurity=False),
        "sha1": partial(hashlib.sha1, usedforsecurity=False),
        **{name: getattr(hashlib, name.replace("-", "_")) for name in _NAMES},
        "blake2b-256": partial(hashlib.blake2b, digest_size=32),
    }
)
SIZES: Mapping[str, int] = MappingProxyType({name: len(make(b"").digest()) for name, make in KINDS.items()})
KEYED = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
"""Kinds that are tried with keys and salts."""
KNOWN_SALTS = (b"QX4QkKEU",)
"""That trackers put behind a value and that measurements have found (leaky-forms, LeakDetector.py: sha_salted_1)."""
MAX_TOKENS = 2_000_000
MAX_WAITING = 200_000
MAX_KEYS = 16
BLOCK = 20_000
"""Spellings whose owners are settled in one go."""
TOGETHER = 4096
"""Of them, those that are laid out at the same time."""
LONGEST = 600
"""Longer spellings are few, and each would be laid out alone."""
LONGEST_KEY = 128
"""A longer one makes every spelling long."""
MANY = 1_000_000
"""Values times ways of making a digest from which on it is worth the time that the compiler takes."""


class Tokens:
    """What may be a digest, and where it was met."""

    def __init__(self) -> None:
        self._met: dict[bytes, list[tuple[int, tuple[str, ...]]]] = {}
        self._waiting: list[tuple[Pieces, Numbers, Numbers, Layers]] = []
        self._held = 0
        self.full = False
        """More were met than are kept."""

    def __len__(self) -> int:
        self._sort()
        return len(self._met)

    def collect(self, pieces: Pieces, parts: Numbers, numbers: Numbers, layers: Layers) -> None:
        """Tokens of the size of a digest, with the part and the number of the layers of each; looked at later."""
        self._waiting.append((pieces, parts, numbers, layers))
        self._held += len(pieces)
        if self._held > MAX_WAITING:
            self._sort()

    def _sort(self) -> None:
        for pieces, parts, numbers, layers in self._waiting:
            for token, part, number in zip(pieces.said(), parts.tolist(), numbers.tolist(), strict=True):
                self.add(token, part, layers.names(number))
        self._waiting, self._held = [], 0

    def add(self, token: bytes, part: int, layers: tuple[str, ...]) -> None:
        """A token of the size of a digest in a part, behind these layers."""
        if len(self._met) >= MAX_TOKENS and token not in self._met:
            self.full = True
            return
        places = self._met.setdefault(token, [])
        if (part, layers) not in places[-3:]:
            places.append((part, layers))

    def resolved(self, index: PeopleIndex, keys: Sequence[bytes] = ()) -> Iterator[tuple[int, tuple[str, ...], Owner]]:
        """Whose values they are digests of: the part, the layers with the kind of digest as the last, the owner."""
        self._sort()
        if not self._met:
            return
        ways = list(_ways({len(token) for token in self._met}, keys[:MAX_KEYS]))
        worth = len(index.rows) * len(ways) >= MANY and all(len(key) <= LONGEST_KEY for key in keys[:MAX_KEYS])
        look = _look_in_bulk(self._met, ways) if worth else _look(self._met, ways)
        owners: dict[tuple[bytes, str], Owner] = {}
        for block in batched(_each_spelt(index), BLOCK, strict=False):
            for number, place, token in look([data for data, _ in block]):
                owner, key = _owner(index, block[place][1]), (token, ways[number].form)
                known = owners.setdefault(key, owner)
                if known.person not in ("", owner.person):
                    owners[key] = Owner(known.attribute, "", known.value)
        for (token, form), owner in owners.items():
            for part, layers in self._met[token]:
                yield part, (*layers, form), owner


@dataclass(frozen=True, slots=True)
class _Way:
    """One way in which a digest may have been made of a value."""

    form: str
    kind: str
    key: bytes | None = None
    """Of HMAC."""
    before: bytes = b""
    behind: bytes = b""


def _ways(sizes: Container[int], keys: Sequence[bytes]) -> Iterator[_Way]:
    for kind, size in SIZES.items():
        if size not in sizes:
            continue
        yield _Way(kind, kind)
        if kind not in KEYED:
            continue
        for key in keys:
            yield _Way(f"hmac-{kind}", kind, key=key)
        for salt in (*keys, *(KNOWN_SALTS if kind == "sha256" else ())):
            yield _Way(f"salted-{kind}", kind, behind=salt)
            yield _Way(f"salted-{kind}", kind, before=salt)


type _Hit = tuple[int, int, bytes]
"""Number of the way, place of the spelling and the digest, in the order in which owners are settled."""
type _Look = Callable[[Sequence[bytes]], Iterable[_Hit]]


def _look(met: Mapping[bytes, object], ways: Sequence[_Way]) -> _Look:
    """Make every digest, one by one."""
    makers = [_maker(way) for way in ways]

    def look(spellings: Sequence[bytes]) -> Iterator[_Hit]:
        for number, make in enumerate(makers):
            tokens = [make(data).digest() for data in spellings]
            if not met.keys().isdisjoint(tokens):
                yield from ((number, place, token) for place, token in enumerate(tokens) if token in met)

    return look


def _look_in_bulk(met: Mapping[bytes, object], ways: Sequence[_Way]) -> _Look:
    """Make the beginnings of digests many at once, and those digests alone whose beginning was met."""
    # NOTE: it is compiled, for which few spellings need not wait.
    from testbed.privacy.hashing import Beginnings, Messages  # noqa: PLC0415

    makers, beginnings = [_maker(way) for way in ways], Beginnings.of(met)

    def short(spellings: Sequence[bytes], places: Sequence[int]) -> Iterator[tuple[int, int]]:
        messages = Messages([spellings[place] for place in places])
        for number, way in enumerate(ways):
            if way.key is None:
                prints = messages.prints(way.kind, way.before, way.behind)
            else:
                prints = messages.keyed_prints(way.kind, way.key)
            yield from ((number, places[place]) for place in beginnings.places(prints))

    def look(spellings: Sequence[bytes]) -> Iterator[_Hit]:
        fitting = [place for place, data in enumerate(spellings) if len(data) <= LONGEST]
        maybe = [one for places in batched(fitting, TOGETHER, strict=False) for one in short(spellings, places)]
        if len(fitting) < len(spellings):
            others = [place for place, data in enumerate(spellings) if len(data) > LONGEST]
            maybe += [(number, place) for number in range(len(ways)) for place in others]
        for number, place in sorted(maybe):
            if (token := makers[number](spellings[place]).digest()) in met:
                yield number, place, token

    return look


def _maker(way: _Way) -> Maker:
    make = KINDS[way.kind]
    if way.key is not None:
        return _hmac(way.key, way.kind)
    return (lambda data: make(way.before + data + way.behind)) if way.before or way.behind else make


def _hmac(key: bytes, kind: str) -> Maker:
    keyed = hmac.new(key, digestmod=kind)

    def make(data: bytes) -> Hash:
        one = keyed.copy()
        one.update(data)
        return one

    return make


def _each_spelt(index: PeopleIndex) -> Iterator[tuple[bytes, int]]:
    for row, spellings in spelt(index):
        for text in spellings:
            yield text.encode("utf-8", "surrogatepass"), row


def _owner(index: PeopleIndex, row: int) -> Owner:
    rows = index.rows
    return Owner(rows.attribute(row), rows.person(row), rows.value(row))


def spelt(index: PeopleIndex) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows whose value points at one person, and its spellings."""
    rows = index.rows
    for row, attribute in _pointing(rows):
        value = rows.value(row)
        if kind_of(attribute) is Kind.NAME:
            given, family, _ = rows.name_of(rows.number(row))
            if len(value.split()) > 1:
                yield row, usual_names(given, family, value)
        elif len(value) >= LEAST:
            yield row, usual(attribute, value)


def _pointing(rows: RowTexts) -> Iterator[tuple[int, str]]:
    """The rows whose attribute's values point at one person."""
    pointing = np.array([name in UNIQUE for name in CODES])
    for row in np.flatnonzero(pointing[rows.codes]).tolist():
        yield row, CODES[rows.codes[row]]
    for row, (_, attribute, _) in rows.more.items():
        if attribute in UNIQUE:
            yield row, attribute


LEAST = 5
