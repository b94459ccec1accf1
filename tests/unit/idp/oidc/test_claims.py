"""From released attributes to claims, and what the claims parameter asks for."""

import json
from typing import Any

import pytest

from idp.oidc.asked import read_claims
from idp.oidc.claims import claims_of
from testbed.model.attributes import attributes


def test_names_and_types() -> None:
    released = {
        "givenName": ("Åsa",),
        "norEduPersonBirthDate": ("20150402",),
        "sisSchoolUnitCode": ("1", "2"),
        "eduPersonScopedAffiliation": ("student@skola.test",),
        "street": ("Gatan 1",),
        "l": ("Byn",),
        "cn": ("Åsa",),
        "mail": (),
    }
    assert claims_of(released, released) == {
        "given_name": "Åsa",
        "birthdate": "2015-04-02",
        "https://id.testbed.example/claims/school_unit_code": ["1", "2"],
        "eduperson_scoped_affiliation": ["student@skola.test"],
        "address": {"street_address": "Gatan 1", "locality": "Byn"},
    }
    assert claims_of(released, ["givenName"]) == {"given_name": "Åsa"}


def test_every_claim_can_be_asked_for() -> None:
    for row in attributes():
        if row.oidc and row.oidc != "sub":
            claim = "address" if row.oidc.startswith("address.") else row.oidc
            asked, _ = read_claims(json.dumps({"userinfo": {claim: None}}))
            assert row.name in asked.userinfo


def test_the_claims_parameter() -> None:
    text = {
        "userinfo": {"address": {"essential": True}, "email": None, "sub": None, "unheard-of": {"essential": True}},
        "id_token": {"name": {"essential": False}, "acr": {"values": ["a", "b"]}, "sub": {"value": "s"}},
        "unheard-of": 7,
    }
    asked, of_login = read_claims(json.dumps(text))
    assert asked.userinfo == ("street", "postalCode", "l", "mail")
    assert asked.id_token == ("displayName",)
    assert asked.essential == ("street", "postalCode", "l")
    assert (of_login.acr, of_login.acr_is_essential, of_login.sub) == (("a", "b"), False, "s")


@pytest.mark.parametrize("text", ["", "{}", '{"userinfo": null}', '{"id_token": {"acr": null}}'])
def test_nothing_is_asked_for(text: str) -> None:
    asked, of_login = read_claims(text)
    assert (asked.userinfo, asked.id_token, of_login.acr, of_login.sub) == ((), (), (), "")


@pytest.mark.parametrize(
    "content",
    [
        [],
        "x",
        {"userinfo": []},
        {"userinfo": {"name": 1}},
        {"id_token": {"acr": {"value": 1}}},
        {"id_token": {"acr": {"values": ["x"] * 30}}},
        {"id_token": {"sub": {"value": 1}}},
        {"id_token": {"sub": {"value": "\ud800"}}},
    ],
)
def test_what_is_no_such_parameter(content: Any) -> None:
    with pytest.raises(ValueError, match=r"is no|has a|asks for"):
        read_claims(json.dumps(content))
