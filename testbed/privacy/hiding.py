"""Texts without the people in them: for reports on captures that may hold real pupils.

A report may say where something stood and of which kind it was, and must not say what it was. Values that people.json
knows are hidden wherever their words stand; what merely looks like a person's (the name in a mail address, a long
number) is hidden too, for a capture holds others than those whom the file knows.
"""

import re
from collections.abc import Iterator, Mapping
from unicodedata import normalize
from urllib.parse import unquote

from testbed.model.attributes import by_name
from testbed.model.written import Person
from testbed.privacy.people import NAME_ID, SUBJECT

SHORTEST_WORD = 3
SHORTEST_NUMBER = 5
LONG_NUMBER = 6
TELLING = frozenset({"identifier", "name", "contact", "civic", "relation"})
"""The kinds of attributes whose words point at somebody."""
WORD = re.compile(r"[^\W_]+")
CHUNK = re.compile(r"[^\s\"'<>(),;=&?/:|]+")
NUMBER = re.compile(r"(?P<day>(?<!\d)\d{4}-\d\d-\d\d(?!\d))|\+?\d(?:[ \-]?\d)*")
MAILBOX = re.compile(r"[^\s\"'<>(),;=&?/:|@]+(?=@|%40)")
PLAIN_WORDS = frozenset({"all", "and", "art", "can", "for", "may", "mark", "not", "one", "per", "some", "the", "will"})
"""Words of our own sentences that are names as well: kept where they stand between blanks."""


def length(value: str) -> str:
    """What stands in place of a value."""
    return f"[{len(value)} tecken/characters]"


class Hiding:
    """Hides the people of one file."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._people = people
        self._places = {name: place for place, name in enumerate(people, start=1)}
        self._words: set[str] = set()
        self._numbers: set[str] = set()
        for person in people.values():
            self._words.update(_words_of(person))
            self._numbers.update(_numbers_of(person))

    def text(self, text: str) -> str:
        """A text without values, and without what looks like one."""
        hidden = MAILBOX.sub(lambda found: length(found.group()), text)
        hidden = NUMBER.sub(lambda found: self._number(found, LONG_NUMBER), hidden)
        return CHUNK.sub(lambda found: self._chunk(found, hidden), hidden)

    def known(self, text: str) -> str:
        """A text of our own without values that are known: its long numbers are times and sizes."""
        hidden = NUMBER.sub(lambda found: self._number(found, len(text) + 1), text)
        return CHUNK.sub(lambda found: self._chunk(found, hidden), hidden)

    def host(self, name: str) -> str:
        """A host name without values that are known: who got something must be told, also by a name full of digits."""
        return ".".join(f"masked-{len(label)}" if self._is_known(label) else label for label in name.split("."))

    def _is_known(self, label: str) -> bool:
        digits = "".join(sign for sign in label if sign.isdigit())
        return digits in self._numbers or any(word in self._words for word in WORD.findall(label.casefold()))

    def holds(self, text: str) -> bool:
        """Whether something would be hidden in it."""
        return self.text(text) != text

    def person(self, name: str) -> str:
        """An id of people.json, unless it tells who it is; then the person's place in the file."""
        if not name:
            return ""
        person = self._people.get(name)
        if person is None:
            return length(name)
        run = "".join(WORD.findall(name.casefold()))
        told = {*_words_of(person), *_numbers_of(person)}
        if any(word in run for word in told):
            return f"person-{self._places[name]}"
        return self.known(name)

    def _chunk(self, found: re.Match[str], whole: str) -> str:
        chunk = found.group()
        for reading in _unescaped(chunk):
            if reading != chunk and self._tells(reading):
                return length(chunk)
        alone = _between_blanks(found, whole)
        return WORD.sub(lambda word: self._word(word.group(), alone=alone), chunk)

    def _tells(self, text: str) -> bool:
        if any(word in self._words for word in WORD.findall(text.casefold())):
            return True
        return any(self._number(found, LONG_NUMBER) != found.group() for found in NUMBER.finditer(text))

    def _word(self, word: str, *, alone: bool) -> str:
        folded = word.casefold()
        if folded not in self._words or (alone and word in PLAIN_WORDS):
            return word
        return length(word)

    def _number(self, found: re.Match[str], long: int) -> str:
        digits = "".join(sign for sign in found.group() if sign.isdigit())
        if digits in self._numbers or (len(digits) >= long and not found["day"]):
            return length(found.group())
        return found.group()


def _between_blanks(found: re.Match[str], whole: str) -> bool:
    before, after = whole[max(0, found.start() - 1) : found.start()], whole[found.end() : found.end() + 1]
    return before in ("", " ") and after in ("", " ", ",", ";", ":")


def _unescaped(chunk: str) -> Iterator[str]:
    """What percent-encoding hides, in either charset and twice over; and accents that stand by themselves."""
    if not chunk.isascii():
        yield normalize("NFC", chunk)
    if "%" not in chunk:
        return
    for charset in ("utf-8", "latin-1"):
        once = unquote(chunk, charset, "replace")
        yield normalize("NFC", once)
        if "%" in once:
            yield normalize("NFC", unquote(once, charset, "replace"))


def _telling(person: Person) -> Iterator[str]:
    for name in person.attributes:
        row = by_name().get(name)
        if name in (NAME_ID, SUBJECT) or (row is not None and row.sensitivity in TELLING):
            yield from person.values(name)


def _words_of(person: Person) -> Iterator[str]:
    """The words of what tells who it is; of a mail address or an account those before the sign @ alone."""
    for value in _telling(person):
        for word in WORD.findall(normalize("NFC", value.partition("@")[0].casefold())):
            if len(word) >= SHORTEST_WORD and not word.isdigit():
                yield word


def _numbers_of(person: Person) -> Iterator[str]:
    for value in _telling(person):
        digits = "".join(sign for sign in value if sign.isdigit())
        if len(digits) >= SHORTEST_NUMBER:
            yield digits
