"""Claims by their canonical names, an address in parts."""

import json

import pytest

from sp_mocks.oidc.behaviour import OidcBehaviour
from sp_mocks.oidc.claims import account_in, claims_request, kept_of
from sp_mocks.refusal import Refused

UNIT = "https://id.testbed.example/claims/school_unit_code"


def test_what_is_asked_one_by_one_says_what_the_service_cannot_do_without() -> None:
    asked = OidcBehaviour(
        required=("sisSchoolUnitCode",), optional=("l",), claims=("sisSchoolUnitCode", "l"), acr=("a",)
    )
    assert json.loads(claims_request(asked)) == {
        "userinfo": {UNIT: {"essential": True}, "address": None},
        "id_token": {"acr": {"essential": True, "values": ["a"]}},
    }
    assert claims_request(OidcBehaviour(required=())) == ""


def test_what_is_wanted_is_kept_and_the_rest_is_not() -> None:
    behaviour = OidcBehaviour(required=("sisSchoolUnitCode", "givenName"), optional=("l", "street"))
    said = {UNIT: ["1", "2"], "given_name": "", "address": {"locality": "Ås", "street_address": None}, "name": "B"}
    assert kept_of(said, behaviour) == {"sisSchoolUnitCode": ("1", "2"), "l": ("Ås",)}
    assert kept_of({"address": "Ås"}, behaviour) == {}


def test_an_account_is_the_sub_unless_the_vendor_keeps_it_elsewhere() -> None:
    assert account_in({"mail": ("a@b.test",)}, "sub-1", OidcBehaviour(required=())) == "sub-1"
    by_mail = OidcBehaviour(required=(), account="mail")
    assert account_in({"mail": ("a@b.test",)}, "sub-1", by_mail) == "a@b.test"
    with pytest.raises(Refused):
        account_in({}, "sub-1", by_mail)
