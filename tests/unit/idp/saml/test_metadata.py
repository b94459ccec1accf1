"""The school's metadata, read back by another road."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from lxml import etree
from signxml import XMLVerifier

from idp.config import SchoolConfig
from idp.keys import KeySlot, KeyStage, SchoolKeys
from idp.saml.metadata import OwnMetadata, own_metadata
from idp.saml.server import SamlServer, make_server
from idp.saml.signing import Signers

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
NS = {
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "mdattr": "urn:oasis:names:tc:SAML:metadata:attribute",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "shibmd": "urn:mace:shibboleth:metadata:1.0",
}
ENTITY_ATTRIBUTES = "md:Extensions/mdattr:EntityAttributes/saml:Attribute"


@pytest.fixture
def server(config: SchoolConfig) -> SamlServer:
    return make_server(config)


def read(server: SamlServer, keys: SchoolKeys, stage: KeyStage = "before", **more: Any) -> Any:
    return etree.fromstring(own_metadata(server, keys, stage, NOW, **more))


def certificates(root: Any) -> list[x509.Certificate]:
    texts = [e.text for e in root.iterfind(".//md:KeyDescriptor[@use='signing']//ds:X509Certificate", NS)]
    armoured = (f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n" for text in texts)
    return [x509.load_pem_x509_certificate(pem.encode()) for pem in armoured]


def entity_attributes(root: Any) -> dict[str, list[str]]:
    found = root.findall(ENTITY_ATTRIBUTES, NS)
    assert {e.get("NameFormat") for e in found} == {"urn:oasis:names:tc:SAML:2.0:attrname-format:uri"}
    return {e.get("Name"): [value.text for value in e] for e in found}


@pytest.mark.parametrize(
    ("stage", "slots"),
    [
        ("before", ["current"]),
        ("announced", ["current", "coming"]),
        ("switched", ["coming", "current"]),
        ("retired", ["coming"]),
    ],
)
def test_the_keys_of_the_stage_are_published(
    server: SamlServer, keys: SchoolKeys, stage: KeyStage, slots: list[KeySlot]
) -> None:
    root = read(server, keys, stage)
    assert certificates(root) == [keys.key(slot).certificate for slot in slots]
    assert len(root.findall(".//md:KeyDescriptor", NS)) == len(slots)


def test_bindings_and_formats(server: SamlServer, config: SchoolConfig, keys: SchoolKeys) -> None:
    root = read(server, keys)
    services = root.findall(".//md:SingleSignOnService", NS)
    assert [service.get("Binding").rpartition(":")[2] for service in services] == ["HTTP-Redirect", "HTTP-POST"]
    assert {service.get("Location") for service in services} == {config.sso_url}
    services = root.findall(".//md:SingleLogoutService", NS)
    assert [(service.get("Binding").rpartition(":")[2], service.get("Location")) for service in services] == [
        ("HTTP-Redirect", config.slo_url),
        ("HTTP-POST", config.slo_url),
        ("SOAP", config.slo_soap_url),
    ]
    formats = [element.text.rpartition(":")[2] for element in root.iterfind(".//md:NameIDFormat", NS)]
    assert formats == ["transient", "persistent", "unspecified"]
    assert root.find("md:IDPSSODescriptor", NS).get("WantAuthnRequestsSigned") == "false"


def test_where_to_log_out(server: SamlServer, config: SchoolConfig, keys: SchoolKeys) -> None:
    services = read(server, keys).findall(".//md:SingleLogoutService", NS)
    assert [(service.get("Binding").rpartition(":")[2], service.get("Location")) for service in services] == [
        ("HTTP-Redirect", config.slo_url),
        ("HTTP-POST", config.slo_url),
        ("SOAP", config.slo_soap_url),
    ]


def test_certification_and_support_stand_at_the_entity_and_not_at_the_role(
    server: SamlServer, keys: SchoolKeys
) -> None:
    root = read(server, keys)
    assert entity_attributes(root) == {
        "urn:oasis:names:tc:SAML:attribute:assurance-certification": [
            "https://fidus.skolverket.se/authentication/e-leg"
        ],
        "http://macedir.org/entity-category-support": [
            "https://refeds.org/category/anonymous",
            "https://refeds.org/category/pseudonymous",
            "https://refeds.org/category/personalized",
            "http://refeds.org/category/research-and-scholarship",
            "https://refeds.org/category/code-of-conduct/v2",
        ],
    }
    assert root.find("md:IDPSSODescriptor//mdattr:EntityAttributes", NS) is None
    assert root.findtext("md:IDPSSODescriptor/md:Extensions/shibmd:Scope", namespaces=NS) == "skola.test"


def test_a_school_without_e_legitimation_is_not_certified_for_it(config: SchoolConfig, keys: SchoolKeys) -> None:
    root = read(make_server(replace(config, e_leg=False)), keys)
    assert list(entity_attributes(root)) == ["http://macedir.org/entity-category-support"]


def test_how_long_it_may_be_used(server: SamlServer, keys: SchoolKeys) -> None:
    root = read(server, keys)
    assert root.get("validUntil") == "2026-12-21T12:00:00Z"
    assert root.get("cacheDuration") == "PT1H"


def test_it_is_signed_when_that_is_asked_for(server: SamlServer, keys: SchoolKeys) -> None:
    assert read(server, keys).find("ds:Signature", NS) is None
    root = read(server, keys, "switched", signer=Signers(keys).at("switched"))
    certificate = keys.coming.certificate_pem.decode()
    assert XMLVerifier().verify(root, x509_cert=certificate, id_attribute="ID").signed_xml.tag == root.tag
    assert root[0].tag == f"{{{NS['ds']}}}Signature"


def test_it_is_made_once_an_hour_for_each_stage(server: SamlServer, keys: SchoolKeys) -> None:
    own = OwnMetadata(server, keys)
    first = own.document("before", NOW)
    assert own.document("announced", NOW) != first
    assert own.document("before", NOW + 59 * MINUTE) is first
    later = etree.fromstring(own.document("before", NOW + 60 * MINUTE))
    assert later.get("validUntil") == "2026-12-21T13:00:00Z"
    assert own.document("before", NOW - 60 * MINUTE) is not first


def test_the_coming_key_is_not_made_before_it_is_announced(server: SamlServer, tmp_path: Path) -> None:
    keys = SchoolKeys.load_or_make(tmp_path / "keys", "idp.skola.test", NOW, "ec")
    own = OwnMetadata(server, keys, Signers(keys))
    own.document("before", NOW)
    assert not list((tmp_path / "keys").glob("*coming*"))
    own.document("announced", NOW)
    assert len(list((tmp_path / "keys").glob("*coming*"))) == 1
