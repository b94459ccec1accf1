"""Find the values of people in buffers of skeletons: whole buffers at once by fingerprints, then each find compared.

A value inside a longer word or number is not a find, and of values that overlap the longest counts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np

from testbed.privacy import kernels
from testbed.privacy.fields import keys
from testbed.privacy.people import Owner, PeopleIndex
from testbed.privacy.rows import FAMILY, GIVEN, LONGEST, PHONE_LENGTH, field_prints
from testbed.privacy.skeleton import of_text
from testbed.privacy.spellings import (
    CODES,
    MIN_PHONE,
    SWEDEN,
    Kind,
    family_first,
    in_fields,
    kind_of,
    name_needles,
    national,
    needles,
)
from testbed.privacy.words import MARGIN, Numbers, Words, joined, stirred, words_of

BLOCK = 1 << 21
"""Octets that are looked at together: what fits in a processor's cache."""
OVERLAP = 4096
"""Octets of a text that two blocks share, lest one is cut: no value and its field's name are half as long."""
MAX_PHONE_SIGNS = 8
"""Blanks, dashes and brackets within a telephone number."""
MAX_SHARING = 64
"""People with the same value who are looked at; where so many share it, nobody can tell whose it is."""
NAME_SIGNS = re.compile(rb"[\"']?(?:[ \t\r\n+]*[,;|][ \t\r\n+]*|[ \t\r\n+]{1,4}|[_./'-])[\"']?")
NUMBER_SIGN = re.compile(rb"[-+ ]?")
LOOSE_SIGNS = re.compile(rb"[^<>{}\[\]=]{1,4}")
FIELD_SIGNS = re.compile(rb"[^a-z0-9]*[\"'=:>\]\t\n;|][^a-z0-9]*")
FIELD_ENDS = re.compile(rb"[\s.!]*[\"'&<,;|\]})\\\x00\x02\r\n\t]|[\s.!]*$")
PHONE = re.compile(rb"(?:00|\+)?[0-9][0-9 ().\-/]*$")
WORD = re.compile(rb"[a-z0-9]+")
SIGNS = re.compile(rb"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Seen:
    """A value that stands in one of the texts."""

    text: int
    """Number of the text."""
    owner: Owner
    in_field: bool
    """A field said what it is."""
    others: tuple[Owner, ...] = ()
    """Of values that differ from this one in accents alone, and that may be meant."""


@dataclass(frozen=True, slots=True)
class _Match:
    start: int
    end: int
    owner: Owner
    in_field: bool = False
    others: tuple[Owner, ...] = ()


def _owner(index: PeopleIndex, rows: Sequence[int]) -> Owner:
    """Whose the value of these rows is: nobody's where they are of several people, by whatever attribute."""
    persons = {index.rows.number(row) for row in rows}
    only = index.rows.person(rows[0]) if len(persons) == 1 else ""
    return Owner(index.rows.attribute(rows[0]), only, index.rows.value(rows[0]))


def _owners(index: PeopleIndex, rows: Sequence[int]) -> list[Owner]:
    """The same, once for each way of writing the value that differs from the others in accents alone."""
    values: dict[str, list[int]] = {}
    for row in rows:
        values.setdefault(index.rows.value(row).casefold(), []).append(row)
    if len({(index.rows.attribute(row), of_text(index.rows.value(row))) for row in rows}) > 1:
        return [_owner(index, rows)]
    return [_owner(index, same) for same in values.values()]


def scan(texts: Sequence[bytes], index: PeopleIndex) -> Iterator[Seen]:
    """Every value that the skeletons hold, each once for each text, in the order of the texts."""
    for block in _blocks(texts):
        buffer, begins = joined([piece.data for piece in block])
        yield from _in_block(buffer, begins, index, block)


def scan_rows(buffer: bytes, begins: Numbers, ends: Numbers, index: PeopleIndex) -> Iterator[Seen]:
    """The same of skeletons that stand in one buffer, :data:`testbed.privacy.words.MARGIN` zero octets around each."""
    if len(buffer) <= 2 * BLOCK:
        yield from _in_block(buffer, begins, index)
    else:
        yield from scan([buffer[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)], index)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: int
    """Number of the text that it is a piece of."""
    data: bytes
    first: int
    last: int
    """Where values begin that are this piece's to tell; what begins elsewhere in it another piece tells."""


def _in_block(
    buffer: bytes, begins: Numbers, index: PeopleIndex, block: Sequence[_Piece] | None = None
) -> Iterator[Seen]:
    """What a buffer holds, of whole texts or of pieces of them."""
    matches = sorted(
        _matches(buffer, words_of(buffer, index.sieve), index), key=lambda match: (match.start, -match.end)
    )
    seen: dict[Seen, None] = {}
    beyond = -1
    for match in matches:
        place = int(np.searchsorted(begins, match.start, "right")) - 1
        piece = block[place] if block else None
        # NOTE: at its edges a piece may hold half of a longer word; the piece before or behind has it whole.
        if match.end > beyond and (piece is None or piece.first <= match.start - begins[place] < piece.last):
            text = place if piece is None else piece.text
            seen[Seen(text, match.owner, match.in_field, match.others)] = None
            beyond = match.end
    yield from seen


def _blocks(texts: Sequence[bytes]) -> Iterator[list[_Piece]]:
    block: list[_Piece] = []
    size = 0
    for number, text in enumerate(texts):
        for start in range(0, max(len(text), 1), BLOCK):
            data = text[max(start - OVERLAP, 0) : start + BLOCK]
            ends = start + BLOCK >= len(text)
            piece = _Piece(number, data, OVERLAP // 2 if start else 0, len(data) - (0 if ends else OVERLAP // 2))
            if size and size + len(data) > BLOCK:
                yield block
                block, size = [], 0
            block.append(piece)
            size += len(data)
    if block:
        yield block


def _matches(buffer: bytes, words: Words, index: PeopleIndex) -> Iterator[_Match]:
    if not len(words.starts):
        return
    comparing = _Comparing(buffer, words, index)
    for length, table in index.chains.items():
        at, prints = words.chains(words.alone if length == 1 else words.paired, length)
        there = table.present(prints)
        for place, one in zip(at[there].tolist(), prints[there].tolist(), strict=True):
            yield from comparing.value(place, length, table.rows_of(one))
    yield from _in_fields(comparing)
    yield from _phones(buffer, words, index)


class _Comparing:
    """Compares what fingerprints have found with the values themselves."""

    def __init__(self, buffer: bytes, words: Words, index: PeopleIndex) -> None:
        self.buffer, self.words, self.index = buffer, words, index

    def value(self, place: int, length: int, rows: Iterable[int]) -> Iterator[_Match]:
        """The value whose words begin at this one; of those of several people it is nobody's."""
        found: dict[tuple[int, int], list[int]] = {}
        for row in islice(rows, MAX_SHARING):
            place_of = self._whole(place, length, row)
            if place_of:
                found.setdefault(place_of, []).append(row)
        for (start, end), same in found.items():
            owner, *others = _owners(self.index, same)
            yield _Match(start, end, owner, others=tuple(others))

    def _whole(self, place: int, length: int, row: int) -> tuple[int, int] | None:
        """Where the row's value stands, if it does: its words with the right signs between and around them."""
        attribute = self.index.rows.attribute(row)
        kind = kind_of(attribute)
        start = int(self.words.starts[place])
        for needle in _needles(self.index, row, attribute, kind):
            inside = WORD.findall(needle)
            if min(len(inside), LONGEST) != length or place + len(inside) > len(self.words.starts):
                continue
            end = int(self.words.ends[place + len(inside) - 1])
            text = self.buffer[start:end]
            if (
                WORD.findall(text) == inside
                and _signs_fit(kind, text, needle)
                and self._stands_alone(kind, start, end)
                and not (kind is Kind.NAME and self._among_names(place, inside, row))
            ):
                return start, end
        return None

    def _among_names(self, place: int, inside: Sequence[bytes], row: int) -> bool:
        """Whether it is the family name of one and the given name of another: "Lisa Berg, Anna Holm"."""
        given, family, _ = self.index.rows.name_of(self.index.rows.number(row))
        if tuple(inside) not in family_first(given, family):
            return False
        beyond = place + len(inside)
        return self._is_name(place - 1, GIVEN, place) or self._is_name(beyond, FAMILY, beyond)

    def _is_name(self, word: int, code: int, joint: int) -> bool:
        """Whether this word is a name of somebody, one blank away from what stands at the joint."""
        words = self.words
        if not 0 < joint < len(words.starts) or self.buffer[words.ends[joint - 1] : words.starts[joint]] != b" ":
            return False
        at, prints = words.chains(np.array([word]), 1)
        return bool(self.index.fields.present(field_prints(np.full(len(at), code), prints)).any())

    def _stands_alone(self, kind: Kind, start: int, end: int) -> bool:
        """Whether nothing before or behind makes it part of something else."""
        buffer = self.buffer
        before, behind = buffer[start - 2 : start], buffer[end : end + 2]
        match kind:
            case Kind.EXACT if b"@" in buffer[start:end]:
                longer = before[1:] in (b".", b"_", b"%", b"'", b"-") and before[:1].isalnum()
                further = behind[:1] in (b".", b"-", b"_", b"@") and behind[1:].isalnum()
                return not longer and not further
            case Kind.NAME:
                dashed = b"-" in buffer[start:end] and b" " not in buffer[start:end]
                joined_on = (before[1:] == b"-" and before[:1].isalnum()) or (
                    behind[:1] == b"-" and behind[1:].isalnum()
                )
                return (dashed or not joined_on) and not _to_address(buffer, end)
            case _:
                return True


_ADDRESS = re.compile(rb"(?:[a-z0-9._%+'-]|=\r?\n)*(?:@|=40|%40)")


def _to_address(buffer: bytes, end: int) -> bool:
    return _ADDRESS.match(buffer, end, end + 64) is not None


@lru_cache(maxsize=4096)
def _name_needles(given: str, family: str, display: str) -> tuple[bytes, ...]:
    return tuple(b" ".join(order) for order in name_needles(given, family, display))


def _needles(index: PeopleIndex, row: int, attribute: str, kind: Kind) -> Iterable[bytes]:
    if kind is Kind.NAME or attribute == "sn":
        return _name_needles(*index.rows.name_of(index.rows.number(row)))
    return needles(attribute, index.rows.value(row))


def _signs_fit(kind: Kind, text: bytes, needle: bytes) -> bool:
    match kind:
        case Kind.EXACT:
            return text == needle.strip(b"\x02 \t\r\n_.,;:/+=-<>()[]{}\"'#") or text in needle
        case Kind.NUMBER:
            return all(NUMBER_SIGN.fullmatch(signs) for signs in SIGNS.findall(text))
        case Kind.LOOSE:
            return all(LOOSE_SIGNS.fullmatch(signs) for signs in SIGNS.findall(text))
        case _:
            return all(NAME_SIGNS.fullmatch(signs) for signs in SIGNS.findall(text))


# --- values that a field names --------------------------------------------------------------------------------------


def _in_fields(comparing: _Comparing) -> Iterator[_Match]:
    """Values that stand behind the name of a field.

    Of the names that end at the same place the longest counts, and of attributes that share a name each is tried.
    """
    words, index = comparing.words, comparing.index
    for rank in range(keys().ranks):
        places, codes = _begun(comparing, *_named(words, rank))
        for length in index.field_lengths if len(places) else ():
            at, chains = words.chains(places, length)
            held = codes[np.searchsorted(places, at)]
            prints = field_prints(held, chains)
            there = np.flatnonzero(index.fields.present(prints))
            for place, code, one in zip(at[there].tolist(), held[there].tolist(), prints[there].tolist(), strict=True):
                match = _field_match(comparing, place, length, CODES[code], index.fields.rows_of(one))
                if match:
                    yield match


def _begun(comparing: _Comparing, places: Numbers, codes: Numbers) -> tuple[Numbers, Numbers]:
    """Those words with which some value of the attribute begins."""
    heads = comparing.index.field_heads
    if not len(heads):
        return places[:0], codes[:0]
    prints = field_prints(codes, stirred(comparing.words.prints[places], 1))
    begun = heads[np.minimum(np.searchsorted(heads, prints), len(heads) - 1)] == prints
    return places[begun], codes[begun]


def _named(words: Words, rank: int) -> tuple[Numbers, Numbers]:
    """The words that stand behind the name of a field, and the number of its attribute."""
    places: list[Numbers] = []
    codes: list[Numbers] = []
    for length, table in sorted(keys().names.items(), reverse=True):
        at, prints = words.chains(words.named if length == 1 else words.paired, length)
        entries = np.minimum(np.searchsorted(table.prints, prints) + rank, len(table.prints) - 1)
        there = (table.prints[entries] == prints) & (at + length < len(words.starts))
        behind = at[there] + length
        behind = behind + (words.prints[behind][:, None] == keys().between).any(axis=1)
        places.append(behind)
        codes.append(table.rows[entries[there]].astype(np.int64))
    # NOTE: the first of equal places counts, and the longest names come first.
    found, firsts = np.unique(np.concatenate(places), return_index=True)
    return found, np.concatenate(codes)[firsts]


_BORDER = bytes(MARGIN)
"""Between two texts: a name that one ends with says nothing of what the next begins with."""


def _field_match(comparing: _Comparing, place: int, length: int, attribute: str, rows: Iterable[int]) -> _Match | None:
    words, buffer, index = comparing.words, comparing.buffer, comparing.index
    start, end = int(words.starts[place]), int(words.ends[place + length - 1])
    between = buffer[words.ends[place - 1] : start]
    if _BORDER in between or not FIELD_SIGNS.fullmatch(between) or not FIELD_ENDS.match(buffer, end):
        return None
    text = tuple(WORD.findall(buffer[start:end]))
    values = {
        value.casefold(): value
        for row, _ in zip(rows, range(MAX_SHARING), strict=False)
        if index.rows.attribute(row) == attribute and text in in_fields(attribute, value := index.rows.value(row))
    }
    if not values:
        return None
    owner, *others = (Owner(attribute, index.owners(attribute, value).only, value) for value in values.values())
    return _Match(start, end, owner, in_field=True, others=tuple(others))


# --- telephone numbers ----------------------------------------------------------------------------------------------


def _phones(buffer: bytes, words: Words, index: PeopleIndex) -> Iterator[_Match]:
    if not index.phone_lengths:
        return
    room = len(buffer) // MIN_PHONE + 1
    ends, prints, lengths = np.empty(room, np.int64), np.empty(room, np.uint64), np.empty(room, np.int64)
    count = kernels.words.phone_ends(
        np.frombuffer(buffer, np.uint8),
        (words.starts, words.ends, words.digits),
        np.array(index.phone_lengths, np.int64),
        MAX_PHONE_SIGNS,
        PHONE_LENGTH,
        index.phones.prints,
        ends,
        prints,
        lengths,
    )
    for end, one, length in zip(ends[:count].tolist(), prints[:count].tolist(), lengths[:count].tolist(), strict=True):
        match = _phone_match(buffer, end, length, index, list(islice(index.phones.rows_of(one), MAX_SHARING)))
        if match:
            yield match


def _phone_match(buffer: bytes, end: int, length: int, index: PeopleIndex, rows: list[int]) -> _Match | None:
    before = buffer[max(end - length - MAX_PHONE_SIGNS - 16, 0) : end]
    found = PHONE_BEFORE.search(before)
    if not found or not rows or buffer[end : end + 1].isalnum() or DECIMAL.fullmatch(found.group()):
        return None
    value = index.rows.value(rows[0])
    digits, wanted = found.group().decode("ascii"), national(value)
    if national(digits) != wanted and digits != SWEDEN + wanted:
        return None
    return _Match(end - len(found.group()), end, _owner(index, rows))


DECIMAL = re.compile(rb"[0-9]\.[0-9]+")
PHONE_BEFORE = re.compile(rb"(?<![a-z0-9])(?:\+|00)?\(?[0-9](?:[ ().\-/]{0,3}[0-9]){6,17}$")
