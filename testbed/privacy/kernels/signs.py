"""What texts hold that has to be undone before they can be read, row by row of a buffer."""

import numpy as np

from testbed.privacy.kernels.jit import Marks, Numbers, Octets, Prints, compiled
from testbed.privacy.kernels.numbers import APART, BACKSLASH, ENTITY, LINE, PERCENT, QUOTED, SIGNED, WIDE

LINE_OF_64, ENTITY_NAME = 60, 31
_HEX, _LETTER, _DIGIT, _STANDARD, _ESCAPED, _CAPITAL_HEX = 1, 2, 4, 8, 16, 32
_PERCENT, _AND, _SEMICOLON, _COLON, _EQUAL, _DASH, _HASH, _BACK, _RETURN, _END = b"%&;:=-#\\\r\n"
_SMALL_E, _SMALL_N, _SMALL_U, _SMALL_Y, _CAPITAL_A, _CAPITAL_J, _ZERO = b"enuyAJ0"
_GZIP, _ZSTD = tuple(b"\x1f\x8b\x08"), tuple(b"\x28\xb5\x2f\xfd")
KIND = np.zeros(256, np.uint8)
for _chars, _kind in (
    (b"0123456789abcdefABCDEF", _HEX),
    (b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", _LETTER | _STANDARD),
    (b"0123456789", _DIGIT | _STANDARD),
    (b"+/", _STANDARD),
    (b"0123456789ABCDEF", _CAPITAL_HEX),
    (b"\\/\"'nrtux", _ESCAPED),
):
    KIND[list(_chars)] |= _kind
_MIX = np.uint64(0x9E3779B97F4A7C15)
_NIL, _EIGHT, _AT_END = np.uint64(0), np.uint64(8), np.uint64(0xFF)
_FIRST, _SECOND = np.uint64(0x736F6D6570736575), np.uint64(0x646F72616E646F6D)
_THIRD, _FOURTH = np.uint64(0x6C7967656E657261), np.uint64(0x7465646279746573)
type State = tuple[np.uint64, np.uint64, np.uint64, np.uint64]


@compiled
def _is_entity(octets: Octets, place: int) -> bool:
    kind = KIND[octets[place + 1]]
    if not (kind & _LETTER or octets[place + 1] == _HASH):
        return False
    for step in range(2, ENTITY_NAME + 2):
        octet = octets[place + step]
        if octet == _SEMICOLON:
            return True
        if not KIND[octet] & (_LETTER | _DIGIT):
            return False
    return False


@compiled
def _is_line_of_64(octets: Octets, place: int) -> bool:
    """Whether a line ends here that base64 fills, and another begins."""
    last = place - 1 - (octets[place - 1] == _RETURN)
    for step in range(LINE_OF_64):
        if not KIND[octets[last - step]] & _STANDARD:
            return False
    return bool(KIND[octets[place + 1]] & _STANDARD and KIND[octets[place + 2]] & _STANDARD)


@compiled
def _pair(octets: Octets, place: int) -> int:
    """The octet that an equals sign and two digits of hex in capitals stand for; -1 for anything else."""
    one, two = octets[place + 1], octets[place + 2]
    if octets[place] != _EQUAL or not (KIND[one] & _CAPITAL_HEX and KIND[two] & _CAPITAL_HEX):
        return -1
    high = one - _ZERO if KIND[one] & _DIGIT else one - _CAPITAL_A + 10
    low = two - _ZERO if KIND[two] & _DIGIT else two - _CAPITAL_A + 10
    return int(high) * 16 + int(low)


@compiled
def _is_quoted(octets: Octets, place: int) -> bool:
    """Whether a sign of quoted-printable stands here: one for a letter or a digit counts only beside others."""
    one, two = octets[place + 1], octets[place + 2]
    if one == _END or (one == _RETURN and two == _END):
        return True
    octet = _pair(octets, place)
    if octet in (9, _END, _RETURN) or octet >= 0x80:
        return True
    if 0x20 <= octet < 0x7F and not KIND[octet] & (_LETTER | _DIGIT):
        return True
    return octet >= 0 and _pair(octets, place + 3) >= 0 and _pair(octets, place + 6) >= 0


_NAME = np.frombuffer(b"isposition", np.uint8)


@compiled
def _is_disposition(octets: Octets, place: int) -> bool:
    for step in range(len(_NAME)):
        if octets[place - len(_NAME) + step] != _NAME[step]:
            return False
    return True


@compiled
def _rarer(octets: Octets, place: int, octet: int) -> int:
    if octet == 0:
        return WIDE if octets[place + 1] != 0 and octets[place + 2] == 0 else 0
    if octet == _CAPITAL_J:
        return APART if octets[place - 1] == _SMALL_Y and octets[place - 2] == _SMALL_E else 0
    if octet == _GZIP[0]:
        return SIGNED if octets[place + 1] == _GZIP[1] and octets[place + 2] == _GZIP[2] else 0
    if octet == _ZSTD[1]:
        zstd = octets[place - 1] == _ZSTD[0] and octets[place + 1] == _ZSTD[2] and octets[place + 2] == _ZSTD[3]
        return SIGNED if zstd else 0
    if octet == _BACK:
        return BACKSLASH if KIND[octets[place + 1]] & _ESCAPED else 0
    return ENTITY if _is_entity(octets, place) else 0


@compiled
def asked(octets: Octets, marks: Marks) -> None:
    """Mark octets that may be signs; without branches, so that many are looked at together."""
    for place in range(len(octets)):
        octet = octets[place]
        marks[place] = (
            (octet == _PERCENT)
            | (octet == _BACK)
            | (octet == _AND)
            | (octet == _END)
            | (octet == _EQUAL)
            | (octet == 0)
            | (octet == _COLON)
            | (octet == _CAPITAL_J)
            | (octet == _GZIP[0])
            | (octet == _ZSTD[1])
        )


@compiled
def signs(octets: Octets, marks: Marks, eights: Prints, begins: Numbers, ends: Numbers, held: Octets) -> None:
    """Tell what each row holds; between rows stand at least sixteen zeros.

    ``marks`` are those of :func:`asked`, and ``eights`` eight of them from each place on as one number.
    """
    for row in range(len(begins)):
        begin, found = begins[row], 0
        if octets[begin] == _DASH and octets[begin + 1] == _DASH:
            found = APART
        place, end = begin - 1, ends[row]
        while True:
            place += 1
            while place < end and not eights[place]:
                place += 8
            while place < end and not marks[place]:
                place += 1
            if place >= end:
                break
            octet = octets[place]
            if octet == _COLON:
                if octets[place - 1] == _SMALL_N and _is_disposition(octets, place):
                    found |= APART
            elif octet == _EQUAL:
                found |= QUOTED if _is_quoted(octets, place) else 0
            elif octet == _END:
                if place - begin >= LINE_OF_64 and KIND[octets[place + 1]] & _STANDARD:
                    found |= LINE if _is_line_of_64(octets, place) else 0
            elif octet == _PERCENT:
                pair = KIND[octets[place + 1]] & _HEX and KIND[octets[place + 2]] & _HEX
                found |= PERCENT if pair or octets[place + 1] == _SMALL_U else 0
            elif octet != 0 or place + 2 < end:
                found |= _rarer(octets, place, octet)
        held[row] = found


@compiled
def _turned(number: np.uint64, by: int) -> np.uint64:
    return np.uint64(number << np.uint64(by) | number >> np.uint64(64 - by))


@compiled
def _stirred(one: np.uint64, two: np.uint64, three: np.uint64, four: np.uint64) -> State:
    """One round of SipHash."""
    one, three = one + two, three + four
    two, four = _turned(two, 13) ^ one, _turned(four, 16) ^ three
    one, three = _turned(one, 32) + four, three + two
    two, four = _turned(two, 17) ^ three, _turned(four, 21) ^ one
    return one, two, _turned(three, 32), four


@compiled
def hashes(octets: Octets, begins: Numbers, ends: Numbers, seed: np.uint64, out: Prints) -> None:
    """A number for what each row holds, that nobody outside this process can foresee (SipHash-1-3).

    With multiplications alone two contents could be chosen that have the same number whatever the seed is, and the
    second would be taken for one that was looked at.
    """
    for row in range(len(begins)):
        one, two, three, four = _FIRST ^ seed, _SECOND ^ seed * _MIX, _THIRD ^ seed, _FOURTH ^ seed * _MIX
        begin, end = begins[row], ends[row]
        whole = begin + (end - begin & ~7)
        for place in range(begin, whole, 8):
            held = _NIL
            for step in range(8):
                held = held << _EIGHT | np.uint64(octets[place + step])
            one, two, three, four = _stirred(one, two, three, four ^ held)
            one ^= held
        held = np.uint64(end - begin)
        for place in range(whole, end):
            held = held << _EIGHT | np.uint64(octets[place])
        one, two, three, four = _stirred(one, two, three, four ^ held)
        one, three = one ^ held, three ^ _AT_END
        for _ in range(3):
            one, two, three, four = _stirred(one, two, three, four)
        out[row] = one ^ two ^ three ^ four


@compiled
def gathered(octets: Octets, begins: Numbers, ends: Numbers, margin: int, out: Octets, to: Numbers) -> None:
    """Write rows one behind the other with zeros before, between and after them, and tell where each begins."""
    at = margin
    out[:margin] = 0
    for row in range(len(begins)):
        size = ends[row] - begins[row]
        to[row] = at
        out[at : at + size] = octets[begins[row] : ends[row]]
        out[at + size : at + size + margin] = 0
        at += size + margin
