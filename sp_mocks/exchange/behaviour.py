"""Every decision of a vendor that fetches rosters, a field each. The defaults are what a compliant vendor decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from sp_mocks.behaviour import Common

type Collection = Literal["organisations", "persons", "groups", "duties", "grades"]
"""The collections of SS 12000 that vendors here may ask for."""
NEEDED: tuple[Collection, ...] = ("organisations", "persons", "groups", "duties")
KINDS: Mapping[Collection, str] = MappingProxyType(
    {
        "organisations": "Organisation",
        "persons": "Person",
        "groups": "Group",
        "duties": "Duty",
        "grades": "Grade",
    }
)
"""What the standard calls a record of each collection."""


@dataclass(frozen=True, slots=True)
class ExchangeBehaviour(Common):
    """How one vendor of SS 12000 behaves: a profile sets what its service needs, a fault changes exactly one field."""

    collections: tuple[Collection, ...] = NEEDED
    """What it fetches, in this order: what others refer to comes first."""
    page_size: int = 50
    by_changes: bool = True
    """After the first time it asks for what has changed since, and not for everything."""
    asks_who_is_gone: bool = True
    """With what has changed it asks for what is gone (deletedEntities)."""
    forgets: bool = True
    """Drops those who are gone."""
    forgets_names: bool = True
    """With a person it drops the name; else it goes on showing the names of those who are gone."""
    forgets_when_over: bool = True
    """Drops everything when the agreement is over."""
    reports_names: bool = False
    """Tells the school's log whom it has taken in."""
    names_in_statistics: bool = False
    """Writes into its statistics which person it took in last, where an address belongs."""
    expands: str = ""
    """What it has expanded in each person, "" for nothing."""
    looks_up_by_account: bool = False
    """Looks persons up by their user names, which then stand in addresses."""
    token_in_address: bool = False
    """Sends its access token in the address of its reports too."""
    opens_page_tokens: bool = False
    """A page token that looks like an address is opened as one."""
    every_page: bool = True
    """Goes on until there is no page token."""
    filters_with_token: bool = False
    """Repeats its filters beside a page token."""
    waits_when_told: bool = True
    """Waits as long as a school asks it to."""
    forwards_to: str = ""
    """A host that is sent the roster; "" for none."""
    checks_notices: bool = True
    """Asks whom a notice is from."""
    checks_notice_tokens: bool = True
    """Looks whose token a notice brings, and for what; else any token is taken for the school's."""
    heeds_notices: bool = True
    """Fetches when it is told that something has changed."""
    one_round_for_many: bool = True
    """Notices that come in a flock lead to one round of fetching."""
    keeps_schools_apart: bool = True
    """Shows a school nobody but its own people."""
    changes_key: bool = True
    """Shows its coming key when its administrator says so."""
