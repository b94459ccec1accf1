"""The AuthnRequest."""

import datetime as dt
from dataclasses import replace
from typing import Any

from lxml import etree
from saml2 import samlp
from saml2.validate import valid_instance

from sp_mocks.profiles import PROFILES
from sp_mocks.request import authn_request
from sp_mocks.xmlnames import NAMESPACES
from testbed.model.assurance import DNP_E_LEG

READING = PROFILES["reading-service"].behaviour

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SSO = "https://idp.skola.test/saml/sso"


def test_the_request_says_who_asks_whom_and_where_the_answer_goes(school: Any, me: Any) -> None:
    xml = authn_request(me, "_r1", school.as_known(), NOW, READING)
    root = etree.fromstring(xml)
    assert root.tag.endswith("}AuthnRequest")
    assert dict(root.attrib) == {
        "ID": "_r1",
        "Version": "2.0",
        "IssueInstant": "2026-11-23T12:00:00Z",
        "Destination": SSO,
        "AssertionConsumerServiceURL": "https://lasning.test/saml/acs",
        "ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
    }
    assert root.findtext("saml:Issuer", "", NAMESPACES) == "https://lasning.test/saml/metadata"
    assert root.find("samlp:NameIDPolicy", NAMESPACES).get("Format").endswith(":transient")
    assert valid_instance(samlp.authn_request_from_string(xml))


def test_a_fresh_login_is_asked_for_in_so_many_words(school: Any, me: Any) -> None:
    assert (
        etree.fromstring(authn_request(me, "_r", school.as_known(), NOW, replace(READING, force_authn=True))).get(
            "ForceAuthn"
        )
        == "true"
    )


def test_a_level_is_requested_with_its_comparison(school: Any, me: Any) -> None:
    behaviour = replace(READING, contexts=DNP_E_LEG, comparison="exact")
    xml = authn_request(me, "_r", school.as_known(), NOW, behaviour)
    assert valid_instance(samlp.authn_request_from_string(xml))
    requested = etree.fromstring(xml).find("samlp:RequestedAuthnContext", NAMESPACES)
    assert requested.get("Comparison") == "exact"
    assert tuple(one.text for one in requested) == DNP_E_LEG
    plain = authn_request(me, "_r", school.as_known(), NOW, READING)
    assert b"RequestedAuthnContext" not in plain
