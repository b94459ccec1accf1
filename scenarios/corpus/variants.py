"""One way in which a value may be written: its form, the places for it, and how it is made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from scenarios.corpus.people import SEEDED, Population, Value

TEXTS = ("eduPersonPrincipalName", "mail", "displayName", "street")
"""Attributes that are written in letters."""
ADDRESSES = ("eduPersonPrincipalName", "mail")
_ATTEMPTS = 200
"""So many values are tried before a variant is left out."""

type Writer = Callable[[Random, Value], bytes | None]
"""None where this value cannot be written so."""


@dataclass(frozen=True, slots=True)
class Seed:
    """What is to stand in an exchange."""

    values: tuple[tuple[Value, str], ...]
    """Each with the text that stands for it, "" where there is none."""
    data: bytes
    form: str
    detail: str = ""
    """Of the variant, where chance decided something more."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One row of the catalogue."""

    family: str
    name: str
    places: tuple[str, ...]
    seed: Callable[[Random, Population], Seed | None]
    """None where nobody has a value for it."""


def of_value(
    family: str,
    name: str,
    write: Writer,
    places: Sequence[str],
    attributes: Sequence[str] = SEEDED,
    form: str = "plain",
) -> Variant:
    """A variant that writes one value of one of the attributes."""

    def seed(draw: Random, population: Population) -> Seed | None:
        for value in drawn(draw, population, attributes):
            data = write(draw, value)
            if data is not None:
                return Seed(((value, as_text(data)),), data, form)
        return None

    return Variant(family, name, tuple(places), seed)


def drawn(draw: Random, population: Population, attributes: Sequence[str]) -> list[Value]:
    """Values to try, the attributes equally likely."""
    present = [name for name in attributes if population.seedable[name]]
    return [draw.choice(population.seedable[draw.choice(present)]) for _ in range(_ATTEMPTS if present else 0)]


def as_text(data: bytes) -> str:
    """What stands on the wire, "" where it is no text."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
