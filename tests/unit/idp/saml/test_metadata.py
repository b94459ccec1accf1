"""The school's metadata, read back by another road."""

from cryptography import x509
from lxml import etree

from idp.config import SchoolConfig
from idp.keys import SchoolKeys
from idp.saml.metadata import own_metadata
from idp.saml.server import make_server

NS = {"md": "urn:oasis:names:tc:SAML:2.0:metadata", "ds": "http://www.w3.org/2000/09/xmldsig#"}


def test_the_certificate_is_the_signing_one(config: SchoolConfig, keys: SchoolKeys) -> None:
    root = etree.fromstring(own_metadata(make_server(config), keys))
    text = root.findtext(".//md:KeyDescriptor[@use='signing']//ds:X509Certificate", namespaces=NS)
    pem = f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"
    assert x509.load_pem_x509_certificate(pem.encode()) == keys.current.certificate


def test_bindings_and_formats(config: SchoolConfig, keys: SchoolKeys) -> None:
    root = etree.fromstring(own_metadata(make_server(config), keys))
    services = root.findall(".//md:SingleSignOnService", NS)
    assert [service.get("Binding").rpartition(":")[2] for service in services] == ["HTTP-Redirect", "HTTP-POST"]
    assert {service.get("Location") for service in services} == {config.sso_url}
    formats = [element.text.rpartition(":")[2] for element in root.iterfind(".//md:NameIDFormat", NS)]
    assert formats == ["transient", "persistent", "unspecified"]
    assert root.find("md:IDPSSODescriptor", NS).get("WantAuthnRequestsSigned") == "false"
