"""A mistake of a vendor of SAML that cases of certifying must see."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sp_mocks.behaviour import Behaviour
from sp_mocks.faults import Fault
from sp_mocks.lax import Lax
from testbed.model.written import Bilingual

__all__ = ["UnsafeFault", "changed", "lax", "row", "timedelta"]


@dataclass(frozen=True)
class UnsafeFault(Fault[Behaviour]):
    """One mistake: it changes one field, and no check of a lab's own run need notice it."""

    accepts: frozenset[str] = frozenset()
    """Ids of the cases that must show it, or patterns such as ``saml-audience-*``; no others may."""
    profile: str = "reading-service"
    """The kind of service at which it can be seen."""


type Change = Callable[[Behaviour], Behaviour]


def lax(**mistake: Any) -> Change:  # noqa: ANN401 - the fields of Lax, which checks their types
    """The vendor is careless about one thing."""
    return lambda behaviour: replace(behaviour, lax=Lax(**mistake))


def changed(**decision: Any) -> Change:  # noqa: ANN401 - the fields of Behaviour, which checks their types
    """The vendor decides one thing otherwise."""
    return lambda behaviour: replace(behaviour, **decision)


def row(id_: str, sv: str, en: str, accepts: str, apply: Change, *, profile: str = "reading-service") -> UnsafeFault:
    """One row of the tables beside this module."""
    title = Bilingual(sv=sv, en=en)
    return UnsafeFault(id_, title, frozenset(), apply, accepts=frozenset(accepts.split()), profile=profile)
