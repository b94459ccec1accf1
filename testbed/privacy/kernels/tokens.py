"""Words and runs of words that may be something encoded: told by their characters, and by what they would begin with.

Nearly every long identifier of a script has the shape of base64. So nothing is made of a token before what it would
say has been seen to begin as a text does, or as something packed, or to have the size of a digest.
"""

import math

import numpy as np

from testbed.privacy.kernels.alphabets import (
    ANY_CAPITAL,
    ANY_DIGIT,
    ANY_SMALL,
    BEYOND_HEX,
    CONFUSED,
    DASH,
    DIGEST_SIZES,
    DIGITS,
    KIND,
    LOW,
    LZ,
    OTHER,
    PLUS,
    SIGN,
    STANDARD,
    URL,
)
from testbed.privacy.kernels.jit import Numbers, Octets, Table, Whole, compiled

SHORT, LEAST_32, LEAST_HEX, FEW, DENSE, LONG, MAX_58 = 7, 8, 10, 10, 12, 16, 2048
"""Characters: of a token at least; of base32; of hex; that may be small letters alone; of what may be packed; of what
is looked at in every alignment; and more than which no base58 is undone."""
AROUND = 2
"""Signs before and behind a run that may belong to it."""
HEX, DIGEST_HEX, BASE32, BASE58 = 1, 2, 4, 8
"""What a word may be."""
TEXT, PACKED, DIGEST, ALIGNED, OF_LZ = 1, 2, 4, 8, 16
"""What a run may be: base64 of a text, of something packed, of a digest, of a text that begins somewhere in it; and
what lz-string made."""
GOOD, PERHAPS, BEHIND, FIRST = 1, 2, 4, 8
"""Octets: of ASCII text; that may begin a text of UTF-8 or Latin-1; behind the first of a letter of UTF-8; with which a
text or something packed may begin."""

KEEN = np.zeros(256, np.uint8)
KEEN[[*range(0x20, 0x7F), 9, 10, 13]] = GOOD | PERHAPS
KEEN[0x80:0xC0] = BEHIND
KEEN[[*range(0xC3, 0xCE), 0xD6, 0xD8, *range(0xE0, 0xE7), 0xE9, 0xF6, 0xF8, 0xFC]] = PERHAPS
KEEN[KEEN & PERHAPS != 0] |= FIRST
KEEN[[0x1F, 0x28, 0x78, 0xFE, 0xFF]] |= FIRST


_NIBBLE, _FIVE, _58, _SIX = (DIGITS[row].copy() for row in range(4))
_DIGEST_HEX, _DIGEST_64 = np.zeros(256, np.bool_), np.zeros(256, np.bool_)
for _size in DIGEST_SIZES:
    _DIGEST_HEX[2 * _size], _DIGEST_64[-(-_size * 4 // 3)] = True, True
_WHOLE_32 = np.array([True, False, True, False, True, True, False, True])
"""By their number over a multiple of eight, characters of base32 that say whole octets."""


def _lz_char(bits: int) -> bool:
    """Whether eight bits, the lowest first, are a character of a text."""
    char = int(f"{bits:08b}"[::-1], 2)
    return bool(KEEN[char] & GOOD) or char >= 0xC0


_LZ_FIRST = np.array([pair >> 10 == 0 and _lz_char(pair >> 2 & 0xFF) for pair in range(1 << 12)])
_LZ_SECOND = np.array(
    [
        three >> 11 in (0b110, 0b100, 0b001) or (three >> 11 == 0 and _lz_char(three >> 3 & 0xFF))
        for three in range(1 << 14)
    ]
)
"""The same character again, one of sixteen bits, the same twice, or another character."""

_SLASH = ord("/")


@compiled
def _goes_on(before: Whole, here: Whole) -> bool:
    return bool(KEEN[here] & PERHAPS or here == 0 or (KEEN[here] & BEHIND and not KEEN[before] & GOOD))


@compiled
def _likely(first: Whole, second: Whole, third: Whole) -> bool:
    """Whether these may begin a text, in UTF-8, Latin-1 or UTF-16."""
    return bool(KEEN[first] & PERHAPS) and _goes_on(first, second) and _goes_on(second, third)


@compiled
def _signed(first: Whole, second: Whole) -> bool:
    """Whether these may be the first two octets of gzip, zstd or zlib."""
    return (
        (first == 0x1F and second == 0x8B)
        or (first == 0x28 and second == 0xB5)
        or (first == 0x78 and (first * 256 + second) % 31 == 0)
    )


@compiled
def _begins(first: Whole, second: Whole, third: Whole, fourth: Whole) -> bool:
    return (_likely(first, second, third) and _goes_on(third, fourth)) or _signed(first, second)


@compiled
def _hex_begins(octets: Octets, start: int) -> bool:
    first = _NIBBLE[octets[start]] << 4 | _NIBBLE[octets[start + 1]]
    second = _NIBBLE[octets[start + 2]] << 4 | _NIBBLE[octets[start + 3]]
    third = _NIBBLE[octets[start + 4]] << 4 | _NIBBLE[octets[start + 5]]
    return _begins(first, second, third, _NIBBLE[octets[start + 6]] << 4 | _NIBBLE[octets[start + 7]])


@compiled
def _32_begins(octets: Octets, start: int) -> bool:
    number = np.int64(_FIVE[octets[start]]) << 5 | _FIVE[octets[start + 1]]
    if not KEEN[number >> 2] & FIRST:
        return False
    for place in range(start + 2, start + 7):
        number = number << 5 | _FIVE[octets[place]]
    return _begins(number >> 27, number >> 19 & 255, number >> 11 & 255, number >> 3 & 255)


_EXACT = 10
"""Digits of base58 that fit in 63 bits."""
_FURTHER = [(58**more, (58**more).bit_length()) for more in range(MAX_58 - _EXACT + 1)]
_SCALE = np.array([float(power / (1 << bits)) for power, bits in _FURTHER])
_BITS = np.array([bits for _, bits in _FURTHER])
"""What so many further digits multiply with: a number between a half and one, and a power of two."""


@compiled
def _58_begins(octets: Octets, start: int, length: int) -> bool:
    """Told by the first digits, which settle the first octets."""
    used, number = min(length, _EXACT), 0
    for place in range(start, start + used):
        number = number * 58 + _58[octets[place]]
    if length <= _EXACT:
        if number < 1 << 32:
            return False
        while number >= 1 << 40:
            number >>= 8
        top = number
    else:
        part, bits = math.frexp(number * _SCALE[length - used])
        bits += _BITS[length - used]
        if bits <= 32:
            return False
        top = int(math.ldexp(part, (bits - 1) % 8 + 33))
    return _begins(top >> 32 & 255, top >> 24 & 255, top >> 16 & 255, top >> 8 & 255)


@compiled
def _of_word(octets: Octets, start: int, length: int, kinds: Whole) -> int:
    may = 0
    if not kinds & BEYOND_HEX and length >= LEAST_HEX and not length & 1:
        if _hex_begins(octets, start):
            may |= HEX
        if length < 256 and _DIGEST_HEX[length]:
            may |= DIGEST_HEX
    one_case = not kinds & (ANY_SMALL | LOW) or not kinds & (ANY_CAPITAL | LOW)
    if one_case and length >= LEAST_32 and _WHOLE_32[length & 7] and _32_begins(octets, start):
        may |= BASE32
    # NOTE: base58 of a text holds capitals and digits, unless it is very short.
    least = 0 if kinds & ANY_CAPITAL else LONG if kinds & ANY_DIGIT else FEW
    likely = not kinds & CONFUSED and length <= MAX_58 and (not least or length < least)
    if likely and _58_begins(octets, start, length):
        may |= BASE58
    return may


@compiled
def _of_run(octets: Octets, start: int, length: int, kinds: Whole) -> int:
    one, two = np.int64(_SIX[octets[start]]), np.int64(_SIX[octets[start + 1]])
    three = np.int64(_SIX[octets[start + 2]])
    first = one << 2 & 255 | two >> 4
    # NOTE: of characters of sixteen bits only the alphabets of Europe are looked for, whose high bits are few.
    wide = one >> 4 == 0b10 and three & 31 == 0
    if not KEEN[first] & FIRST and not kinds & ANY_CAPITAL and not wide and one >= 16:
        return 0
    four = np.int64(_SIX[octets[start + 3]])
    second, third = two << 4 & 255 | three >> 2, three << 6 & 255 | four
    mixed = kinds & ANY_CAPITAL and kinds & ANY_SMALL
    may = TEXT if _likely(first, second, third) or first >= 0xFE else 0
    if _signed(first, second):
        may |= PACKED
    if mixed and length < 256 and _DIGEST_64[length]:
        may |= DIGEST
    if wide or (_LZ_FIRST[one << 6 | two] and _LZ_SECOND[(two & 3) << 12 | three << 6 | four]):
        may |= OF_LZ
    if length < DENSE or not kinds & ANY_CAPITAL:
        return may
    # NOTE: digits, or as many capitals as chance has: the names in a script mostly have neither.
    capitals = 0
    if not kinds & ANY_DIGIT and length >= LONG:
        for place in range(start, start + LONG):
            capitals += KIND[octets[place]] & ANY_CAPITAL != 0
    if kinds & ANY_DIGIT or capitals * 4 >= LONG:
        if mixed:
            may |= PACKED
        if length >= LONG and kinds & BEYOND_HEX:
            may |= ALIGNED
    return may


@compiled
def _add(runs: Table, found: int, run: tuple[int, int], may: int, within: int) -> int:
    if may:
        runs[found, 0], runs[found, 1], runs[found, 2], runs[found, 3] = run[0], run[1], may, within
        return found + 1
    return found


@compiled
def _with_signs(octets: Octets, start: int, end: int, kinds: Whole, signs: int, runs: Table, found: int) -> int:
    """Add a run with such signs as stand next to it, if there are any."""
    first, last = start, end
    for _ in range(AROUND):
        first -= SIGN[octets[first - 1]] & signs != 0
        last += SIGN[octets[last]] & signs != 0
    if first < start or last > end:
        return _add(runs, found, (first, last), _of_run(octets, first, last - first, kinds), -1)
    return found


@compiled
def _close_usual(
    octets: Octets, run: tuple[int, int], kinds: Whole, signs: int, runs: Table, pluses: Octets, counts: Numbers
) -> None:
    """Add a run of the usual alphabet that has ended, and the same with the signs around it."""
    start, end = run
    found = _add(runs, counts[1], run, _of_run(octets, start, end - start, kinds), -1)
    if end - start >= LONG and kinds & ANY_CAPITAL and kinds & ANY_SMALL:
        found = _with_signs(octets, start, end, kinds, STANDARD, runs, found)
    pluses[counts[2]] = signs & PLUS
    counts[1] = found
    counts[2] += 1


@compiled
def _close_address(
    octets: Octets, run: tuple[int, int], kinds: Whole, signs: int, runs: Table, counts: Numbers
) -> None:
    """The same of the alphabet for addresses; a word alone is a run of the usual alphabet as well."""
    (start, end), found = run, counts[1]
    if signs:
        found = _add(runs, found, run, _of_run(octets, start, end - start, kinds), -1)
    elif octets[start - 1] == _SLASH or octets[end] == _SLASH:
        # NOTE: a word between slashes may be a part of a path; between slashes and pluses it is a piece of a run.
        found = _add(runs, found, run, _of_run(octets, start, end - start, kinds), counts[2])
    if end - start >= LONG and kinds & ANY_CAPITAL and kinds & ANY_SMALL:
        found = _with_signs(octets, start, end, kinds, URL, runs, found)
    counts[1] = found


@compiled
def _alone(octets: Octets, run: tuple[int, int], kinds: Whole, runs: Table, pluses: Octets, counts: Numbers) -> None:
    """Add a word that nothing joins to others."""
    _close_usual(octets, run, kinds, 0, runs, pluses, counts)
    if run[1] - run[0] >= LONG and kinds & ANY_CAPITAL and kinds & ANY_SMALL:
        counts[1] = _with_signs(octets, run[0], run[1], kinds, URL, runs, counts[1])


@compiled
def tokens(octets: Octets, words: Table, runs: Table, pluses: Octets) -> tuple[int, int]:
    """Words and runs that are worth a second look: how many of either.

    A row has where it starts and ends and what it may be; that of a run also the number of the run of the usual
    alphabet that it stands in, or -1 unless it counts only where that one is no piece of something longer. ``pluses``
    tells of each run of the usual alphabet whether it holds a plus. The buffer begins and ends with zeros.
    """
    counts = np.zeros(3, np.int64)
    size, gap, joined = len(octets), OTHER, False
    place, start, end, kinds = 0, 0, 0, np.uint8(0)
    # NOTE: of the open runs of addresses, of the usual alphabet and of lz-string; an array would cost twice the time.
    address, kinds_of_address, signs_of_address = 0, np.uint8(0), 0
    usual, kinds_of_usual, signs_of_usual = 0, np.uint8(0), 0
    lz, signs_of_lz = 0, 0
    while place < size:
        kind = KIND[octets[place]]
        if not kind:
            gap |= SIGN[octets[place]]
            place += 1
            continue
        if gap & OTHER and not joined:
            if end - start >= SHORT:
                _alone(octets, (start, end), kinds, runs, pluses, counts)
        else:
            if not joined:
                address = usual = lz = start
                kinds_of_address = kinds_of_usual = kinds
                signs_of_address = signs_of_usual = signs_of_lz = 0
            # NOTE: the address comes first, for it tells the number of the run that it stands in.
            if gap & ~URL:
                if end - address >= SHORT:
                    _close_address(octets, (address, end), kinds_of_address, signs_of_address, runs, counts)
                address, kinds_of_address, signs_of_address = place, np.uint8(0), 0
            else:
                signs_of_address |= gap
            if gap & ~STANDARD:
                if end - usual >= SHORT:
                    _close_usual(octets, (usual, end), kinds_of_usual, signs_of_usual, runs, pluses, counts)
                usual, kinds_of_usual, signs_of_usual = place, np.uint8(0), 0
            else:
                signs_of_usual |= gap
            if gap & ~LZ:
                if signs_of_lz & PLUS and signs_of_lz & DASH and end - lz >= SHORT:
                    counts[1] = _add(runs, counts[1], (lz, end), OF_LZ, -1)
                lz, signs_of_lz = place, 0
            else:
                signs_of_lz |= gap
            joined = not gap & OTHER
        start, kinds = place, np.uint8(0)
        while kind:
            kinds |= kind
            place += 1
            kind = KIND[octets[place]]
        end = place
        kinds_of_address |= kinds
        kinds_of_usual |= kinds
        if end - start >= SHORT:
            may = _of_word(octets, start, end - start, kinds)
            if may:
                found = counts[0]
                words[found, 0], words[found, 1], words[found, 2] = start, end, may
                counts[0] += 1
        gap = 0
    if not joined:
        if end - start >= SHORT:
            _alone(octets, (start, end), kinds, runs, pluses, counts)
        return counts[0], counts[1]
    if end - address >= SHORT:
        _close_address(octets, (address, end), kinds_of_address, signs_of_address, runs, counts)
    if end - usual >= SHORT:
        _close_usual(octets, (usual, end), kinds_of_usual, signs_of_usual, runs, pluses, counts)
    if signs_of_lz & PLUS and signs_of_lz & DASH and end - lz >= SHORT:
        counts[1] = _add(runs, counts[1], (lz, end), OF_LZ, -1)
    return counts[0], counts[1]
