"""The attribute table holds together."""

import re

import pytest

from testbed.model.attributes import Attribute, attributes, base_of, by_name, by_saml_name, covering

SENSITIVITIES = {
    "identifier",
    "name",
    "contact",
    "civic",
    "school",
    "role",
    "relation",
    "assurance",
    "organisation",
}


def test_no_name_stands_twice() -> None:
    assert len(by_name()) == len(attributes())
    assert len(by_saml_name()) == len([row for row in attributes() if row.saml])
    claims = [row.oidc for row in attributes() if row.oidc]
    assert len(claims) == len(set(claims))


@pytest.mark.parametrize("row", attributes(), ids=lambda row: row.name)
def test_every_row_is_whole(row: Attribute) -> None:
    assert row.sv
    assert row.en
    assert row.sensitivity in SENSITIVITIES
    assert row.origin in ("person", "school", "login")
    assert not row.saml or re.fullmatch(
        r"urn:(oid:[0-9.]+|oasis:names:tc:SAML:attribute:(subject|pairwise)-id)", row.saml
    )


@pytest.mark.parametrize("row", [row for row in attributes() if row.origin == "school"], ids=lambda row: row.name)
def test_what_is_about_the_school_points_at_nobody(row: Attribute) -> None:
    assert not row.unique
    assert not row.hidden
    assert row.sensitivity == "organisation"


@pytest.mark.parametrize("row", [row for row in attributes() if row.same_as], ids=lambda row: row.name)
def test_another_name_for_the_same_is_as_sensitive_and_comes_later(row: Attribute) -> None:
    base = by_name()[row.same_as]
    assert base.same_as == ""
    assert (row.sensitivity, row.unique, row.hidden) == (base.sensitivity, base.unique, base.hidden)
    names = list(by_name())
    assert names.index(row.same_as) < names.index(row.name)


def test_one_name_covers_the_other_and_nothing_else() -> None:
    assert covering(["norEduPersonNIN"]) == {"norEduPersonNIN", "personalIdentityNumber"}
    assert covering(["cn", "unheard-of"]) == {"cn", "displayName", "unheard-of"}
    assert covering([]) == frozenset()
    assert base_of("unheard-of") == "unheard-of"


def test_the_profile_of_skolfederation_is_in_the_table() -> None:
    profile = (
        "eduPersonPrincipalName eduPersonScopedAffiliation eduPersonAffiliation eduPersonEntitlement eduPersonAssurance"
    )
    profile += " sisLegalGuardianFor sisSchoolGrade sisSchoolUnitCode sisSchoolCourseStudent sisSchoolCourseTeacher"
    profile += " givenName sn displayName mail norEduPersonNIN norEduPersonBirthDate norEduOrgUnitUniqueIdentifier"
    profile += " street postOfficeBox postalCode l c telephoneNumber mobile o"
    assert set(profile.split()) <= by_name().keys()
