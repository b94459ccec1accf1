"""Every decision of a vendor that fetches rosters, a field each. The defaults are what a compliant vendor decides."""

from dataclasses import dataclass
from typing import Literal

from sp_mocks.behaviour import Common

type Collection = Literal["organisations", "persons", "groups", "duties"]
"""The collections of SS 12000 that vendors here may ask for."""
NEEDED: tuple[Collection, ...] = ("organisations", "persons", "groups", "duties")


@dataclass(frozen=True, slots=True)
class ExchangeBehaviour(Common):
    """How one vendor of SS 12000 behaves: a profile sets what its service needs, a fault changes exactly one field."""

    collections: tuple[Collection, ...] = NEEDED
    """What it fetches, in this order: what others refer to comes first."""
    by_changes: bool = True
    """After the first time it asks for what has changed since, and not for everything."""
    asks_who_is_gone: bool = True
    """With what has changed it asks for what is gone (deletedEntities)."""
    forgets: bool = True
    """Drops those who are gone."""
    reports_names: bool = False
    """Tells the school's log whom it has taken in."""
    page_size: int = 200
