"""Texts brought to a form in which spellings of the same value are equal: letter case, accents and charset taken away.

A skeleton is ASCII: letters in lower case without accents, digits, and separators; of other scripts each letter becomes
a few of its own. It loses what tells two values apart ("Åsa", "Asa"), so whoever finds something in a skeleton may say
what was found, and not that it was written so.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

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
LETTER = re.compile(rb"[\xc3-\xcd][\x80-\xbf]")
"""A letter, or a mark on one, of two octets of UTF-8."""
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
_MARK_LEADS = (0xCC, 0xCD)
_CONTINUATION = 0xC0
_SECOND = np.frombuffer(
    bytes(
        ord((_one(bytes((lead, second)).decode("utf-8")) or chr(SEPARATOR))[0])
        for lead in _LETTER_LEADS
        for second in range(0x80, 0xC0)
    ),
    np.uint8,
)
"""The skeleton of each letter of two bytes of UTF-8."""


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
        if wide is not None:
            yield of_text(wide)
            return
        if runs := _wide_runs(raw):
            yield b"\0".join(runs).translate(TABLE)
    try:
        yield of_text(raw.decode("utf-8"))
    except UnicodeDecodeError:
        yield raw.translate(TABLE)
        mixed = _mixed(raw) if LETTER.search(raw) else None
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
    octets = np.frombuffer(raw, np.uint8)
    after = np.append(octets[1:], np.uint8(0)) & _CONTINUATION == 0x80
    letters = (octets >= _LETTER_LEADS.start) & (octets < _LETTER_LEADS.stop) & after
    marks = (octets >= _MARK_LEADS[0]) & (octets <= _MARK_LEADS[1]) & after
    places = np.flatnonzero(letters)
    if not len(places) and not marks.any():
        return None
    out = np.frombuffer(TABLE, np.uint8)[octets]
    out[places + 1] = _SECOND[
        (octets[places] - _LETTER_LEADS.start).astype(np.int64) * 64 + (octets[places + 1] - 0x80)
    ]
    keep = ~(letters | marks)
    keep[1:] &= ~marks[:-1]
    return bytes(out[keep].tobytes())
