"""Forged documents: what is signed, by what, and at which step."""

import base64
import datetime as dt
import hashlib
import hmac
from typing import Any

import pytest
import xmlsec
from cryptography import x509
from forgery import NOW, NS, OTHER, OWN, ForgingSchool
from lxml import etree
from signxml import XMLVerifier

from idp.keys import SchoolKeys
from idp.saml import forging
from idp.saml.encryption import encryption_target
from idp.saml.signing import is_signed_by
from testbed.model.forgery import SamlForgery

EPPN = "//saml:Attribute[1]/saml:AttributeValue"
EVIL = {"op": "impersonate", "xpath": "//saml:Assertion"}
DS = NS["ds"]
MADE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""Keys must be older than the clock of the machine, which signxml reads."""


@pytest.fixture(scope="module")
def school(keys: SchoolKeys, tmp_path_factory: pytest.TempPathFactory) -> ForgingSchool:
    second = SchoolKeys.load_or_make(tmp_path_factory.mktemp("second") / "keys", "annan.skola.test", NOW)
    return ForgingSchool(keys, second)


@pytest.fixture(scope="module")
def of_curves(tmp_path_factory: pytest.TempPathFactory) -> ForgingSchool:
    folder = tmp_path_factory.mktemp("ec") / "keys"
    return ForgingSchool(SchoolKeys.load_or_make(folder, "idp.skola.test", MADE, "ec"))


def read(document: bytes) -> Any:
    return etree.fromstring(document)


def signed_by(document: bytes, certificate: str) -> list[str]:
    """The elements that are signed by whoever this certificate names."""
    key = x509.load_der_x509_certificate(base64.b64decode(certificate)).public_key()
    return [
        etree.QName(element).localname
        for element in read(document).iter("{*}Response", "{*}Assertion")
        if is_signed_by(element, (key,))
    ]


@pytest.mark.parametrize("key", ["school", "coming", "stranger", "clone", "second"])
def test_every_key_signs_what_it_is_asked_to_sign(school: ForgingSchool, key: Any) -> None:
    certificate = school.seals.at(key, "before").certificate
    for covers, named in ((["assertion"], ["Assertion"]), (["assertion", "response"], ["Response", "Assertion"])):
        document = school.forge(key=key, covers=covers)
        assert signed_by(document, certificate) == named
        assert read(document).findtext(".//ds:X509Certificate", namespaces=NS) == certificate
    assert signed_by(school.forge(key=key), certificate) == ["Assertion"]


def test_what_is_signed_by_nothing_has_no_signature(school: ForgingSchool) -> None:
    assert b"Signature" not in school.forge(covers=[])


def test_other_libraries_agree_that_a_forged_signature_is_good(school: ForgingSchool, of_curves: ForgingSchool) -> None:
    for one in (school, of_curves):
        pem = one.keys.current.certificate_pem.decode()
        document = one.forge(before=[{"op": "set-text", "xpath": EPPN, "value": "<åäö> & \u00a0"}])
        verified = XMLVerifier().verify(document, x509_cert=pem, id_attribute="ID")
        assert verified.signed_xml.findtext(".//saml:AttributeValue", namespaces=NS) == "<åäö> & \u00a0"


def test_the_stranger_and_the_clone_are_what_they_are_called(school: ForgingSchool) -> None:
    own, clone, stranger = (
        x509.load_der_x509_certificate(base64.b64decode(school.seals.at(name, "before").certificate))
        for name in ("school", "clone", "stranger")
    )
    assert (clone.subject, clone.issuer, clone.serial_number) == (own.subject, own.issuer, own.serial_number)
    assert clone.public_key() != own.public_key() != stranger.public_key()
    assert stranger.subject != own.subject


@pytest.mark.parametrize("key", ["secret-pem", "secret-der", "secret-base64"])
def test_the_certificate_is_the_secret_of_an_hmac(school: ForgingSchool, keys: SchoolKeys, key: str) -> None:
    secret = {
        "secret-pem": keys.current.certificate_pem,
        "secret-der": keys.current.certificate_der,
        "secret-base64": keys.current.certificate_base64.encode(),
    }[key]
    document = school.forge(key=key)
    root = read(document)
    assert root.find(".//ds:SignatureMethod", NS).get("Algorithm").endswith("#hmac-sha256")
    context = xmlsec.SignatureContext()
    context.register_id(root.find("saml:Assertion", NS), "ID")
    context.key = xmlsec.Key.from_binary_data(xmlsec.constants.KeyDataHmac, secret)
    context.verify(root.find(".//ds:Signature", NS))


def test_a_code_can_be_cut_short(school: ForgingSchool, keys: SchoolKeys) -> None:
    document = school.forge(
        key="secret-der",
        placed=[
            {
                "op": "insert",
                "xpath": "//ds:SignatureMethod",
                "where": "last",
                "xml": "<ds:HMACOutputLength>8</ds:HMACOutputLength>",
            }
        ],
    )
    root = read(document)
    info = etree.tostring(root.find(".//ds:SignedInfo", NS), method="c14n", exclusive=True)
    whole = hmac.digest(keys.current.certificate_der, info, "sha256")
    assert base64.b64decode(root.findtext(".//ds:SignatureValue", namespaces=NS)) == whole[:1]


@pytest.mark.parametrize("digest", ["md5", "sha1"])
def test_algorithms_that_nobody_should_use_are_used(
    school: ForgingSchool, of_curves: ForgingSchool, digest: str
) -> None:
    for one in (school, of_curves):
        method = {
            "op": "set-attribute",
            "xpath": "//ds:SignatureMethod",
            "name": "Algorithm",
            "value": f"{{algorithm:{digest}}}",
        }
        root = read(one.forge(placed=[method]))
        assert root.find(".//ds:SignatureMethod", NS).get("Algorithm").endswith(f"-{digest}")
    weak = {"md5": "http://www.w3.org/2001/04/xmldsig-more#md5", "sha1": f"{DS}sha1"}[digest]
    method = {"op": "set-attribute", "xpath": "//ds:DigestMethod", "name": "Algorithm", "value": weak}
    root = read(school.forge(placed=[method]))
    stated = root.findtext(".//ds:DigestValue", namespaces=NS)
    assertion = root.find("saml:Assertion", NS)
    assertion.remove(assertion.find("ds:Signature", NS))
    octets = etree.tostring(assertion, method="c14n", exclusive=True)
    assert base64.b64decode(stated) == hashlib.new(digest, octets).digest()


def test_what_is_written_into_a_signature_stays(school: ForgingSchool) -> None:
    root = read(
        school.forge(
            placed=[
                {"op": "set-text", "xpath": "//ds:DigestValue", "value": "AAAA"},
                {"op": "set-text", "xpath": "//ds:SignatureValue", "value": "BBBB"},
            ]
        )
    )
    assert root.findtext(".//ds:DigestValue", namespaces=NS) == "AAAA"
    assert root.findtext(".//ds:SignatureValue", namespaces=NS) == "BBBB"


def test_what_is_done_afterwards_breaks_the_signature(school: ForgingSchool) -> None:
    document = school.forge(after=[EVIL])
    assert signed_by(document, school.keys.current.certificate_base64) == []
    said = [element.text for element in read(document).iterfind(".//saml:AttributeValue", NS)]
    assert said == ["other@skola.test", "Eva"]


def test_what_is_done_before_is_signed(school: ForgingSchool) -> None:
    document = school.forge(before=[EVIL])
    assert signed_by(document, school.keys.current.certificate_base64) == ["Assertion"]
    assert read(document).findtext(".//saml:NameID", namespaces=NS) == "_other"


@pytest.mark.parametrize("xpath", ["not(ancestor-or-self::saml:Subject)", "not(ancestor-or-self::saml:Attribute)"])
def test_a_transform_by_xpath_leaves_something_unsigned(school: ForgingSchool, xpath: str) -> None:
    transform = (
        '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
        f"<ds:XPath>{xpath}</ds:XPath></ds:Transform>"
    )
    placed = {"op": "insert", "xpath": "//ds:Transform[1]", "where": "after", "xml": transform}
    honest, evil = read(school.forge(placed=[placed])), read(school.forge(placed=[placed], after=[EVIL]))
    digests = [root.findtext(".//ds:DigestValue", namespaces=NS) for root in (honest, evil)]
    assert digests[0] == digests[1] != read(school.forge()).findtext(".//ds:DigestValue", namespaces=NS)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(school.keys.current.certificate_pem, xmlsec.constants.KeyDataFormatCertPem)
    context.register_id(honest.find("saml:Assertion", NS), "ID")
    context.verify(honest.find(".//ds:Signature", NS))


def test_a_digest_needs_no_key(school: ForgingSchool) -> None:
    digest = {"op": "digest", "of": "//ds:Reference", "form": "comment"}
    document = school.forge(after=[EVIL, digest])
    evil = read(school.forge(before=[EVIL])).findtext(".//ds:DigestValue", namespaces=NS)
    assert f"<ds:DigestValue><!--{evil}-->".encode() in document


def test_the_school_signs_something_else(school: ForgingSchool) -> None:
    xml = '<samlp:Response ID="{new-id}" Version="2.0"><saml:Issuer>{issuer}</saml:Issuer></samlp:Response>'
    operations = [
        {"op": "insert", "xpath": "//samlp:Status", "where": "before", "xml": "<samlp:Extensions/>"},
        {"op": "signed", "xpath": "//samlp:Extensions", "where": "last", "xml": xml},
    ]
    document = school.forge(covers=[], after=operations)
    assert signed_by(document, school.keys.current.certificate_base64) == ["Response"]


def test_encryption_comes_after_the_signature_or_after_everything(keys: SchoolKeys, receiver: Any) -> None:
    target = encryption_target([receiver.certificate], ())
    school = ForgingSchool(keys, encrypt_to=target)
    evil = receiver.open(read(school.forge(covers=[], after=[EVIL], encrypt="after")))
    assert evil.findtext(".//saml:NameID", namespaces=NS) == "_other"
    assert not is_signed_by(evil, (keys.current.private_key.public_key(),))
    with pytest.raises(ValueError, match="no key"):
        ForgingSchool(keys).forge(encrypt="after")


def test_the_finished_text_is_written_over(school: ForgingSchool) -> None:
    document = school.forge(
        document=[
            {"op": "replace", "text": "{own:name-id}", "by": "&x;", "over": 3},
            {"op": "prolog", "text": "<!DOCTYPE x>"},
        ]
    )
    assert document.startswith(b"<!DOCTYPE x><samlp:Response")
    assert b">&x;&x;&x;<" in document
    with pytest.raises(ValueError, match="stands 0 times"):
        school.forge(document=[{"op": "replace", "text": "nowhere", "by": ""}])


def test_the_same_name_is_the_same_identifier(school: ForgingSchool) -> None:
    operations = [
        {"op": "set-attribute", "xpath": "//saml:Assertion", "name": "ID", "value": "{new-id:a}"},
        {"op": "set-attribute", "xpath": "//saml:AuthnStatement", "name": "SessionIndex", "value": "{new-id:a}"},
        {"op": "set-attribute", "xpath": "/samlp:Response", "name": "ID", "value": "{new-id}"},
    ]
    root = read(school.forge(before=operations))
    same = root.find("saml:Assertion", NS).get("ID")
    assert root.find(".//saml:AuthnStatement", NS).get("SessionIndex") == same != root.get("ID")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("{now+63}", "2031-02-03T04:06:09Z"),
        ("{now-6}", "2031-02-03T04:05:00Z"),
        ("{now}", "2031-02-03T04:05:06Z"),
        ("{acs}.evil", "https://lasning.test/saml/acs.evil"),
        ("{second}", "https://annan.skola.test/saml/metadata"),
        ("{own:here}|{other:here}", "own@skola.test|other@skola.test"),
        ("{own:name-id}{other:eduPersonPrincipalName}", "_ownother@skola.test"),
        ("{Braces} stay", "{Braces} stay"),
    ],
)
def test_places_are_filled(school: ForgingSchool, value: str, words: str) -> None:
    root = read(school.forge(before=[{"op": "set-text", "xpath": EPPN, "value": value}]))
    assert root.findtext(".//saml:AttributeValue", namespaces=NS) == words


def test_the_other_person_has_other_attributes(keys: SchoolKeys) -> None:
    other = type(OTHER)(OTHER.name_id, {"givenName": ("Åsa", "Eva"), "eduPersonPrincipalName": ("o@skola.test",)})
    own = type(OWN)(OWN.name_id, {"eduPersonPrincipalName": ("own@skola.test",), "mail": ("m@skola.test",)})
    root = read(ForgingSchool(keys, own=own, other=other).forge(before=[EVIL]))
    said = {
        element.get("FriendlyName"): [value.text for value in element]
        for element in root.iterfind(".//saml:Attribute", NS)
    }
    assert said == {"givenName": ["Åsa", "Eva"], "eduPersonPrincipalName": ["o@skola.test"]}


@pytest.mark.parametrize(
    ("forgery", "words"),
    [
        ({"before": [{"op": "remove", "xpath": "//saml:Nothing["}]}, "cannot be read"),
        ({"before": [{"op": "set-text", "xpath": EPPN, "value": "{nonsense}"}]}, "no place is called"),
        ({"after": [{"op": "insert", "xpath": EPPN, "where": "last", "xml": "<a>"}]}, "not well-formed"),
        ({"after": [{"op": "fill", "xpath": EPPN, "xml": "x" * 70_000}]}, "at most"),
        ({"after": [{"op": "fill", "xpath": EPPN, "xml": '<!DOCTYPE x [<!ENTITY e "e">]>'}]}, "not well-formed"),
        ({"covers": [], "placed": [{"op": "remove", "xpath": "//ds:KeyInfo"}]}, "nothing is signed"),
        ({"document": [{"op": "prolog", "text": "{nonsense}"}]}, "no place is called"),
    ],
)
def test_a_bad_forgery_is_found_before_there_is_a_message(forgery: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        forging.check(SamlForgery.model_validate(forgery))


@pytest.mark.parametrize(
    ("forgery", "words"),
    [
        ({"after": [{"op": "copy", "xpath": "//saml:Issuer", "to": "/samlp:Response", "where": "last"}]}, "names 2"),
        ({"after": [{"op": "move", "xpath": "//saml:Assertion", "to": "//saml:Subject", "where": "last"}]}, "itself"),
        ({"before": [{"op": "remove", "xpath": "//saml:Assertion"}], "covers": ["assertion"]}, "no assertion"),
        ({"before": [{"op": "remove-attribute", "xpath": "//saml:Assertion", "name": "ID"}]}, "no ID"),
        ({"before": [{"op": "remove-attribute", "xpath": "//saml:Assertion", "name": "Id"}]}, "does not have it"),
        ({"before": [{"op": "set-text", "xpath": EPPN, "value": "{own:mail}"}]}, "mail is not said"),
        (
            {"placed": [{"op": "set-attribute", "xpath": "//ds:Reference", "name": "URI", "value": "#nothing"}]},
            "points at nothing",
        ),
        (
            {"placed": [{"op": "set-attribute", "xpath": "//ds:SignatureMethod", "name": "Algorithm", "value": "x"}]},
            "no signature algorithm",
        ),
    ],
)
def test_a_forgery_that_does_not_fit_says_why(school: ForgingSchool, forgery: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        school.make(SamlForgery.model_validate(forgery))


def test_a_school_alone_has_no_second_key(keys: SchoolKeys) -> None:
    with pytest.raises(ValueError, match="lends its key"):
        ForgingSchool(keys).forge(key="second")
