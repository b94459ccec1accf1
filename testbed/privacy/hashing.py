"""The first eight octets of the digests of many messages, made many at once.

They tell nearly all messages apart; who finds one that is looked for makes the whole digest with :mod:`hashlib`.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.privacy import hash_numbers as numbers
from testbed.privacy.hash_numbers import Numbers
from testbed.privacy.kernels import hash_rounds as rounds
from testbed.privacy.kernels.hash_rounds import LANES, Words
from testbed.privacy.prints import Filter

type Prints = NDArray[np.uint64]

SHA3_END, SHA3_MARK, MARK = 0x80 << 56, 0x06, 0x80
INNER, OUTER = 0x36, 0x5C
SMALL, LARGE = np.dtype(np.uint32), np.dtype(np.uint64)


@dataclass(frozen=True, slots=True)
class Form:
    """How a hash lays a message out."""

    word: np.dtype[Any]
    high_first: bool
    block: int
    """Octets of a block."""
    mark: int
    """The octet behind the message; 0 where there is none."""
    tail: int
    """Octets that its length takes in the last block."""

    @property
    def rows(self) -> int:
        """Words of a block."""
        return self.block // self.word.itemsize

    def blocks(self, sizes: Numbers) -> Numbers:
        """How many messages of these sizes take."""
        return np.maximum((sizes + bool(self.mark) + self.tail + self.block - 1) // self.block, 1)


@dataclass(frozen=True, slots=True)
class Hash:
    """One kind."""

    form: Form
    start: Words
    size: int
    """Octets of a digest."""
    run: Callable[[Words, int, Numbers, Words], None]
    """Words, rows of them for each message, sizes of the messages, states."""


@dataclass(frozen=True, slots=True)
class Laid:
    """Messages that take the same number of blocks, laid out for one form."""

    chosen: Numbers
    sizes: Numbers
    """With salts; of whole chunks."""
    words: Words
    """Chunks, rows and lanes."""


class Messages:
    """Many messages, and how they were laid out."""

    def __init__(self, messages: Sequence[bytes]) -> None:
        self._messages = messages
        self._octets = np.frombuffer(b"".join(messages), np.uint8)
        self._sizes = np.fromiter(map(len, messages), np.int64, len(messages))
        self._ends = np.cumsum(self._sizes)
        self._laid: dict[tuple[Form, bytes, bytes], Sequence[Laid]] = {}

    def prints(self, kind: str, before: bytes = b"", behind: bytes = b"") -> Prints:
        """The beginnings of the digests of all messages between two salts, as numbers with the highest octet first."""
        made = HASHES[kind]
        out = np.zeros(len(self._messages), np.uint64)
        for laid in self._of(made.form, before, behind):
            out[laid.chosen] = _beginnings(made, _digested(made, laid, made.start, 0))[: len(laid.chosen)]
        return out

    def keyed_prints(self, kind: str, key: bytes) -> Prints:
        """The same of HMAC with this key."""
        made = HASHES[kind]
        block = made.form.block
        key = hashlib.new(kind, key, usedforsecurity=False).digest() if len(key) > block else key
        inner, outer = (_after(made, bytes(octet ^ pad for octet in key.ljust(block, b"\0"))) for pad in (INNER, OUTER))
        out = np.zeros(len(self._messages), np.uint64)
        for laid in self._of(made.form, b"", b""):
            states = _digested(made, laid, inner, block)
            again = _digested(made, _inner(made, laid, states), outer, block)
            out[laid.chosen] = _beginnings(made, again)[: len(laid.chosen)]
        return out

    def _of(self, form: Form, before: bytes, behind: bytes) -> Sequence[Laid]:
        key = (form, before, behind)
        if key not in self._laid:
            self._laid[key] = list(self._lay(form, before, behind))
        return self._laid[key]

    def _lay(self, form: Form, before: bytes, behind: bytes) -> Iterator[Laid]:
        sizes = self._sizes + len(before) + len(behind)
        blocks = form.blocks(sizes)
        salts = (np.frombuffer(before, np.uint8), np.frombuffer(behind, np.uint8))
        within = form.word.itemsize - 1
        for count in np.flatnonzero(np.bincount(blocks)).tolist():
            chosen = np.flatnonzero(blocks == count)
            whole = -(-len(chosen) // LANES) * LANES
            out = np.zeros(whole * count * form.block, np.uint8)
            how = (within, within if form.high_first else 0, form.mark)
            rounds.lay(self._octets, self._ends, chosen, salts, how, out)
            padded = np.zeros(whole, np.int64)
            padded[: len(chosen)] = sizes[chosen]
            words = out.view(form.word).reshape(-1, count * form.rows, LANES)
            if form.mark == SHA3_MARK:
                words[:, -1] ^= np.uint64(SHA3_END)
            yield Laid(chosen, padded, words)


def _digested(made: Hash, laid: Laid, start: Words, ahead: int) -> Words:
    """The states after messages that follow on so many octets: chunks, rows and lanes."""
    form, words = made.form, laid.words
    if form.tail:
        words[:, -1 if form.high_first else -2] = ((laid.sizes + ahead) * 8).reshape(-1, LANES)
    states = np.tile(np.repeat(start, LANES), len(words))
    made.run(words.ravel(), words.shape[1], laid.sizes, states)
    return states.reshape(len(words), -1, LANES)


def _inner(made: Hash, laid: Laid, states: Words) -> Laid:
    """The digests that these states are, laid out as messages."""
    form, size = made.form, made.size // made.form.word.itemsize
    words = np.zeros((len(states), form.rows, LANES), form.word)
    words[:, :size] = states[:, :size]
    words[:, size] = MARK << (form.word.itemsize * 8 - 8) if form.high_first else MARK
    return Laid(laid.chosen, np.full(len(laid.sizes), made.size), words)


def _after(made: Hash, block: bytes) -> Words:
    """The state after one block."""
    words = np.frombuffer(block, made.form.word.newbyteorder(">" if made.form.high_first else "<"))
    states = np.repeat(made.start, LANES)
    made.run(np.repeat(words.astype(made.form.word), LANES), made.form.rows, np.zeros(LANES, np.int64), states)
    return states[::LANES]


def _beginnings(made: Hash, states: Words) -> Prints:
    first = states[:, 0].ravel().astype(np.uint64)
    if made.form.word == SMALL:
        second, half = states[:, 1].ravel().astype(np.uint64), np.uint64(32)
        first = first << half | second if made.form.high_first else second << half | first
    return first if made.form.high_first else first.byteswap()


@dataclass(frozen=True, slots=True)
class Beginnings:
    """Of digests that are looked for."""

    filter: Filter
    prints: Prints
    """In order."""

    @classmethod
    def of(cls, digests: Iterable[bytes]) -> "Beginnings":
        """Those of these."""
        prints = np.unique(firsts(digests))
        return cls(Filter.of(prints), prints)

    def places(self, prints: Prints) -> list[int]:
        """Where among these one stands that is looked for."""
        maybe = np.flatnonzero(self.filter.passing(prints))
        nearest = np.minimum(np.searchsorted(self.prints, prints[maybe]), len(self.prints) - 1)
        there: list[int] = maybe[self.prints[nearest] == prints[maybe]].tolist()
        return there


def firsts(digests: Iterable[bytes]) -> Prints:
    """The beginnings of digests as they are compared with."""
    return np.frombuffer(b"".join(digest[:8] for digest in digests), ">u8").astype(np.uint64)


def _sha2(start: Words, size: int) -> Hash:
    large = start.dtype == LARGE
    run, added = (rounds.sha512, numbers.SHA2_LARGE) if large else (rounds.sha256, numbers.SHA2_SMALL)
    form = Form(start.dtype, high_first=True, block=128 if large else 64, mark=MARK, tail=16 if large else 8)
    return Hash(form, start, size, lambda words, rows, _, states: run(words, rows, added, states))


def _sha3(size: int) -> Hash:
    form = Form(LARGE, high_first=False, block=200 - 2 * size, mark=SHA3_MARK, tail=0)
    added, (goes, turns) = numbers.keccak_added(), numbers.keccak_moves()

    def run(words: Words, rows: int, _: Numbers, states: Words) -> None:
        rounds.keccak(words, rows, form.rows, added, goes, turns, states)

    return Hash(form, np.zeros(numbers.SIDE**2, np.uint64), size, run)


def _blake2(start: Words, size: int) -> Hash:
    large = start.dtype == LARGE
    form = Form(start.dtype, high_first=False, block=128 if large else 64, mark=0, tail=0)
    order = numbers.blake2_rows(12 if large else 10)
    made = rounds.blake2b if large else rounds.blake2s
    first = start.copy()
    first[0] ^= start.dtype.type(0x01010000 ^ size)

    def run(words: Words, rows: int, sizes: Numbers, states: Words) -> None:
        made(words, rows, start, order, sizes, states)

    return Hash(form, first, size, run)


def _md5(words: Words, rows: int, _: Numbers, states: Words) -> None:
    rounds.md5(words, rows, numbers.MD5_ADDED, numbers.MD5_TURNS, numbers.MD5_ROWS, states)


def _sha1(words: Words, rows: int, _: Numbers, states: Words) -> None:
    rounds.sha1(words, rows, numbers.SHA1_ADDED, states)


HASHES: Mapping[str, Hash] = MappingProxyType(
    {
        "md5": Hash(Form(SMALL, high_first=False, block=64, mark=MARK, tail=8), numbers.MD5, 16, _md5),
        "sha1": Hash(Form(SMALL, high_first=True, block=64, mark=MARK, tail=8), numbers.SHA1, 20, _sha1),
        "sha224": _sha2(numbers.SHA224, 28),
        "sha256": _sha2(numbers.SHA256, 32),
        "sha384": _sha2(numbers.SHA384, 48),
        "sha512": _sha2(numbers.SHA512, 64),
        **{f"sha3-{8 * size}": _sha3(size) for size in (28, 32, 48, 64)},
        "blake2b": _blake2(numbers.SHA512, 64),
        "blake2s": _blake2(numbers.SHA256, 32),
        "blake2b-256": _blake2(numbers.SHA512, 32),
    }
)
"""By the names of :data:`testbed.privacy.digests.KINDS`."""
