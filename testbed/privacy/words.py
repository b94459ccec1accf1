"""The words of a skeleton and a fingerprint of each, for whole buffers at once.

A fingerprint is 64 bits. It is made of the first and last eight octets of a word and of its length, so that words
longer than sixteen letters may share one: whoever finds a fingerprint compares the words themselves.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Numbers = NDArray[np.int64]
type Prints = NDArray[np.uint64]

MARGIN = 16
"""Zero octets before, between and after the texts of a buffer: farther than two words of one value stand apart."""
MAX_GAP = 12
"""Octets between two words that may belong to one value."""
_EIGHT = 8
_WORD = bytes(1 if chr(byte).isalnum() and byte < 0x80 else 0 for byte in range(256))
_MASKS = np.array([(1 << 8 * octets) - 1 for octets in range(_EIGHT)] + [(1 << 64) - 1], np.uint64)
_K1, _K2, _K3, _CHAIN = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xC2B2AE3D27D4EB4F),
    np.uint64(0x165667B19E3779F9),
    np.uint64(0xD6E8FEB86659FD93),
)
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
            total = total * _CHAIN + self.prints[at + step]
        return at, stirred(total, length)


def stirred(prints: Prints, length: int) -> Prints:
    """Fingerprints of chains of so many words, spread evenly over 64 bits."""
    mixed = (prints ^ np.uint64(length)) * _K1
    mixed ^= mixed >> _HALF
    mixed *= _K2
    return mixed ^ (mixed >> _HALF)


def words_of(buffer: bytes) -> Words:
    """The words of a buffer of skeletons; it begins and ends with :data:`MARGIN` zero octets."""
    inside = np.frombuffer(buffer.translate(_WORD), np.int8)
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    lengths = ends - starts
    eights: Prints = np.ndarray((len(buffer) - _EIGHT + 1,), np.dtype("<u8"), buffer, 0, (1,))
    heads = eights[starts] & _MASKS[np.minimum(lengths, _EIGHT)]
    prints = heads * _K1
    long = np.flatnonzero(lengths > _EIGHT)
    prints[long] ^= eights[ends[long] - _EIGHT] * _K2
    prints ^= prints >> _HALF
    prints += lengths.astype(np.uint64) * _K3
    prints *= _K2
    chained = np.zeros(len(starts), np.bool_)
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
