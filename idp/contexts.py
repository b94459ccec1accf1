"""Which authentication context a login states: by what the vendor asks, and by what the person can show.

A password is one factor. The school's second factor is a pretended e-legitimation of level 3, which staff and
guardians have and pupils do not (a school's own identity provider is not certified by DIGG, so its levels are the
uncertified ones).
"""

from collections.abc import Sequence

from testbed.model.assurance import (
    MULTI_FACTOR,
    PASSWORD,
    PASSWORD_PROTECTED,
    SINGLE_FACTOR,
    SKOLFEDERATION_BASIC,
    SKOLFEDERATION_TWO_FACTORS,
    STRENGTH,
    UNCERTIFIED_LOA2,
    UNCERTIFIED_LOA3,
    UNSPECIFIED,
    satisfies,
)
from testbed.model.written import Person

ONE_FACTOR, TWO_FACTORS = 1, 3
"""The strengths that a login can have, on the scale of :data:`testbed.model.assurance.STRENGTH`."""
OWN = (
    PASSWORD_PROTECTED,
    PASSWORD,
    SINGLE_FACTOR,
    SKOLFEDERATION_BASIC,
    SKOLFEDERATION_TWO_FACTORS,
    MULTI_FACTOR,
    UNSPECIFIED,
)
"""What the school can state, weaker first where strength decides."""
E_LEGITIMATION = (UNCERTIFIED_LOA2, UNCERTIFIED_LOA3)
"""What it can state besides where its metadata says that it signals levels of e-legitimation."""


def acceptable(asked: Sequence[str], comparison: str, *, e_leg: bool) -> tuple[str, ...]:
    """The contexts of the school that a request takes, the one to prefer first (SAML Core 3.3.2.2.1).

    Exact: in the order of the request. Minimum and better: the weakest that will do, so that nobody is asked for more
    than is needed. Maximum: the strongest that is allowed.

    Args:
        asked: the AuthnContextClassRefs of the request; none takes anything, and a password is preferred.
        comparison: exact, minimum, maximum or better; "" means exact.
        e_leg: whether the school signals levels of e-legitimation.
    """
    own = (*OWN, *E_LEGITIMATION) if e_leg else OWN
    if not asked:
        return own
    if comparison in ("", "exact"):
        return tuple(dict.fromkeys(context for context in asked if context in own))
    fitting = [context for context in own if satisfies(context, tuple(asked), comparison)]
    # NOTE: sorting is stable, so among equals the order above decides; a context that was named goes before others.
    fitting.sort(key=lambda context: context not in asked)
    fitting.sort(key=STRENGTH.__getitem__, reverse=comparison == "maximum")
    return tuple(fitting)


def reach(person: Person) -> int:
    """How strong a login this person can make."""
    return TWO_FACTORS if SKOLFEDERATION_TWO_FACTORS in person.values("eduPersonAssurance") else ONE_FACTOR


def choose(contexts: Sequence[str], strength: int) -> str | None:
    """The first of the contexts that a login of this strength may state; None when there is none."""
    return next((context for context in contexts if STRENGTH[context] <= strength), None)


def assurance(strength: int) -> tuple[str, ...]:
    """The values of eduPersonAssurance that say how somebody logged in, beside the context class.

    The attribute states every level that was reached (Skolfederation: bas is implied, 2fa includes it).
    """
    return (SKOLFEDERATION_BASIC, SKOLFEDERATION_TWO_FACTORS)[: 1 if strength < TWO_FACTORS else 2]
