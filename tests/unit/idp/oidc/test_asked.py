"""What the parameter ``claims`` asks for, by every name that a claim of the attribute table has."""

import json

import pytest

from idp.oidc.asked import read_claims
from testbed.model.attributes import by_claim, named_by_claim


@pytest.mark.parametrize("claim", [name for name in by_claim() if not name.startswith("address.")])
def test_each_claim_can_be_asked_for_by_its_own_name(claim: str) -> None:
    asked, _ = read_claims(json.dumps({"userinfo": {claim: None}, "id_token": {claim: {"essential": True}}}))
    assert asked.userinfo == asked.id_token == asked.essential == named_by_claim(claim)


def test_an_address_is_asked_for_as_a_whole() -> None:
    assert set(read_claims('{"userinfo": {"address": null}}')[0].userinfo) == {"street", "postalCode", "l"}


def test_a_part_of_a_name_asks_for_nothing() -> None:
    assert read_claims('{"userinfo": {"https://id": null, "address.locality": null}}')[0].userinfo == ()
