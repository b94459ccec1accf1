"""Octets that may be something packed, told by how they begin: most that look like it cannot be."""

import numpy as np

from testbed.privacy.kernels.jit import Marks, Numbers, Octets, compiled

LEAST, SAMPLE = 8, 256
GROWTH, LEAST_GROWN = 64, 1 << 16
"""What a stream of brotli may say that it grows to: so many times its size, or so much."""
GRPC_HEADER = 5
PRINTABLE, HIGH = 1, 2
KIND = np.zeros(256, np.uint8)
KIND[[*range(0x20, 0x7F), 9, 10, 13]] = PRINTABLE
KIND[0x80:] = HIGH


@compiled
def _bits(data: Octets, begin: int, end: int, at: int, count: int) -> int:
    """The number of so many bits, the lowest first; zeros beyond the end."""
    number = 0
    for step in range(count):
        place = begin + ((at + step) >> 3)
        if place < end:
            number |= (data[place] >> ((at + step) & 7) & 1) << step
    return number


@compiled
def _signed(data: Octets, begin: int, end: int) -> bool:
    """Whether the signs of gzip or zstd stand in it."""
    for place in range(begin, end - 3):
        octet = data[place]
        if octet == 0x1F and data[place + 1] == 0x8B and data[place + 2] == 0x08:
            return True
        if octet == 0x28 and data[place + 1] == 0xB5 and data[place + 2] == 0x2F and data[place + 3] == 0xFD:
            return True
    return False


@compiled
def _fixed(data: Octets, begin: int, end: int) -> bool:
    """Whether a block with fixed codes begins with a character of a text and goes on (RFC 1951, 3.2.6)."""
    at = 3
    for symbol in range(2):
        code = 0
        for step in range(8):
            code = code << 1 | _bits(data, begin, end, at + step, 1)
        if 0x30 <= code < 0xC0:
            # NOTE: every other octet of UTF-16 is zero.
            if 0x30 < code < 0x30 + 0x80 and not KIND[code - 0x30] & PRINTABLE:
                return False
            at += 8
        elif code >= 0xC8:
            at += 9
        else:
            # NOTE: what was said before may be said again; a stream may be flushed behind its first character.
            return symbol > 0
    return True


@compiled
def _dynamic(data: Octets, begin: int, end: int) -> bool:
    """Whether the lengths of the codes for lengths make a code (RFC 1951, 3.2.7)."""
    if _bits(data, begin, end, 3, 5) > 29 or _bits(data, begin, end, 8, 5) > 29:
        return False
    space = 0
    for step in range(_bits(data, begin, end, 13, 4) + 4):
        length = _bits(data, begin, end, 17 + 3 * step, 3)
        if length:
            space += 128 >> length
    return space == 128


@compiled
def _deflated(data: Octets, begin: int, end: int) -> bool:
    kind = data[begin] >> 1 & 3
    if kind == 1:
        return _fixed(data, begin, end)
    if kind == 2:
        return _dynamic(data, begin, end)
    stored = data[begin + 1] ^ 0xFF == data[begin + 3] and data[begin + 2] ^ 0xFF == data[begin + 4]
    return bool(kind == 0 and stored)


@compiled
def _brotli(data: Octets, begin: int, end: int) -> bool:
    """Whether the first block is one that says something, of a size that can be (RFC 7932, 9.1 and 9.2)."""
    at = 1
    if data[begin] & 1:
        at = 4
        if data[begin] >> 1 & 7 == 0:
            at = 7
            if data[begin] >> 4 & 7 == 1:
                return False
    last = _bits(data, begin, end, at, 1)
    if last and _bits(data, begin, end, at + 1, 1):
        return False
    at += 1 + last
    nibbles = _bits(data, begin, end, at, 2) + 4
    if nibbles > 6:
        return False
    size = _bits(data, begin, end, at + 2, 4 * nibbles) + 1
    return size <= max(GROWTH * (end - begin), LEAST_GROWN if end - begin > SAMPLE else 0)


@compiled
def _message(data: Octets, begin: int, end: int) -> bool:
    """Whether its fields follow one another to its very end, one of them a text, as in protocol buffers."""
    place, texts = begin, False
    if data[begin] == 0:
        told = (
            np.int64(data[begin + 1]) << 24
            | np.int64(data[begin + 2]) << 16
            | np.int64(data[begin + 3]) << 8
            | data[begin + 4]
        )
        if told != end - begin - GRPC_HEADER:
            return False
        place += GRPC_HEADER
    while place < end:
        tag, shift = 0, 0
        while place < end and shift < 35:
            octet = data[place]
            tag |= (octet & 127) << shift
            place, shift = place + 1, shift + 7
            if octet < 128:
                break
        kind = tag & 7
        if tag >> 3 == 0 or kind in (3, 4, 6, 7):
            return False
        number, shift = 0, 0
        if kind in (0, 2):
            while place < end and shift < 64:
                octet = data[place]
                number |= (octet & 127) << min(shift, 56)
                place, shift = place + 1, shift + 7
                if octet < 128:
                    break
        if kind == 2:
            if number < 0:
                return False
            texts |= number > 0
        place += number if kind == 2 else 8 if kind == 1 else 4 if kind == 5 else 0
    return place == end and texts


@compiled
def _may_be_packed(data: Octets, begin: int, end: int) -> bool:
    """Whether it is worth trying to unpack it, also if it holds no sign of gzip or zstd."""
    if end - begin < LEAST:
        return False
    if data[begin] & 0x0F == 8 and (data[begin] * 256 + data[begin + 1]) % 31 == 0:
        return True
    sampled = min(end, begin + SAMPLE)
    odd, control = 0, 0
    for place in range(begin, sampled):
        kind = KIND[data[place]]
        odd += kind & PRINTABLE == 0
        control += kind == 0
    perhaps = odd * 5 > sampled - begin or (odd * 12 > sampled - begin and control > 0)
    if perhaps and (_deflated(data, begin, end) or _brotli(data, begin, end)):
        return True
    return (data[begin] < 0x20 or control > 0) and _message(data, begin, end)


@compiled
def which(data: Octets, begins: Numbers, ends: Numbers, signs: bool, marks: Marks) -> None:
    """Mark those that are worth it; those that hold the signs of gzip or zstd only where these are to be looked for."""
    for row in range(len(begins)):
        begin, end = begins[row], ends[row]
        marks[row] = _may_be_packed(data, begin, end) or (signs and _signed(data, begin, end))
