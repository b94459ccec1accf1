"""The text behind what lz-string made of it, told early where there is none.

Format: pieroxy.net/blog/pages/lz-string. Each entry of the dictionary is what was said before it and one character
more, which stands behind it in the text: so an entry is a place in the text and a length.
"""

import numpy as np

from testbed.privacy.kernels.jit import Numbers, Octets, Table, compiled

WIDTH = 6
_EIGHT_BITS, _SIXTEEN_BITS, _END = 0, 1, 2
SPACE, BEYOND = 0x20, 0x3000
"""Characters of texts, of the alphabets of Europe and its neighbours."""
NONE = -1
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_DIGITS = np.full((2, 256), 255, np.uint8)
"""The values of characters in base64, and in lz-string's alphabet for addresses."""
_DIGITS[0, list(_BASE64)] = _DIGITS[1, list(_BASE64)] = np.arange(64)
_DIGITS[1, list(b"-$")] = 63, 64


@compiled
def _read(octets: Octets, end: int, row: int, at: int, count: int) -> int:
    """The number of so many bits, the lowest first, of symbols whose highest bit comes first; -1 beyond the end."""
    number = 0
    for step in range(count):
        bit = at + step
        place = bit // WIDTH
        if place >= end:
            return NONE
        symbol = _DIGITS[row, octets[place]]
        if symbol == 255:
            return NONE
        number |= (symbol >> (WIDTH - 1 - bit % WIDTH) & 1) << step
    return number


@compiled
def _is_text(char: int) -> bool:
    return SPACE <= char < BEYOND or char in (9, 10, 13)


@compiled
def _unpacked(octets: Octets, start: int, end: int, chars: Numbers, entries: Numbers) -> int:
    """How many characters were said; -1 where it is no such text, or more than there is room for."""
    row = 0
    for place in range(start, end):
        row |= octets[place] == 45
    at, size, known, width, room, last, long = start * WIDTH, 0, 3, 2, 2, 0, 0
    while True:
        code = _read(octets, end, row, at, width)
        at += width
        if code == _END:
            return size if size else NONE
        if code == NONE:
            return NONE
        if code in (_EIGHT_BITS, _SIXTEEN_BITS):
            bits = 8 if code == _EIGHT_BITS else 16
            char = _read(octets, end, row, at, bits)
            at += bits
            if char == NONE or not _is_text(char) or size >= len(chars):
                return NONE
            chars[size] = char
            begin, count = size, 1
            entries[known, 0], entries[known, 1] = begin, count
            known += 1
            if size:
                room -= 1
                if not room:
                    room = 1 << width
                    width += 1
            else:
                width, room = 3, 4
        else:
            if not size or code > known or (code < known and not entries[code, 1]):
                return NONE
            if code < known:
                begin, count = entries[code, 0], entries[code, 1]
            else:
                begin, count = last, long + 1
            if size + count > len(chars):
                return NONE
            for step in range(count):
                chars[size + step] = chars[begin + step]
        if size:
            entries[known, 0], entries[known, 1] = last, long + 1
            known += 1
            room -= 1
            if not room:
                room = 1 << width
                width += 1
        last, long = size, count
        size += count


@compiled
def _write(chars: Numbers, size: int, out: Octets, at: int) -> int:
    """Write characters in UTF-8 and tell the end."""
    for place in range(size):
        char = chars[place]
        if char < 0x80:
            out[at] = char
            at += 1
        elif char < 0x800:
            out[at], out[at + 1] = 0xC0 | char >> 6, 0x80 | char & 63
            at += 2
        else:
            out[at], out[at + 1], out[at + 2] = 0xE0 | char >> 12, 0x80 | char >> 6 & 63, 0x80 | char & 63
            at += 3
    return at


@compiled
def of_runs(
    octets: Octets, runs: Table, first: int, count: int, limit: int, ends: Numbers, out: Octets
) -> tuple[int, int]:
    """Write the texts of runs one behind the other, and where each ends, -1 where there is none.

    It goes on as long as ``out`` has room for a text of ``limit`` characters, and tells how many runs it has read.
    """
    chars, entries = np.empty(limit, np.int64), np.zeros((0, 2), np.int64)
    at = 0
    for run in range(first, count):
        if at + 3 * limit > len(out):
            return run, at
        start, end = runs[run, 0], runs[run, 1]
        # NOTE: each symbol says a character at least, and makes two entries at most.
        needed = 2 * min((end - start) * WIDTH, limit) + 4
        if len(entries) < needed:
            entries = np.zeros((needed, 2), np.int64)
        size = _unpacked(octets, start, end, chars, entries)
        ends[run] = NONE
        if size > 0:
            at = _write(chars, size, out, at)
            ends[run] = at
    return count, at
