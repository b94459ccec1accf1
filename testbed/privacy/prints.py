"""Tables of fingerprints: a filter that says quickly "not here", and sorted arrays that say which rows are meant."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from testbed.privacy.words import Prints, Sieve

type Rows = NDArray[np.uint32]

BITS_EACH = 12
"""Of the filter, for each fingerprint in it."""
MIN_BITS, MAX_BITS = 16, 28
_CELL_BITS = 6
"""A cell of the filter has 64 bits, so many of which a fingerprint's own lowest bits name."""
_SET_BITS = 4


class Heads(NamedTuple):
    """What a sieve lets pass: fingerprints of first words; and of whole values and names of fields that are one word,
    and of the first two words of all others."""

    firsts: Prints
    wholes: Prints

    @classmethod
    def of(cls, several: Iterable["Heads"]) -> "Heads":
        """All of them, each once."""
        nothing = [Heads(np.zeros(0, np.uint64), np.zeros(0, np.uint64)), *several]
        return cls(*(np.unique(np.concatenate(prints)) for prints in zip(*nothing, strict=True)))


class Filter(NamedTuple):
    """Four bits for each fingerprint, by its lowest bits, in the cell that its highest bits name (a blocked Bloom
    filter): of a thousand that are not there ten or so pass."""

    cells: Prints
    shift: np.uint64

    @classmethod
    def of(cls, prints: Prints) -> "Filter":
        """A filter that lets these pass."""
        size = min(max((len(prints) * BITS_EACH).bit_length(), MIN_BITS), MAX_BITS)
        shift = np.uint64(64 - size + _CELL_BITS)
        cells = np.zeros(1 << (size - _CELL_BITS), np.uint64)
        for bits in _bits(prints):
            np.bitwise_or.at(cells, prints >> shift, bits)
        return cls(cells, shift)

    def passing(self, prints: Prints) -> NDArray[np.bool_]:
        """Which of these pass."""
        cells = self.cells[prints >> self.shift]
        passing: NDArray[np.bool_] = np.logical_and.reduce([cells & bits != 0 for bits in _bits(prints)])
        return passing


def sieve_of(heads: Heads) -> Sieve:
    """Two filters, for the first one is looked at for every word, and the smaller the sooner it answers."""
    return Sieve(*Filter.of(heads.firsts), *Filter.of(heads.wholes))


def _bits(prints: Prints) -> Iterator[Prints]:
    for step in range(_SET_BITS):
        yield np.uint64(1) << (prints >> np.uint64(_CELL_BITS * step) & np.uint64((1 << _CELL_BITS) - 1))


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
