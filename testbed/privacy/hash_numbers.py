"""The numbers that the hashes are made with, worked out as their standards say.

They are RFC 1321, FIPS 180, FIPS 202 and RFC 7693. Only what follows from nothing is a table here: the orders of
BLAKE2, the turns of MD5.
"""

import math

import numpy as np
from numpy.typing import NDArray

type Numbers = NDArray[np.int64]

_FULL = (1 << 64) - 1
_PRIMES = [number for number in range(2, 410) if all(number % other for other in range(2, math.isqrt(number) + 1))]
SIDE = 5
"""Of Keccak's sheet of words."""


def _cube_root(number: int) -> int:
    """Rounded down."""
    guess = 1 << (number.bit_length() + 2) // 3 + 1
    while (better := (2 * guess + number // guess**2) // 3) < guess:
        guess = better
    return guess


_SQUARES = [math.isqrt(prime << 128) & _FULL for prime in _PRIMES[:16]]
"""The first 64 bits behind the point of the square roots."""
_CUBES = [_cube_root(prime << 192) & _FULL for prime in _PRIMES]


def _high(numbers: list[int]) -> NDArray[np.uint32]:
    return np.array([number >> 32 for number in numbers], np.uint32)


SHA256 = _high(_SQUARES[:8])
SHA224 = np.array([number & 0xFFFF_FFFF for number in _SQUARES[8:]], np.uint32)
SHA512, SHA384 = np.array(_SQUARES[:8], np.uint64), np.array(_SQUARES[8:], np.uint64)
SHA2_SMALL, SHA2_LARGE = _high(_CUBES[:64]), np.array(_CUBES, np.uint64)
"""What is added in each round."""
MD5 = np.array([0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476], np.uint32)
SHA1 = np.array([*MD5.tolist(), 0xC3D2E1F0], np.uint32)
SHA1_ADDED = np.array([math.isqrt(number << 60) for number in (2, 3, 5, 10)], np.uint32)
MD5_ADDED = np.array([int(abs(math.sin(step + 1)) * (1 << 32)) for step in range(64)], np.uint32)
MD5_TURNS = np.repeat(np.array([[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]]), 4, axis=0)
MD5_TURNS = MD5_TURNS.ravel().astype(np.uint32)
_STRIDES = ((1, 0), (5, 1), (3, 5), (7, 0))
MD5_ROWS = np.array([(stride * step + first) % 16 for stride, first in _STRIDES for step in range(16)], np.int64)
"""The word that each step of MD5 takes."""

_ORDERS = (
    *("0123456789abcdef", "ea489fd61c02b753", "b8c052fdae367194", "7931dcbe265a40f8", "905724afe1bc683d"),
    *("2c6a0b834d75fe19", "c51fed4a0763928b", "db7ec13950f4862a", "6fe9b308c2d714a5", "a2847615fb9e3cd0"),
)
_PAIRS = (0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15)


def blake2_rows(rounds: int) -> Numbers:
    """The words that each round of BLAKE2 takes: four and four for the columns, the same for the diagonals."""
    orders = [_ORDERS[step % len(_ORDERS)] for step in range(rounds)]
    return np.array([int(order[place], 16) for order in orders for place in _PAIRS], np.int64)


def keccak_moves() -> tuple[Numbers, NDArray[np.uint64]]:
    """Where each word of the sheet goes, and how far it is turned."""
    goes, turns = np.zeros(SIDE * SIDE, np.int64), np.zeros(SIDE * SIDE, np.uint64)
    x, y = 1, 0
    for step in range(SIDE * SIDE):
        goes[x + SIDE * y] = y + SIDE * ((2 * x + 3 * y) % SIDE)
        if step < SIDE * SIDE - 1:
            turns[x + SIDE * y] = (step + 1) * (step + 2) // 2 % 64
            x, y = y, (2 * x + 3 * y) % SIDE
    goes[0], turns[0] = 0, 0
    return goes, turns


def keccak_added() -> NDArray[np.uint64]:
    """What is added in each round: the bits of a shift register, at places that are powers of two less one."""
    register, added = 1, []
    for _ in range(24):
        number = 0
        for power in range(7):
            number |= (register & 1) << ((1 << power) - 1)
            register = register << 1 ^ (register >> 7) * 0x171
        added.append(number)
    return np.array(added, np.uint64)
