"""Responses: every field that a vendor must check, stamped by the given clock."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml import XMLVerifier

from idp.config import SchoolConfig
from idp.keys import KeySlot, KeyStage, SchoolKeys
from idp.saml.encryption import encryption_target
from idp.saml.identifiers import NameId
from idp.saml.responses import Addressee, Login, Protection, ResponseIssuer
from idp.saml.server import make_server
from idp.saml.signing import Signers, is_signed_by
from testbed.model.attributes import attributes
from testbed.model.messages import NAMEID_TRANSIENT
from testbed.model.written import Bilingual

PLAIN = Protection("before")
NOW = dt.datetime(2031, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
TO = Addressee("https://lasning.test/saml/metadata", "https://lasning.test/saml/acs", "_request")
NS = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion", "samlp": "urn:oasis:names:tc:SAML:2.0:protocol"}


def public(keys: SchoolKeys, slot: KeySlot) -> Any:
    return (keys.key(slot).private_key.public_key(),)


@pytest.fixture(scope="session")
def issuer(keys: SchoolKeys) -> ResponseIssuer:
    config = SchoolConfig("https://idp.skola.test", Bilingual(sv="S", en="E"), {}, "skola.test", (), "t")
    return ResponseIssuer(make_server(config), Signers(keys))


def login(**values: Any) -> Login:
    since = NOW - dt.timedelta(hours=1)
    return Login(NameId(NAMEID_TRANSIENT, "_n"), {k: tuple(v) for k, v in values.items()}, since)


def test_every_time_is_the_given_one(issuer: ResponseIssuer) -> None:
    root = etree.fromstring(issuer.issue(TO, login(), NOW, PLAIN))
    times = {
        f"{etree.QName(element).localname}/{name}": value
        for element in root.iter()
        for name, value in element.attrib.items()
        if name in ("IssueInstant", "NotBefore", "NotOnOrAfter", "AuthnInstant", "SessionNotOnOrAfter")
    }
    assert times == {
        "Response/IssueInstant": "2031-02-03T04:05:06Z",
        "Assertion/IssueInstant": "2031-02-03T04:05:06Z",
        "SubjectConfirmationData/NotOnOrAfter": "2031-02-03T04:10:06Z",
        "Conditions/NotBefore": "2031-02-03T04:04:06Z",
        "Conditions/NotOnOrAfter": "2031-02-03T04:10:06Z",
        "AuthnStatement/AuthnInstant": "2031-02-03T03:05:06Z",
    }


def test_the_response_says_whom_it_answers_and_where_it_goes(issuer: ResponseIssuer) -> None:
    root = etree.fromstring(issuer.issue(TO, login(), NOW, PLAIN))
    assert (root.get("Destination"), root.get("InResponseTo")) == (TO.acs_url, "_request")
    confirmation = root.find(".//saml:SubjectConfirmationData", NS)
    assert (confirmation.get("Recipient"), confirmation.get("InResponseTo")) == (TO.acs_url, "_request")
    assert root.find(".//saml:SubjectConfirmation", NS).get("Method") == "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    assert root.findtext(".//saml:Audience", namespaces=NS) == TO.entity_id
    assert [e.text for e in root.iterfind(".//saml:Issuer", NS)] == ["https://idp.skola.test/saml/metadata"] * 2
    context = root.findtext(".//saml:AuthnContextClassRef", namespaces=NS)
    assert context.endswith(":PasswordProtectedTransport")
    assert root.find(".//saml:AuthnStatement", NS).get("SessionIndex")


def test_no_identifier_comes_twice_and_all_are_long(issuer: ResponseIssuer) -> None:
    roots = [etree.fromstring(issuer.issue(TO, login(), NOW, PLAIN)) for _ in range(5)]
    found = [e.get(name) for root in roots for e in root.iter() for name in ("ID", "SessionIndex") if e.get(name)]
    assert len(set(found)) == len(found) == 15
    assert min(map(len, found)) >= 41


def test_every_attribute_of_the_table_goes_under_its_names(issuer: ResponseIssuer) -> None:
    table = {row.name: row.saml for row in attributes() if row.saml}
    root = etree.fromstring(issuer.issue(TO, login(**{name: [name, "å"] for name in table}), NOW, PLAIN))
    sent = root.findall(".//saml:Attribute", NS)
    assert {attribute.get("FriendlyName"): attribute.get("Name") for attribute in sent} == table
    assert {attribute.get("NameFormat") for attribute in sent} == {"urn:oasis:names:tc:SAML:2.0:attrname-format:uri"}
    assert all([value.text for value in attribute] == [attribute.get("FriendlyName"), "å"] for attribute in sent)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1), min_size=1))
def test_any_value_arrives_whole_and_signed(issuer: ResponseIssuer, keys: SchoolKeys, values: list[str]) -> None:
    xml = issuer.issue(TO, login(displayName=values), NOW, PLAIN)
    verified = XMLVerifier().verify(xml, x509_cert=keys.current.certificate_pem.decode(), id_attribute="ID")
    found = [e.text for e in verified.signed_xml.iterfind(".//saml:AttributeValue", NS)]
    assert found == values


def test_another_finishes_the_message_where_it_is_to_be_forged(issuer: ResponseIssuer) -> None:
    finished: list[str] = []

    def forge(root: Any) -> bytes:
        finished.append(root.get("ID"))
        return b"forged"

    assert issuer.issue(TO, login(), NOW, PLAIN, forge) == b"forged"
    assert issuer.refuse(TO, NOBODY, NOW, "before", forge) == b"forged"
    assert len(set(finished)) == 2


NOBODY = ("urn:oasis:names:tc:SAML:2.0:status:NoPassive", "Nobody is logged in.")


def test_a_refusal_states_nothing_about_anyone(issuer: ResponseIssuer) -> None:
    root = etree.fromstring(issuer.refuse(TO, NOBODY, NOW, "before"))
    codes = [code.get("Value") for code in root.iter(f"{{{NS['samlp']}}}StatusCode")]
    assert codes == ["urn:oasis:names:tc:SAML:2.0:status:Responder", NOBODY[0]]
    assert root.findtext(".//samlp:StatusMessage", namespaces=NS) == NOBODY[1]
    assert root.find("saml:Assertion", NS) is None
    assert root.get("IssueInstant") == "2031-02-03T04:05:06Z"
    assert (root.get("Destination"), root.get("InResponseTo")) == (TO.acs_url, "_request")


def test_a_refusal_is_signed_as_a_whole(issuer: ResponseIssuer, keys: SchoolKeys) -> None:
    xml = issuer.refuse(TO, NOBODY, NOW, "before")
    verified = XMLVerifier().verify(xml, x509_cert=keys.current.certificate_pem.decode(), id_attribute="ID")
    assert verified.signed_xml.tag == f"{{{NS['samlp']}}}Response"
    assert not is_signed_by(etree.fromstring(xml.replace(b"NoPassive", b"AuthnFailed")), public(keys, "current"))


def test_a_mistake_of_the_vendor_is_told_as_one(issuer: ResponseIssuer) -> None:
    status = ("urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy", "No such NameID.")
    root = etree.fromstring(issuer.refuse(TO, status, NOW, "before"))
    assert root.find("samlp:Status/samlp:StatusCode", NS).get("Value").endswith(":Requester")


def test_what_nobody_asked_for_answers_nobody(issuer: ResponseIssuer) -> None:
    unsolicited = replace(TO, in_response_to="")
    for xml in (issuer.issue(unsolicited, login(), NOW, PLAIN), issuer.refuse(unsolicited, NOBODY, NOW, "before")):
        assert b"InResponseTo" not in xml


def test_the_assertion_alone_is_signed_unless_the_vendor_wants_more(issuer: ResponseIssuer, keys: SchoolKeys) -> None:
    plain = etree.fromstring(issuer.issue(TO, login(), NOW, PLAIN))
    assert not is_signed_by(plain, public(keys, "current"))
    both = etree.fromstring(issuer.issue(TO, login(), NOW, Protection("before", sign_response=True)))
    assert is_signed_by(both, public(keys, "current"))
    assert is_signed_by(both.find("saml:Assertion", NS), public(keys, "current"))


@pytest.mark.parametrize(("stage", "slot"), [("announced", "current"), ("switched", "coming"), ("retired", "coming")])
def test_the_key_of_the_stage_signs_both_answers(
    issuer: ResponseIssuer, keys: SchoolKeys, stage: KeyStage, slot: KeySlot
) -> None:
    response = etree.fromstring(issuer.issue(TO, login(), NOW, Protection(stage)))
    refusal = etree.fromstring(issuer.refuse(TO, NOBODY, NOW, stage))
    assert is_signed_by(response.find("saml:Assertion", NS), public(keys, slot))
    assert is_signed_by(refusal, public(keys, slot))


def test_an_assertion_is_signed_before_it_is_encrypted(issuer: ResponseIssuer, keys: SchoolKeys, receiver: Any) -> None:
    target = encryption_target([receiver.certificate], ())
    assert target
    xml = issuer.issue(TO, login(givenName=["Åsa"]), NOW, Protection("before", True, target))
    root = etree.fromstring(xml)
    assert root.find(".//saml:Assertion", NS) is None
    assert "Åsa".encode() not in xml
    assert is_signed_by(root, public(keys, "current"))
    opened = receiver.open(root)
    assert opened.findtext(".//saml:AttributeValue", namespaces=NS) == "Åsa"
    assert is_signed_by(opened, public(keys, "current"))
