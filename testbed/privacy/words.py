"""The words of a skeleton and a fingerprint of each, for whole buffers at once.

A fingerprint is 64 bits. It is made of the first and last eight octets of a word and of its length, so that words
longer than sixteen letters may share one: whoever finds a fingerprint compares the words themselves.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testbed.privacy import kernels
from testbed.privacy.kernels import CHAIN, K1, K2

type Numbers = NDArray[np.int64]
type Prints = NDArray[np.uint64]

MARGIN = 16
"""Zero octets before, between and after the texts of a buffer: farther than two words of one value stand apart."""
MAX_GAP = 12
"""Octets between two words that may belong to one value."""
_WORD = np.frombuffer(bytes(1 if chr(byte).isalnum() and byte < 0x80 else 0 for byte in range(256)), np.uint8)
_HALF = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Words:
    """Every word of a buffer, in order."""

    starts: Numbers
    ends: Numbers
    prints: Prints
    chained: NDArray[np.bool_]
    """Whether the next word stands near enough to belong to the same value; False for the last one."""

    def chains(self, at: Numbers, length: int) -> tuple[Numbers, Prints]:
        """The fingerprints of the ``length`` words that begin at these; of those only that have so many near ones."""
        at = at[at + length <= len(self.starts)]
        total = self.prints[at].copy()
        for step in range(1, length):
            near = self.chained[at + step - 1]
            at, total = at[near], total[near]
            total = total * CHAIN + self.prints[at + step]
        return at, stirred(total, length)


def stirred(prints: Prints, length: int) -> Prints:
    """Fingerprints of chains of so many words, spread evenly over 64 bits."""
    mixed = (prints ^ np.uint64(length)) * K1
    mixed ^= mixed >> _HALF
    mixed *= K2
    return mixed ^ (mixed >> _HALF)


def words_of(buffer: bytes) -> Words:
    """The words of a buffer of skeletons; it begins and ends with :data:`MARGIN` zero octets."""
    octets = np.frombuffer(buffer, np.uint8)
    room = len(buffer) // 2 + 1
    starts, ends, prints = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.uint64)
    count = kernels.word_spans(octets, _WORD, starts, ends, prints)
    starts, ends, prints = starts[:count], ends[:count], prints[:count]
    chained = np.zeros(count, np.bool_)
    chained[:-1] = starts[1:] - ends[:-1] <= MAX_GAP
    return Words(starts, ends, prints, chained)


def joined(texts: "list[bytes]") -> tuple[bytes, Numbers]:
    """The texts in one buffer with margins around each, and where each begins."""
    margin = bytes(MARGIN)
    sizes = np.fromiter((len(text) for text in texts), np.int64, len(texts))
    begins = np.zeros(len(texts), np.int64)
    if len(texts):
        begins[1:] = np.cumsum(sizes[:-1] + MARGIN)
    return margin + margin.join(texts) + margin, begins + MARGIN
