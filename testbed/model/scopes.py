"""What the scopes of the school's OpenID Connect ask for: one table, for the school, the vendors and the judge.

The standard scopes stand for the claims of OpenID Connect Core 5.4 as far as the attribute table knows them; the others
are the school's own. A scope asks and does not get: the release policy decides.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

OPENID, OFFLINE_ACCESS = "openid", "offline_access"

SCOPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        OPENID: (),
        "profile": ("displayName", "givenName", "sn"),
        "email": ("mail",),
        "phone": ("telephoneNumber",),
        "address": ("street", "postalCode", "l"),
        "eduperson": ("eduPersonPrincipalName", "eduPersonScopedAffiliation", "eduPersonAssurance"),
        "school": ("sisSchoolUnitCode", "sisSchoolGrade", "sisSchoolCourseStudent", "sisSchoolCourseTeacher"),
        "guardian": ("sisLegalGuardianFor",),
        "civic": ("norEduPersonNIN", "norEduPersonBirthDate"),
        OFFLINE_ACCESS: (),
    }
)
"""Scope to the canonical names of the attributes that it asks for."""


def asked_by(scopes: Iterable[str]) -> frozenset[str]:
    """The attributes that these scopes ask for; a scope that the table does not know asks for nothing."""
    return frozenset(name for scope in scopes for name in SCOPES.get(scope, ()))
