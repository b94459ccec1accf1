"""What words and runs say once they are decoded, of those that say something."""

import numpy as np

from testbed.privacy.kernels.alphabets import DIGITS
from testbed.privacy.kernels.jit import Numbers, Octets, Table, compiled

DIGEST, HEX, BASE32, BASE58, BASE64, LZ_STRING = range(6)
"""What a piece was encoded in, or that it is what may be a digest."""
AS_TEXT, AS_PACKED, AS_GLUED = range(3)
"""A text; no text, and only worth looking at if it can be unpacked; a text that letters of chance may stand around."""
GOOD, BEHIND, LATIN, STRANGE, NO_TEXT, LETTER = 1, 2, 4, 8, 16, 32
"""Octets: of ASCII text; behind the first of a letter of UTF-8; of Latin-1; not of the languages of the North; of no
charset; that are mostly met in words."""
LEAST_TEXT, SHORT_TEXT, SAMPLE = 8, 12, 256
"""Octets that are no accident when they are text; of a text that must be wholly of its kind; that stand for a text."""
MOSTLY, PARTLY = 0.75, 0.3
"""Shares of ASCII by which octets are text, and may be text in another charset."""
TRIPLE = 3
"""Letters that follow one another in every text of the North."""
MARGIN = 16
_TEXT = [*range(0x20, 0x7F), 9, 10, 13]
KIND = np.full(256, STRANGE | NO_TEXT, np.uint8)
KIND[[0xC3, 0xC4, 0xC5, 0xC6, 0xC9, 0xD6, 0xD8, 0xE4, 0xE5, 0xE6, 0xE8, 0xE9, 0xF6, 0xF8, 0xFC, 0]] &= 0xFF - STRANGE
KIND[[*range(0xC0, 0x100), 0]] &= 0xFF - NO_TEXT
KIND[0x80:0xC0] |= BEHIND
KIND[0xC0:] |= LATIN
KIND[_TEXT] = GOOD | LATIN
KIND[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .@_+-")] |= LETTER


@compiled
def _bits(octets: Octets, start: int, end: int, row: int, width: int, skip: int, out: Octets, at: int) -> int:
    """Write the whole octets that characters of so many bits make once some bits are skipped, and tell the end."""
    held, number = -skip, 0
    for place in range(start, end):
        number = (number << width | DIGITS[row, octets[place]]) & 0xFFFF
        held += width
        if held >= 8:
            held -= 8
            out[at] = number >> held & 255
            at += 1
    return at


@compiled
def _of_58(octets: Octets, start: int, end: int, limbs: Numbers, out: Octets, at: int) -> int:
    """Write the number that digits of base58 make, and tell the end."""
    used = 0
    for place in range(start, end):
        carry = np.int64(DIGITS[2, octets[place]])
        for limb in range(used):
            carry += limbs[limb] * 58
            limbs[limb] = carry & 0xFFFFFFFF
            carry >>= 32
        if carry:
            limbs[used] = carry
            used += 1
    begin = at
    for limb in range(used - 1, -1, -1):
        for shift in (24, 16, 8, 0):
            octet = limbs[limb] >> shift & 255
            if octet or at > begin:
                out[at] = octet
                at += 1
    return at


@compiled
def _is_utf8(data: Octets, begin: int, end: int, zeros: bool) -> bool:
    """Whether it is UTF-8 throughout (RFC 3629, 4); without its zeros where these are not to be read."""
    left, least, most = 0, 0x80, 0xBF
    for place in range(begin, end):
        octet = data[place]
        if octet == 0 and not zeros:
            continue
        if left:
            if not least <= octet <= most:
                return False
            left, least, most = left - 1, 0x80, 0xBF
        elif octet >= 0x80:
            if not 0xC2 <= octet <= 0xF4:
                return False
            left = 1 + (octet >= 0xE0) + (octet >= 0xF0)
            if octet == 0xE0:
                least = 0xA0
            elif octet == 0xED:
                most = 0x9F
            elif octet == 0xF0:
                least = 0x90
            elif octet == 0xF4:
                most = 0x8F
    return left == 0


@compiled
def says_text(data: Octets, begin: int, end: int) -> bool:
    """Whether nearly all of it is text, of UTF-8, Latin-1 or UTF-16."""
    sampled = min(end, begin + SAMPLE)
    size, zeros, odd, foreign, control = sampled - begin, 0, 0, 0, False
    for place in range(begin, sampled):
        kind = KIND[data[place]]
        zeros += data[place] == 0
        odd += kind & GOOD == 0
        foreign += kind & LATIN == 0
        control |= data[place] < 0x20 and data[place] != 0 and not kind & GOOD
    if odd * 4 <= size or not foreign:
        return True
    if zeros * 3 > size:
        size, odd, foreign = size - zeros, odd - zeros, foreign - zeros
        if odd * 4 <= size or not foreign:
            return True
        return size >= LEAST_TEXT and not control and _is_utf8(data, begin, sampled, False)
    return size >= LEAST_TEXT and not control and not zeros and _is_utf8(data, begin, end, True)


@compiled
def _begins_packed(data: Octets, begin: int, end: int) -> bool:
    """Whether it begins as gzip, zstd or zlib do."""
    if end - begin < 4:
        return False
    one, two, three, four = data[begin], data[begin + 1], data[begin + 2], data[begin + 3]
    if one == 0x78 and (one * 256 + two) % 31 == 0:
        return True
    return bool((one == 0x1F and two == 0x8B) or (one == 0x28 and two == 0xB5 and three == 0x2F and four == 0xFD))


@compiled
def _put(pieces: Numbers, place: int, form: int, kind: int, begin: int, end: int, out: Octets, state: Numbers) -> None:
    """Keep a piece that ends where the next one may begin."""
    row = state[0]
    pieces[row, 0], pieces[row, 1], pieces[row, 2], pieces[row, 3], pieces[row, 4] = place, form, kind, begin, end
    state[0], state[1] = row + 1, end + MARGIN
    out[end : end + MARGIN] = 0


@compiled
def _put_if_said(pieces: Numbers, place: int, form: int, end: int, out: Octets, state: Numbers) -> None:
    begin = state[1]
    if end > begin:
        if says_text(out, begin, end):
            _put(pieces, place, form, AS_TEXT, begin, end, out, state)
        elif _begins_packed(out, begin, end):
            _put(pieces, place, form, AS_PACKED, begin, end, out, state)


@compiled
def of_words(octets: Octets, words: Table, count: int, pieces: Numbers, out: Octets, state: Numbers) -> None:
    """Decode words that may be hex, base32 or base58.

    ``state`` has the number of pieces, and the octets of ``out`` that they take up.
    """
    limbs = np.zeros(512, np.int64)
    for word in range(count):
        start, end, may = words[word, 0], words[word, 1], words[word, 2]
        if may & 2:
            _put(pieces, start, DIGEST, 0, state[1], _bits(octets, start, end, 0, 4, 0, out, state[1]), out, state)
        if may & 1:
            _put_if_said(pieces, start, HEX, _bits(octets, start, end, 0, 4, 0, out, state[1]), out, state)
        if may & 4:
            _put_if_said(pieces, start, BASE32, _bits(octets, start, end, 1, 5, 0, out, state[1]), out, state)
        if may & 8:
            _put_if_said(pieces, start, BASE58, _of_58(octets, start, end, limbs, out, state[1]), out, state)


@compiled
def _letter(data: Octets, place: int, end: int) -> int:
    """How many octets from here on are one letter that UTF-8 writes with two or three."""
    octet = data[place]
    if 0xC3 <= octet < 0xF0 and place + 1 < end and KIND[data[place + 1]] & BEHIND:
        if octet < 0xE0:
            return 2
        if place + 2 < end and KIND[data[place + 2]] & BEHIND:
            return 3
    return 0


@compiled
def _latin(data: Octets, place: int, end: int) -> int:
    """The same of letters of Latin script alone: among octets that are no text others are mostly chance."""
    octet = data[place]
    return _letter(data, place, end) if octet < 0xCE or octet == 0xE1 else 0


@compiled
def _readable(data: Octets, begin: int, end: int) -> bool:
    """Whether it says text from its first octet on."""
    good, odd, strange, place, size = 0, 0, 0, begin, end - begin
    while place < end:
        kind = KIND[data[place]]
        if kind & GOOD:
            good += 1
        else:
            more = _letter(data, place, end)
            if more:
                place += more
                continue
            odd += kind & NO_TEXT != 0
            strange += kind & STRANGE != 0
        place += 1
    short = size < SHORT_TEXT
    if good >= MOSTLY * size:
        return not short or (odd == 0 and strange == 0)
    likely = good >= PARTLY * size and odd == 0 and (not short or strange == 0)
    return likely and says_text(data, begin, end)


@compiled
def _goes_on(data: Octets, place: int, end: int, kind: int) -> int:
    """How many octets from here on are of a kind, or a Latin letter of UTF-8."""
    return 1 if KIND[data[place]] & kind else _latin(data, place, end)


@compiled
def _begun(data: Octets, place: int, floor: int, kind: int) -> int:
    """Where octets of a kind, and Latin letters of UTF-8, begin that end here."""
    while place > floor:
        if KIND[data[place - 1]] & kind:
            place -= 1
        elif place - 2 >= floor and _latin(data, place - 2, place) == 2:
            place -= 2
        elif place - 3 >= floor and _latin(data, place - 3, place) == 3:
            place -= 3
        else:
            break
    return place


@compiled
def _ended(data: Octets, place: int, size: int, kind: int) -> int:
    """Where such octets end that go on from here."""
    while place < size:
        more = _goes_on(data, place, size, kind)
        if not more:
            break
        place += more
    return place


@compiled
def _texts_within(data: Octets, size: int, place: int, pieces: Numbers, out: Octets, state: Numbers) -> None:
    """Keep the texts among octets that are no text: those in which at least :data:`LEAST_TEXT` octets are of words, and
    :data:`TRIPLE` of these are ASCII and follow one another."""
    floor, at = 0, TRIPLE - 1
    while at < size:
        if not KIND[data[at]] & LETTER:
            at += TRIPLE
            continue
        low, high = at, at + 1
        while low > floor and KIND[data[low - 1]] & LETTER:
            low -= 1
        while high < size and KIND[data[high]] & LETTER:
            high += 1
        if high - low >= TRIPLE:
            start, high = _begun(data, low, floor, LETTER), _ended(data, high, size, LETTER)
            if high - start >= LEAST_TEXT:
                begin, high = _begun(data, start, floor, GOOD), _ended(data, high, size, GOOD)
                to = state[1]
                out[to : to + high - begin] = data[begin:high]
                _put(pieces, place, BASE64, AS_GLUED, to, to + high - begin, out, state)
                # NOTE: what was too short to be kept alone may be the beginning of the next text.
                floor = high
        at = high + TRIPLE


@compiled
def _sixes(octets: Octets, start: int, end: int, first: int, out: Octets) -> int:
    """Write the octets that base64 makes whose first character this is, and those before it; tell the end."""
    at, place = 0, start + first
    if first > 1:
        at = _bits(octets, start, min(start + first, end), 3, 6, 8 - 2 * first, out, 0)
    while place + 4 <= end:
        number = 0
        for step in range(4):
            number = number << 6 | DIGITS[3, octets[place + step]]
        out[at], out[at + 1], out[at + 2] = number >> 16, number >> 8 & 255, number & 255
        at, place = at + 3, place + 4
    return _bits(octets, place, end, 3, 6, 0, out, at)


@compiled
def of_runs(
    octets: Octets, runs: Table, pluses: Octets, count: int, pieces: Numbers, out: Octets, state: Numbers
) -> int:
    """Decode runs of base64; tell how many were left for lz-string, which stand first among the runs then."""
    scratch = np.empty(len(octets), np.uint8)
    left = 0
    for run in range(count):
        start, end, may, within = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
        if within >= 0 and pluses[within]:
            continue
        text, begin, until = False, state[1], 0
        if may & 7:
            until = _bits(octets, start, end, 3, 6, 0, out, begin)
        if may & 1 and _readable(out, begin, until):
            text = True
            _put(pieces, start, BASE64, AS_TEXT, begin, until, out, state)
        elif may & 2:
            _put(pieces, start, BASE64, AS_PACKED, begin, until, out, state)
        if may & 4:
            # NOTE: octets of a digest may be text by chance.
            again = state[1]
            _put(pieces, start, DIGEST, 0, again, _bits(octets, start, end, 3, 6, 0, out, again), out, state)
        if may & 8 and not text:
            for first in range(4):
                size = _sixes(octets, start, end, first, scratch)
                _texts_within(scratch, size, start, pieces, out, state)
        if may & 16 and not text:
            runs[left, 0], runs[left, 1] = start, end
            left += 1
    return left
