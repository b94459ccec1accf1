"""Letters that are not ASCII brought to their skeletons, in buffers whose octets have been read as Latin-1."""

import numpy as np

from testbed.privacy.kernels.jit import Numbers, Octets, Prints, Whole, compiled
from testbed.privacy.kernels.numbers import AS_LATIN, DONE, DROPPED, HARD, TOO_HARD

_LOW, _HIGH = np.uint64(0x7F7F7F7F7F7F7F7F), np.uint64(0x8080808080808080)
_FROM_A, _BEYOND_Z = np.uint64(0x3F3F3F3F3F3F3F3F), np.uint64(0x2525252525252525)
"""What lifts A, and what lifts the character behind Z, to the highest bit of its octet."""
_GRAVE, _TO_APOSTROPHE = np.uint64(0x6060606060606060), np.uint64(0x47)
_TWO, _SEVEN = np.uint64(2), np.uint64(7)
FIRST_LEAD, LETTER_LEAD, MARK_LEAD, BEYOND = 0xC2, 0xC3, 0xCC, 0xCE


@compiled
def _in_utf8(
    octets: Octets, begin: int, end: int, twos: Octets, marks: Octets, out: Octets, eights: tuple[Prints, Prints]
) -> int:
    """Write the skeleton of a row of UTF-8 in its place, and zeros behind it.

    ``twos`` has the skeletons of letters of two octets from 0xC2 on, ``marks`` of those behind 0xE2 and 0x80, and
    ``eights`` the eight octets from each place on as one number, as they were and as they are written.
    """
    at, place = begin, begin
    was, written = eights
    while place < end:
        while place + 8 <= end and not was[place] & _HIGH:
            written[at] = written[place]
            at, place = at + 8, place + 8
        if place >= end:
            break
        octet = octets[place]
        if octet < 0x80:
            out[at] = out[place]
            at, place = at + 1, place + 1
            continue
        size = 2 if octet < 0xE0 else 3 if octet < 0xF0 else 4
        if octet < FIRST_LEAD or octet > 0xF4 or place + size > end:
            return AS_LATIN
        for step in range(1, size):
            if octets[place + step] & 0xC0 != 0x80:
                return AS_LATIN
        sign = HARD
        if octet < BEYOND:
            sign = twos[(octet - FIRST_LEAD) * 64 + octets[place + 1] - 0x80]
        elif octet == 0xE2 and octets[place + 1] == 0x80:
            sign = marks[octets[place + 2] - 0x80]
        if sign == HARD:
            return TOO_HARD
        if sign != DROPPED:
            out[at] = sign
            at += 1
        place += size
    out[at:end] = 0
    return DONE


@compiled
def mixed(octets: Octets, begin: int, end: int, table: Octets, letters: Octets, out: Octets, at: int) -> int:
    """Write the skeleton of binary data in which texts of UTF-8 stand, and tell its end; -1 if there is no letter that
    only UTF-8 writes so."""
    place, met = begin, False
    while place < end:
        octet = octets[place]
        if LETTER_LEAD <= octet < BEYOND and place + 1 < end and octets[place + 1] & 0xC0 == 0x80:
            met = True
            if octet < MARK_LEAD:
                out[at] = letters[(octet - LETTER_LEAD) * 64 + octets[place + 1] - 0x80]
                at += 1
            place += 2
            continue
        out[at] = table[octet]
        at, place = at + 1, place + 1
    return at if met else -1


@compiled
def lowered(eights: Prints, out: Prints) -> None:
    """Write ASCII in small letters and grave accents as apostrophes, eight octets at once; what is no ASCII stays."""
    for place in range(len(eights)):
        octets = eights[place]
        low = octets & _LOW
        capitals = (low + _FROM_A ^ low + _BEYOND_Z) & ~octets & _HIGH
        octets |= capitals >> _TWO
        graves = octets ^ _GRAVE
        graves = ~((graves & _LOW) + _LOW | graves | _LOW)
        out[place] = octets ^ (graves >> _SEVEN) * _TO_APOSTROPHE


@compiled
def _highest(octets: Octets, begin: int, end: int) -> Whole:
    high = np.uint8(0)
    for place in range(begin, end):
        high |= octets[place]
    return high


@compiled
def skeletons(
    octets: Octets,
    rows: tuple[Numbers, Numbers, Octets],
    tables: tuple[Octets, Octets, Octets, Octets],
    skeletal: Octets,
    eights: tuple[Prints, Prints],
    more: Octets,
    more_rows: Numbers,
) -> tuple[int, int]:
    """Bring ``skeletal``, where ASCII is in small letters, to the skeletons of rows, which stand where the rows do.

    Rows are begins, ends and what becomes of each; a row that only slower code can read is left as zeros. Data that is
    no UTF-8 may be read in a second way: these readings are written to ``more``, sixteen zeros around each, with row,
    begin and end of each. Returned are how many those are and their octets.
    """
    begins, ends, became = rows
    table, letters, twos, marks = tables
    count, at = 0, 16
    more[:at] = 0
    for row in range(len(begins)):
        begin, end = begins[row], ends[row]
        if became[row] != TOO_HARD:
            if _highest(octets, begin, end) >= 0x80:
                became[row] = _in_utf8(octets, begin, end, twos, marks, skeletal, eights)
        if became[row] == TOO_HARD:
            skeletal[begin:end] = 0
        elif became[row] == AS_LATIN:
            for place in range(begin, end):
                skeletal[place] = table[octets[place]]
            until = mixed(octets, begin, end, table, letters, more, at)
            if until >= 0:
                more_rows[count, 0], more_rows[count, 1], more_rows[count, 2] = row, at, until
                more[until : until + 16] = 0
                count, at = count + 1, until + 16
    return count, at
