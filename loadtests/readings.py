"""Values of people found in a page, however it writes them: quick, for it is asked of every flow.

The judge searches what was recorded in every form that a value can have. Here a page is read once, for what a person
could read in it or a script of it: whole words, in any letter case, with characters written as HTML, JSON or addresses
write them, and with tags within a name. Of values of which one is part of another the longer one counts.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote

INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|cite|code|em|font|i|mark|q|s|small|span|strong|sub|sup|u|wbr)(?:\s[^<>]*)?/?>"
)
"""Tags that stand within a text and do not part it."""
TAG = re.compile(r"<[^<>]*>")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
WORD = re.compile(r"""[^\s<>"'`“”’(),;:=\[\]{}|/\\&?#!]+""")
DIGITS = re.compile(r"\+?\d[\d ()\u00a0-]{5,24}\d")
ENDS = "._-*"
UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
"""Signs that nobody sees: places where a word may be broken."""
COUNTRY = ("+46", "0046")
MIN_DIGITS = 8
MOST_ASIDE = 200
"""So many values may begin with one word."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of somebody."""

    owner: str
    """"" where it is several people's, and points at nobody."""
    by_name: bool
    """It is what people call them, and no account."""


@dataclass(slots=True)
class Readings:
    """Values that may be found, and whose they are."""

    _words: dict[str, dict[tuple[str, ...], Value]] = field(default_factory=dict)
    """By their first word."""
    _digits: dict[str, Value] = field(default_factory=dict)

    def add(self, value: str, owner: str, *, by_name: bool = False) -> None:
        """A value of this person. A name of one word may be a word like others, and is left out."""
        words = _words(_plain(value))
        if not words or (by_name and len(words) == 1):
            return
        several = self._words.setdefault(words[0], {})
        if words in several or len(several) < MOST_ASIDE:
            several[words] = _of_both(several.get(words), Value(owner, by_name))
        digits = _digits(value)
        if digits and not by_name:
            self._digits[digits] = _of_both(self._digits.get(digits), Value(owner, by_name))

    def found(self, document: str) -> Iterator[Value]:
        """Each time that a value of one person stands in a document, as it came."""
        text = _plain(document)
        begin = self._words.keys()
        for part in _parts(text):
            words = _words(part)
            # NOTE: most of a page is nobody's, and is passed over at once.
            if not begin.isdisjoint(words):
                yield from self._in_words(words)
        if self._digits:
            runs = (self._digits.get(_digits(run.group())) for run in DIGITS.finditer(text))
            yield from (value for value in runs if value is not None and value.owner)

    def owners(self) -> frozenset[str]:
        """All of whom some value points at them alone."""
        values = (value for several in self._words.values() for value in several.values())
        return frozenset(value.owner for value in values if value.owner)

    def _in_words(self, words: tuple[str, ...]) -> Iterator[Value]:
        place = 0
        while place < len(words):
            several = self._words.get(words[place])
            if several is None:
                place += 1
                continue
            fitting = [one for one in several if words[place : place + len(one)] == one]
            longest = max(fitting, key=len, default=None)
            if longest is None:
                place += 1
                continue
            if several[longest].owner:
                yield several[longest]
            place += len(longest)


def _of_both(known: Value | None, value: Value) -> Value:
    """What two people share points at neither; what is a name and an account of one is an account."""
    if known is None:
        return value
    owner = known.owner if known.owner == value.owner else ""
    return Value(owner, known.by_name and value.by_name)


def _plain(text: str) -> str:
    """Without the ways in which documents write characters, in one letter case."""
    if "&" in text:
        text = unescape(text)
    if "\\u" in text:
        text = ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)
    if "%" in text:
        text = unquote(text, errors="replace")
    if not text.isascii():
        return unicodedata.normalize("NFKC", UNSEEN.sub("", unicodedata.normalize("NFKC", text)).casefold())
    return text.lower()


def _parts(text: str) -> Iterable[str]:
    """Texts that tags part, and what stands in the tags."""
    if "<" not in text:
        return (text,)
    return (*TAG.split(INLINE.sub("", text)), *TAG.findall(text))


def _words(text: str) -> tuple[str, ...]:
    return tuple([stripped for word in WORD.findall(text) if (stripped := word.strip(ENDS))])


def _digits(text: str) -> str:
    """A number as it is without signs between its digits, and without the country; "" for what is none, or short."""
    bare = re.sub(r"[ ()\u00a0-]", "", text)
    for country in COUNTRY:
        if bare.startswith(country):
            bare = f"0{bare.removeprefix(country)}"
    return bare if bare.isascii() and bare.isdigit() and len(bare) >= MIN_DIGITS else ""
