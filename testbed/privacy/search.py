"""Find the values of people in texts, however they are spelt and whatever they are wrapped in.

First what is wrapped is unwrapped, layer by layer, then the values are looked up: so the index grows with the people
and not with people times encodings. Work is bounded: in layers, in what a part may grow to, and in digests.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from testbed.model.privacy import PLAIN
from testbed.privacy.digests import Tokens
from testbed.privacy.encoded import encoded_in
from testbed.privacy.people import Owner, PeopleIndex, folded
from testbed.privacy.records import Found, as_written, together
from testbed.privacy.scan import scan
from testbed.privacy.skeleton import narrowed, of_bytes
from testbed.privacy.unwrap import aside, packed_values, parts_in, sealed, unescaped, unpacked, without_percents
from testbed.privacy.words import joined
from testbed.wire.bodies import OUT_OF_BOUNDS

MAX_LAYERS = 4
"""Encodings within encodings that are undone."""
BATCH = 1 << 18
"""Octets that are looked at together."""
TOO_LARGE = f"it {OUT_OF_BOUNDS}"
WHOLLY_PACKED = (b"\x1f\x8b", b"\x28\xb5")
"""What gzip and zstd begin with: a short text in them may stand there as it is, and counts as packed alone."""
GROWTH, LEAST_ROOM, MAX_ROOM = 64, 1 << 20, 1 << 26
"""What a part may grow to while it is unwrapped: so many times its size, within bounds."""
MAX_TEXT = 16 * 1024 * 1024
KEPT = 64
"""Texts whose finds are remembered: several checks look at the same pages, one after the other."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search has found."""

    found: tuple[Found, ...]
    unreadable: tuple[tuple[int, str], ...] = ()
    """Parts that hold something that could not be read to its end, and why."""


def _parts_of_others(found: Iterable[Found]) -> frozenset[str]:
    """Folded values that are a part of another: where there are several ways to read, the longest counts."""
    values = {folded(one.owner.value) for one in found}
    together = "\0".join(values)
    return frozenset(value for value in values if together.find(value, together.find(value) + 1) >= 0)


@dataclass(slots=True)
class _Raw:
    part: int
    layers: tuple[str, ...]
    data: bytes
    glued: bool = False


@dataclass(slots=True)
class _Work:
    """One search under way."""

    index: PeopleIndex
    room: list[int]
    """Octets that each part may still grow by."""
    found: dict[Found, bool] = field(default_factory=dict)
    """Each with whether it was found where there is but one way to read."""
    unreadable: dict[tuple[int, str], None] = field(default_factory=dict)
    tokens: Tokens = field(default_factory=Tokens)
    met: set[tuple[int, int, int]] = field(default_factory=set)
    """Part, size and hash of what was looked at."""

    def allowed(self, part: int, size: int) -> bool:
        """Whether a part may grow by so much more; said once where it may not."""
        self.room[part] -= size
        if self.room[part] < 0:
            self.unreadable[(part, TOO_LARGE)] = None
            return False
        return True


@lru_cache(maxsize=KEPT)
def find(text: str, index: PeopleIndex) -> tuple[Owner, ...]:
    """Every value that points at one person and stands in a text, behind escapes at most, each once, as first seen."""
    raw = unescaped(text[:MAX_TEXT].encode("utf-8", "replace"))
    seen = [one for one in scan(list(of_bytes(raw)), index) if not one.in_field]
    return tuple(dict.fromkeys(as_written((one.owner, *one.others), raw) for one in seen))


def search(parts: Sequence[bytes], index: PeopleIndex, keys: Sequence[bytes] = ()) -> Searched:
    """Every value in the parts, each once for each part and form.

    Args:
        parts: octets as they were sent, without content coding: an address, a header's value, a body.
        index: over the people.
        keys: keys and salts that digests may have been made with.
    """
    room = [min(max(GROWTH * len(part), LEAST_ROOM), MAX_ROOM) for part in parts]
    work = _Work(index, room)
    inner: list[_Raw] = []
    for batch in _batches(_Raw(number, (), part) for number, part in enumerate(parts) if part):
        inner += _level(batch, work)
        if sum(len(raw.data) for raw in inner) > BATCH:
            inner = _deeper(inner, work)
    while inner:
        inner = _deeper(inner, work)
    for part, layers, owner in work.tokens.resolved(index, keys):
        work.found[Found(part, owner, "+".join(layers))] = True
    if work.tokens.full:
        work.unreadable[(0, "more digests than can be looked at")] = None
    return Searched(tuple(_told_once(work.found, index)), tuple(work.unreadable))


def _told_once(found: Mapping[Found, bool], index: PeopleIndex) -> Iterator[Found]:
    """By parts; without what a part tells by more layers too, and with the person where several fields tell who."""
    by_part: dict[int, list[Found]] = {}
    for one in found:
        by_part.setdefault(one.part, []).append(one)
    for part in sorted(by_part):
        told = by_part[part]
        forms: dict[Owner, list[str]] = {}
        for one in told:
            forms.setdefault(one.owner, []).append(one.form)
        parts = _parts_of_others(told) if not all(found[one] for one in told) else frozenset[str]()
        kept = [
            one
            for one in told
            if not any(form.startswith(f"{one.form}+") for form in forms[one.owner])
            and (found[one] or folded(one.owner.value) not in parts)
        ]
        yield from together(kept, index)


def _deeper(raws: list[_Raw], work: _Work) -> list[_Raw]:
    return [raw for batch in _batches(iter(raws)) for raw in _level(batch, work)]


def _batches(raws: Iterator[_Raw]) -> Iterator[list[_Raw]]:
    batch: list[_Raw] = []
    size = 0
    for raw in raws:
        if batch and size + len(raw.data) > BATCH:
            yield batch
            batch, size = [], 0
        batch.append(raw)
        size += len(raw.data)
    if batch:
        yield batch


def _level(batch: list[_Raw], work: _Work) -> list[_Raw]:
    """Look at these and return what was wrapped in them."""
    inner: list[_Raw] = []
    texts: list[bytes] = []
    of: list[_Raw] = []
    for raw in batch:
        # NOTE: what is packed is no text, and would not outlive that escapes in it are undone.
        packed = list(_packed(raw, work))
        if not packed and b"%" in raw.data:
            packed = list(_packed(_Raw(raw.part, raw.layers, without_percents(raw.data), raw.glued), work))
        parts = (part for part in (*parts_in(raw.data), *packed_values(raw.data)) if _new(raw.part, part, work))
        inner += [_Raw(raw.part, raw.layers, part, raw.glued) for part in parts]
        raw.data = unescaped(narrowed(raw.data))
        inner += packed
        for more in aside(raw.data):
            if _new(raw.part, more, work):
                inner.append(_Raw(raw.part, raw.layers, more, raw.glued))
        if why := sealed(raw.data):
            work.unreadable[(raw.part, why)] = None
        if any(one.layers != raw.layers for one in packed) and raw.data[:2] in WHOLLY_PACKED:
            continue
        for skeleton in of_bytes(raw.data):
            texts.append(skeleton)
            of.append(raw)
    for seen in scan(texts, work.index):
        raw = of[seen.text]
        owner = seen.owner if not seen.others else as_written((seen.owner, *seen.others), raw.data)
        found = Found(raw.part, owner, "+".join(raw.layers) or PLAIN, seen.in_field)
        work.found[found] = work.found.get(found, False) or not raw.glued
    if any(len(raw.layers) < MAX_LAYERS for raw in batch):
        inner += _encoded(batch, work)
    return inner


def _packed(raw: _Raw, work: _Work) -> Iterator[_Raw]:
    if len(raw.layers) >= MAX_LAYERS or work.room[raw.part] <= 0:
        return
    limit = max(work.room[raw.part], 1)
    for name, data in unpacked(raw.data, limit):
        if len(data) >= limit:
            work.unreadable[(raw.part, TOO_LARGE)] = None
        if _new(raw.part, data, work):
            yield _Raw(raw.part, (*raw.layers, name) if name else raw.layers, data, raw.glued)


def _encoded(batch: list[_Raw], work: _Work) -> Iterator[_Raw]:
    buffer, begins = joined([raw.data for raw in batch])
    found = encoded_in(buffer)
    places = np.searchsorted(begins, [place for place, _ in found.digests], "right") - 1
    for (_, token), number in zip(found.digests, places.tolist(), strict=True):
        work.tokens.add(token, batch[number].part, batch[number].layers)
    places = np.searchsorted(begins, [piece.place for piece in found.pieces], "right") - 1
    for piece, number in zip(found.pieces, places.tolist(), strict=True):
        raw = batch[number]
        if len(raw.layers) < MAX_LAYERS and _new(raw.part, piece.data, work):
            inner = _Raw(raw.part, (*raw.layers, piece.form), piece.data, raw.glued or piece.glued)
            if piece.packed:
                yield from _packed(inner, work)
            else:
                yield inner


def _new(part: int, data: bytes, work: _Work) -> bool:
    """Whether this has not been looked at in this part, and may be."""
    key = (part, len(data), hash(data))
    if key in work.met or not work.allowed(part, len(data)):
        return False
    work.met.add(key)
    return True
