"""The loops that look at every octet, compiled when they are first called and kept beside this file from then on.

Numpy would need a dozen passes over the same octets for each. Every function here fills arrays that it is handed, which
are long enough for any buffer of the same size, and returns how many entries it has filled.
"""

from collections.abc import Callable
from functools import cache, wraps

import numpy as np
from numpy.typing import NDArray


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The function as machine code, from its first call on.

    The compiler is imported no sooner: most commands never look for anything, and would wait a second for it.
    """

    @cache
    def fast() -> Callable[P, R]:
        from numba import njit  # noqa: PLC0415 - see above

        made: Callable[P, R] = njit(cache=True)(function)
        return made

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return fast()(*args, **kwargs)

    return call


type Octets = NDArray[np.uint8]
type Numbers = NDArray[np.int64]
type Prints = NDArray[np.uint64]

K1 = np.uint64(0x9E3779B97F4A7C15)
K2 = np.uint64(0xC2B2AE3D27D4EB4F)
K3 = np.uint64(0x165667B19E3779F9)
CHAIN = np.uint64(0xD6E8FEB86659FD93)
_HALF, _THREE, _SEVEN, _EIGHT, _TOP, _TEN, _NIL = (np.uint64(number) for number in (32, 3, 7, 8, 56, 10, 0))
_RING = 16
"""Digits that are remembered: as many as the longest telephone number has."""


@compiled
def word_spans(octets: Octets, inside: Octets, starts: Numbers, ends: Numbers, prints: Prints) -> int:
    """Runs of octets that are inside, with a fingerprint of each: of its first and last eight octets and its length."""
    count, place, size = 0, 0, len(octets)
    while place < size:
        if not inside[octets[place]]:
            place += 1
            continue
        start, head, tail, length = place, _NIL, _NIL, _NIL
        while place < size and inside[octets[place]]:
            octet = np.uint64(octets[place])
            if length < _EIGHT:
                head |= octet << (length * _EIGHT)
            tail = (tail >> _EIGHT) | (octet << _TOP)
            length += np.uint64(1)
            place += 1
        mixed = head * K1
        if length > _EIGHT:
            mixed ^= tail * K2
        mixed ^= mixed >> _HALF
        mixed += length * K3
        starts[count], ends[count], prints[count] = start, place, mixed * K2
        count += 1
    return count


@compiled
def passing(
    prints: Prints, chained: Octets, bits: Octets, shift: np.uint64, alone: Numbers, paired: Numbers
) -> tuple[int, int]:
    """The words that a filter lets pass, and those that it lets pass together with the next."""
    singles, pairs, last = 0, 0, len(prints) - 1
    for word in range(len(prints)):
        mixed = (prints[word] ^ np.uint64(1)) * K1
        mixed ^= mixed >> _HALF
        mixed *= K2
        place = (mixed ^ (mixed >> _HALF)) >> shift
        if bits[place >> _THREE] >> (place & _SEVEN) & np.uint64(1):
            alone[singles] = word
            singles += 1
        if word < last and chained[word]:
            mixed = ((prints[word] * CHAIN + prints[word + 1]) ^ np.uint64(2)) * K1
            mixed ^= mixed >> _HALF
            mixed *= K2
            place = (mixed ^ (mixed >> _HALF)) >> shift
            if bits[place >> _THREE] >> (place & _SEVEN) & np.uint64(1):
                paired[pairs] = word
                pairs += 1
    return singles, pairs


@compiled
def kind_spans(octets: Octets, kinds: Octets, starts: Numbers, ends: Numbers, held: Octets) -> int:
    """Runs of octets that have a kind, with the kinds in each together."""
    count, place, size = 0, 0, len(octets)
    while place < size:
        kind = kinds[octets[place]]
        if not kind:
            place += 1
            continue
        start, together = place, kind
        while kind:
            together |= kind
            place += 1
            kind = kinds[octets[place]] if place < size else np.uint8(0)
        starts[count], ends[count], held[count] = start, place, together
        count += 1
    return count


@compiled
def run_spans(
    octets: Octets, kinds: Octets, sign: Octets, least: int, starts: Numbers, ends: Numbers, held: Octets, signs: Octets
) -> int:
    """Runs of octets that have a kind and of signs, from the first with a kind to the last, of this length at least.

    ``signs`` tells the numbers of the signs in each, together.
    """
    count, place, size = 0, 0, len(octets)
    while place < size:
        if not kinds[octets[place]]:
            place += 1
            continue
        start, end, together = place, place, np.uint8(0)
        while place < size and (kinds[octets[place]] or sign[octets[place]]):
            if kinds[octets[place]]:
                together |= kinds[octets[place]]
                end = place + 1
            place += 1
        if end - start >= least:
            starts[count], ends[count], held[count] = start, end, together
            within = np.uint8(0)
            for octet in octets[start:end]:
                within |= sign[octet]
            signs[count] = within
            count += 1
    return count


@compiled
def phone_ends(
    octets: Octets,
    lengths: Numbers,
    signs: int,
    unit: np.uint64,
    table: Prints,
    ends: Numbers,
    prints: Prints,
    of: Numbers,
) -> int:
    """Where digits end that are a telephone number of the table, with at most so many signs among them.

    A fingerprint is the number and ``unit`` for each of its digits; ``of`` tells its length.
    """
    ring_places, ring_values = np.zeros(_RING, np.int64), np.zeros(_RING, np.uint64)
    count, digits, size = 0, 0, len(octets)
    for place in range(size):
        value = octets[place] - np.uint8(48)
        if value > np.uint8(9):
            continue
        ring_places[digits % _RING], ring_values[digits % _RING] = place, value
        digits += 1
        if place + 1 < size and octets[place + 1] - np.uint8(48) <= np.uint8(9):
            continue
        for length in lengths:
            first = digits - length
            if first < 0 or place - ring_places[first % _RING] >= length + signs:
                continue
            number = np.uint64(0)
            for step in range(length):
                number = number * _TEN + ring_values[(first + step) % _RING]
            mark = number + np.uint64(length) * unit
            found = np.searchsorted(table, mark)
            if found < len(table) and table[found] == mark and count < len(ends):
                ends[count], prints[count], of[count] = place + 1, mark, length
                count += 1
    return count
