"""What is read from a vendor's metadata, and what is not believed."""

from typing import Any

import pytest
from lxml import etree

from idp.config import RelyingParty, SchoolConfig
from idp.saml.server import make_server
from idp.saml.service_provider import LogoutService, ServiceProvider, read

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
SOAP = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"
GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
OAEP = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
EXTENSIONS = """<md:Extensions xmlns:mdattr="urn:oasis:names:tc:SAML:metadata:attribute"
 xmlns:mdrpi="urn:oasis:names:tc:SAML:metadata:rpi" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">
<mdrpi:RegistrationInfo registrationAuthority="{authority}"/><mdattr:EntityAttributes>
<saml:Attribute Name="http://macedir.org/entity-category" NameFormat="urn:x">
<saml:AttributeValue> https://refeds.org/category/personalized </saml:AttributeValue><saml:AttributeValue/>
<saml:AttributeValue>https://refeds.org/category/anonymous</saml:AttributeValue></saml:Attribute>
<saml:Attribute Name="urn:oasis:names:tc:SAML:profiles:subject-id:req">
<saml:AttributeValue>{requirement}</saml:AttributeValue></saml:Attribute>
</mdattr:EntityAttributes></md:Extensions>"""
ROLE = b'<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"'


def with_extensions(xml: bytes, requirement: str = "any", authority: str = "https://md.federation.test") -> bytes:
    return xml.replace(ROLE, EXTENSIONS.format(requirement=requirement, authority=authority).encode() + ROLE)


@pytest.fixture
def described(config: SchoolConfig, party: RelyingParty) -> Any:
    def reading(xml: bytes) -> ServiceProvider:
        server = make_server(config)
        server.add_metadata(party.entity_id, xml)
        return read(party, etree.fromstring(xml), server)

    return reading


def test_metadata_that_says_little_leaves_the_rest_empty(described: Any, vendor: Any) -> None:
    provider = described(vendor.metadata())
    assert provider.logout == ()
    assert provider.encryption_certificates == ()
    assert provider.encryption_methods == ()
    assert provider.needs.entity_categories == frozenset()
    assert provider.needs.subject_id_requirement == ""
    assert provider.needs.registration_authority == ""


def test_requested_attributes_keep_whether_they_are_required(described: Any, vendor: Any) -> None:
    xml = vendor.metadata().replace(
        b'Name="urn:oid:2.5.4.42" isRequired="true"', b'Name="urn:oid:2.5.4.42" isRequired="false"'
    )
    provider = described(xml)
    assert provider.needs.requested == {"eduPersonPrincipalName", "givenName"}
    assert provider.needs.required == {"eduPersonPrincipalName"}


def test_entity_attributes_are_read(described: Any, vendor: Any) -> None:
    provider = described(with_extensions(vendor.metadata()))
    assert provider.needs.entity_categories == {
        "https://refeds.org/category/personalized",
        "https://refeds.org/category/anonymous",
    }
    assert provider.needs.subject_id_requirement == "any"
    assert provider.needs.registration_authority == "https://md.federation.test"


@pytest.mark.parametrize("value", ["subject-id", "pairwise-id", "none", "any"])
def test_every_subject_id_requirement_is_known(described: Any, vendor: Any, value: str) -> None:
    assert described(with_extensions(vendor.metadata(), value)).needs.subject_id_requirement == value


@pytest.mark.parametrize("value", ["both", "Subject-ID", ""])
def test_an_unknown_subject_id_requirement_says_nothing(described: Any, vendor: Any, value: str) -> None:
    assert described(with_extensions(vendor.metadata(), value)).needs.subject_id_requirement == ""


def test_logout_services_keep_binding_and_where_responses_go(described: Any, vendor: Any) -> None:
    services = (
        f'<md:SingleLogoutService Binding="{REDIRECT}" Location="https://a.test/slo" ResponseLocation="https://a.test/r"/>'
        f'<md:SingleLogoutService Binding="{SOAP}" Location="https://a.test/soap"/>'
        '<md:SingleLogoutService Binding="urn:unknown" Location="https://a.test/other"/>'
        f'<md:SingleLogoutService Binding="{SOAP}" Location="file:///etc/passwd"/>'
        f'<md:SingleLogoutService Binding="{SOAP}" Location="https://a.test/x" ResponseLocation="javascript:x"/>'
    ).encode()
    consumer = b"<md:AssertionConsumerService"
    provider = described(vendor.metadata().replace(consumer, services + consumer, 1))
    assert provider.logout == (
        LogoutService(REDIRECT, "https://a.test/slo", "https://a.test/r"),
        LogoutService(SOAP, "https://a.test/soap", "https://a.test/soap"),
    )


@pytest.mark.parametrize(
    "url", ["https://[bad/slo", "https://a.test:port/slo", "https:///slo", "javascript:x", "https://a.test:99999/"]
)
def test_an_address_that_leads_nowhere_is_none(described: Any, vendor: Any, url: str) -> None:
    """A logout would fail on it for everybody else too."""
    service = f'<md:SingleLogoutService Binding="{REDIRECT}" Location="{url}"/>'.encode()
    consumer = b"<md:AssertionConsumerService"
    xml = vendor.metadata()
    assert described(xml.replace(consumer, service + consumer, 1)).logout == ()
    with pytest.raises(ValueError, match="has no AssertionConsumerService"):
        described(xml.replace(b"https://lasning.test/saml/acs", url.encode()))


@pytest.mark.parametrize("use", [b' use="encryption"', b""])
def test_keys_for_encryption_come_with_the_methods_that_they_take(described: Any, vendor: Any, use: bytes) -> None:
    methods = "".join(f'<md:EncryptionMethod Algorithm="{name}"/>' for name in (GCM, OAEP, GCM, "")).encode()
    xml = vendor.metadata()
    start, end = xml.index(b"<md:KeyDescriptor"), xml.index(b"</md:KeyDescriptor>") + len(b"</md:KeyDescriptor>")
    key = (
        xml[start:end].replace(b' use="signing"', use).replace(b"</md:KeyDescriptor>", methods + b"</md:KeyDescriptor>")
    )
    provider = described(xml[:end] + key + xml[end:])
    assert provider.encryption_certificates == provider.certificates
    assert len(provider.encryption_certificates) == 1
    assert provider.encryption_methods == (GCM, OAEP)


def test_what_a_signing_key_says_of_encryption_counts_for_nothing(described: Any, vendor: Any) -> None:
    method = f'<md:EncryptionMethod Algorithm="{GCM}"/></md:KeyDescriptor>'.encode()
    assert described(vendor.metadata().replace(b"</md:KeyDescriptor>", method)).encryption_methods == ()
