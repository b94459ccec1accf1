"""The program xmlsec1 accepts what the school signs, and notices when it was changed."""

import base64
import datetime as dt
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from idp.config import SchoolConfig
from idp.keys import KeySlot, SchoolKeys
from idp.people import generate
from idp.saml.encryption import encryption_target
from idp.saml.identifiers import name_id
from idp.saml.metadata import own_metadata
from idp.saml.responses import Addressee, Login, Protection, ResponseIssuer
from idp.saml.server import SamlServer, make_server
from idp.saml.signing import Signers
from testbed.model.messages import NAMEID_PERSISTENT
from testbed.model.written import Bilingual, Person

PROGRAM = shutil.which("xmlsec1")
pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(PROGRAM is None, reason="the program xmlsec1 is not installed (Debian package xmlsec1)"),
]
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
TO = Addressee("https://lasning.test/saml/metadata", "https://lasning.test/saml/acs", "_request")
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
RESPONSE = "urn:oasis:names:tc:SAML:2.0:protocol:Response"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor"
PLAIN = Protection("before")
LONG_NAME = 60
EXTREMES = (
    Person(id="langst", role="pupil", attributes={"displayName": "Åäö" * 2000}),
    Person(id="tecken", role="pupil", attributes={"displayName": 'O\'Öberg & <Ærlig> "Ñ" Ł 𝔸\t\n x'}),
    Person(id="ingenting", role="pupil", attributes={}),
)


def cast() -> list[Person]:
    """People with unusual names, and some with usual ones."""
    people = tuple(generate(1, 200).people.values())
    names = {person.id: "".join(person.values("displayName")) for person in people}
    longest = max(people, key=lambda person: len(names[person.id]))
    swedish = next(person for person in people if set("åäöÅÄÖ") & set(names[person.id]))
    foreign = next(person for person in people if any(ord(sign) > 255 for sign in names[person.id]))
    roles = [next(person for person in people if person.role == role) for role in ("teacher", "guardian", "staff")]
    assert len(names[longest.id]) >= LONG_NAME
    return [longest, swedish, foreign, *roles, *EXTREMES]


@pytest.fixture(scope="module", params=["rsa", "ec"])
def keys(request: Any, tmp_path_factory: pytest.TempPathFactory) -> SchoolKeys:
    folder = tmp_path_factory.mktemp("school") / "keys"
    return SchoolKeys.load_or_make(folder, "idp.skola.test", NOW, request.param)


@pytest.fixture(scope="module")
def server() -> SamlServer:
    return make_server(SchoolConfig("https://idp.skola.test", Bilingual(sv="S", en="E"), {}, "skola.test", (), "t"))


@pytest.fixture(scope="module")
def issuer(server: SamlServer, keys: SchoolKeys) -> ResponseIssuer:
    return ResponseIssuer(server, Signers(keys))


type Accepts = Callable[..., bool]


@pytest.fixture
def accepts(keys: SchoolKeys, tmp_path: Path) -> Accepts:
    """Whether xmlsec1 finds the signature good that stands right inside the element of this kind."""

    def run(xml: bytes, kind: str = f"{SAML}:Assertion", slot: KeySlot = "current") -> bool:
        certificate, message = tmp_path / "school.pem", tmp_path / "message.xml"
        certificate.write_bytes(keys.key(slot).certificate_pem)
        message.write_bytes(xml)
        options = ["--id-attr:ID", kind, "--enabled-key-data", "raw-x509-cert"]
        element = kind.rpartition(":")[2]
        node = f"//*[local-name()='{element}']/*[local-name()='Signature']"
        command = [PROGRAM, "--verify", *options, "--node-xpath", node, "--pubkey-cert-pem", str(certificate)]
        return subprocess.run([*command, str(message)], capture_output=True, check=False, timeout=30).returncode == 0

    return run


@pytest.fixture(scope="module")
def vendor_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def vendor_certificate(vendor_key: rsa.RSAPrivateKey) -> str:
    """As metadata holds it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lasning.test")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(vendor_key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + dt.timedelta(days=30))
    certificate = builder.sign(vendor_key, hashes.SHA256())
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


@pytest.fixture
def opened(vendor_key: rsa.RSAPrivateKey, tmp_path: Path) -> Callable[[bytes], bytes]:
    """The message as xmlsec1 decrypts it."""

    def run(xml: bytes) -> bytes:
        key, message = tmp_path / "vendor.pem", tmp_path / "encrypted.xml"
        no_password = serialization.NoEncryption()
        pem = vendor_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no_password)
        key.write_bytes(pem)
        message.write_bytes(xml)
        command = [PROGRAM, "--decrypt", "--privkey-pem", str(key), str(message)]
        return subprocess.run(command, capture_output=True, check=True, timeout=30).stdout

    return run


def issued(issuer: ResponseIssuer, person: Person, protection: Protection = PLAIN) -> bytes:
    values = {name: person.values(name) for name in person.attributes}
    name = name_id(person.id, TO.entity_id, NAMEID_PERSISTENT, b"secret")
    return issuer.issue(TO, Login(name, values, NOW), NOW, protection)


@pytest.mark.parametrize("person", cast(), ids=lambda person: person.id)
def test_xmlsec1_accepts_a_signed_response(issuer: ResponseIssuer, accepts: Accepts, person: Person) -> None:
    assert accepts(issued(issuer, person))


@pytest.mark.parametrize("change", [(b"2026-11-23T12:05:00Z", b"2026-11-24T12:05:00Z"), ("Åäö".encode(), b"Aao")])
def test_xmlsec1_refuses_it_once_it_is_changed(issuer: ResponseIssuer, accepts: Accepts, change: Any) -> None:
    xml = issued(issuer, EXTREMES[0])
    assert change[0] in xml
    assert not accepts(xml.replace(*change))


def test_xmlsec1_accepts_the_response_around_the_assertion(issuer: ResponseIssuer, accepts: Accepts) -> None:
    xml = issued(issuer, EXTREMES[1], Protection("before", sign_response=True))
    assert accepts(xml, RESPONSE)
    assert accepts(xml)
    assert not accepts(xml.replace(b"status:Success", b"status:Requester"), RESPONSE)


def test_xmlsec1_accepts_an_error_response_and_refuses_a_changed_one(issuer: ResponseIssuer, accepts: Accepts) -> None:
    xml = issuer.refuse(TO, ("urn:oasis:names:tc:SAML:2.0:status:NoPassive", "Ingen är inloggad."), NOW, "before")
    assert accepts(xml, RESPONSE)
    assert not accepts(xml.replace(b"NoPassive", b"AuthnFailed"), RESPONSE)


def test_xmlsec1_accepts_the_key_of_the_stage_and_no_other(issuer: ResponseIssuer, accepts: Accepts) -> None:
    xml = issued(issuer, EXTREMES[2], Protection("switched"))
    assert accepts(xml, slot="coming")
    assert not accepts(xml, slot="current")


def test_xmlsec1_accepts_signed_metadata(server: SamlServer, keys: SchoolKeys, accepts: Accepts) -> None:
    xml = own_metadata(server, keys, "announced", NOW, Signers(keys).at("announced"))
    assert accepts(xml, METADATA)
    assert not accepts(xml.replace(b"skola.test</shibmd:Scope>", b"evil.test</shibmd:Scope>"), METADATA)


# NOTE: xmlsec1 knows rsa-oaep of XML Encryption 1.1 from version 1.3 on; tests/unit opens it by the library.
@pytest.mark.parametrize("bits", [128, 192, 256])
def test_xmlsec1_opens_an_encrypted_assertion_whose_signature_is_still_good(
    issuer: ResponseIssuer, accepts: Accepts, opened: Callable[[bytes], bytes], vendor_certificate: str, bits: int
) -> None:
    target = encryption_target([vendor_certificate], [f"http://www.w3.org/2009/xmlenc11#aes{bits}-gcm"])
    assert target
    xml = issued(issuer, EXTREMES[1], Protection("before", sign_response=True, encrypt_to=target))
    assert accepts(xml, RESPONSE)
    assert "Öberg".encode() not in xml
    found = opened(xml)
    assert EXTREMES[1].attributes["displayName"] in "".join(etree.fromstring(found).itertext())
    assert accepts(found)


def test_xmlsec1_notices_when_what_is_encrypted_was_changed(
    issuer: ResponseIssuer, opened: Callable[[bytes], bytes], vendor_certificate: str
) -> None:
    target = encryption_target([vendor_certificate], ())
    assert target
    root = etree.fromstring(issued(issuer, EXTREMES[1], Protection("before", encrypt_to=target)))
    value = list(root.iter("{http://www.w3.org/2001/04/xmlenc#}CipherValue"))[-1]
    octets = bytearray(base64.b64decode(value.text))
    octets[40] ^= 1
    value.text = base64.b64encode(bytes(octets)).decode()
    with pytest.raises(subprocess.CalledProcessError):
        opened(etree.tostring(root))
