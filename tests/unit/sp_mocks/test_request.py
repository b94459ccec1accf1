"""The AuthnRequest and the redirect that carries it."""

import base64
import datetime as dt
import zlib
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from saml2 import samlp
from saml2.validate import valid_instance

from sp_mocks.request import authn_request, redirect_to
from sp_mocks.xmlnames import NAMESPACES, RSA_SHA256

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SSO = "https://idp.skola.test/saml/sso"


def test_the_request_says_who_asks_whom_and_where_the_answer_goes(school: Any, me: Any) -> None:
    xml = authn_request(me, "_r1", school.as_known(), NOW, force=False)
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
    assert etree.fromstring(authn_request(me, "_r", school.as_known(), NOW, force=True)).get("ForceAuthn") == "true"


def test_without_a_signer_the_redirect_is_not_signed(school: Any) -> None:
    url = redirect_to(school.as_known(), b"<a/>", "state", None)
    fields = dict(parse_qsl(urlsplit(url).query))
    assert url.startswith(f"{SSO}?")
    assert set(fields) == {"SAMLRequest", "RelayState"}
    assert fields["RelayState"] == "state"
    assert zlib.decompress(base64.b64decode(fields["SAMLRequest"]), -15) == b"<a/>"


def test_the_signature_covers_the_octets_of_the_query(school: Any, keys: Any) -> None:
    url = redirect_to(school.as_known(), b"<a>%s</a>" % bytes(range(65, 91)), "st/+&=é", keys)
    octets, _, signature = urlsplit(url).query.partition("&Signature=")
    assert [name for name, _ in parse_qsl(octets)] == ["SAMLRequest", "RelayState", "SigAlg"]
    assert dict(parse_qsl(octets))["SigAlg"] == RSA_SHA256
    given = base64.b64decode(dict(parse_qsl(f"Signature={signature}"))["Signature"])
    public = keys.certificate.public_key()
    public.verify(given, octets.encode(), padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        public.verify(
            given, octets.replace("RelayState=st", "RelayState=xx").encode(), padding.PKCS1v15(), hashes.SHA256()
        )


def test_an_address_with_a_query_keeps_it(school: Any) -> None:
    known = replace(school.as_known(), sign_on=f"{SSO}?tenant=1")
    assert redirect_to(known, b"<a/>", "s", None).startswith(f"{SSO}?tenant=1&SAMLRequest=")
