"""What is written in base64 within a text, in every alignment, and what lz-string made of a text.

Nearly every long identifier of a script has the shape of base64. So little is made of a token before what it would
say has been seen to begin as a text does, or as something packed.
"""

import binascii
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testbed.privacy import kernels
from testbed.privacy.lzstring import of_base64
from testbed.privacy.pieces import DIGEST_SIZES, Found, Piece
from testbed.privacy.shapes import (
    ANY_CAPITAL,
    ANY_DIGIT,
    ANY_SMALL,
    BEHIND,
    BEYOND_HEX,
    DIGITS,
    GOOD,
    KIND,
    LEAST_TEXT,
    LOWER,
    TEXT,
    UPPER,
    Marks,
    Octets,
    Shapes,
    says_text,
    signed_heads,
    table,
    text_like,
)
from testbed.privacy.words import Numbers

SHORT, LONG = 7, 16
"""Characters that are looked at as one token, and that are looked at in every alignment."""
DENSE = 12
"""Characters of a token that may be something packed."""
_SIX = table(UPPER + LOWER + DIGITS + b"+/")
_SIX[ord("-")], _SIX[ord("_")] = 62, 63
_STANDARD, _URL, _LZ = (np.zeros(256, np.uint8) for _ in range(3))
_STANDARD[list(b"+/")] = _URL[list(b"-_")] = 1
_LZ[list(b"+-$")] = 1, 2, 4
_STRANGE = ~GOOD
_STRANGE[[0xC3, 0xC4, 0xC5, 0xC9, 0xD6, 0xD8, 0xC6, 0xE4, 0xE5, 0xE6, 0xE8, 0xE9, 0xF6, 0xF8, 0xFC, 0]] = False
_NOT_TEXT = ~GOOD
_NOT_TEXT[0xC0:0x100] = False
_NOT_TEXT[0] = False


def base64_in(shapes: Shapes, found: Found) -> None:
    """Add what the runs of base64 say."""
    for starts, ends, kinds in _tokens(shapes):
        if len(starts):
            _look(shapes, starts, ends, kinds, found)
    for start, end in _lz_tokens(shapes):
        _lz(shapes.buffer, start, end, found)


def _tokens(shapes: Shapes) -> Iterator[tuple[Numbers, Numbers, Octets]]:
    """Runs of the usual alphabet and then of that for addresses, without those that are runs of both."""
    starts, ends, kinds, _ = _runs(shapes, _STANDARD)
    yield starts, ends, kinds
    yield _with_signs_around(shapes, starts, ends, kinds, _STANDARD)
    also, until, more, signs = _runs(shapes, _URL)
    # NOTE: between slashes it may be a part of a path; between slashes and pluses it is a piece of something longer.
    octets = shapes.octets
    pluses = np.flatnonzero(octets == ord("+"))
    within = np.maximum(np.searchsorted(starts, also, "right") - 1, 0)
    apart = np.zeros(len(also), np.bool_)
    if len(starts):
        apart = (np.searchsorted(pluses, starts) == np.searchsorted(pluses, ends))[within]
    new = (signs > 0) | (apart & ((octets[also - 1] == ord("/")) | (octets[until] == ord("/"))))
    yield also[new], until[new], more[new]
    yield _with_signs_around(shapes, also, until, more, _URL)


def _with_signs_around(
    shapes: Shapes, starts: Numbers, ends: Numbers, kinds: Octets, signs: Octets
) -> tuple[Numbers, Numbers, Octets]:
    """Longer tokens that mix kinds as chance does, with the signs before and behind them, where there are any."""
    mixed = (kinds & ANY_CAPITAL > 0) & (kinds & ANY_SMALL > 0) & (ends - starts >= LONG)
    starts, ends, kinds = starts[mixed], ends[mixed], kinds[mixed]
    first, last = starts.copy(), ends.copy()
    for _ in range(MAX_SIGNS_AROUND):
        first -= signs[shapes.octets[first - 1]] > 0
        last += signs[shapes.octets[last]] > 0
    more = (first < starts) | (last > ends)
    return first[more], last[more], kinds[more]


MAX_SIGNS_AROUND = 2


def _runs(shapes: Shapes, signs: Octets) -> tuple[Numbers, Numbers, Octets, Octets]:
    """Words that these signs join, long enough to say something: their kinds, and the signs that stand in them."""
    room = len(shapes.buffer) // SHORT + 1
    starts, ends = np.empty(room, np.int64), np.empty(room, np.int64)
    kinds, held = np.empty(room, np.uint8), np.empty(room, np.uint8)
    count = kernels.run_spans(shapes.octets, KIND, signs, SHORT, starts, ends, kinds, held)
    return starts[:count], ends[:count], kinds[:count], held[:count]


def _look(shapes: Shapes, starts: Numbers, ends: Numbers, kinds: Octets, found: Found) -> None:
    buffer, lengths = shapes.buffer, ends - starts
    mixed = (kinds & ANY_CAPITAL > 0) & (kinds & ANY_SMALL > 0)
    quads = _SIX[shapes.heads(starts)[:, :4]]
    first, second = quads[:, 0] << 2 | quads[:, 1] >> 4, quads[:, 1] << 4 | quads[:, 2] >> 2
    third = quads[:, 2] << 6 | quads[:, 3]
    likely = text_like(first, second, third) | (first == 0xFF) | (first == 0xFE)
    text = _readable(shapes, starts, ends, np.flatnonzero(likely), found)
    dense = mixed & (lengths >= DENSE) & ((kinds & ANY_DIGIT > 0) | (lengths >= LONG))
    dense[dense] = _by_chance(shapes.octets, starts[dense], kinds[dense])
    packed = (dense | signed_heads(first, second)) & ~text
    for place in np.flatnonzero(packed).tolist():
        start, end = int(starts[place]), int(ends[place])
        found.pieces.append(Piece(start, "base64", _octets_in(buffer[start:end]), packed=True))
    for place in np.flatnonzero(_lz_perhaps(quads) & ~text).tolist():
        _lz(buffer, int(starts[place]), int(ends[place]), found)
    # NOTE: octets of a digest may be text by chance.
    for place in np.flatnonzero(_DIGEST_LENGTH[np.minimum(lengths, 99)] & mixed).tolist():
        start, end = int(starts[place]), int(ends[place])
        found.digests.append((start, _octets_in(buffer[start:end])))
    left = np.flatnonzero((lengths >= LONG) & (kinds & ANY_CAPITAL > 0) & (kinds & BEYOND_HEX > 0) & ~text)
    left = left[_by_chance(shapes.octets, starts[left], kinds[left])]
    if len(left):
        _every_alignment(_mass(shapes, starts[left], ends[left]), found)


def _by_chance(octets: Octets, starts: Numbers, kinds: Octets) -> NDArray[np.bool_]:
    """Which runs hold digits, or capitals as often as chance has them: the names in a script mostly do not."""
    capitals = (KIND[octets[starts[:, None] + np.arange(LONG)]] & ANY_CAPITAL > 0).sum(axis=1)
    chance: NDArray[np.bool_] = (kinds & ANY_DIGIT > 0) | (capitals * 4 >= LONG)
    return chance


def _octets_in(token: bytes) -> bytes:
    """What a run of base64 says, its last incomplete octet left out."""
    whole = token.translate(_TO_STANDARD)
    return binascii.a2b_base64(whole[: len(whole) - (len(whole) % 4 == 1)] + b"=" * (-len(whole) % 4 % 3))


_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


@dataclass(frozen=True, slots=True)
class _Mass:
    """The six-bit values of several runs, each followed by zeros and beginning at a multiple of four."""

    values: Octets
    begins: Numbers
    starts: Numbers
    lengths: Numbers


def _mass(shapes: Shapes, starts: Numbers, ends: Numbers) -> _Mass:
    lengths = ends - starts
    padded = (lengths + 3 & ~3) + 4
    begins = np.cumsum(padded) - padded
    places = np.arange(int(padded.sum())) - np.repeat(begins - starts, padded)
    beyond = places >= np.repeat(ends, padded)
    places[beyond] = 0
    values = _SIX[shapes.octets[places]]
    values[beyond] = 0
    return _Mass(values, begins, starts, lengths)


def _octets_of(values: Octets, phase: int) -> Octets:
    quads = values[phase : phase + (len(values) - phase) // 4 * 4].reshape(-1, 4)
    out = np.empty((len(quads), 3), np.uint8)
    out[:, 0] = quads[:, 0] << 2 | quads[:, 1] >> 4
    out[:, 1] = quads[:, 1] << 4 | quads[:, 2] >> 2
    out[:, 2] = quads[:, 2] << 6 | quads[:, 3]
    return out.reshape(-1)


def _readable(shapes: Shapes, starts: Numbers, ends: Numbers, chosen: Numbers, found: Found) -> NDArray[np.bool_]:
    """Which of all runs say text from their first character on; of the chosen ones, whose beginning looks like it."""
    text = np.zeros(len(starts), np.bool_)
    if not len(chosen):
        return text
    mass = _mass(shapes, starts[chosen], ends[chosen])
    out = _octets_of(mass.values, 0)
    begins, sizes = mass.begins // 4 * 3, mass.lengths * 3 // 4
    shares = _sums(GOOD[out], begins, begins + sizes) / sizes
    letters = _of_utf8(out)
    odds = _sums(_NOT_TEXT[out] & ~letters, begins, begins + sizes)
    strange = _sums(_STRANGE[out] & ~letters, begins, begins + sizes)
    short = sizes < DENSE
    likely = (shares >= MOSTLY) & (~short | ((odds == 0) & (strange == 0)))
    likely |= (shares >= PARTLY) & (odds == 0) & (~short | (strange == 0))
    whole = out.tobytes()
    for place in np.flatnonzero(likely).tolist():
        data = whole[begins[place] : begins[place] + sizes[place]]
        if shares[place] >= MOSTLY or says_text(data):
            found.pieces.append(Piece(int(mass.starts[place]), "base64", data))
            text[chosen[place]] = True
    return text


def _of_utf8(out: Octets) -> Marks:
    """Which octets are part of a letter that UTF-8 writes with two or three."""
    behind = BEHIND[out]
    letters = np.zeros(len(out), np.bool_)
    two = (out[:-1] >= 0xC3) & (out[:-1] < 0xE0) & behind[1:]
    letters[:-1] |= two
    letters[1:] |= two
    three = (out[:-2] >= 0xE0) & (out[:-2] < 0xF0) & behind[1:-1] & behind[2:]
    for shift in range(3):
        letters[shift : len(out) - 2 + shift] |= three
    return letters


LZ_LIMIT = 1 << 18
MOSTLY, PARTLY = 0.75, 0.3
"""Shares of ASCII by which octets are text, and may be text in another charset."""
_DIGEST_LENGTH = np.zeros(100, np.bool_)
_DIGEST_LENGTH[[-(-size * 4 // 3) for size in DIGEST_SIZES]] = True


def _sums(values: NDArray[np.bool_], begins: Numbers, ends: Numbers) -> NDArray[np.int32]:
    """How many are true in each of these ranges, which follow one another and are not empty."""
    edges = np.column_stack((begins, ends)).reshape(-1)
    sums: NDArray[np.int32] = np.add.reduceat(values, edges, dtype=np.int32)[::2]
    return sums


def _lz_perhaps(quads: Octets) -> Marks:
    """Runs whose first two characters lz-string may have made: each is a letter, or one seen before."""
    wide = quads.astype(np.int64)
    # NOTE: of characters of sixteen bits only the alphabets of Europe are looked for, whose high bits are few.
    eight, sixteen = _LZ_FIRST[wide[:, 0] << 6 | wide[:, 1]], (wide[:, 0] >> 4 == 0b10) & (wide[:, 2] & 31 == 0)
    likely: Marks = (eight & _LZ_SECOND[(wide[:, 1] & 3) << 12 | wide[:, 2] << 6 | wide[:, 3]]) | sixteen
    return likely


def _lz_char(bits: int) -> bool:
    """Whether eight bits, the lowest first, are a character of a text."""
    char = int(f"{bits:08b}"[::-1], 2)
    return char in TEXT or char >= 0xC0


_LZ_FIRST = np.array([pair >> 10 == 0 and _lz_char(pair >> 2 & 0xFF) for pair in range(1 << 12)])
_LZ_SECOND = np.array(
    [three >> 11 in (0b110, 0b100) or (three >> 11 == 0 and _lz_char(three >> 3 & 0xFF)) for three in range(1 << 14)]
)


def _lz(buffer: bytes, start: int, end: int, found: Found) -> None:
    text = of_base64(buffer[start:end], LZ_LIMIT)
    if text:
        found.pieces.append(Piece(start, "lz-string", text.encode("utf-8", "replace")))


def _lz_tokens(shapes: Shapes) -> Iterator[tuple[int, int]]:
    """Runs of the alphabet that lz-string has for addresses, of those that no other encoding shares."""
    starts, ends, _, signs = _runs(shapes, _LZ)
    both = signs & 3 == 3
    yield from zip(starts[both].tolist(), ends[both].tolist(), strict=True)


def _every_alignment(mass: _Mass, found: Found) -> None:
    """Texts that begin anywhere in a run: behind something else, or in octets that are no text."""
    for phase in range(4):
        out = _octets_of(mass.values, phase)
        letters = _LETTER[out]
        letters |= _of_utf8(out)
        edges = np.flatnonzero(np.diff(letters.view(np.int8), prepend=np.int8(0), append=np.int8(0)))
        starts, ends = edges[::2], edges[1::2]
        long = np.flatnonzero(ends - starts >= LEAST_TEXT)
        if not len(long):
            continue
        good = GOOD[out] | letters
        signs, whole, beyond = good.tobytes(), out.tobytes(), -1
        for start in starts[long].tolist():
            if start < beyond:
                continue
            begin, beyond = signs.rfind(b"\0", 0, start) + 1, signs.find(b"\0", start) % (len(signs) + 1)
            # NOTE: a group may begin before the run: by its own two characters an octet is the run's.
            run = int(np.searchsorted(mass.begins, start // 3 * 4 + phase + start % 3 + 1, "right")) - 1
            found.pieces.append(Piece(int(mass.starts[run]), "base64", _unglued(whole[begin:beyond]), glued=True))


_LETTER = np.zeros(256, np.bool_)
_LETTER[np.frombuffer(UPPER + LOWER + DIGITS + b" .@_+-", np.uint8)] = True


def _unglued(text: bytes) -> bytes:
    """A text, and the same without the letters that chance may have put before and behind it."""
    if len(text) > 2 * EDGE:
        return bytes(16).join((text, _unglued(text[:EDGE]), _unglued(text[-EDGE:])))
    cut = range(CUT if len(text) <= EDGE else 3)
    return bytes(16).join(text[before : len(text) - behind] for before in cut for behind in cut)


CUT = 6
"""Letters that chance may have put on either side of a short text."""
EDGE = 100
"""Octets at either end of a long text that are looked at once more."""
