"""What a vendor publishes: valid by the schema, in both languages, with its needs declared."""

import base64
from typing import Any

import pytest
from lxml import etree
from saml2.xml.schema import validate

from sp_mocks.behaviour import EPPN, Behaviour
from sp_mocks.metadata import own_metadata
from sp_mocks.profiles import PROFILES
from sp_mocks.xmlnames import IDPDISC, NAMESPACES
from testbed.model.attributes import by_name
from testbed.model.written import Bilingual

NAMES = {**NAMESPACES, "mdui": "urn:oasis:names:tc:SAML:metadata:ui"}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAME, PURPOSE = Bilingual(sv="Läsning & <co>", en="Reading"), Bilingual(sv="En lästjänst", en="A reading service")


@pytest.fixture(params=PROFILES)
def profile(request: pytest.FixtureRequest) -> Any:
    return PROFILES[request.param]


@pytest.fixture
def document(me: Any, keys: Any, profile: Any) -> bytes:
    return own_metadata(me, NAME, PURPOSE, profile.behaviour, keys)


def test_it_is_valid_by_the_schema(document: bytes) -> None:
    validate(document.decode())
    with pytest.raises(Exception, match="XMLSchema"):
        validate(document.decode().replace("ServiceName", "NameOfService"))


def test_it_declares_what_the_profile_wants_and_nothing_else(document: bytes, profile: Any) -> None:
    requested = etree.fromstring(document).findall(".//md:RequestedAttribute", NAMES)
    assert {(r.get("FriendlyName"), r.get("Name")) for r in requested} == {
        (name, by_name()[name].saml) for name in profile.behaviour.wanted
    }
    assert {r.get("FriendlyName") for r in requested if r.get("isRequired") == "true"} == set(
        profile.behaviour.required
    )
    assert {r.get("NameFormat") for r in requested} == {"urn:oasis:names:tc:SAML:2.0:attrname-format:uri"}


def test_it_says_whether_requests_are_signed_and_that_assertions_must_be(document: bytes, profile: Any) -> None:
    role = etree.fromstring(document).find("md:SPSSODescriptor", NAMES)
    assert role.get("AuthnRequestsSigned") == ("true" if profile.behaviour.signs_requests else "false")
    assert role.get("WantAssertionsSigned") == "true"


def test_the_answer_goes_to_one_place_by_post(document: bytes) -> None:
    (place,) = etree.fromstring(document).findall(".//md:AssertionConsumerService", NAMES)
    assert place.get("Location") == "https://lasning.test/saml/acs"
    assert place.get("Binding").endswith(":HTTP-POST")
    assert place.get("index") == "1"


def test_its_certificate_stands_there_for_both_uses_and_the_key_does_not(document: bytes, keys: Any) -> None:
    descriptors = etree.fromstring(document).findall(".//md:KeyDescriptor", NAMES)
    assert [descriptor.get("use") for descriptor in descriptors] == ["signing", "encryption"]
    for descriptor in descriptors:
        text = descriptor.findtext(".//ds:X509Certificate", "", NAMES)
        assert base64.b64decode(text) == keys.certificate_der
    assert b"PRIVATE" not in document


@pytest.mark.parametrize(
    "path",
    [
        ".//mdui:DisplayName",
        ".//mdui:Description",
        ".//md:ServiceName",
        ".//md:ServiceDescription",
        ".//md:OrganizationName",
        ".//md:OrganizationDisplayName",
        ".//md:OrganizationURL",
    ],
)
def test_every_text_is_there_in_swedish_and_english(document: bytes, path: str) -> None:
    texts = {element.get(LANG): element.text for element in etree.fromstring(document).findall(path, NAMES)}
    assert set(texts) == {"sv", "en"}
    assert all(texts.values())


def test_names_are_text(document: bytes) -> None:
    assert "Läsning & <co>" in {e.text for e in etree.fromstring(document).findall(".//md:ServiceName", NAMES)}


def test_there_is_somebody_to_call(document: bytes) -> None:
    contacts = etree.fromstring(document).findall("md:ContactPerson", NAMES)
    assert {contact.get("contactType") for contact in contacts} == {"technical", "support"}
    assert all(contact.findtext("md:EmailAddress", "", NAMES).startswith("mailto:") for contact in contacts)


def test_it_claims_the_entity_categories_of_the_profile_where_they_count(document: bytes, profile: Any) -> None:
    path = "md:Extensions/{urn:oasis:names:tc:SAML:metadata:attribute}EntityAttributes/saml:Attribute"
    claimed = {a.get("Name"): [v.text for v in a] for a in etree.fromstring(document).findall(path, NAMES)}
    categories = list(profile.behaviour.entity_categories)
    assert claimed == ({"http://macedir.org/entity-category": categories} if categories else {})


def test_it_says_how_to_encrypt_to_it_and_names_nothing_weak(document: bytes) -> None:
    signing, encryption = etree.fromstring(document).findall(".//md:KeyDescriptor", NAMES)
    assert signing.findall("md:EncryptionMethod", NAMES) == []
    assert [method.get("Algorithm") for method in encryption.findall("md:EncryptionMethod", NAMES)] == [
        "http://www.w3.org/2009/xmlenc11#aes256-gcm",
        "http://www.w3.org/2009/xmlenc11#aes128-gcm",
        "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
        "http://www.w3.org/2009/xmlenc11#rsa-oaep",
    ]


def test_it_lists_the_places_to_log_out_that_its_behaviour_names(me: Any, keys: Any) -> None:
    behaviour = Behaviour(required=(EPPN,), logout=("redirect", "post", "soap"))
    document = own_metadata(me, NAME, PURPOSE, behaviour, keys)
    validate(document.decode())
    places = etree.fromstring(document).findall(".//md:SingleLogoutService", NAMES)
    assert [(place.get("Binding").rpartition(":")[2], place.get("Location")) for place in places] == [
        ("HTTP-Redirect", "https://lasning.test/saml/slo"),
        ("HTTP-POST", "https://lasning.test/saml/slo"),
        ("SOAP", "https://lasning.test/saml/slo/soap"),
    ]


def test_it_says_where_a_discovery_page_sends_people_back_to(me: Any, keys: Any) -> None:
    document = own_metadata(me, NAME, PURPOSE, Behaviour(required=(EPPN,), trust="mdq"), keys)
    validate(document.decode())
    (place,) = etree.fromstring(document).findall(".//idpdisc:DiscoveryResponse", {"idpdisc": IDPDISC})
    assert (place.get("Binding"), place.get("Location")) == (IDPDISC, "https://lasning.test/login")
    assert b"DiscoveryResponse" not in own_metadata(me, NAME, PURPOSE, Behaviour(required=(EPPN,)), keys)
