"""What is written in base64, base32, base58 or hex within a text: found by shape, whole buffers at once."""

import base64
import binascii

import numpy as np

from testbed.privacy.base64_runs import LONG, base64_in
from testbed.privacy.pieces import DIGEST_SIZES, Found, Piece
from testbed.privacy.shapes import (
    ANY_CAPITAL,
    ANY_SMALL,
    BEYOND_HEX,
    CONFUSED,
    DIGITS,
    LOW,
    LOWER,
    UPPER,
    Shapes,
    begins_packed,
    says_text,
    shapes_of,
    signed_heads,
    table,
    text_like,
)

LEAST_HEX, LEAST_32, LEAST_58, MAX_58 = 10, 8, 7, 2048
"""Characters of a token: such as say five octets, and more than which no base58 is undone."""
_NIBBLE = table(DIGITS + b"ABCDEF")
_NIBBLE[np.frombuffer(b"abcdef", np.uint8)] = np.arange(10, 16, dtype=np.uint8)
_58 = table(b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
_32 = table(UPPER + b"234567")
_32[np.frombuffer(LOWER, np.uint8)] = np.arange(26, dtype=np.uint8)
_WHOLE_32 = np.isin(np.arange(8), (0, 2, 4, 5, 7))
"""By their number over a multiple of eight, characters of base32 that say whole octets."""
_DIGEST_HEX = np.zeros(130, np.bool_)
_DIGEST_HEX[[2 * size for size in DIGEST_SIZES]] = True


def encoded_in(buffer: bytes) -> Found:
    """Everything in the buffer, which begins and ends with zero octets, that says something once decoded."""
    found, shapes = Found(), shapes_of(buffer)
    _hex_words(shapes, found)
    _base32_words(shapes, found)
    _base58_words(shapes, found)
    base64_in(shapes, found)
    return found


def _hex_words(shapes: Shapes, found: Found) -> None:
    chosen = np.flatnonzero((shapes.kinds & BEYOND_HEX == 0) & (shapes.lengths >= LEAST_HEX))
    chosen = chosen[shapes.lengths[chosen] & 1 == 0]
    nibbles = _NIBBLE[shapes.heads(shapes.starts[chosen])]
    octets = nibbles[:, ::2] << 4 | nibbles[:, 1::2]
    texts = text_like(*octets.T) | signed_heads(octets[:, 0], octets[:, 1])
    sized = _DIGEST_HEX[np.minimum(shapes.lengths[chosen], len(_DIGEST_HEX) - 1)]
    for place in np.flatnonzero(texts | sized).tolist():
        start, end = int(shapes.starts[chosen[place]]), int(shapes.ends[chosen[place]])
        data = bytes.fromhex(shapes.buffer[start:end].decode("ascii"))
        if sized[place]:
            found.digests.append((start, data))
        if texts[place]:
            _add(found, start, "hex", data)


def _add(found: Found, place: int, form: str, data: bytes) -> None:
    text = says_text(data)
    if text or begins_packed(data):
        found.pieces.append(Piece(place, form, data, packed=not text))


def _base32_words(shapes: Shapes, found: Found) -> None:
    """Words in one letter case that say text (RFC 4648, 6; in host names in lower case)."""
    kinds = shapes.kinds
    one_case = (kinds & (ANY_SMALL | LOW) == 0) | (kinds & (ANY_CAPITAL | LOW) == 0)
    chosen = np.flatnonzero(one_case & (shapes.lengths >= LEAST_32))
    chosen = chosen[_WHOLE_32[shapes.lengths[chosen] & 7]]
    five = _32[shapes.heads(shapes.starts[chosen])]
    first = (five[:, 0] << 3) | (five[:, 1] >> 2)
    second = (five[:, 1] << 6) | (five[:, 2] << 1) | (five[:, 3] >> 4)
    third = (five[:, 3] << 4) | (five[:, 4] >> 1)
    fourth = (five[:, 4] << 7) | (five[:, 5] << 2) | (five[:, 6] >> 3)
    fine = text_like(first, second, third, fourth) | signed_heads(first, second)
    for place in chosen[fine].tolist():
        start = int(shapes.starts[place])
        token = shapes.buffer[start : shapes.ends[place]]
        try:
            data = base64.b32decode(token + b"=" * (-len(token) % 8), casefold=True)
        except binascii.Error:
            continue
        _add(found, start, "base32", data)


def _base58_words(shapes: Shapes, found: Found) -> None:
    """Words that say text: told by the first octets, which the first eight digits settle.

    Long words in small letters alone are left out: base58 of a text holds capitals.
    """
    kinds, lengths = shapes.kinds, shapes.lengths
    likely = (kinds & CONFUSED == 0) & (lengths >= LEAST_58) & (lengths <= MAX_58)
    chosen = np.flatnonzero(likely & ((kinds & ANY_CAPITAL > 0) | (lengths < LONG)))
    counts = lengths[chosen]
    digits = _58[shapes.heads(shapes.starts[chosen])].astype(np.float64)
    used = np.minimum(counts, 8)
    number = digits[:, 0]
    for step in range(1, 8):
        number = np.where(used > step, number * 58 + digits[:, step], number)
    bits = np.log2(np.maximum(number, 1)) + (counts - used) * np.log2(58.0)
    size = np.floor(bits / 8) + 1
    top = np.exp2(np.clip(bits - 8 * (size - 5), 0, 40)).astype(np.uint64)
    firsts = [(top >> np.uint64(shift)).astype(np.uint8) for shift in (32, 24, 16, 8)]
    fine = (size >= 5) & (text_like(*firsts) | signed_heads(firsts[0], firsts[1]))
    for place in chosen[fine].tolist():
        start = int(shapes.starts[place])
        if data := of_base58(shapes.buffer[start : shapes.ends[place]]):
            _add(found, start, "base58", data)


def of_base58(token: bytes) -> bytes:
    """What a token of base58 says; b"" where it is none."""
    number = 0
    for octet in token:
        digit = int(_58[octet])
        if digit == 255:
            return b""
        number = number * 58 + digit
    return number.to_bytes((number.bit_length() + 7) // 8)
