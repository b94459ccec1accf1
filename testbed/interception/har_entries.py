"""The entries of a HAR, one after the other, out of a file of any size and in any state.

Browsers write HARs of hundreds of megabytes, and files are cut and damaged on their way. So the list is not read as one
document: each entry is taken by itself, and where one is broken the next one that can be read is looked for.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json import JSONDecodeError, JSONDecoder
from typing import BinaryIO

CHUNK = 4 * 1024 * 1024
MAX_ENTRY = 96 * 1024 * 1024
"""Characters of one entry; a larger one is not read."""
MAX_ENTRIES = 200_000
MAX_ATTEMPTS = 20_000
"""So many places of a damaged file are tried as the beginning of an entry ..."""
MAX_IN_VAIN = 512 * 1024 * 1024
"""... and so many characters are read in vain, before what is left is given up."""
NESTED_IN_VAIN = 1024 * 1024
"""What it costs to find out that something is nested too deep, in characters."""
LIST = re.compile(r'"entries"\s*:\s*\[')
BEGINNING = re.compile(
    r'\{\s*"(?:startedDateTime|pageref|request|response|time|timings|cache|connection|serverIPAddress|comment|_\w+)"\s*:'
)
"""How an entry may begin: by one of the names of HAR 1.2, or by one that a tool made up."""
LONGEST_BEGINNING = 4096
BETWEEN = re.compile(r"[\s,]*")
FOREIGN_OCTET = re.compile("[\udc80-\udcff]")
MARKS = (
    (b"\xef\xbb\xbf", ("utf-8-sig", "surrogateescape")),
    (b"\xff\xfe", ("utf-16", "replace")),
    (b"\xfe\xff", ("utf-16", "replace")),
)
"""How a file begins that is not plain UTF-8, how it is read, and what becomes of octets that do not fit."""

NO_LIST = "the list of entries was not found where it belongs"
LIST_ENDS = "the list of entries ends before it"
CUT = "is cut: the file ends in the middle of the list"
GIVEN_UP = "and all that follow were left: the file is damaged in too many places"
TOO_MANY = f"and all that follow were left: no more than {MAX_ENTRIES} entries are read"


@dataclass(frozen=True, slots=True)
class Found:
    """An entry, or why there is none."""

    value: object = None
    problem: str = ""
    """"" where it could be read."""
    foreign: bool = False
    """Octets that are not UTF-8 stand in it; they are lone surrogates now."""


class Entries:
    """Reads one HAR. Not for several threads."""

    def __init__(self, file: BinaryIO) -> None:
        head = file.read(CHUNK)
        charset, foreign = next((how for mark, how in MARKS if head.startswith(mark)), ("utf-8", "surrogateescape"))
        self._file = file
        self._decoder = codecs.getincrementaldecoder(charset)(foreign)
        self._json = JSONDecoder(strict=False)
        self._text, self._at, self._ended = self._decoder.decode(head), 0, not head
        self._attempts, self._in_vain = 0, 0
        self.head = self._text
        """The beginning of the file: who made it, and the pages."""

    def __iter__(self) -> Iterator[tuple[int, Found]]:
        """Every entry with its number, from 1: those that could not be read count."""
        for number, found in enumerate(self._items(), start=1):
            if number > MAX_ENTRIES:
                yield number, Found(problem=TOO_MANY)
                return
            yield number, found

    def _items(self) -> Iterator[Found]:
        trouble = "" if self._skip_to(LIST, behind=True) else NO_LIST
        while True:
            if not trouble:
                found = self._next()
                if not found.problem:
                    yield found
                    continue
                trouble = found.problem
            recovered = self._recovered()
            if recovered is None and trouble == LIST_ENDS:
                return
            yield Found(problem=trouble)
            if recovered is None:
                return
            yield recovered
            if recovered.problem:
                return
            trouble = ""

    def _next(self) -> Found:
        """The next of the list."""
        self._forget()
        sign = self._next_sign()
        if sign == "]":
            self._at += 1
            return Found(problem=LIST_ENDS)
        return self._value() if sign else Found(problem=CUT)

    def _next_sign(self) -> str:
        while True:
            between = BETWEEN.match(self._text, self._at)
            self._at = between.end() if between else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill():
                return ""

    def _value(self) -> Found:
        """What stands here; one that is broken is stepped into."""
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except JSONDecodeError as error:
                unended = error.msg.startswith("Unterminated string")
                self._in_vain += (len(self._text) if unended else error.pos) - self._at
                if len(self._text) - self._at < MAX_ENTRY and self._fill(len(self._text) - self._at):
                    continue
                self._at += 1
                return Found(problem="is cut or damaged" if self._ended else "is damaged, or too large")
            except (ValueError, RecursionError):
                self._in_vain += NESTED_IN_VAIN
                self._at += 1
                return Found(problem="is nested too deep, or holds a number that is too long")
            foreign = FOREIGN_OCTET.search(self._text, self._at, end) is not None
            self._at = end
            return Found(value, foreign=foreign)

    def _recovered(self) -> Found | None:
        """The next that can be read, wherever it stands; None where there is none."""
        while self._skip_to(BEGINNING):
            if self._attempts >= MAX_ATTEMPTS or self._in_vain >= MAX_IN_VAIN:
                return Found(problem=GIVEN_UP)
            self._attempts += 1
            start = self._at
            found = self._value()
            if isinstance(found.value, dict) and isinstance(found.value.get("request"), dict):
                return found
            # NOTE: what could be read and is no entry may hold one, where a list is not where it belongs.
            self._in_vain += self._at - start
            self._at = start + 1
        return None

    def _skip_to(self, wanted: re.Pattern[str], *, behind: bool = False) -> bool:
        """To the beginning of what is wanted, or behind it; to the end of the file where there is none."""
        while (match := wanted.search(self._text, self._at)) is None:
            self._at = max(self._at, len(self._text) - LONGEST_BEGINNING)
            self._forget()
            if not self._fill():
                return False
        self._at = match.end() if behind else match.start()
        return True

    def _forget(self) -> None:
        """What was read; only here, so that places stay what they are while something is read."""
        if self._at > CHUNK:
            self._text, self._at = self._text[self._at :], 0

    def _fill(self, at_least: int = CHUNK) -> bool:
        """Read on; False where there is nothing more."""
        if self._ended:
            return False
        octets = self._file.read(max(CHUNK, at_least))
        self._ended = not octets
        more = self._decoder.decode(octets, final=self._ended)
        self._text += more
        return bool(more) or not self._ended
