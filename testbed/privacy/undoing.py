"""Texts with what has to be undone in them undone: escapes, charsets, and what was packed in them, apart.

Compiled loops tell which texts hold anything of the kind; most do not, and are left as they are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from testbed.privacy import kernels
from testbed.privacy.kernels.numbers import APART, BACKSLASH, ENTITY, LINE, PERCENT, QUOTED, SIGNED, WIDE
from testbed.privacy.skeleton import narrowed
from testbed.privacy.texts import BATCH, Layers, Raw, Texts
from testbed.privacy.unwrap import (
    LEAST_PACKED,
    aside,
    beside,
    packed_values,
    parts_in,
    sealed,
    unescaped,
    unpacked,
    without_percents,
)
from testbed.privacy.words import Numbers, eights_of
from testbed.wire.bodies import OUT_OF_BOUNDS

MAX_LAYERS = 4
"""Encodings within encodings that are undone."""
TOO_LARGE = f"it {OUT_OF_BOUNDS}"
WHOLLY_PACKED = (b"\x1f\x8b", b"\x28\xb5")
"""What gzip and zstd begin with: a short text in them may stand there as it is, and counts as packed alone."""
_ESCAPES = PERCENT | BACKSLASH | ENTITY | LINE


@dataclass(slots=True)
class Bounds:
    """What parts may still grow by, and what could not be read for it."""

    room: Numbers
    layers: Layers = field(default_factory=Layers)
    held: dict[int, int] = field(default_factory=dict)
    """Octets of each part that were unpacked and not yet taken off its room."""
    unreadable: dict[tuple[int, str], None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Undone:
    """Texts as they can be read."""

    texts: Texts
    buffer: bytes
    """Their octets."""
    wide: NDArray[np.bool_]
    """Those that held UTF-16, which only slower code reads."""
    inner: list[Raw]
    """What was packed in them, or stands in them apart."""


def undone(texts: Texts, bounds: Bounds, hand_on: Callable[[list[Raw]], None]) -> Undone:
    """The texts, which are compact, in plain octets.

    What was packed in them is handed on as soon as it is much: many small texts may grow to more than there is memory
    for, each within its bounds.
    """
    buffer = texts.octets.tobytes()
    held, packed = signs_in(texts.octets, texts.begins, texts.ends), np.zeros(len(texts), np.bool_)
    kernels.packings.which(texts.octets, texts.begins, texts.ends, False, packed)
    # NOTE: what is glued was taken for a text in the midst of other octets.
    packed = (packed | (held & SIGNED != 0)) & ~texts.glued
    asked = (held != 0) | packed
    inner: list[Raw] = []
    size = 0
    changed: dict[int, bytes] = {}
    for number in np.flatnonzero(asked).tolist():
        raw = texts.raw(number)
        data, more = _one(raw, int(held[number]), bool(packed[number]), bounds)
        inner += more
        size += sum(len(one.data) for one in more)
        if size > BATCH:
            hand_on(inner)
            inner, size = [], 0
        if data != raw.data:
            changed[number] = data
    if changed:
        buffer, texts = _rebuilt(buffer, texts, changed)
    wide = held & WIDE != 0
    # NOTE: UTF-16 may have been written in escapes.
    wide[[number for number, data in changed.items() if b"\0" in data]] = True
    return Undone(texts, buffer, wide, inner)


def signs_in(octets: NDArray[np.uint8], begins: Numbers, ends: Numbers) -> NDArray[np.uint8]:
    """What each text holds that has to be undone, as :mod:`testbed.privacy.kernels.numbers` numbers it."""
    held, marks = np.zeros(len(begins), np.uint8), np.empty(len(octets), np.bool_)
    kernels.signs.asked(octets, marks)
    kernels.signs.signs(octets, marks, eights_of(marks.view(np.uint8)), begins, ends, held)
    return held


def _one(raw: Raw, held: int, packed: bool, bounds: Bounds) -> tuple[bytes, list[Raw]]:
    """What one text says, and what is in it apart."""
    # NOTE: what is packed is no text, and would not outlive that escapes in it are undone.
    inner = list(packed_in(raw, bounds)) if packed else []
    # NOTE: as it stands, a text of a binary message runs into what tells the kind of the next one.
    message = packed and any(one.layers == raw.layers for one in inner)
    apart = message or (bool(inner) and raw.data[:2] in WHOLLY_PACKED)
    if apart and not message and (more := beside(raw.data, BATCH)):
        inner.append(raw._replace(data=more))
    if held & PERCENT and len(raw.data) > LEAST_PACKED:
        if not inner:
            inner = list(packed_in(raw._replace(data=without_percents(raw.data)), bounds))
        inner += [raw._replace(data=part) for part in packed_values(raw.data)]
    if held & APART:
        inner += [raw._replace(data=part) for part in parts_in(raw.data)]
    data = narrowed(raw.data) if held & WIDE else raw.data
    if held & _ESCAPES or data is not raw.data:
        data = unescaped(data)
    if held & QUOTED or data is not raw.data:
        inner += [raw._replace(data=more) for more in aside(data)]
    if (held & APART or data is not raw.data) and (why := sealed(data)):
        bounds.unreadable[(raw.part, why)] = None
    return (b"" if apart else data), inner


def packed_in(raw: Raw, bounds: Bounds) -> Iterator[Raw]:
    """What is packed in a text, within bounds."""
    limit = int(bounds.room[raw.part]) - bounds.held.get(raw.part, 0)
    if bounds.layers.depth(raw.layers) >= MAX_LAYERS:
        return
    if limit <= 0:
        bounds.unreadable[(raw.part, TOO_LARGE)] = None
        return
    for name, data in unpacked(raw.data, limit):
        held = bounds.held[raw.part] = bounds.held.get(raw.part, 0) + len(data)
        if len(data) >= limit or held >= bounds.room[raw.part]:
            bounds.unreadable[(raw.part, TOO_LARGE)] = None
            if held - len(data) >= bounds.room[raw.part]:
                return
        yield Raw(raw.part, bounds.layers.within(raw.layers, name) if name else raw.layers, data, raw.glued)


def _rebuilt(buffer: bytes, texts: Texts, changed: dict[int, bytes]) -> tuple[bytes, Texts]:
    """The texts with these in place of what they were."""
    view = memoryview(buffer)
    out: list[bytes | memoryview] = []
    copied = 0
    grown = np.zeros(len(texts), np.int64)
    for number, data in changed.items():
        begin, end = int(texts.begins[number]), int(texts.ends[number])
        out += [view[copied:begin], data]
        copied = end
        grown[number] = len(data) - (end - begin)
    out.append(view[copied:])
    shifts = np.cumsum(grown)
    joined = b"".join(out)
    moved = replace(
        texts,
        octets=np.frombuffer(joined, np.uint8),
        begins=texts.begins + shifts - grown,
        ends=texts.ends + shifts,
    )
    return joined, moved
