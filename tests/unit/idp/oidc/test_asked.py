"""The parameter claims: what a vendor asks for one by one."""

import json

from idp.oidc.asked import read_claims
from testbed.model.attributes import attributes


def test_every_claim_of_the_attribute_table_can_be_asked_for_by_its_own_name() -> None:
    for row in attributes():
        if row.oidc and row.oidc != "sub":
            claim = "address" if row.oidc.startswith("address.") else row.oidc
            asked, _ = read_claims(json.dumps({"userinfo": {claim: {"essential": True}}}))
            assert row.name in asked.userinfo
            assert row.name in asked.essential
