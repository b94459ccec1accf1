"""The unusual kinds of pupil that every population has, whatever its seed."""

from collections.abc import Mapping
from enum import StrEnum
from random import Random
from types import MappingProxyType


class Trait(StrEnum):
    """What is unusual about a pupil; nobody has more than one."""

    CONFIDENTIAL = "sekretessmarkering"
    PROTECTED_REGISTRATION = "skyddad folkbokföring"
    ONE_WORD_NAME = "one-word name"
    VERY_LONG_NAME = "very long name"
    NO_MAIL = "no mail"
    SEVERAL_UNITS = "several school units"
    TEMPORARY_NUMBER = "temporary number"
    APOSTROPHE = "apostrophe in the name"
    DOUBLE_SURNAME = "double surname"
    FOREIGN_LETTERS = "letters beyond Latin-1"
    SWEDISH_LETTERS = "å, ä or ö in the name"


PROTECTED = frozenset({Trait.CONFIDENTIAL, Trait.PROTECTED_REGISTRATION})

_AT_LEAST_AND_SHARE: Mapping[Trait, tuple[int, float]] = MappingProxyType(
    {
        Trait.CONFIDENTIAL: (3, 0.0015),
        Trait.PROTECTED_REGISTRATION: (3, 0.001),
        Trait.ONE_WORD_NAME: (3, 0.004),
        Trait.VERY_LONG_NAME: (3, 0.004),
        Trait.NO_MAIL: (3, 0.02),
        Trait.SEVERAL_UNITS: (3, 0.01),
        Trait.TEMPORARY_NUMBER: (3, 0.01),
        Trait.APOSTROPHE: (2, 0.003),
        Trait.DOUBLE_SURNAME: (2, 0.03),
        Trait.FOREIGN_LETTERS: (2, 0.01),
        Trait.SWEDISH_LETTERS: (2, 0.0),
    }
)
# NOTE: the least numbers make 29, so that a population of 100 pupils still has mostly ordinary ones.


def spread(draw: Random, pupils: int, one_word_names: int) -> dict[int, Trait]:
    """Which pupils are unusual, by index; fewer kinds where there are fewer pupils than kinds need."""
    order = list(range(pupils))
    draw.shuffle(order)
    traits: list[Trait] = []
    for trait, (at_least, share) in _AT_LEAST_AND_SHARE.items():
        count = max(at_least, round(share * pupils))
        traits += [trait] * (min(count, one_word_names) if trait is Trait.ONE_WORD_NAME else count)
    return dict(zip(order, traits, strict=False))
