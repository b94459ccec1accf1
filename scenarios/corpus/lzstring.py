"""lz-string, a compression that scripts use to put text into URLs and storage (pieroxy, version 1.5)."""

import string
from dataclasses import dataclass, field

_LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits
_BASE64, _URI_SAFE = f"{_LETTERS}+/", f"{_LETTERS}+-"
_BITS = 6
_BYTE, _TWO_BYTES, _END = 0, 1, 2
"""What is written before a character that is new, and at the end."""


@dataclass(slots=True)
class _Bits:
    """Bits, the first written highest in its character."""

    written: list[int] = field(default_factory=list)

    def put(self, value: int, width: int) -> None:
        """Lowest bit first."""
        self.written.extend(value >> position & 1 for position in range(width))

    def text(self, alphabet: str) -> str:
        """As characters of six bits, the last one filled with zeros; there is always room for one bit more."""
        padded = self.written + [0] * (_BITS - len(self.written) % _BITS)
        groups = (padded[start : start + _BITS] for start in range(0, len(padded), _BITS))
        return "".join(alphabet[int("".join(map(str, group)), 2)] for group in groups)


class _Dictionary:
    """Phrases seen so far, and how many bits a number of one takes by now."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {}
        self._new: set[str] = set()
        self._next = 3
        self.width, self._until_wider = 2, 2

    def add(self, phrase: str, new: bool = False) -> None:
        self.codes[phrase] = self._next
        self._next += 1
        if new:
            self._new.add(phrase)

    def write(self, phrase: str, bits: _Bits) -> None:
        if phrase in self._new:
            self._new.remove(phrase)
            wide = ord(phrase) > 0xFF  # noqa: PLR2004 (a byte)
            bits.put(_TWO_BYTES if wide else _BYTE, self.width)
            bits.put(ord(phrase), 16 if wide else 8)
            self.grow()
        else:
            bits.put(self.codes[phrase], self.width)
        self.grow()

    def grow(self) -> None:
        self._until_wider -= 1
        if self._until_wider == 0:
            self._until_wider = 1 << self.width
            self.width += 1


def _compress(text: str) -> _Bits:
    bits, seen, phrase = _Bits(), _Dictionary(), ""
    for letter in text:
        if letter not in seen.codes:
            seen.add(letter, new=True)
        if phrase + letter in seen.codes:
            phrase += letter
            continue
        seen.write(phrase, bits)
        seen.add(phrase + letter)
        phrase = letter
    if phrase:
        seen.write(phrase, bits)
    bits.put(_END, seen.width)
    return bits


def to_base64(text: str) -> str:
    """``LZString.compressToBase64``."""
    packed = _compress(text).text(_BASE64)
    return packed + "=" * (-len(packed) % 4)


def to_uri(text: str) -> str:
    """``LZString.compressToEncodedURIComponent``."""
    return _compress(text).text(_URI_SAFE)
