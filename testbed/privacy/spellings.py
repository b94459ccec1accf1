"""How people write one value: the spellings that are searched for, and those that a digest may have been made of."""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from testbed.model.attributes import attributes
from testbed.privacy.skeleton import of_text

NAME_ID = "NameID"
"""The name under which the values of an assertion's NameID stand, beside those of the attribute table."""
SUBJECT = "sub"
"""The same for the ``sub`` of OpenID Connect."""
MARKING = "securityMarking"
MAX_VALUE = 1000
"""Longer values than that are not searched for."""
MIN_WORD = 5
"""A shorter value of one word is a word like others, and points at nobody in a text."""
SWEDEN = "46"
NUMBER = re.compile(r"(\d{2})?(\d{6})[-+]?([\dA-Z]\d{3}|[A-Z]{2}\d{2})", re.IGNORECASE | re.ASCII)
"""A personal identity number, a coordination number, or one that a school gave (with letters)."""
NOT_DIGIT = re.compile(r"\D")
MIN_PHONE, MAX_PHONE = 7, 15
WORD = re.compile(rb"[a-z0-9]+")


class Kind(Enum):
    """How a value is written, and so how strictly a find is compared with it."""

    EXACT = "exact"
    """As it is, but for letter case and accents: addresses, identifiers."""
    NUMBER = "number"
    PHONE = "phone"
    NAME = "name"
    LOOSE = "loose"
    """The same words, whatever stands between them: a street."""


CODES: tuple[str, ...] = (*(row.name for row in attributes()), NAME_ID, SUBJECT)
"""Attributes by the number that they have in an index."""
CODE_OF = {name: code for code, name in enumerate(CODES)}
UNIQUE = frozenset([*(row.name for row in attributes() if row.unique), NAME_ID, SUBJECT])
_KINDS = {
    "norEduPersonNIN": Kind.NUMBER,
    "personalIdentityNumber": Kind.NUMBER,
    "telephoneNumber": Kind.PHONE,
    "mobile": Kind.PHONE,
    "displayName": Kind.NAME,
    "cn": Kind.NAME,
    "street": Kind.LOOSE,
}


def kind_of(attribute: str) -> Kind:
    """How values of this attribute are written."""
    return _KINDS.get(attribute, Kind.EXACT)


def words_in(text: str) -> list[bytes]:
    """The words of a text's skeleton."""
    return WORD.findall(of_text(text))


def needles(attribute: str, value: str) -> Iterator[bytes]:
    """The skeletons by which a value that points at one person is found; a name's are those of :func:`name_needles`."""
    if len(value) > MAX_VALUE:
        return
    match kind_of(attribute):
        case Kind.NUMBER if parts := NUMBER.fullmatch(value.strip()):
            century, day, serial = (of_text(part or "") for part in parts.groups())
            yield from (day + serial, day + b"-" + serial)
            if century:
                yield from (century + day + serial, century + day + b"-" + serial)
        case Kind.PHONE if national(value):
            return
        case _:
            text = of_text(value.strip())
            if len(WORD.findall(text)) > 1 or len(text) >= MIN_WORD:
                yield text


def name_needles(given: str, family: str, display: str) -> tuple[tuple[bytes, ...], ...]:
    """The orders in which the words of one person's name are written; none where the name is one word."""
    return tuple(dict.fromkeys((*_given_first(given, family, display), *family_first(given, family))))


def _given_first(given: str, family: str, display: str) -> list[tuple[bytes, ...]]:
    names, families, first = words_in(given), words_in(family), _first_name(given)
    orders = [words_in(display)]
    if names and families:
        orders += [names + families, first + families]
    return [tuple(order) for order in orders if len(order) > 1]


def family_first(given: str, family: str) -> list[tuple[bytes, ...]]:
    """The orders that begin with the family name."""
    names, families = words_in(given), words_in(family)
    return [(*families, *names), (*families, *_first_name(given))] if names and families else []


def _first_name(given: str) -> list[bytes]:
    return words_in(given.split(maxsplit=1)[0]) if given.strip() else []


DATE = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
SPACED = re.compile(r"([0-9]{3}) ?([0-9]{2})")


def in_fields(attribute: str, value: str) -> Iterator[tuple[bytes, ...]]:
    """The words of a value as fields hold it: dates and postal codes with and without signs between."""
    text = value.strip()
    yield tuple(words_in(text))
    if attribute in ("norEduPersonBirthDate", "schacDateOfBirth") and (date := DATE.fullmatch(text)):
        year, month, day = (part.encode("ascii") for part in date.groups())
        yield from ((year + month + day,), (year, month, day), (day, month, year))
    if attribute == "postalCode" and (code := SPACED.fullmatch(text)):
        first, last = (part.encode("ascii") for part in code.groups())
        yield from ((first + last,), (first, last))


def national(number: str) -> str:
    """The digits of a telephone number as they follow 0 or +46; "" where it is none."""
    text = number.strip().replace("(0)", "")
    digits = NOT_DIGIT.sub("", text)
    if text.startswith("+"):
        digits = digits.removeprefix(SWEDEN)
    elif digits.startswith(f"00{SWEDEN}"):
        digits = digits[4:]
    elif digits.startswith("0"):
        digits = digits[1:]
    digits = digits.lstrip("0")
    return digits if MIN_PHONE <= len(digits) <= MAX_PHONE else ""


def usual(attribute: str, value: str) -> Sequence[str]:
    """The spellings of which a digest may have been made, each once."""
    text = value.strip()
    match kind_of(attribute):
        case Kind.NUMBER if parts := NUMBER.fullmatch(text):
            century, day, serial = (part or "" for part in parts.groups())
            spelt = [day + serial, f"{day}-{serial}", f"{day}+{serial}"]
            if century:
                spelt += [century + day + serial, f"{century}{day}-{serial}", f"{century}{day}+{serial}"]
            return tuple(spelt) if serial.isdigit() else _cased(spelt)
        case Kind.PHONE if digits := national(text):
            forms = (f"0{digits}", f"+{SWEDEN}{digits}", f"{SWEDEN}{digits}", f"00{SWEDEN}{digits}", digits)
            return tuple(dict.fromkeys((*_cased([text]), *forms)))
        case _:
            return _cased([value, text])


def usual_names(given: str, family: str, display: str) -> Sequence[str]:
    """The same for a person's name."""
    given, family, display = given.strip(), family.strip(), display.strip()
    spelt = [display]
    if given and family:
        spelt += [
            f"{given} {family}",
            f"{family} {given}",
            f"{family}, {given}",
            f"{given}{family}",
            f"{given}.{family}",
        ]
    return _cased(spelt)


def _cased(texts: Iterable[str]) -> Sequence[str]:
    """Each as it is, in small letters and in capitals."""
    return tuple(
        dict.fromkeys([form for one in dict.fromkeys(texts) if one for form in (one, one.lower(), one.upper())])
    )
