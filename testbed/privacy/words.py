"""The words of a skeleton and a fingerprint of each, for whole buffers at once.

A fingerprint is 64 bits. It is made of the first and last eight octets of a word and of its length, so that words
longer than sixteen letters may share one: whoever finds a fingerprint compares the words themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from testbed.privacy import kernels
from testbed.privacy.mixing import CHAIN, K1, K2, MAX_GAP

type Numbers = NDArray[np.int64]
type Prints = NDArray[np.uint64]

MARGIN = 16
"""Zero octets before, between and after the texts of a buffer: farther than two words of one value stand apart."""
_HALF = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Words:
    """Every word of a buffer, in order."""

    starts: Numbers
    ends: Numbers
    prints: Prints
    digits: NDArray[np.uint8]
    """Which are digits alone."""
    alone: Numbers
    named: Numbers
    paired: Numbers
    """Those that the filter lets pass: as values, as names of fields, and as the first of two words of either."""

    def chains(self, at: Numbers, length: int) -> tuple[Numbers, Prints]:
        """The fingerprints of the ``length`` words that begin at these; of those only that have so many near ones."""
        at = at[at + length <= len(self.starts)]
        total = self.prints[at].copy()
        for step in range(1, length):
            near = self.starts[at + step] - self.ends[at + step - 1] <= MAX_GAP
            at, total = at[near], total[near]
            total = total * CHAIN + self.prints[at + step]
        return at, stirred(total, length)


class Sieve(NamedTuple):
    """Two filters, of first words and of more: see :func:`testbed.privacy.prints.sieve_of`."""

    firsts: Prints
    firsts_shift: np.uint64
    wholes: Prints
    wholes_shift: np.uint64


def stirred(prints: Prints, tag: int | np.uint64) -> Prints:
    """Fingerprints spread evenly over 64 bits; of chains of so many words, or of what has this tag."""
    mixed = (prints ^ np.uint64(tag)) * K1
    mixed ^= mixed >> _HALF
    mixed *= K2
    return mixed ^ (mixed >> _HALF)


def words_of(buffer: bytes, sieve: Sieve | None = None) -> Words:
    """The words of a buffer of skeletons; it begins and ends with :data:`MARGIN` zero octets."""
    room = len(buffer) // 2 + 1
    starts, ends, prints = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.uint64)
    digits = np.empty(room, np.uint8)
    count = kernels.words.word_spans(eights_of(np.frombuffer(buffer, np.uint8)), starts, ends, prints, digits)
    starts, ends, prints = starts[:count], ends[:count], prints[:count]
    if sieve is None:
        return Words(starts, ends, prints, digits[:count], _NONE, _NONE, _NONE)
    alone, named, paired = (np.empty(count, np.int64) for _ in range(3))
    many = kernels.words.passing(sieve, (starts, ends, prints), alone, named, paired)
    return Words(starts, ends, prints, digits[:count], alone[: many[0]], named[: many[1]], paired[: many[2]])


_NONE = np.zeros(0, np.int64)


def eights_of(octets: NDArray[np.uint8]) -> Prints:
    """The eight octets from each place on as one number, the first the lowest."""
    return np.ndarray((max(len(octets) - 7, 0),), np.dtype("<u8"), octets.data, 0, (1,))


def joined(texts: Sequence[bytes]) -> tuple[bytes, Numbers]:
    """The texts in one buffer with margins around each, and where each begins."""
    margin = bytes(MARGIN)
    sizes = np.fromiter((len(text) for text in texts), np.int64, len(texts))
    begins = np.zeros(len(texts), np.int64)
    if len(texts):
        begins[1:] = np.cumsum(sizes[:-1] + MARGIN)
    return margin + margin.join(texts) + margin, begins + MARGIN
