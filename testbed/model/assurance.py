"""How sure a school is of who logged in: context classes, how strong each is, and what satisfies a request.

Sources: SAML 2.0 Authentication Context 3.4 (the ``urn:oasis`` classes); Skolfederation's two levels bas and 2fa, where
bas is implied if none is signalled; REFEDS MFA and SFA profiles; the levels of e-legitimation that the national tests
(DNP) take for staff, from Skolverket's list of requested context classes and its guide "Signalering av tillitsnivå"
(2023-09-08), which accepts more than the gateway requests; Sweden Connect's registry of identifiers (which spells the
eIDAS levels ``eidas-nf-*`` where Skolverket writes ``nf-*``: both spellings stand here, and an exact comparison tells
them apart).
"""

from collections.abc import Mapping
from typing import Literal, get_args

type Comparison = Literal["exact", "minimum", "maximum", "better"]
"""How the context class that is granted must stand to those that are requested (SAML Core 3.3.2.2.1)."""

COMPARISONS: frozenset[str] = frozenset(get_args(Comparison.__value__))

UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"  # noqa: S105
PASSWORD_PROTECTED = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"  # noqa: S105
MULTI_FACTOR = "https://refeds.org/profile/mfa"
SINGLE_FACTOR = "https://refeds.org/profile/sfa"
MICROSOFT_MULTI_FACTOR = "http://schemas.microsoft.com/claims/multipleauthn"
SKOLFEDERATION_BASIC = "http://id.skolfederation.se/loa/bas"
SKOLFEDERATION_TWO_FACTORS = "http://id.skolfederation.se/loa/2fa"

_DIGG, _SWEDEN_CONNECT = "http://id.elegnamnden.se/loa/1.0", "http://id.swedenconnect.se/loa/1.0"
LOA2, LOA3, LOA4 = (f"{_DIGG}/loa{level}" for level in (2, 3, 4))
UNCERTIFIED_LOA2, UNCERTIFIED_LOA3, UNCERTIFIED_LOA4 = (
    f"{_SWEDEN_CONNECT}/uncertified-loa{level}" for level in (2, 3, 4)
)
LOA2_NONRESIDENT, LOA3_NONRESIDENT, LOA4_NONRESIDENT = (
    f"{_SWEDEN_CONNECT}/loa{level}-nonresident" for level in (2, 3, 4)
)
NF_LOW, NF_SUBSTANTIAL, NF_HIGH = (f"{_DIGG}/nf-{level}" for level in ("low", "sub", "high"))
EIDAS_NF_LOW, EIDAS_NF_SUBSTANTIAL, EIDAS_NF_HIGH = (f"{_DIGG}/eidas-nf-{level}" for level in ("low", "sub", "high"))
UNCERTIFIED_EIDAS_LOW, UNCERTIFIED_EIDAS_SUBSTANTIAL, UNCERTIFIED_EIDAS_HIGH = (
    f"{_SWEDEN_CONNECT}/uncertified-eidas-{level}" for level in ("low", "sub", "high")
)

E_LEG_CERTIFICATION = "https://fidus.skolverket.se/authentication/e-leg"
"""Value of the entity attribute ``urn:oasis:names:tc:SAML:attribute:assurance-certification`` by which a school says
that it signals the level of an e-legitimation; it stands in the Extensions of the EntityDescriptor."""

LOA_BASIC: tuple[str, ...] = (SKOLFEDERATION_BASIC, PASSWORD_PROTECTED, PASSWORD)
"""One factor."""
LOA_TWO_FACTORS: tuple[str, ...] = (SKOLFEDERATION_TWO_FACTORS, MULTI_FACTOR)
"""Two factors, as Skolfederation and REFEDS name it."""
DNP_E_LEG: tuple[str, ...] = (
    LOA2,
    LOA3,
    LOA4,
    UNCERTIFIED_LOA2,
    UNCERTIFIED_LOA3,
    LOA2_NONRESIDENT,
    LOA3_NONRESIDENT,
    LOA4_NONRESIDENT,
    NF_LOW,
    NF_SUBSTANTIAL,
    NF_HIGH,
)
"""What the gateway of the national tests requests for staff, with the comparison exact."""
DNP_ALSO_ACCEPTED: tuple[str, ...] = (
    UNCERTIFIED_LOA4,
    UNCERTIFIED_EIDAS_LOW,
    UNCERTIFIED_EIDAS_SUBSTANTIAL,
    UNCERTIFIED_EIDAS_HIGH,
)
"""What it accepts besides, though it does not request it."""

STRENGTH: Mapping[str, int] = {
    UNSPECIFIED: 0,
    PASSWORD: 1,
    PASSWORD_PROTECTED: 1,
    SINGLE_FACTOR: 1,
    SKOLFEDERATION_BASIC: 1,
    MULTI_FACTOR: 2,
    MICROSOFT_MULTI_FACTOR: 2,
    SKOLFEDERATION_TWO_FACTORS: 2,
    LOA2: 2,
    UNCERTIFIED_LOA2: 2,
    LOA2_NONRESIDENT: 2,
    NF_LOW: 2,
    EIDAS_NF_LOW: 2,
    UNCERTIFIED_EIDAS_LOW: 2,
    LOA3: 3,
    UNCERTIFIED_LOA3: 3,
    LOA3_NONRESIDENT: 3,
    NF_SUBSTANTIAL: 3,
    EIDAS_NF_SUBSTANTIAL: 3,
    UNCERTIFIED_EIDAS_SUBSTANTIAL: 3,
    LOA4: 4,
    UNCERTIFIED_LOA4: 4,
    LOA4_NONRESIDENT: 4,
    NF_HIGH: 4,
    EIDAS_NF_HIGH: 4,
    UNCERTIFIED_EIDAS_HIGH: 4,
}
"""0 says nothing, 1 one factor, 2 two factors or an e-legitimation of level 2, 3 and 4 the levels above.

Two factors and an e-legitimation of level 2 are equally strong here; a vendor that takes one only says so with exact.
"""


def satisfies(granted: str, requested: tuple[str, ...], comparison: str = "exact") -> bool | None:
    """Whether a context class is what a RequestedAuthnContext asks for (SAML Core 3.3.2.2.1).

    exact: it is one of those requested. minimum: at least as strong as one of them. better: stronger than any of them.
    maximum: as strong as possible without exceeding the strength of at least one of them, which one assertion alone
    can only show as "not stronger than the strongest of them".

    Args:
        granted: the AuthnContextClassRef of the assertion.
        requested: the AuthnContextClassRefs of the request; none is satisfied by anything.
        comparison: "" means exact, as a request that states none does.

    Returns:
        None when it cannot be told: a class that has no place in :data:`STRENGTH`, or a comparison that is not one.
    """
    if not requested:
        return True
    comparison = comparison or "exact"
    if comparison not in COMPARISONS:
        return None
    if comparison == "exact":
        return granted in requested
    if granted in requested and comparison in ("minimum", "maximum"):
        return True
    strength = STRENGTH.get(granted)
    asked = [STRENGTH[one] for one in requested if one in STRENGTH]
    if strength is None or not asked:
        return None
    certain = {
        "minimum": strength >= min(asked),
        "better": strength > max(asked),
        "maximum": strength <= max(asked),
    }[comparison]
    # NOTE: a class of unknown strength can let more through (minimum, maximum) or less (better), so what its company
    # says holds only in the one direction.
    unsure = len(asked) < len(requested) and certain is (comparison == "better")
    return None if unsure else certain
