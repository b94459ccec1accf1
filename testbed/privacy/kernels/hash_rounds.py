"""What the hashes do with a block, compiled, with many messages at once.

Messages stand in chunks of :data:`LANES` side by side: the first word of each, the second of each, and so on; states
stand alike. Every step is done for a whole chunk in a loop that the compiler turns into instructions for eight or
sixteen messages. A step writes behind what earlier ones wrote rather than moving words, so that all distances are
known when it is compiled.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.privacy.hash_numbers import Numbers
from testbed.privacy.kernels.jit import Octets, compiled

type Words = NDArray[Any]
"""Of 32 or of 64 bits."""
type Rounds = Callable[[Words, int, Words, Words], None]
"""Words, rows of them for each message, what is added in each round, states."""

LANES = 64
_U32 = np.uint32
_FULL = np.uint32(0xFFFF_FFFF)
_ONE, _FIVE, _THIRTY, _LEFT, _TWO = (np.uint32(number) for number in (1, 5, 30, 27, 2))
_ALL, _LAST, _1 = np.uint32(32), np.uint32(31), np.uint64(1)
_63, _64 = np.uint64(63), np.uint64(64)


@compiled
def lay(
    octets: Octets,
    ends: Numbers,
    chosen: Numbers,
    salts: tuple[Octets, Octets],
    form: tuple[int, int, int],
    out: Octets,
) -> None:
    """Lay the chosen messages out between two salts, each with a mark behind it.

    ``form``: octets of a word less one, the same where the first octet is the highest and else 0, and the mark.
    """
    within, flip, mark = form
    size = within + 1
    step = (LANES - 1) * size
    rows = len(out) // (size * ((len(chosen) + LANES - 1) // LANES * LANES))
    for number in range(len(chosen)):
        message = chosen[number]
        begin = ends[message - 1] if message else 0
        first = number // LANES * rows * LANES + number % LANES
        lane, place = out[first * size :], 0
        for part in (salts[0], octets[begin : ends[message]], salts[1]):
            for octet in part:
                lane[place ^ flip] = octet
                place += 1
                if not place & within:
                    place += step
        if mark:
            lane[place ^ flip] = mark


@compiled
def md5(words: Words, rows: int, added: Words, turns: Words, places: Numbers, states: Words) -> None:
    """MD5."""
    w, tape = np.empty(16 * LANES, _U32), np.empty(68 * LANES, _U32)
    for chunk in range(len(states) // (4 * LANES)):
        state = states[chunk * 4 * LANES : (chunk + 1) * 4 * LANES]
        for first in range(chunk * rows, chunk * rows + rows, 16):
            w[:] = words[first * LANES : (first + 16) * LANES]
            for row in range(4):
                tape[row * LANES : (row + 1) * LANES] = state[-row % 4 * LANES : (-row % 4 + 1) * LANES]
            for step in range(64):
                add, turn, base = added[step], turns[step], step * LANES
                back, word = _ALL - turn, w[places[step] * LANES :][:LANES]
                for lane in range(LANES):
                    at = base + lane
                    a, d, c, b = tape[at], tape[at + LANES], tape[at + 2 * LANES], tape[at + 3 * LANES]
                    if step < 16:
                        mixed = d ^ (b & (c ^ d))
                    elif step < 32:
                        mixed = c ^ (d & (b ^ c))
                    elif step < 48:
                        mixed = b ^ c ^ d
                    else:
                        mixed = c ^ (b | (d ^ _FULL))
                    x = _U32(a + mixed + add + word[lane])
                    tape[at + 4 * LANES] = b + _U32(x << turn | x >> back)
            for row in range(4):
                for lane in range(LANES):
                    state[row * LANES + lane] += tape[(64 + -row % 4) * LANES + lane]


@compiled
def sha1(words: Words, rows: int, added: Words, states: Words) -> None:
    """SHA-1."""
    w, tape = np.empty(80 * LANES, _U32), np.empty(85 * LANES, _U32)
    for chunk in range(len(states) // (5 * LANES)):
        state = states[chunk * 5 * LANES : (chunk + 1) * 5 * LANES]
        for first in range(chunk * rows, chunk * rows + rows, 16):
            w[: 16 * LANES] = words[first * LANES : (first + 16) * LANES]
            for at in range(16 * LANES, 80 * LANES):
                x = _U32(w[at - 3 * LANES] ^ w[at - 8 * LANES] ^ w[at - 14 * LANES] ^ w[at - 16 * LANES])
                w[at] = x << _ONE | x >> _LAST
            for row in range(5):
                for lane in range(LANES):
                    x = state[row * LANES + lane]
                    tape[(4 - row) * LANES + lane] = x if row < 2 else _U32(x << _TWO | x >> _THIRTY)
            for step in range(80):
                add = added[step // 20]
                for at in range(step * LANES, step * LANES + LANES):
                    e, d, c = tape[at], tape[at + LANES], tape[at + 2 * LANES]
                    b, a = tape[at + 3 * LANES], tape[at + 4 * LANES]
                    e, d = _U32(e << _THIRTY | e >> _TWO), _U32(d << _THIRTY | d >> _TWO)
                    c = _U32(c << _THIRTY | c >> _TWO)
                    if step < 20:
                        mixed = d ^ (b & (c ^ d))
                    elif 40 <= step < 60:
                        mixed = (b & c) | (d & (b | c))
                    else:
                        mixed = b ^ c ^ d
                    tape[at + 5 * LANES] = _U32(a << _FIVE | a >> _LEFT) + mixed + e + add + w[at]
            for row in range(5):
                for lane in range(LANES):
                    x = tape[(84 - row) * LANES + lane]
                    state[row * LANES + lane] += x if row < 2 else _U32(x << _THIRTY | x >> _TWO)


def _sha2(kind: type[Any], rounds: int, turns: tuple[int, ...]) -> Rounds:
    """SHA-2 of words of this kind; the turns in the order of the standard, big before small sigmas."""
    bits = kind(np.dtype(kind).itemsize * 8)
    a1, a2, a3, e1, e2, e3, s1, s2, s3, t1, t2, t3 = (kind(turn) for turn in turns)

    def blocks(words: Words, rows: int, added: Words, states: Words) -> None:
        w, size = np.empty(rounds * LANES, kind), (rounds + 4) * LANES
        tape, other = np.empty(size, kind), np.empty(size, kind)
        for chunk in range(len(states) // (8 * LANES)):
            state = states[chunk * 8 * LANES : (chunk + 1) * 8 * LANES]
            for first in range(chunk * rows, chunk * rows + rows, 16):
                w[: 16 * LANES] = words[first * LANES : (first + 16) * LANES]
                for at in range(16 * LANES, rounds * LANES):
                    x, y = w[at - 15 * LANES], w[at - 2 * LANES]
                    x = kind((x >> s1 | x << (bits - s1)) ^ (x >> s2 | x << (bits - s2)) ^ x >> s3)
                    y = kind((y >> t1 | y << (bits - t1)) ^ (y >> t2 | y << (bits - t2)) ^ y >> t3)
                    w[at] = w[at - 16 * LANES] + x + w[at - 7 * LANES] + y
                for row in range(4):
                    tape[row * LANES : (row + 1) * LANES] = state[(3 - row) * LANES : (4 - row) * LANES]
                    other[row * LANES : (row + 1) * LANES] = state[(7 - row) * LANES : (8 - row) * LANES]
                for step in range(rounds):
                    add = added[step]
                    for at in range(step * LANES, step * LANES + LANES):
                        h, g, f, e = other[at], other[at + LANES], other[at + 2 * LANES], other[at + 3 * LANES]
                        d, c, b, a = tape[at], tape[at + LANES], tape[at + 2 * LANES], tape[at + 3 * LANES]
                        x = kind(
                            (e >> e1 | e << (bits - e1)) ^ (e >> e2 | e << (bits - e2)) ^ (e >> e3 | e << (bits - e3))
                        )
                        y = kind(
                            (a >> a1 | a << (bits - a1)) ^ (a >> a2 | a << (bits - a2)) ^ (a >> a3 | a << (bits - a3))
                        )
                        x = kind(h + x + (g ^ (e & (f ^ g))) + add + w[at])
                        other[at + 4 * LANES] = d + x
                        tape[at + 4 * LANES] = x + y + ((a & (b | c)) | (b & c))
                for row in range(4):
                    for lane in range(LANES):
                        state[row * LANES + lane] += tape[(rounds + 3 - row) * LANES + lane]
                        state[(row + 4) * LANES + lane] += other[(rounds + 3 - row) * LANES + lane]

    return compiled(blocks)


sha256 = _sha2(np.uint32, 64, (2, 13, 22, 6, 11, 25, 7, 18, 3, 17, 19, 10))
sha512 = _sha2(np.uint64, 80, (28, 34, 39, 14, 18, 41, 1, 8, 7, 19, 61, 6))


@compiled
def keccak(words: Words, rows: int, rate: int, added: Words, goes: Numbers, turns: Words, states: Words) -> None:
    """The permutation of SHA-3, after each ``rate`` words."""
    a, b, c = np.empty(25 * LANES, np.uint64), np.empty(25 * LANES, np.uint64), np.empty(5 * LANES, np.uint64)
    d = np.empty(5 * LANES, np.uint64)
    for chunk in range(len(states) // (25 * LANES)):
        a[:] = states[chunk * 25 * LANES : (chunk + 1) * 25 * LANES]
        for first in range(chunk * rows, chunk * rows + rows, rate):
            for lane in range(rate * LANES):
                a[lane] ^= words[first * LANES + lane]
            for add in added:
                for at in range(5 * LANES):
                    c[at] = a[at] ^ a[at + 5 * LANES] ^ a[at + 10 * LANES] ^ a[at + 15 * LANES] ^ a[at + 20 * LANES]
                for lane in range(LANES):
                    c0, c1, c2 = c[lane], c[lane + LANES], c[lane + 2 * LANES]
                    c3, c4 = c[lane + 3 * LANES], c[lane + 4 * LANES]
                    d[lane] = c4 ^ (c1 << _1 | c1 >> _63)
                    d[lane + LANES] = c0 ^ (c2 << _1 | c2 >> _63)
                    d[lane + 2 * LANES] = c1 ^ (c3 << _1 | c3 >> _63)
                    d[lane + 3 * LANES] = c2 ^ (c4 << _1 | c4 >> _63)
                    d[lane + 4 * LANES] = c3 ^ (c0 << _1 | c0 >> _63)
                for lane in range(LANES):
                    b[lane] = a[lane] ^ d[lane]
                for word in range(1, 25):
                    turn, back = turns[word], _64 - turns[word]
                    column, to = d[word % 5 * LANES :][:LANES], b[goes[word] * LANES :][:LANES]
                    for lane in range(LANES):
                        one = a[word * LANES + lane] ^ column[lane]
                        to[lane] = one << turn | one >> back
                for row in range(5):
                    for at in range(row * 5 * LANES, (row * 5 + 1) * LANES):
                        b0, b1, b2 = b[at], b[at + LANES], b[at + 2 * LANES]
                        b3, b4 = b[at + 3 * LANES], b[at + 4 * LANES]
                        a[at], a[at + LANES], a[at + 2 * LANES] = b0 ^ (~b1 & b2), b1 ^ (~b2 & b3), b2 ^ (~b3 & b4)
                        a[at + 3 * LANES], a[at + 4 * LANES] = b3 ^ (~b4 & b0), b4 ^ (~b0 & b1)
                for lane in range(LANES):
                    a[lane] ^= add
        states[chunk * 25 * LANES : (chunk + 1) * 25 * LANES] = a


def _blake2(kind: type[Any], turns: tuple[int, ...]) -> Callable[[Words, int, Words, Numbers, Numbers, Words], None]:
    """BLAKE2 of words of this kind."""
    bits, octets = kind(np.dtype(kind).itemsize * 8), 16 * np.dtype(kind).itemsize
    r1, r2, r3, r4 = (kind(turn) for turn in turns)
    full = kind(np.iinfo(kind).max)

    def blocks(words: Words, rows: int, start: Words, order: Numbers, sizes: Numbers, states: Words) -> None:
        v, m, old = np.empty(16 * LANES, kind), np.empty(8 * LANES, kind), np.empty(12 * LANES, kind)
        for chunk in range(len(states) // (8 * LANES)):
            state = states[chunk * 8 * LANES : (chunk + 1) * 8 * LANES]
            for first in range(0, rows, 16):
                base = (chunk * rows + first) * LANES
                v[: 8 * LANES] = state
                for row in range(8):
                    v[(8 + row) * LANES : (9 + row) * LANES] = start[row]
                for lane in range(LANES):
                    size = sizes[chunk * LANES + lane]
                    v[12 * LANES + lane] ^= kind(min(size, (first // 16 + 1) * octets))
                    if first + 16 == rows:
                        v[14 * LANES + lane] ^= full
                for half in range(len(order) // 8):
                    for word in range(8):
                        source = words[base + order[half * 8 + word] * LANES :][:LANES]
                        for lane in range(LANES):
                            m[word * LANES + lane] = source[lane]
                    for at in range(4 * LANES):
                        a, b, c, d = v[at], v[at + 4 * LANES], v[at + 8 * LANES], v[at + 12 * LANES]
                        a = kind(a + b + m[at])
                        d = kind(d ^ a)
                        d = kind(d >> r1 | d << (bits - r1))
                        c = kind(c + d)
                        b = kind(b ^ c)
                        b = kind(b >> r2 | b << (bits - r2))
                        a = kind(a + b + m[at + 4 * LANES])
                        d = kind(d ^ a)
                        d = kind(d >> r3 | d << (bits - r3))
                        c = kind(c + d)
                        b = kind(b ^ c)
                        v[at], v[at + 4 * LANES] = a, b >> r4 | b << (bits - r4)
                        v[at + 8 * LANES], v[at + 12 * LANES] = c, d
                    for at in range(12 * LANES):
                        old[at] = v[at + 4 * LANES]
                    for row in range(12):
                        group = row // 4
                        turn = group + 1 if half % 2 == 0 else 3 - group
                        source = old[(group * 4 + (row + turn) % 4) * LANES :][:LANES]
                        for lane in range(LANES):
                            v[(4 + row) * LANES + lane] = source[lane]
                for at in range(8 * LANES):
                    state[at] ^= v[at] ^ v[at + 8 * LANES]

    return compiled(blocks)


blake2b = _blake2(np.uint64, (32, 24, 16, 63))
blake2s = _blake2(np.uint32, (16, 12, 8, 7))
