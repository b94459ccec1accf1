"""Octets that may be something packed, told by how they begin: most that look like it cannot be."""

import numpy as np

from testbed.privacy.kernels.jit import Marks, Numbers, Octets, compiled

LEAST, SAMPLE = 8, 256
GROWTH, LEAST_GROWN = 64, 1 << 16
"""What a stream of brotli may say that it grows to: so many times its size, or so much."""
GRPC_HEADER = 5
SYMBOLS = 16
"""Of a deflated block that are read."""
PRINTABLE, HIGH = 1, 2
KIND = np.zeros(256, np.uint8)
KIND[[*range(0x20, 0x7F), 9, 10, 13]] = PRINTABLE
KIND[0x80:] = HIGH
_LENGTH_BITS = np.array([2, 2, 2, 3, 2, 2, 2, 4, 2, 2, 2, 3, 2, 2, 2, 4])
_LENGTHS = np.array([0, 4, 3, 2, 0, 4, 3, 1, 0, 4, 3, 2, 0, 4, 3, 5])
"""By the next four bits, those that tell a length in brotli, and that length."""


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
def _high_first(data: Octets, begin: int, end: int, at: int, count: int) -> int:
    number = 0
    for step in range(count):
        number = number << 1 | _bits(data, begin, end, at + step, 1)
    return number


@compiled
def _fixed(data: Octets, begin: int, end: int) -> bool:
    """Whether a block with fixed codes says mostly characters of a text, and again only what was said before
    (RFC 1951, 3.2.6)."""
    at, said, control = 3, 0, 0
    for symbol in range(SYMBOLS):
        code = _high_first(data, begin, end, at, 7)
        if code == 0:
            # NOTE: a stream may be flushed behind its first character.
            return symbol > 0 and control * 2 <= said
        if 24 <= code < 96 or code >= 100:
            literal = _high_first(data, begin, end, at, 8) - 48 if code < 100 else 144
            at, said = at + (8 if code < 100 else 9), said + 1
            # NOTE: every other octet of UTF-16 is zero.
            control += literal != 0 and KIND[literal] == 0
            continue
        at += 7
        length = code - 1
        if code >= 96:
            length = 23 + _high_first(data, begin, end, at - 7, 8) - 192
            at += 1
        if length > 28:
            return False
        more = 0 if length < 8 or length == 28 else (length >> 2) - 1
        again = 258 if length == 28 else 3 + length if length < 8 else 3 + (4 + (length & 3) << more)
        again += _bits(data, begin, end, at, more)
        far = _high_first(data, begin, end, at + more, 5)
        if far > 29:
            return False
        at += more + 5
        more = 0 if far < 4 else (far >> 1) - 1
        distance = 1 + far if far < 4 else 1 + (2 + (far & 1) << more) + _bits(data, begin, end, at, more)
        if distance > said:
            return False
        at, said = at + more, said + again
    return control * 2 <= said


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
def _codes_of_brotli(data: Octets, begin: int, end: int, at: int, alphabet: int) -> bool:
    """Whether a prefix code for so many symbols is one (RFC 7932, 3.4 and 3.5)."""
    skipped = _bits(data, begin, end, at, 2)
    at += 2
    if skipped == 1:
        width = 0
        while 1 << width < alphabet:
            width += 1
        symbols, several = np.zeros(4, np.int64), _bits(data, begin, end, at, 2) + 1
        for number in range(several):
            symbols[number] = _bits(data, begin, end, at + 2 + number * width, width)
            for other in range(number):
                if symbols[other] == symbols[number]:
                    return False
            if symbols[number] >= alphabet:
                return False
        return True
    space, codes = 32, 0
    for _ in range(skipped, 18):
        if space <= 0:
            break
        told = _bits(data, begin, end, at, 4)
        at += _LENGTH_BITS[told]
        if _LENGTHS[told]:
            space -= 32 >> _LENGTHS[told]
            codes += 1
    return space == 0 or codes == 1


@compiled
def _few_of_brotli(data: Octets, begin: int, end: int, at: int) -> tuple[int, int]:
    """A number from 1 to 256, and where it ends (RFC 7932, 9.2)."""
    if not _bits(data, begin, end, at, 1):
        return 1, at + 1
    more = _bits(data, begin, end, at + 1, 3)
    return (1 << more) + 1 + _bits(data, begin, end, at + 4, more), at + 4 + more


@compiled
def _block_of_brotli(data: Octets, begin: int, end: int, at: int) -> bool:
    """Whether the first code is one, of those for kinds of blocks, for maps of contexts and for literals."""
    for _ in range(3):
        types, at = _few_of_brotli(data, begin, end, at)
        if types > 1:
            return _codes_of_brotli(data, begin, end, at, types + 2)
    at += 8
    for _ in range(2):
        trees, at = _few_of_brotli(data, begin, end, at)
        if trees > 1:
            longest = 0
            if _bits(data, begin, end, at, 1):
                longest = _bits(data, begin, end, at + 1, 4) + 1
                at += 4
            return _codes_of_brotli(data, begin, end, at + 1, trees + longest)
    return _codes_of_brotli(data, begin, end, at, 256)


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
    # NOTE: a stream that is flushed before anything was said begins with a block of nothing.
    if _bits(data, begin, end, at, 6) == 0b000110:
        at = at + 6 + 7 & ~7
    last = _bits(data, begin, end, at, 1)
    if last and _bits(data, begin, end, at + 1, 1):
        return False
    at += 1 + last
    nibbles = _bits(data, begin, end, at, 2) + 4
    if nibbles > 6:
        return False
    size = _bits(data, begin, end, at + 2, 4 * nibbles) + 1
    least = 1 << 4 * (nibbles - 1) if nibbles > 4 else 0
    if not least < size <= max(GROWTH * (end - begin), LEAST_GROWN if end - begin > SAMPLE else 0):
        return False
    at += 2 + 4 * nibbles
    if not last:
        at += 1
        if _bits(data, begin, end, at - 1, 1):
            rest = -at & 7
            return _bits(data, begin, end, at, rest) == 0 and ((at + rest) >> 3) + size <= end - begin
    return _block_of_brotli(data, begin, end, at)


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
