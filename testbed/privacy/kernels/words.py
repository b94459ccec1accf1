"""The words of a buffer of skeletons, which of them a filter lets pass, and telephone numbers."""

import numpy as np

from testbed.privacy.kernels.jit import Numbers, Octets, Prints, compiled
from testbed.privacy.mixing import CHAIN, FIRST, K1, K2, K3, MAX_GAP, NAME, PAIR, VALUE

_NIL, _ONE, _SEVEN, _EIGHT, _TEN, _HALF = (np.uint64(number) for number in (0, 1, 7, 8, 10, 32))
_FIFTY_SIX, _FIFTY_EIGHT, _SIXTY_THREE = (np.uint64(number) for number in (56, 58, 63))
_LOW, _HIGH = np.uint64(0x7F7F7F7F7F7F7F7F), np.uint64(0x8080808080808080)
_FROM_0, _BEYOND_9 = np.uint64(0x5050505050505050), np.uint64(0x4646464646464646)
_FROM_A, _BEYOND_Z = np.uint64(0x1F1F1F1F1F1F1F1F), np.uint64(0x0505050505050505)
"""What lifts a character, or the one behind it, to the highest bit of its octet."""
_GATHER, _DE_BRUIJN = np.uint64(0x0102040810204080), np.uint64(0x03F79D71B4CB0A89)
_PLACES = np.zeros(64, np.uint8)
for _place in range(64):
    _PLACES[(int(_DE_BRUIJN) << _place & 0xFFFF_FFFF_FFFF_FFFF) >> 58] = _place
_IN_CELL, _SIX, _TWELVE, _EIGHTEEN = (np.uint64(number) for number in (63, 6, 12, 18))
_RING = 16
"""Digits that are remembered: as many as the longest telephone number has."""


@compiled
def _first(bits: np.uint64) -> np.uint64:
    """The place of the lowest bit that is set, of at least one (a multiplication by a de Bruijn sequence)."""
    lowest = bits & (~bits + _ONE)
    return np.uint64(_PLACES[(lowest * _DE_BRUIJN) >> _FIFTY_EIGHT])


@compiled
def _gathered(marks: np.uint64) -> np.uint64:
    """The highest bits of eight octets, in the lowest octet."""
    return np.uint64((marks >> _SEVEN) * _GATHER >> _FIFTY_SIX)


@compiled
def _digits(octets: np.uint64) -> np.uint64:
    low = octets & _LOW
    return np.uint64((low + _FROM_0 ^ low + _BEYOND_9) & ~octets & _HIGH)


@compiled
def _letters(octets: np.uint64) -> np.uint64:
    low = octets & _LOW
    return np.uint64((low + _FROM_A ^ low + _BEYOND_Z) & ~octets & _HIGH)


@compiled
def _lets(cells: Prints, shift: np.uint64, prints: np.uint64, tag: np.uint64) -> bool:
    """Whether all bits of a fingerprint, stirred with a tag, are set in its cell."""
    mixed = (prints ^ tag) * K1
    mixed ^= mixed >> _HALF
    mixed *= K2
    mixed ^= mixed >> _HALF
    bits = _ONE << (mixed & _IN_CELL) | _ONE << (mixed >> _SIX & _IN_CELL)
    bits |= _ONE << (mixed >> _TWELVE & _IN_CELL) | _ONE << (mixed >> _EIGHTEEN & _IN_CELL)
    return bool(cells[mixed >> shift] & bits == bits)


@compiled
def word_spans(
    eights: Prints,
    starts: Numbers,
    ends: Numbers,
    prints: Prints,
    digits: Octets,
) -> int:
    """Runs of digits and small letters: a fingerprint of each, of its first and last eight octets and its length, and
    whether all are digits.

    ``eights`` has the eight octets from each place on as one number; the buffer ends with sixteen zeros.
    """
    count = 0
    begun, size, base, lettered, inside = 0, len(eights), 0, _NIL, _NIL
    while base < size:
        # NOTE: a bit for each of 64 octets, told by arithmetic on eight octets at once; words are looked at one by one.
        word_bits, letter_bits, place_of_step = _NIL, _NIL, _NIL
        for step in range(base, min(base + 64, size), 8):
            octets = eights[step]
            marks = _letters(octets)
            letter_bits |= _gathered(marks) << place_of_step
            word_bits |= _gathered(marks | _digits(octets)) << place_of_step
            place_of_step += _EIGHT
        edges = word_bits ^ (word_bits << _ONE | inside)
        while edges:
            place = _first(edges)
            edges &= edges - _ONE
            if word_bits >> place & _ONE:
                begun, lettered = base + int(place), _NIL
                continue
            start, end = begun, base + int(place)
            below = (_ONE << place) - _ONE
            if start >= base:
                below &= ~((_ONE << np.uint64(start - base)) - _ONE)
            lettered |= letter_bits & below
            length = np.uint64(end - start)
            if length < _EIGHT:
                mixed = (eights[start] & ((_ONE << (length * _EIGHT)) - _ONE)) * K1
            else:
                mixed = eights[start] * K1
                if length > _EIGHT:
                    mixed ^= eights[end - 8] * K2
            mixed ^= mixed >> _HALF
            mixed = (mixed + length * K3) * K2
            starts[count], ends[count], prints[count], digits[count] = start, end, mixed, lettered == _NIL
            count += 1
        inside = word_bits >> _SIXTY_THREE
        if inside:
            # NOTE: the word goes on behind these 64 octets.
            above = letter_bits
            if begun > base:
                above &= ~((_ONE << np.uint64(begun - base)) - _ONE)
            lettered |= above
        base += 64
    return count


@compiled
def passing(
    sieve: tuple[Prints, np.uint64, Prints, np.uint64],
    spans: tuple[Numbers, Numbers, Prints],
    alone: Numbers,
    named: Numbers,
    paired: Numbers,
) -> tuple[int, int, int]:
    """The words that a sieve lets pass: that may be values, that may be names of fields, and that may begin either
    with the next word."""
    firsts, firsts_shift, cells, shift = sieve
    starts, ends, prints = spans
    singles, names, pairs, last = 0, 0, 0, len(prints) - 1
    for word in range(len(prints)):
        if not _lets(firsts, firsts_shift, prints[word], FIRST):
            continue
        if _lets(cells, shift, prints[word], VALUE):
            alone[singles] = word
            singles += 1
        if _lets(cells, shift, prints[word], NAME):
            named[names] = word
            names += 1
        if word < last and starts[word + 1] - ends[word] <= MAX_GAP:
            if _lets(cells, shift, prints[word] * CHAIN + prints[word + 1], PAIR):
                paired[pairs] = word
                pairs += 1
    return singles, names, pairs


@compiled
def phone_ends(
    octets: Octets,
    words: tuple[Numbers, Numbers, Octets],
    lengths: Numbers,
    signs: int,
    unit: np.uint64,
    table: Prints,
    ends: Numbers,
    prints: Prints,
    of: Numbers,
) -> int:
    """Where words of digits end that are a telephone number of the table, with at most so many signs among them.

    A fingerprint is the number and ``unit`` for each of its digits; ``of`` tells its length. ``words`` are starts
    and ends of all words, and which are digits alone.
    """
    starts, stops, held = words
    ring_places, ring_values = np.zeros(_RING, np.int64), np.zeros(_RING, np.uint64)
    count, digits = 0, 0
    for word in range(len(starts)):
        if not held[word]:
            digits = 0
            continue
        for place in range(starts[word], stops[word]):
            ring_places[digits % _RING], ring_values[digits % _RING] = place, octets[place] - np.uint8(48)
            digits += 1
        for length in lengths:
            first = digits - length
            if first < 0 or stops[word] - 1 - ring_places[first % _RING] >= length + signs:
                continue
            number = np.uint64(0)
            for step in range(length):
                number = number * _TEN + ring_values[(first + step) % _RING]
            mark = number + np.uint64(length) * unit
            found = np.searchsorted(table, mark)
            if found < len(table) and table[found] == mark and count < len(ends):
                ends[count], prints[count], of[count] = stops[word], mark, length
                count += 1
    return count
