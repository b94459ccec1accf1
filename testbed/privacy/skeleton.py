"""Texts brought to a form in which spellings of the same value are equal: letter case, accents and charset taken away.

A skeleton is ASCII: letters in lower case without accents, digits, and separators; of other scripts each letter becomes
a few of its own. It loses what tells two values apart ("Åsa", "Asa"), so whoever finds something in a skeleton may say
what was found, and not that it was written so.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from testbed.privacy import kernels
from testbed.privacy.kernels.numbers import DROPPED, HARD, TOO_HARD
from testbed.privacy.words import MARGIN, Numbers, eights_of

SEPARATOR = 0x02
"""What a sign becomes that is no letter, no digit and not ASCII."""
SOFT_HYPHEN = b"\xad"
WITHOUT_PARTS = {
    "ß": "s", "æ": "a", "Æ": "a", "ø": "o", "Ø": "o", "ð": "d", "Ð": "d", "þ": "t", "Þ": "t", "đ": "d", "Đ": "d",
    "ł": "l", "Ł": "l", "ı": "i", "ħ": "h", "Ħ": "h", "œ": "o", "Œ": "o", "ŧ": "t", "Ŧ": "t", "ŋ": "n", "Ŋ": "n",
    "ʼ": "'", "ʻ": "'", "ʹ": "'", "′": "'", "`": "'", "’": "'", "‘": "'", "´": "'", "”": '"', "“": '"',
}  # fmt: skip
"""Letters that Unicode does not take apart, and quotation marks."""
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
BINARY_SAMPLE = 4096
MOSTLY_WIDE = 5
"""A text of which one byte in so many is zero is taken for UTF-16."""
WIDE_RUN = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00){5,}|(?:\x00[\x20-\x7e\xa0-\xff]){5,}")
WIDE_STEPS = 4
MAX_WIDE_RUNS = 1000


@lru_cache(maxsize=4096)
def _one(char: str) -> str:
    """The skeleton of one character; "" for what stands on or between letters without a place of its own."""
    if char in WITHOUT_PARTS:
        return WITHOUT_PARTS[char]
    kind = unicodedata.category(char)
    if kind in ("Mn", "Me", "Cf"):
        return ""
    parts = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)).lower()
    if parts and parts.isascii():
        return parts
    if kind[0] == "Z":
        return " "
    if kind == "Pd":
        return "-"
    return "".join(_spelt(ord(part)) if part.isalnum() else chr(SEPARATOR) for part in parts.casefold())


def _spelt(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number, len(LETTERS))
        letters += LETTERS[rest]
    return letters


TABLE = bytes(
    byte if byte < 0x20 or byte == 0x7F else ord((_one(chr(byte)) or chr(SEPARATOR))[0]) for byte in range(256)
)
"""Latin-1 to skeleton, byte for byte."""
_LETTER_LEADS = range(0xC3, 0xCC)
_SECOND = np.frombuffer(
    bytes(
        ord((_one(bytes((lead, second)).decode("utf-8")) or chr(SEPARATOR))[0])
        for lead in _LETTER_LEADS
        for second in range(0x80, 0xC0)
    ),
    np.uint8,
)
"""The skeleton of each letter of two bytes of UTF-8."""


def _single(char: str) -> int:
    """The skeleton of a character of UTF-8 as one octet, if it is one."""
    if char < "\u0100":
        return DROPPED if char.encode("latin-1") == SOFT_HYPHEN else TABLE[ord(char)]
    skeleton = _one(char)
    return DROPPED if not skeleton else ord(skeleton) if len(skeleton) == 1 else HARD


_TWOS = np.array([_single(chr(number)) for number in range(0x80, 0x380)], np.uint8)
_MARKS = np.array([_single(chr(number)) for number in range(0x2000, 0x2040)], np.uint8)
"""The same of characters behind the octets 0xC2 to 0xCD, and behind 0xE2 and 0x80; for the compiled loop."""


def _spelt_out(run: str) -> bytes:
    return "".join(map(_one, run)).encode("ascii", "replace")


_known = lru_cache(maxsize=65536)(_spelt_out)
MAX_KNOWN = 64
"""Characters of a run that is remembered: text from outside must not fill the memory."""


def _skeletal(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    run = error.object[error.start : error.end]
    return _known(run) if len(run) <= MAX_KNOWN else _spelt_out(run), error.end


codecs.register_error("testbed-skeleton", _skeletal)


def of_text(text: str) -> bytes:
    """The skeleton of a text; equal for all Unicode forms, letter cases and accents of it."""
    return text.encode("latin-1", "testbed-skeleton").translate(TABLE, SOFT_HYPHEN)


def of_bytes(raw: bytes) -> Iterator[bytes]:
    """The skeletons of what the octets may say: as UTF-8, else as UTF-16, as Latin-1, as a mixture.

    One skeleton where the charset is certain.
    """
    if raw.isascii() and b"\0" not in raw:
        yield raw.translate(TABLE)
        return
    if b"\0" in raw:
        wide = _wide(raw)
        whole = of_text(wide) if wide is not None else b""
        # NOTE: a sign of ASCII before it shifts what is read in pairs.
        runs = [run for run in _wide_runs(raw) if run.translate(TABLE) not in whole]
        if runs:
            yield b"\0".join(runs).translate(TABLE)
        if wide is not None:
            yield whole
            return
    try:
        yield of_text(raw.decode("utf-8"))
    except UnicodeDecodeError:
        yield raw.translate(TABLE)
        mixed = _mixed(raw)
        if mixed is not None:
            yield mixed


def narrowed(raw: bytes) -> bytes:
    """UTF-16 as UTF-8; anything else as it is."""
    wide = _wide(raw) if b"\0" in raw else None
    return raw if wide is None else wide.encode("utf-8", "replace")


def _wide(raw: bytes) -> str | None:
    """The text where the octets are UTF-16."""
    sample = raw[:BINARY_SAMPLE]
    low, high = sample[::2].count(0), sample[1::2].count(0)
    if max(low, high) * MOSTLY_WIDE < len(sample) or min(low, high) * 8 > max(low, high):
        return None
    return raw.decode("utf-16-le" if high > low else "utf-16-be", "replace")


def _wide_runs(raw: bytes) -> list[bytes]:
    """Texts of UTF-16 amid binary data, without their zeros."""
    zero = np.frombuffer(raw, np.uint8) == 0
    every_other = zero[:-2] & zero[2:] & ~zero[1:-1]
    if len(every_other) <= WIDE_STEPS or not (every_other[:-2] & every_other[2:]).any():
        return []
    found = zip(WIDE_RUN.finditer(raw), range(MAX_WIDE_RUNS), strict=False)
    return [one.group().replace(b"\0", b"") for one, _ in found]


def _mixed(raw: bytes) -> bytes | None:
    """Binary data in which texts of UTF-8 stand; None where there is no letter that only UTF-8 writes so."""
    octets, out = np.frombuffer(raw, np.uint8), np.empty(len(raw), np.uint8)
    end = kernels.letters.mixed(octets, 0, len(raw), np.frombuffer(TABLE, np.uint8), _SECOND, out, 0)
    return out[:end].tobytes() if end >= 0 else None


@dataclass(frozen=True, slots=True)
class Skeletons:
    """Those of the rows of a buffer, which stand where the rows do."""

    buffer: bytes
    hard: Numbers
    """Rows that have none here, for only :func:`of_bytes` can read them."""
    more: bytes
    """Further readings, :data:`testbed.privacy.words.MARGIN` zero octets before and behind each."""
    more_rows: Numbers
    """Of each the row, where it begins and where it ends."""

    def further(self) -> Iterator[tuple[int, bytes]]:
        """Each further reading with its row."""
        for row, begin, end in self.more_rows.tolist():
            yield row, self.more[begin:end]


def of_rows(buffer: bytes, begins: Numbers, ends: Numbers, wide: NDArray[np.bool_]) -> Skeletons:
    """The skeletons of rows of a buffer, zero octets between them; of those that are not ``wide``, which is UTF-16."""
    became = np.where(wide, TOO_HARD, 0).astype(np.uint8)
    skeletal, more = np.empty(len(buffer), np.uint8), np.empty(len(buffer) + 2 * MARGIN, np.uint8)
    more_rows = np.empty((len(begins), 3), np.int64)
    tables = (np.frombuffer(TABLE, np.uint8), _SECOND, _TWOS, _MARKS)
    octets = np.frombuffer(buffer, np.uint8)
    # NOTE: the last few octets are zeros, and stay such.
    whole = len(buffer) & ~7
    skeletal[whole:] = 0
    kernels.letters.lowered(octets[:whole].view(np.uint64), skeletal[:whole].view(np.uint64))
    count, size = kernels.letters.skeletons(
        octets, (begins, ends, became), tables, skeletal, (eights_of(octets), eights_of(skeletal)), more, more_rows
    )
    return Skeletons(
        skeletal.tobytes(), np.flatnonzero(became == TOO_HARD), more[:size].tobytes(), more_rows[:count].copy()
    )
