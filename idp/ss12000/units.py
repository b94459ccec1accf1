"""What a school unit code and a group identifier of people.json tell."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from idp.population.school import SCHOOL_YEAR, Owner
from idp.ss12000.ids import MANY

START, END = date(SCHOOL_YEAR, 8, 17), date(SCHOOL_YEAR + 1, 6, 11)
"""First and last day of the school year."""

_CLASS = re.compile(r"(?:F|GY[1-3]|[1-9])[A-Z]\Z")


@dataclass(frozen=True, slots=True)
class Unit:
    """A school unit (skolenhet)."""

    code: str
    name: str
    stage: str
    """F-3, 4-9 or gymnasium; "" of a unit that is none of the owner's."""

    @property
    def school_type(self) -> str:
        """In the words of SS 12000."""
        return "GY" if self.stage == "gymnasium" else "GR"


@dataclass(frozen=True, slots=True)
class Group:
    """A class, or a group that pupils of several classes belong to."""

    identifier: str
    unit: str
    """School unit code; "" where the identifier tells none."""
    name: str

    @property
    def is_class(self) -> bool:
        """Whether it is named as classes are."""
        return bool(_CLASS.match(self.name))


def unit_of(code: str, owner: Owner) -> Unit:
    """The unit of this code, named as the population names it."""
    number = int(code) - owner.first_code if code.isascii() and code.isdigit() else -1
    if number < 0:
        return Unit(code, f"Skolenhet {code}", "")
    which, position = divmod(number, len(owner.kinds))
    kind = owner.kinds[position]
    return Unit(code, kind.name if which == 0 else f"{kind.name} {which + 1}", kind.stage)


@lru_cache(MANY)
def group_of(identifier: str) -> Group:
    """The group of this identifier: ``http://<domain>/<school unit code>/<name>``."""
    parts = identifier.rsplit("/", 2)
    return Group(identifier, parts[1] if len(parts) == len(("before", "unit", "name")) else "", parts[-1])
