"""Find the values of people in texts, however they are spelt and whatever they are wrapped in.

First what is wrapped is unwrapped, layer by layer, then the values are looked up: so the index grows with the people
and not with people times encodings. Work is bounded: in layers, in what a part may grow to, and in digests.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from testbed.model.privacy import PLAIN
from testbed.privacy.digests import Tokens
from testbed.privacy.encoded import encoded_in
from testbed.privacy.people import Owner, PeopleIndex, folded
from testbed.privacy.pieces import DIGEST, GLUED, PACKED, TEXT, Pieces
from testbed.privacy.records import Found, as_written, together
from testbed.privacy.scan import Seen, scan, scan_rows
from testbed.privacy.skeleton import of_bytes, of_rows
from testbed.privacy.texts import BATCH, Raw, Texts, batches, regrouped, texts_of
from testbed.privacy.undoing import MAX_LAYERS, TOO_LARGE, Bounds, Undone, packed_in, undone
from testbed.privacy.unwrap import unescaped
from testbed.privacy.words import Numbers

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
class _Work:
    """One search under way."""

    index: PeopleIndex
    bounds: Bounds
    found: dict[Found, bool] = field(default_factory=dict)
    """Each with whether it was found where there is but one way to read."""
    tokens: Tokens = field(default_factory=Tokens)
    met: set[int] = field(default_factory=set)
    """Prints of what was looked at, and of its part."""

    def new(self, texts: Texts, sizes: Numbers | None = None) -> Texts:
        """Those texts that were not looked at in their part, and may be; said once where there is no more room.

        ``sizes`` are those that they are going to have.
        """
        if not len(texts):
            return texts
        self.bounds.held.clear()
        prints, firsts = np.unique(texts.prints(), return_index=True)
        fresh = np.array([one not in self.met for one in prints.tolist()])
        self.met.update(prints[fresh].tolist())
        which = np.sort(firsts[fresh])
        parts, room = texts.parts[which], self.bounds.room
        np.subtract.at(room, parts, (texts.sizes() if sizes is None else sizes)[which])
        for part in np.unique(parts[room[parts] < 0]).tolist():
            self.bounds.unreadable[(part, TOO_LARGE)] = None
        return texts.chosen(which[room[parts] >= 0])

    def fresh(self, raws: Sequence[Raw]) -> Texts:
        """The same of texts that stand by themselves."""
        return self.new(texts_of(raws)).compact()


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
    work = _Work(index, Bounds(np.array(room, np.int64)))
    inner: list[Texts] = []
    for batch in batches(parts):
        inner += _level(batch, work)
        if sum(len(texts.octets) for texts in inner) > BATCH:
            inner = _deeper(inner, work)
    _to_the_end(inner, work)
    for part, layers, owner in work.tokens.resolved(index, keys):
        work.found[Found(part, owner, "+".join(layers))] = True
    if work.tokens.full:
        work.bounds.unreadable[(0, "more digests than can be looked at")] = None
    return Searched(tuple(_told_once(work.found, index)), tuple(work.bounds.unreadable))


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


def _deeper(inner: Sequence[Texts], work: _Work) -> list[Texts]:
    some = [texts for texts in inner if len(texts)]
    return [deeper for texts in regrouped(some) for deeper in _level(texts, work)]


def _to_the_end(inner: Sequence[Texts], work: _Work) -> None:
    """Look at these and at all that is wrapped in them."""
    while inner:
        inner = _deeper(inner, work)


def _level(texts: Texts, work: _Work) -> list[Texts]:
    """Look at these and return what was wrapped in them, unless it is so much that it has to be looked at at once."""
    plain = undone(texts, work.bounds, lambda raws: _to_the_end([work.fresh(raws)], work))
    deeper = [work.fresh(plain.inner)]
    texts = plain.texts
    for seen in _seen(plain, work.index):
        raw = texts.raw(seen.text)
        owner = seen.owner if not seen.others else as_written((seen.owner, *seen.others), raw.data)
        found = Found(raw.part, owner, "+".join(work.bounds.layers.names(raw.layers)) or PLAIN, seen.in_field)
        work.found[found] = work.found.get(found, False) or not raw.glued
    if (work.bounds.layers.depths()[texts.layers] < MAX_LAYERS).any():
        deeper += _encoded(plain, work)
    return deeper


def _seen(plain: Undone, index: PeopleIndex) -> Iterator[Seen]:
    texts = plain.texts
    skeletons = of_rows(plain.buffer, texts.begins, texts.ends, plain.wide)
    yield from scan_rows(skeletons.buffer, texts.begins, texts.ends, index)
    further = list(skeletons.further())
    further += [(row, text) for row in skeletons.hard.tolist() for text in of_bytes(texts.data(row))]
    for seen in scan([text for _, text in further], index):
        yield replace(seen, text=further[seen.text][0])


def _encoded(plain: Undone, work: _Work) -> Iterator[Texts]:
    """What is encoded in texts: compact, and of what is packed what it was."""
    for found in encoded_in(plain.buffer):
        yield from _decoded(plain.texts, found, work)


def _decoded(texts: Texts, found: Pieces, work: _Work) -> Iterator[Texts]:
    """What pieces say that stand in texts, as far as there is room."""
    layers = work.bounds.layers
    of = np.searchsorted(texts.begins, found.places, "right") - 1
    digests = found.forms == DIGEST
    if digests.any():
        at = of[digests]
        work.tokens.collect(found.chosen(digests).compact(), texts.parts[at], texts.layers[at], layers)
    chosen = ~digests & (layers.depths()[texts.layers[of]] < MAX_LAYERS)
    found, of = found.chosen(chosen), of[chosen]
    inner = Texts(
        found.octets,
        found.begins,
        found.ends,
        texts.parts[of],
        layers.all_within(texts.layers[of], found.forms),
        texts.glued[of] | (found.kinds == GLUED),
    )
    yield work.new(inner.chosen(np.flatnonzero(found.kinds == TEXT))).compact()
    packed = work.new(inner.chosen(np.flatnonzero(found.kinds == PACKED)))
    unpacked: list[Raw] = []
    size = 0
    for number in range(len(packed)):
        for raw in packed_in(packed.raw(number), work.bounds):
            unpacked.append(raw)
            size += len(raw.data)
        if size > BATCH:
            _to_the_end([work.fresh(unpacked)], work)
            unpacked, size = [], 0
    yield work.fresh(unpacked)
    # NOTE: last, lest what was packed as it stands is told by the letters alone.
    glued = inner.chosen(np.flatnonzero(found.kinds == GLUED))
    yield work.new(glued, glued.unglued_sizes()).unglued()
