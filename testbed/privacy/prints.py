"""Tables of fingerprints: a filter that says quickly "not here", and sorted arrays that say which rows are meant."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testbed.privacy.words import Numbers, Prints

type Rows = NDArray[np.uint32]

BITS_EACH = 24
"""Of the filter, for each fingerprint in it: one in so many that are not there passes."""
MIN_BITS, MAX_BITS = 16, 28
_BYTE = np.uint64(3)
_IN_BYTE = np.uint64(7)


@dataclass(frozen=True, slots=True)
class Filter:
    """A bit for each fingerprint, by its highest bits."""

    bits: NDArray[np.uint8]
    shift: np.uint64

    @classmethod
    def of(cls, prints: Prints) -> "Filter":
        """A filter that lets these pass."""
        size = min(max((len(prints) * BITS_EACH).bit_length(), MIN_BITS), MAX_BITS)
        shift = np.uint64(64 - size)
        bits = np.zeros(1 << (size - 3), np.uint8)
        places = prints >> shift
        np.bitwise_or.at(bits, places >> _BYTE, np.uint8(1) << (places & _IN_BYTE).astype(np.uint8))
        return cls(bits, shift)

    def passing(self, prints: Prints) -> Numbers:
        """The places of those that may be in the table."""
        places = prints >> self.shift
        octets = self.bits[places >> _BYTE]
        return np.flatnonzero((octets >> (places & _IN_BYTE).astype(np.uint8)) & 1)


@dataclass(frozen=True, slots=True)
class Table:
    """Fingerprints in order, and the row that each stands for; one fingerprint may stand for several rows."""

    prints: Prints
    rows: Rows

    @classmethod
    def of(cls, prints: Prints, rows: Rows) -> "Table":
        """The table of these pairs."""
        order = np.argsort(prints, kind="stable")
        return cls(prints[order], rows[order])

    def with_more(self, prints: Prints, rows: Rows) -> "Table":
        """This one and these pairs."""
        return Table.of(np.concatenate((self.prints, prints)), np.concatenate((self.rows, rows)))

    def present(self, prints: Prints) -> NDArray[np.bool_]:
        """Which of these stand in the table."""
        if not len(self.prints):
            return np.zeros(len(prints), np.bool_)
        places = np.searchsorted(self.prints, prints)
        places[places == len(self.prints)] = 0
        there: NDArray[np.bool_] = self.prints[places] == prints
        return there

    def rows_of(self, one: int) -> Iterator[int]:
        """The rows that a fingerprint stands for."""
        wanted = np.uint64(one)
        place = int(np.searchsorted(self.prints, wanted))
        while place < len(self.prints) and self.prints[place] == wanted:
            yield int(self.rows[place])
            place += 1
