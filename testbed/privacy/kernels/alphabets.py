"""Kinds of characters, and what they stand for in the alphabets of encodings; what never changes."""

import numpy as np

HEX_CAPITAL, CAPITAL, HEX_SMALL, SMALL, HIGH, LOW, CONFUSED = 1, 2, 4, 8, 16, 32, 64
"""Kinds of characters: A-F, G-Z, a-f, g-z, the digits 2 to 7, the others, and what base58 does without (0OIl)."""
ANY_CAPITAL, ANY_SMALL, ANY_DIGIT = HEX_CAPITAL | CAPITAL, HEX_SMALL | SMALL, HIGH | LOW
BEYOND_HEX = CAPITAL | SMALL
PLUS, SLASH, DASH, LINE, DOLLAR, OTHER = 1, 2, 4, 8, 16, 128
"""Signs that join words of base64, of base64 for addresses, and of lz-string; and all others."""
STANDARD, URL, LZ = PLUS | SLASH, DASH | LINE, PLUS | DASH | DOLLAR
KIND, SIGN = np.zeros(256, np.uint8), np.full(256, OTHER, np.uint8)
for _chars, _kind in (
    (b"ABCDEF", HEX_CAPITAL),
    (b"GHIJKLMNOPQRSTUVWXYZ", CAPITAL),
    (b"abcdef", HEX_SMALL),
    (b"ghijklmnopqrstuvwxyz", SMALL),
    (b"234567", HIGH),
    (b"0189", LOW),
):
    KIND[list(_chars)] = _kind
KIND[list(b"0OIl")] |= CONFUSED
SIGN[list(b"+/-_$")] = PLUS, SLASH, DASH, LINE, DOLLAR

DIGEST_SIZES = (16, 20, 28, 32, 48, 64)
"""Octets of the digests that are looked for."""
HEX, BASE32, BASE58, BASE64 = range(4)
"""Rows of :data:`DIGITS`."""
DIGITS = np.full((4, 256), 255, np.uint8)
"""The values of characters in hex, base32, base58 and base64, also as addresses write it; 255 for all others."""
_SMALL, _NUMBERS = b"abcdefghijklmnopqrstuvwxyz", b"0123456789"
for _row, _alphabet in (
    (HEX, _NUMBERS + b"ABCDEF"),
    (HEX, _NUMBERS + b"abcdef"),
    (BASE32, _SMALL.upper() + b"234567"),
    (BASE32, _SMALL + b"234567"),
    (BASE58, b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"),
    (BASE64, _SMALL.upper() + _SMALL + _NUMBERS + b"+/"),
    (BASE64, _SMALL.upper() + _SMALL + _NUMBERS + b"-_"),
):
    DIGITS[_row, list(_alphabet)] = np.arange(len(_alphabet), dtype=np.uint8)
