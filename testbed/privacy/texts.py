"""Texts that are searched, many in one buffer: where each stands, of which part it is, and what it was wrapped in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from testbed.privacy import kernels
from testbed.privacy.pieces import FORMS
from testbed.privacy.words import MARGIN, Numbers, Prints, joined

BATCH = 1 << 21
"""Octets that are looked at together: what fits in a processor's cache."""
AS_SENT = 0
"""The number of no layers at all."""
_SEED = np.uint64(hash(b"texts") & 0xFFFF_FFFF_FFFF_FFFF)
_PART = np.uint64(0x9E3779B97F4A7C15)


class Layers:
    """What texts were wrapped in, by number: names from the outermost on."""

    def __init__(self) -> None:
        self._names: list[tuple[str, ...]] = [()]
        self._numbers: dict[tuple[str, ...], int] = {(): AS_SENT}
        self._depths = np.zeros(1, np.int64)

    def names(self, number: int) -> tuple[str, ...]:
        """The layers of this number."""
        return self._names[number]

    def depth(self, number: int) -> int:
        """How many they are."""
        return len(self._names[number])

    def depths(self) -> Numbers:
        """How many those of each number are."""
        if len(self._depths) < len(self._names):
            self._depths = np.array([len(names) for names in self._names], np.int64)
        return self._depths

    def within(self, number: int, name: str) -> int:
        """The number of these and one more."""
        names = (*self._names[number], name)
        if names not in self._numbers:
            self._numbers[names] = len(self._names)
            self._names.append(names)
        return self._numbers[names]

    def all_within(self, numbers: Numbers, forms: Numbers) -> Numbers:
        """The same of many, by the number of the form in :data:`testbed.privacy.pieces.FORMS`."""
        pairs, of = np.unique(numbers * len(FORMS) + forms, return_inverse=True)
        more = [self.within(pair // len(FORMS), FORMS[pair % len(FORMS)]) for pair in pairs.tolist()]
        return np.array(more, np.int64)[of]


class Raw(NamedTuple):
    """One text."""

    part: int
    layers: int
    data: bytes
    glued: bool = False
    """It was read in several ways, for letters of chance may stand on either side."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Many."""

    octets: NDArray[np.uint8]
    begins: Numbers
    ends: Numbers
    parts: Numbers
    layers: Numbers
    glued: NDArray[np.bool_] = field(repr=False)

    def __len__(self) -> int:
        return len(self.begins)

    def data(self, number: int) -> bytes:
        """What one says."""
        return self.octets[self.begins[number] : self.ends[number]].tobytes()

    def raw(self, number: int) -> Raw:
        """One of them by itself."""
        return Raw(int(self.parts[number]), int(self.layers[number]), self.data(number), bool(self.glued[number]))

    def sizes(self) -> Numbers:
        """Octets of each."""
        return self.ends - self.begins

    def chosen(self, which: Numbers) -> "Texts":
        """These of them."""
        return Texts(
            self.octets,
            self.begins[which],
            self.ends[which],
            self.parts[which],
            self.layers[which],
            self.glued[which],
        )

    def prints(self) -> Prints:
        """A number for what each says and its part, that nobody outside this process can foresee."""
        prints = np.empty(len(self), np.uint64)
        kernels.signs.hashes(self.octets, self.begins, self.ends, _SEED, prints)
        return prints ^ (self.parts.astype(np.uint64) + np.uint64(1)) * _PART

    def compact(self) -> "Texts":
        """The same one behind the other, :data:`testbed.privacy.words.MARGIN` zero octets around each."""
        out = np.empty(int(self.sizes().sum()) + MARGIN * (len(self) + 1), np.uint8)
        begins = np.empty(len(self), np.int64)
        kernels.signs.gathered(self.octets, self.begins, self.ends, MARGIN, out, begins)
        return Texts(out, begins, begins + self.sizes(), self.parts, self.layers, self.glued)

    def unglued(self) -> "Texts":
        """The same, compact, and in each text also what it says without the letters of chance around it."""
        sizes = self.unglued_sizes()
        ends = np.cumsum(sizes + MARGIN)
        begins = ends - sizes
        out = np.zeros(int(ends[-1]) + MARGIN if len(ends) else MARGIN, np.uint8)
        kernels.gluing.all_unglued(self.octets, self.begins, self.ends, begins, out)
        return Texts(out, begins, ends, self.parts, self.layers, self.glued)

    def unglued_sizes(self) -> Numbers:
        """Octets that each has then."""
        sizes = np.empty(len(self), np.int64)
        kernels.gluing.sizes_unglued(self.sizes(), sizes)
        return sizes


def texts_of(raws: Sequence[Raw]) -> Texts:
    """These in one buffer."""
    parts, layers, data, glued = zip(*raws, strict=True) if raws else ((), (), (), ())
    return _together(data, np.array(parts, np.int64), np.array(layers, np.int64), np.array(glued, np.bool_))


def _together(data: Sequence[bytes], parts: Numbers, layers: Numbers, glued: NDArray[np.bool_]) -> Texts:
    buffer, begins = joined(data)
    sizes = np.fromiter(map(len, data), np.int64, len(data))
    return Texts(np.frombuffer(buffer, np.uint8), begins, begins + sizes, parts, layers, glued)


def batches(parts: Sequence[bytes]) -> Iterator[Texts]:
    """Parts as they were sent, without those that are empty, in buffers of about :data:`BATCH` octets."""
    sizes = np.fromiter(map(len, parts), np.int64, len(parts))
    numbers = np.flatnonzero(sizes)
    ends = np.cumsum(sizes[numbers])
    first = 0
    while first < len(numbers):
        full = ends[first] - sizes[numbers[first]] + BATCH
        until = max(int(np.searchsorted(ends, full, "right")), first + 1)
        some = numbers[first:until]
        data = [parts[number] for number in some.tolist()]
        yield _together(data, some, np.full(len(some), AS_SENT), np.zeros(len(some), np.bool_))
        first = until


def regrouped(several: Sequence[Texts]) -> Iterator[Texts]:
    """Compact texts in buffers of about the same size."""
    group: list[Texts] = []
    size = 0
    for one in several:
        if group and size + len(one.octets) > BATCH:
            yield _one(group)
            group, size = [], 0
        group.append(one)
        size += len(one.octets)
    if group:
        yield _one(group)


def _one(several: Sequence[Texts]) -> Texts:
    if len(several) == 1:
        return several[0]
    shifts = np.cumsum([0, *(len(one.octets) for one in several[:-1])])
    return Texts(
        np.concatenate([one.octets for one in several]),
        np.concatenate([one.begins + shift for one, shift in zip(several, shifts, strict=True)]),
        np.concatenate([one.ends + shift for one, shift in zip(several, shifts, strict=True)]),
        np.concatenate([one.parts for one in several]),
        np.concatenate([one.layers for one in several]),
        np.concatenate([one.glued for one in several]),
    )
