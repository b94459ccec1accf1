"""What is written in base64, base32, base58 or hex within a text: found by shape, whole buffers at once.

Nearly every long identifier of a script has the shape of something encoded. So little is made of a token before what
it would say has been seen to be a text, or something packed.
"""

import base64
import binascii
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from testbed.privacy.lzstring import of_base64
from testbed.privacy.words import Numbers

type Octets = NDArray[np.uint8]

SHORT, LONG = 7, 16
"""Characters of base64 that are looked at as one token, and that are looked at in every alignment."""
LEAST_PIECE = 8
"""Octets of text in a row that are no accident in a wrong alignment."""
DENSE = 12
"""Characters of a token that may be something packed."""
MAX_TOKEN_58 = 2048
DIGEST_SIZES = frozenset({16, 20, 28, 32, 48, 64})
_TEXT = bytes((*range(0x20, 0x7F), 9, 10, 13))
_LATIN = bytes((*_TEXT, *range(0xC0, 0x100)))


def _table(chars: bytes, first: int = 0) -> Octets:
    table = np.full(256, 255, np.uint8)
    table[np.frombuffer(chars, np.uint8)] = np.arange(first, first + len(chars), dtype=np.uint8)
    return table


_UPPER, _LOWER, _DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz", b"0123456789"
_SIX = _table(_UPPER + _LOWER + _DIGITS + b"+/")
_SIX[ord("-")], _SIX[ord("_")] = 62, 63
_FIFTY_EIGHT = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_NIBBLE = _table(_DIGITS + b"ABCDEF")
_NIBBLE[np.frombuffer(b"abcdef", np.uint8)] = np.arange(10, 16, dtype=np.uint8)
_58 = _table(_FIFTY_EIGHT)
_32 = _table(_UPPER + b"234567")
_32[np.frombuffer(_LOWER, np.uint8)] = np.arange(26, dtype=np.uint8)
_GOOD = np.zeros(256, np.bool_)
_GOOD[np.frombuffer(_TEXT, np.uint8)] = True
_PERHAPS = _GOOD.copy()
_PERHAPS[0xC3:0xCE] = True
_BEHIND = np.zeros(256, np.bool_)
_BEHIND[0x80:0xC0] = True
_STRANGE = ~_GOOD
_STRANGE[[0xC3, 0xC4, 0xC5, 0xC9, 0xD6, 0xD8, 0xC6, 0xE4, 0xE5, 0xE6, 0xE8, 0xE9, 0xF6, 0xF8, 0xFC, 0]] = False
_STRANGE[0x80:0xC0] = False
_NOT_TEXT = ~_GOOD
_NOT_TEXT[0xC0:0x100] = False
_NOT_TEXT[0] = False


def _class(chars: bytes) -> bytes:
    return bytes(1 if octet in chars else 0 for octet in range(256))


_ALNUM = _class(_UPPER + _LOWER + _DIGITS)
_STANDARD = _class(_UPPER + _LOWER + _DIGITS + b"+/")
_URL = _class(_UPPER + _LOWER + _DIGITS + b"-_")
_LZ_URI = _class(_UPPER + _LOWER + _DIGITS + b"+-$")
_HEX = _class(_DIGITS + b"abcdefABCDEF")
_UPPERS, _LOWERS, _NUMERALS = _class(_UPPER), _class(_LOWER), _class(_DIGITS)


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that was encoded."""

    place: int
    """Where the token begins in the buffer."""
    form: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What a buffer holds that is encoded."""

    pieces: list[Piece]
    digests: list[tuple[int, bytes]]
    """Tokens that have the size of a digest, with their places."""


def encoded_in(buffer: bytes) -> Found:
    """Everything in the buffer, which begins and ends with zero octets, that says something once decoded."""
    found = Found([], [])
    starts, ends = _runs(buffer, _ALNUM)
    _hex_words(buffer, starts, ends, found)
    _base32_words(buffer, starts, ends, found)
    _base58_words(buffer, starts, ends, found)
    _base64_runs(buffer, found)
    _lz_runs(buffer, found)
    return found


def _runs(buffer: bytes, kind: bytes) -> tuple[Numbers, Numbers]:
    inside = np.frombuffer(buffer.translate(kind), np.int8)
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    return edges[::2], edges[1::2]


def says_text(data: bytes) -> bool:
    """Whether nearly all of it is text, of UTF-8, Latin-1 or UTF-16."""
    sample = data[:256]
    odd = len(sample.translate(None, _TEXT))
    if odd * 4 <= len(sample) or not sample.translate(None, _LATIN):
        return True
    if sample.count(0) * 3 > len(sample):
        return says_text(sample.replace(b"\0", b""))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(sample) >= LEAST_PIECE and not any(octet < 0x20 for octet in sample.translate(None, _TEXT))


# --- hex ------------------------------------------------------------------------------------------------------------


def _hex_words(buffer: bytes, starts: Numbers, ends: Numbers, found: Found) -> None:
    lengths = ends - starts
    chosen = np.flatnonzero((lengths >= 10) & (lengths % 2 == 0))
    chosen = chosen[_all_of(buffer, starts[chosen], ends[chosen], _HEX)]
    octets = np.frombuffer(buffer, np.uint8)
    pairs = _NIBBLE[octets[starts[chosen][:, None] + np.arange(10)]]
    firsts = pairs[:, ::2] << 4 | pairs[:, 1::2]
    texts = _text_like(*(firsts[:, place] for place in range(5))) | _signed(firsts[:, 0], firsts[:, 1])
    sized = np.isin(ends[chosen] - starts[chosen], [2 * size for size in DIGEST_SIZES])
    chosen = chosen[texts | sized]
    for start, end in zip(starts[chosen].tolist(), ends[chosen].tolist(), strict=True):
        data = bytes.fromhex(buffer[start:end].decode("ascii"))
        if len(data) in DIGEST_SIZES:
            found.digests.append((start, data))
        if says_text(data) or _packed(data):
            found.pieces.append(Piece(start, "hex", data))


def _all_of(buffer: bytes, starts: Numbers, ends: Numbers, kind: bytes) -> NDArray[np.bool_]:
    """Which of these runs are made of nothing but this class of characters; told by first, last and a middle one."""
    octets = np.frombuffer(buffer, np.uint8)
    table = np.frombuffer(kind, np.uint8)
    likely: NDArray[np.bool_] = (
        table[octets[starts]] & table[octets[ends - 1]] & table[octets[(starts + ends) // 2]]
    ).astype(np.bool_)
    likely &= table[octets[starts + 1]].astype(np.bool_)
    for place in np.flatnonzero(likely).tolist():
        likely[place] = not buffer[starts[place] : ends[place]].translate(None, _members(kind))
    return likely


def _members(kind: bytes) -> bytes:
    return _MEMBERS[kind]


_MEMBERS = {kind: bytes(octet for octet in range(256) if kind[octet]) for kind in (_HEX, _UPPERS, _LOWERS)}
_MEMBERS[_class(_UPPER + b"234567")] = _UPPER + b"234567"


# --- base32 ---------------------------------------------------------------------------------------------------------


def _base32_words(buffer: bytes, starts: Numbers, ends: Numbers, found: Found) -> None:
    """Words in one letter case that say text (RFC 4648, 6; in host names in lower case)."""
    lengths = ends - starts
    chosen = np.flatnonzero((lengths >= 8) & np.isin(lengths % 8, (0, 2, 4, 5, 7)))
    octets = np.frombuffer(buffer, np.uint8)
    five = _32[octets[starts[chosen][:, None] + np.arange(8)]]
    first = (five[:, 0] << 3) | (five[:, 1] >> 2)
    second = (five[:, 1] << 6) | (five[:, 2] << 1) | (five[:, 3] >> 4)
    third = (five[:, 3] << 4) | (five[:, 4] >> 1)
    fourth = (five[:, 4] << 7) | (five[:, 5] << 2) | (five[:, 6] >> 3)
    fine = (five.max(axis=1, initial=0) < 32) & _text_like(first, second, third, fourth)
    for place in chosen[fine | _signed(first, second)].tolist():
        token = buffer[starts[place] : ends[place]]
        if token.isupper() or token.islower():
            try:
                data = base64.b32decode(token + b"=" * (-len(token) % 8), casefold=True)
            except binascii.Error:
                continue
            if says_text(data) or _packed(data):
                found.pieces.append(Piece(int(starts[place]), "base32", data))


def _text_like(*columns: Octets) -> NDArray[np.bool_]:
    """Where these octets, one after the other, may begin a text of UTF-8 or Latin-1."""
    fine = _PERHAPS[columns[0]]
    for before, here in pairwise(columns):
        fine = fine & (_PERHAPS[here] | (_BEHIND[here] & ~_GOOD[before]) | (here == 0))
    return fine


# --- base58 ---------------------------------------------------------------------------------------------------------


def _base58_words(buffer: bytes, starts: Numbers, ends: Numbers, found: Found) -> None:
    """Words that say text: told by the first octets, which the first ten digits settle."""
    lengths = ends - starts
    chosen = np.flatnonzero((lengths >= 7) & (lengths <= MAX_TOKEN_58))
    octets = np.frombuffer(buffer, np.uint8)
    counts = lengths[chosen]
    digits = _58[octets[starts[chosen][:, None] + np.arange(10)]]
    used = np.minimum(counts, 10)
    within = np.arange(10)[None, :] < used[:, None]
    fine = ~((digits == 255) & within).any(axis=1)
    chosen, counts, digits, used, within = chosen[fine], counts[fine], digits[fine], used[fine], within[fine]
    number = np.zeros(len(chosen), np.float64)
    for step in range(10):
        number = np.where(within[:, step], number * 58 + digits[:, step], number)
    bits = np.log2(np.maximum(number, 1)) + (counts - used) * np.log2(58.0)
    size = np.floor(bits / 8) + 1
    top = np.exp2(np.clip(bits - 8 * (size - 5), 0, 40)).astype(np.uint64)
    firsts = [(top >> np.uint64(shift)).astype(np.uint8) for shift in (32, 24, 16, 8)]
    fine = (size >= 5) & (_text_like(*firsts) | _signed(firsts[0], firsts[1]))
    for place in chosen[fine].tolist():
        token = buffer[starts[place] : ends[place]]
        if len(token) < LONG or not token.islower():
            data = of_base58(token)
            if data and (says_text(data) or _packed(data)):
                found.pieces.append(Piece(int(starts[place]), "base58", data))


def of_base58(token: bytes) -> bytes:
    """What a token of base58 says; b"" where it is none."""
    number = 0
    for octet in token:
        digit = int(_58[octet])
        if digit == 255:
            return b""
        number = number * 58 + digit
    return number.to_bytes((number.bit_length() + 7) // 8)


# --- base64 ---------------------------------------------------------------------------------------------------------


def _base64_runs(buffer: bytes, found: Found) -> None:
    starts, ends = _long_enough(*_runs(buffer, _STANDARD))
    also, until = _long_enough(*_runs(buffer, _URL))
    # NOTE: what is a run of both alphabets is looked at once: it has no sign of either inside or beside it.
    octets = np.frombuffer(buffer, np.uint8)
    signs = np.flatnonzero((octets == ord("-")) | (octets == ord("_")))
    new = np.searchsorted(signs, also) != np.searchsorted(signs, until)
    for beside in (octets[also - 1], octets[until]):
        new |= (beside == ord("/")) | (beside == ord("+"))
    starts, ends = np.concatenate((starts, also[new])), np.concatenate((ends, until[new]))
    if len(starts):
        _decode(buffer, starts, ends, found)


def _long_enough(starts: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
    enough = ends - starts >= SHORT
    return starts[enough], ends[enough]


@dataclass(frozen=True, slots=True)
class _Mass:
    """The six-bit values of several runs, each followed by zeros and beginning at a multiple of four."""

    values: Octets
    begins: Numbers
    starts: Numbers
    lengths: Numbers


def _mass(buffer: bytes, starts: Numbers, ends: Numbers) -> _Mass:
    lengths = ends - starts
    padded = (lengths + 3 & ~3) + 4
    begins = np.cumsum(padded) - padded
    places = np.arange(int(padded.sum())) - np.repeat(begins - starts, padded)
    beyond = places >= np.repeat(ends, padded)
    places[beyond] = 0
    values = _SIX[np.frombuffer(buffer, np.uint8)[places]]
    values[beyond] = 0
    return _Mass(values, begins, starts, lengths)


def _octets_of(values: Octets, phase: int) -> Octets:
    quads = values[phase : phase + (len(values) - phase) // 4 * 4].reshape(-1, 4)
    out = np.empty((len(quads), 3), np.uint8)
    out[:, 0] = quads[:, 0] << 2 | quads[:, 1] >> 4
    out[:, 1] = quads[:, 1] << 4 | quads[:, 2] >> 2
    out[:, 2] = quads[:, 2] << 6 | quads[:, 3]
    return out.reshape(-1)


def _decode(buffer: bytes, starts: Numbers, ends: Numbers, found: Found) -> None:
    mass = _mass(buffer, starts, ends)
    out = _octets_of(mass.values, 0)
    begins, sizes = mass.begins // 4 * 3, mass.lengths * 3 // 4
    shares = _sums(_GOOD[out], begins, begins + sizes) / sizes
    head = out[begins[:, None] + np.arange(2)]
    odd = _NOT_TEXT[out]
    odd[1:] &= ~(_BEHIND[out[1:]] & (out[:-1] >= 0xC0))
    odds = _sums(odd, begins, begins + sizes)
    strange = _sums(_STRANGE[out], begins, begins + sizes)
    short = sizes < DENSE
    readable = (shares >= MOSTLY) & (~short | ((odds == 0) & (strange == 0)))
    readable |= (shares >= PARTLY) & (odds == 0) & (~short | (strange == 0))
    whole = out.tobytes()
    for place in np.flatnonzero(readable).tolist():
        data = whole[begins[place] : begins[place] + sizes[place]]
        if shares[place] >= MOSTLY or (odds[place] == 0 and says_text(data)):
            found.pieces.append(Piece(int(starts[place]), "base64", data))
        else:
            readable[place] = False
    for place in np.flatnonzero(_may_be_packed(mass, head) & ~readable).tolist():
        data = whole[begins[place] : begins[place] + sizes[place]]
        found.pieces.append(Piece(int(starts[place]), "base64", data))
    for place in np.flatnonzero(_lz_perhaps(mass) & ~readable).tolist():
        _lz(buffer, int(starts[place]), int(ends[place]), found)
    for place in np.flatnonzero(_DIGEST_LENGTH[np.minimum(mass.lengths, 99)] & ~readable).tolist():
        found.digests.append((int(starts[place]), whole[begins[place] : begins[place] + sizes[place]]))
    left = np.flatnonzero((mass.lengths >= LONG) & ~readable)
    if len(left):
        _every_alignment(_mass(buffer, starts[left], ends[left]), found)


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


def _may_be_packed(mass: _Mass, head: Octets) -> NDArray[np.bool_]:
    """Runs that mix capitals, small letters and digits as chance does, or that begin as packed things."""
    dense = mass.lengths >= DENSE
    for first, last in ((0, 25), (26, 51), (52, 61)):
        counts = _sums((mass.values >= first) & (mass.values <= last), mass.begins, mass.begins + mass.lengths)
        dense &= counts * 16 >= mass.lengths
    packed: NDArray[np.bool_] = _signed(head[:, 0], head[:, 1]) | dense
    return packed


def _lz_perhaps(mass: _Mass) -> NDArray[np.bool_]:
    """Runs whose first two characters lz-string may have made: each is eight bits that are text, or one seen before."""
    quads = mass.values[mass.begins[:, None] + np.arange(4)].astype(np.int64)
    likely: NDArray[np.bool_] = _LZ_FIRST[quads[:, 0] << 6 | quads[:, 1]]
    likely &= _LZ_SECOND[(quads[:, 1] & 3) << 12 | quads[:, 2] << 6 | quads[:, 3]]
    return likely


def _lz_char(bits: int) -> bool:
    """Whether eight bits, the lowest first, are a character of a text."""
    char = int(f"{bits:08b}"[::-1], 2)
    return char in _TEXT or char >= 0xC0


_LZ_FIRST = np.array([pair >> 10 == 0 and _lz_char(pair >> 2 & 0xFF) for pair in range(1 << 12)])
_LZ_SECOND = np.array(
    [three >> 11 == 0b110 or (three >> 11 == 0 and _lz_char(three >> 3 & 0xFF)) for three in range(1 << 14)]
)


def _lz(buffer: bytes, start: int, end: int, found: Found) -> None:
    text = of_base64(buffer[start:end], LZ_LIMIT)
    if text:
        found.pieces.append(Piece(start, "lz-string", text.encode("utf-8", "replace")))


def _lz_runs(buffer: bytes, found: Found) -> None:
    """Runs of the alphabet that lz-string has for addresses, which no other encoding shares."""
    starts, ends = _long_enough(*_runs(buffer, _LZ_URI))
    octets = np.frombuffer(buffer, np.uint8)
    both = np.ones(len(starts), np.bool_)
    for sign in b"+-":
        signs = np.flatnonzero(octets == sign)
        both &= np.searchsorted(signs, starts) != np.searchsorted(signs, ends)
    for start, end in zip(starts[both].tolist(), ends[both].tolist(), strict=True):
        _lz(buffer, start, end, found)


def _every_alignment(mass: _Mass, found: Found) -> None:
    """Texts that begin anywhere in a run: behind something else, or in octets that are no text."""
    for phase in range(4):
        out = _octets_of(mass.values, phase)
        good = _GOOD[out]
        second = (out[:-1] >= 0xC3) & (out[:-1] < 0xCE) & (out[1:] & 0xC0 == 0x80)
        good[:-1] |= second
        good[1:] |= second
        edges = np.flatnonzero(np.diff(good.view(np.int8), prepend=np.int8(0), append=np.int8(0)))
        starts, ends = edges[::2], edges[1::2]
        long = ends - starts >= LEAST_PIECE
        starts, ends = starts[long], ends[long]
        runs = np.searchsorted(mass.begins, starts // 3 * 4 + phase, "right") - 1
        whole = out.tobytes()
        for start, end, run in zip(starts.tolist(), ends.tolist(), runs.tolist(), strict=True):
            found.pieces.append(Piece(int(mass.starts[run]), "base64", _unglued(whole[start:end])))


def _unglued(text: bytes) -> bytes:
    """A text, and the same without the letters that chance may have put before and behind it."""
    if len(text) > 2 * EDGE:
        return bytes(16).join((text, _unglued(text[:EDGE]), _unglued(text[-EDGE:])))
    return bytes(16).join(text[before : len(text) - behind] for before in range(3) for behind in range(3))


EDGE = 200
"""Octets at either end of a long text that are looked at once more."""


def _signed(first: Octets, second: Octets) -> NDArray[np.bool_]:
    """Where these may be the first two octets of gzip, zstd or zlib."""
    signed: NDArray[np.bool_] = (first == 0x1F) & (second == 0x8B)
    signed |= (first == 0x28) & (second == 0xB5)
    signed |= (first == 0x78) & ((first.astype(np.int64) * 256 + second) % 31 == 0)
    return signed


def _packed(data: bytes) -> bool:
    return (
        data[:2] == b"\x1f\x8b"
        or data[:4] == b"\x28\xb5\x2f\xfd"
        or (data[:1] == b"\x78" and int.from_bytes(data[:2]) % 31 == 0)
    )
