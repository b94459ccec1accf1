"""The shapes of what a buffer holds: its words, what characters each is made of, and how each begins."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from testbed.privacy import kernels
from testbed.privacy.words import Numbers

type Octets = NDArray[np.uint8]
type Marks = NDArray[np.bool_]
type Whole = NDArray[np.integer]
"""Octets that were counted with."""

UPPER, LOWER, DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz", b"0123456789"
TEXT = bytes((*range(0x20, 0x7F), 9, 10, 13))
LATIN = bytes((*TEXT, *range(0xC0, 0x100)))
LEAST_TEXT = 8
"""Octets that are no accident when they are text."""
HEX_CAPITAL, CAPITAL, HEX_SMALL, SMALL, HIGH, LOW, CONFUSED = 1, 2, 4, 8, 16, 32, 64
"""Kinds of characters: A-F, G-Z, a-f, g-z, the digits 2 to 7, the others, and what base58 does without (0OIl)."""
ANY_CAPITAL, ANY_SMALL, ANY_DIGIT = HEX_CAPITAL | CAPITAL, HEX_SMALL | SMALL, HIGH | LOW
BEYOND_HEX = CAPITAL | SMALL
KIND = np.zeros(256, np.uint8)
for _chars, _kind in (
    (UPPER[:6], HEX_CAPITAL),
    (UPPER[6:], CAPITAL),
    (LOWER[:6], HEX_SMALL),
    (LOWER[6:], SMALL),
    (b"234567", HIGH),
    (b"0189", LOW),
):
    KIND[np.frombuffer(_chars, np.uint8)] = _kind
KIND[np.frombuffer(b"0OIl", np.uint8)] |= CONFUSED

GOOD = np.zeros(256, np.bool_)
GOOD[np.frombuffer(TEXT, np.uint8)] = True
BEHIND = np.zeros(256, np.bool_)
BEHIND[0x80:0xC0] = True
_PERHAPS = GOOD.copy()
_PERHAPS[0xC3:0xCE] = _PERHAPS[0xE0:0xE7] = True
_PERHAPS[[0xE9, 0xF6, 0xF8, 0xFC]] = True


@dataclass(frozen=True, slots=True)
class Shapes:
    """The words of a buffer."""

    buffer: bytes
    octets: Octets
    starts: Numbers
    ends: Numbers
    lengths: Numbers
    kinds: Octets
    """Of each word, those of its characters together."""

    def heads(self, starts: Numbers) -> Octets:
        """The first eight octets from each of these places, in rows."""
        eights = np.ndarray((len(self.buffer) - 7,), np.dtype("<u8"), self.buffer, 0, (1,))
        heads: Octets = eights[starts].view(np.uint8).reshape(-1, 8)
        return heads


def shapes_of(buffer: bytes) -> Shapes:
    """Those of a buffer that begins and ends with zero octets."""
    octets = np.frombuffer(buffer, np.uint8)
    room = len(buffer) // 2 + 1
    starts, ends, kinds = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.uint8)
    count = kernels.kind_spans(octets, KIND, starts, ends, kinds)
    starts, ends = starts[:count], ends[:count]
    return Shapes(buffer, octets, starts, ends, ends - starts, kinds[:count])


def table(chars: bytes) -> Octets:
    """The value of each of these characters, 255 for all others."""
    values = np.full(256, 255, np.uint8)
    values[np.frombuffer(chars, np.uint8)] = np.arange(len(chars), dtype=np.uint8)
    return values


def says_text(data: bytes) -> bool:
    """Whether nearly all of it is text, of UTF-8, Latin-1 or UTF-16."""
    sample = data[:256]
    odd = len(sample.translate(None, TEXT))
    if odd * 4 <= len(sample) or not sample.translate(None, LATIN):
        return True
    if sample.count(0) * 3 > len(sample):
        return says_text(sample.replace(b"\0", b""))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(sample) >= LEAST_TEXT and not any(octet < 0x20 for octet in sample.translate(None, TEXT))


def text_like(*columns: Whole) -> NDArray[np.bool_]:
    """Where these octets, one after the other, may begin a text of UTF-8 or Latin-1."""
    fine = _PERHAPS[columns[0]]
    for before, here in pairwise(columns):
        fine = fine & (_PERHAPS[here] | (BEHIND[here] & ~GOOD[before]) | (here == 0))
    return fine


def signed_heads(first: Whole, second: Whole) -> NDArray[np.bool_]:
    """Where these may be the first two octets of gzip, zstd or zlib."""
    signed: NDArray[np.bool_] = (first == 0x1F) & (second == 0x8B)
    signed |= (first == 0x28) & (second == 0xB5)
    signed |= (first == 0x78) & ((first.astype(np.int64) * 256 + second) % 31 == 0)
    return signed


def begins_packed(data: bytes) -> bool:
    """Whether it begins as gzip, zstd or zlib do."""
    return (
        data[:2] == b"\x1f\x8b"
        or data[:4] == b"\x28\xb5\x2f\xfd"
        or (data[:1] == b"\x78" and int.from_bytes(data[:2]) % 31 == 0)
    )
