"""The attribute bundles of REFEDS entity categories, and the categories by which a vendor claims them.

The sets are those that a federation's release check expects: REFEDS Anonymous, Pseudonymous and Personalized Access,
Research and Scholarship, and the data protection Code of Conduct version 2, of which version 1 has no identifiers of
the subject identifier profile.
"""

from collections.abc import Mapping
from types import MappingProxyType

from testbed.model.attributes import by_name
from testbed.model.written import ReleasePolicy

ANONYMOUS = frozenset({"schacHomeOrganization", "eduPersonScopedAffiliation"})
PSEUDONYMOUS = ANONYMOUS | {"pairwise-id", "eduPersonAssurance"}
NAME_AND_MAIL = frozenset({"displayName", "givenName", "sn", "mail"})
PERSONALIZED = ANONYMOUS | NAME_AND_MAIL | {"subject-id", "eduPersonAssurance"}
RESEARCH_AND_SCHOLARSHIP = NAME_AND_MAIL | {
    "eduPersonPrincipalName",
    "eduPersonScopedAffiliation",
    "eduPersonAssurance",
}
PERSONAL_NUMBERS = frozenset({"norEduPersonNIN", "personalIdentityNumber"})
SUBJECT_IDENTIFIERS = frozenset({"subject-id", "pairwise-id"})
CODE_OF_CONDUCT = (
    NAME_AND_MAIL
    | PERSONAL_NUMBERS
    | SUBJECT_IDENTIFIERS
    | {
        "eduPersonPrincipalName",
        "eduPersonOrcid",
        "eduPersonAssurance",
        "eduPersonScopedAffiliation",
        "eduPersonAffiliation",
        "schacDateOfBirth",
        "schacHomeOrganization",
        "schacHomeOrganizationType",
        "cn",
        "o",
        "norEduOrgAcronym",
        "c",
        "co",
    }
)
"""What a vendor under the Code of Conduct may ask for; it gets of this what it requests."""

FIXED: Mapping[ReleasePolicy, frozenset[str]] = MappingProxyType(
    {
        "refeds-anonymous": ANONYMOUS,
        "refeds-pseudonymous": PSEUDONYMOUS,
        "refeds-personalized": PERSONALIZED,
        "refeds-research-and-scholarship": RESEARCH_AND_SCHOLARSHIP,
    }
)
"""Bundles that are released whole, whatever the vendor requests."""

REFEDS_ASSURANCE = "https://refeds.org/assurance"
"""The value that Pseudonymous and Personalized Access demand at least (REFEDS Assurance Framework)."""
CODE_OF_CONDUCT_V1 = "http://www.geant.net/uri/dataprotection-code-of-conduct/v1"
CATEGORIES: Mapping[str, ReleasePolicy] = MappingProxyType(
    {
        "https://refeds.org/category/anonymous": "refeds-anonymous",
        "https://refeds.org/category/pseudonymous": "refeds-pseudonymous",
        "https://refeds.org/category/personalized": "refeds-personalized",
        "http://refeds.org/category/research-and-scholarship": "refeds-research-and-scholarship",
        "https://refeds.org/category/code-of-conduct/v2": "refeds-code-of-conduct",
        CODE_OF_CONDUCT_V1: "refeds-code-of-conduct",
    }
)
"""Categories (values of http://macedir.org/entity-category) that the school knows."""


def weight(names: frozenset[str]) -> tuple[int, int, int]:
    """How much a set of attributes tells: of two sets the one that weighs less is the more data-minimal.

    First comes how far the person can be followed: not at all, at this vendor alone, or everywhere. Then how many
    attributes could find the person, which is why they are hidden about people with protected identity. Then how many
    there are.
    """
    rows = [by_name()[name] for name in names]
    followed = max((1 if row.name == "pairwise-id" else 2 for row in rows if row.unique), default=0)
    return followed, sum(row.hidden for row in rows), len(rows)
