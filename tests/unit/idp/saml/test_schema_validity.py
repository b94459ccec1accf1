"""Every kind of message that the school makes is valid by the schemas of OASIS and W3C, as pysaml2 ships them."""

import datetime as dt
from collections.abc import Callable
from importlib.resources import as_file, files
from typing import Any

import pytest
import xmlschema
from forgery import ForgingSchool
from lxml import etree

from idp.config import SchoolConfig
from idp.keys import KeyStage, SchoolKeys
from idp.saml.encryption import OAEP_11, encryption_target
from idp.saml.identifiers import NameId
from idp.saml.logout import enveloped, logout_request, logout_response
from idp.saml.metadata import own_metadata
from idp.saml.responses import Addressee, Login, Protection, ResponseIssuer
from idp.saml.server import SamlServer, make_server
from idp.saml.signing import Signers
from testbed.model.attributes import attributes
from testbed.model.messages import NAMEID_PERSISTENT

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
TO = Addressee("https://lasning.test/saml/metadata", "https://lasning.test/saml/acs", "_request")
UNASKED = Addressee(TO.entity_id, TO.acs_url, "")
SCHEMAS = {
    "http://www.w3.org/XML/1998/namespace": "xml.xsd",
    "http://schemas.xmlsoap.org/soap/envelope/": "envelope.xsd",
    "http://www.w3.org/2001/04/xmlenc#": "xenc-schema.xsd",
    "http://www.w3.org/2009/xmlenc11#": "xenc-schema-11.xsd",
    "http://www.w3.org/2000/09/xmldsig#": "xmldsig-core-schema.xsd",
    "urn:oasis:names:tc:SAML:2.0:assertion": "saml-schema-assertion-2.0.xsd",
    "urn:oasis:names:tc:SAML:2.0:metadata": "saml-schema-metadata-2.0.xsd",
    "urn:oasis:names:tc:SAML:2.0:protocol": "saml-schema-protocol-2.0.xsd",
    "urn:oasis:names:tc:SAML:metadata:attribute": "sstc-metadata-attr.xsd",
    "urn:oasis:names:tc:SAML:metadata:ui": "sstc-saml-metadata-ui-v1.0.xsd",
}
type Valid = Callable[[bytes], bool]


@pytest.fixture(scope="module")
def valid() -> Valid:
    """Holds a document against all schemas at once, also where a schema would only look at what it happens to know."""
    with as_file(files("saml2.data.schemas")) as folder:
        locations = {namespace: str(folder / name) for namespace, name in SCHEMAS.items()}
        first = str(folder / "saml-schema-protocol-2.0.xsd")
        schema = xmlschema.XMLSchema(first, locations=locations, base_url=first, allow="sandbox", use_fallback=False)
        for namespace, location in locations.items():
            schema.import_schema(namespace, location, build=True)

    def check(document: bytes) -> bool:
        schema.validate(etree.fromstring(document))
        return True

    return check


@pytest.fixture
def server(config: SchoolConfig) -> SamlServer:
    return make_server(config)


@pytest.fixture
def issuer(server: SamlServer, keys: SchoolKeys) -> ResponseIssuer:
    return ResponseIssuer(server, Signers(keys))


def login() -> Login:
    values = {row.name: ("1", "å") for row in attributes() if row.saml}
    return Login(NameId(NAMEID_PERSISTENT, "n"), values, NOW)


@pytest.mark.parametrize("to", [TO, UNASKED])
@pytest.mark.parametrize("sign_response", [False, True])
def test_a_response(valid: Valid, issuer: ResponseIssuer, to: Addressee, sign_response: bool) -> None:
    assert valid(issuer.issue(to, login(), NOW, Protection("before", sign_response)))


@pytest.mark.parametrize("methods", [(), (OAEP_11,)])
@pytest.mark.parametrize("sign_response", [False, True])
def test_an_encrypted_response_and_what_is_inside(
    valid: Valid, issuer: ResponseIssuer, receiver: Any, methods: tuple[str, ...], sign_response: bool
) -> None:
    target = encryption_target([receiver.certificate], methods)
    xml = issuer.issue(TO, login(), NOW, Protection("before", sign_response, target))
    assert valid(xml)
    assert valid(etree.tostring(receiver.open(etree.fromstring(xml))))


@pytest.mark.parametrize("to", [TO, UNASKED])
def test_a_refusal(valid: Valid, issuer: ResponseIssuer, to: Addressee) -> None:
    status = ("urn:oasis:names:tc:SAML:2.0:status:NoPassive", "Nobody is logged in.")
    assert valid(issuer.refuse(to, status, NOW, "before"))


@pytest.mark.parametrize("stage", ["before", "announced", "switched", "retired"])
@pytest.mark.parametrize("signed", [False, True])
def test_metadata(valid: Valid, server: SamlServer, keys: SchoolKeys, stage: KeyStage, signed: bool) -> None:
    assert valid(own_metadata(server, keys, stage, NOW, Signers(keys).at(stage) if signed else None))


def test_logout(valid: Valid, keys: SchoolKeys) -> None:
    signer = Signers(keys).at("before")
    name = NameId(NAMEID_PERSISTENT, "n")
    status = ("urn:oasis:names:tc:SAML:2.0:status:Success", "urn:oasis:names:tc:SAML:2.0:status:PartialLogout")
    request = logout_request("https://idp.skola.test/m", "_1", "https://sp.test/slo", name, ("_s", "_t"), NOW)
    response = logout_response("https://idp.skola.test/m", "_2", "https://sp.test/slo", "_x", status, NOW)
    plain = logout_response("https://idp.skola.test/m", "_3", "", "_x", (status[0], ""), NOW)
    for message in (request, response, plain):
        assert valid(etree.tostring(message))
        signer.sign(message)
        assert valid(etree.tostring(message))
        assert valid(enveloped(message))


def test_the_schemas_notice_a_spoiled_message(valid: Valid, keys: SchoolKeys) -> None:
    spoiled = ForgingSchool(keys).forge(before=[{"op": "remove", "xpath": "/samlp:Response/samlp:Status"}])
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        valid(spoiled)


def test_the_schemas_notice_an_extension_that_is_wrong(valid: Valid, server: SamlServer, keys: SchoolKeys) -> None:
    xml = own_metadata(server, keys, "before", NOW)
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        valid(xml.replace(b"<saml:Attribute Name=", b"<saml:Attribute Nam="))
