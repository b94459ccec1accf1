"""The ways in which people and programs write a value: personal numbers, telephone numbers, letters."""

import re
import unicodedata
from collections.abc import Mapping
from random import Random

from scenarios.corpus.people import Value

_FOLD = str.maketrans({"ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE", "ß": "ss"})
_COUNTRY = "46"
_CIVIC = re.compile(r"\d{8}[0-9A-Z]{4}")


def civic_numbers(text: str) -> Mapping[str, str]:
    """By variant; none where the text is no 12-character number."""
    if not _CIVIC.fullmatch(text):
        return {}
    century, day, last = text[:2], text[2:8], text[8:]
    return {
        "12": text,
        "12-dash": f"{century}{day}-{last}",
        "10": f"{day}{last}",
        "10-dash": f"{day}-{last}",
        "10-plus": f"{day}+{last}",
    }


def telephones(text: str) -> Mapping[str, str]:
    """By variant; none where the text is no Swedish number written ``070-1740605``."""
    if not re.fullmatch(r"0\d+-\d{5,8}", text):
        return {}
    area, rest = text.split("-")
    pairs = " ".join(_grouped(rest))
    return {
        "digits": area + rest,
        "area-dash": f"{area}-{rest}",
        "groups": f"{area}-{pairs}",
        "blanks": f"{area} {pairs}",
        "brackets": f"({area}) {rest}",
        "e164": f"+{_COUNTRY}{area[1:]}{rest}",
        "international": f"+{_COUNTRY} {area[1:]} {pairs}",
        "international-dash": f"+{_COUNTRY}-{area[1:]}-{rest}",
        "zero-in-brackets": f"+{_COUNTRY} (0){area[1:]}-{pairs}",
        "prefix-00": f"00{_COUNTRY}{area[1:]}{rest}",
        "prefix-00-blanks": f"00{_COUNTRY} {area[1:]} {pairs}",
        "without-plus": f"{_COUNTRY}{area[1:]}{rest}",
    }


def _grouped(digits: str) -> list[str]:
    """Two or three digits, then twos, as telephone directories do: 174 06 05."""
    head = 3 if len(digits) % 2 else 2
    return [digits[:head], *re.findall("..", digits[head:])]


def ascii_folded(text: str) -> str | None:
    """Letters without their marks; None where nothing changes or something stays beyond ASCII."""
    plain = unicodedata.normalize("NFKD", text.translate(_FOLD))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return plain if plain != text and plain.isascii() else None


def decomposed(text: str) -> str | None:
    """In NFD; None where that is the same."""
    apart = unicodedata.normalize("NFD", text)
    return apart if apart != text else None


def mixed_case(text: str, draw: Random) -> str:
    """Every letter as chance has it, neither all as they were nor all alike."""
    while True:
        mixed = "".join(letter.swapcase() if draw.random() < 1 / 2 else letter for letter in text)
        if mixed not in (text, text.upper(), text.lower()):
            return mixed


def usual(value: Value) -> Mapping[str, str]:
    """What programs make of a value before they digest it, by variant."""
    match value.attribute:
        case "norEduPersonNIN":
            numbers = civic_numbers(value.text)
            return {name: text for name, text in numbers.items() if name != "10-plus"}
        case "telephoneNumber":
            numbers = telephones(value.text)
            return {name: text for name, text in numbers.items() if name in ("digits", "e164", "without-plus")}
        case _:
            return {"as-is": value.text, "lower": value.text.lower(), "upper": value.text.upper()}
