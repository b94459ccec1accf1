"""Digests of values: tokens that have the size of one, held against the people in one pass at the end.

Nothing is kept for each person and each kind of digest; a digest is made anew of every spelling of every value, of
those kinds alone whose size was met, and only where a token of that size was met at all.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import batched
from types import MappingProxyType
from typing import Protocol

from testbed.privacy.people import Owner, PeopleIndex
from testbed.privacy.pieces import Pieces
from testbed.privacy.spellings import UNIQUE, Kind, kind_of, usual, usual_names


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
"""Spellings of which digests are made in one go."""


class Tokens:
    """What may be a digest, and where it was met."""

    def __init__(self) -> None:
        self._met: dict[bytes, list[tuple[int, tuple[str, ...]]]] = {}
        self._waiting: list[tuple[Pieces, list[int], list[tuple[str, ...]]]] = []
        self._held = 0
        self.full = False
        """More were met than are kept."""

    def __len__(self) -> int:
        self._sort()
        return len(self._met)

    def collect(self, pieces: Pieces, parts: list[int], layers: list[tuple[str, ...]]) -> None:
        """Tokens of the size of a digest, with the part and the layers of each; they are looked at later."""
        self._waiting.append((pieces, parts, layers))
        self._held += len(pieces)
        if self._held > MAX_WAITING:
            self._sort()

    def _sort(self) -> None:
        for pieces, parts, layers in self._waiting:
            for token, part, behind in zip(pieces.said(), parts, layers, strict=True):
                self.add(token, part, behind)
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
        makers = list(_makers({len(token) for token in self._met}, keys[:MAX_KEYS]))
        owners: dict[tuple[bytes, str], Owner] = {}
        for block in batched(_each_spelt(index), BLOCK, strict=False):
            spellings = [data for data, _ in block]
            for kind, make in makers:
                tokens = [make(data).digest() for data in spellings]
                if self._met.keys().isdisjoint(tokens):
                    continue
                for token, (_, owner) in zip(tokens, block, strict=True):
                    if token in self._met:
                        known = owners.setdefault((token, kind), owner)
                        if known.person not in ("", owner.person):
                            owners[(token, kind)] = Owner(known.attribute, "", known.value)
        for (token, kind), owner in owners.items():
            for part, layers in self._met[token]:
                yield part, (*layers, kind), owner


def _makers(sizes: set[int], keys: Sequence[bytes]) -> Iterator[tuple[str, Maker]]:
    for kind, make in KINDS.items():
        if SIZES[kind] not in sizes:
            continue
        yield kind, make
        if kind not in KEYED:
            continue
        for key in keys:
            yield f"hmac-{kind}", _hmac(key, kind)
        for salt in (*keys, *(KNOWN_SALTS if kind == "sha256" else ())):
            yield f"salted-{kind}", _salted(make, b"", salt)
            yield f"salted-{kind}", _salted(make, salt, b"")


def _salted(make: Maker, before: bytes, behind: bytes) -> Maker:
    return lambda data: make(before + data + behind)


def _hmac(key: bytes, kind: str) -> Maker:
    keyed = hmac.new(key, digestmod=kind)

    def make(data: bytes) -> Hash:
        one = keyed.copy()
        one.update(data)
        return one

    return make


def _each_spelt(index: PeopleIndex) -> Iterator[tuple[bytes, Owner]]:
    for owner, spellings in spelt(index):
        for text in spellings:
            yield text.encode("utf-8", "surrogatepass"), owner


def spelt(index: PeopleIndex) -> Iterator[tuple[Owner, Sequence[str]]]:
    """The spellings of every value that points at one person."""
    rows = index.rows
    for row in range(len(rows)):
        attribute = rows.attribute(row)
        if attribute not in UNIQUE:
            continue
        value = rows.value(row)
        if kind_of(attribute) is Kind.NAME:
            given, family, _ = rows.name_of(rows.number(row))
            if len(value.split()) > 1:
                yield Owner(attribute, rows.person(row), value), usual_names(given, family, value)
        elif len(value) >= LEAST:
            yield Owner(attribute, rows.person(row), value), usual(attribute, value)


LEAST = 5
