"""Encrypted assertions, opened by other means than those that closed them."""

import base64
import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml import XMLVerifier

from idp.keys import SchoolKeys
from idp.saml.encryption import (
    GCM_BITS,
    OAEP_11,
    OAEP_MGF1P,
    WEAK_CONTENT,
    WEAK_TRANSPORT,
    XENC11,
    EncryptionTarget,
    encrypt,
    encryption_target,
)
from idp.saml.signing import Signer

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
XENC = "{http://www.w3.org/2001/04/xmlenc#}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
AES256, AES192, AES128 = GCM_BITS
CBC = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
RSA15 = "http://www.w3.org/2001/04/xmlenc#rsa-1_5"
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
RESPONSE = f"""<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="{SAML}"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="_r">
<saml:Assertion ID="_a"><saml:Issuer>idp</saml:Issuer><saml:AttributeStatement><saml:Attribute Name="n">
<saml:AttributeValue xsi:type="xs:string">Åsa 𝔸 &lt;b&gt;</saml:AttributeValue></saml:Attribute>
</saml:AttributeStatement></saml:Assertion></samlp:Response>"""


def certificate_of(key: Any) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lasning.test")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + dt.timedelta(days=1))
    return base64.b64encode(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)).decode()


type Encrypted = Callable[..., Any]


@pytest.fixture
def encrypted(receiver: Any) -> Encrypted:
    """Makes a response whose assertion is encrypted to the receiver."""

    def make(methods: tuple[str, ...] = (), signer: Signer | None = None) -> Any:
        root = etree.fromstring(RESPONSE.encode())
        if signer:
            signer.sign(root[0])
        target = encryption_target([receiver.certificate], methods)
        assert target
        encrypt(root[0], target)
        return etree.fromstring(etree.tostring(root))

    return make


@pytest.mark.parametrize("methods", [(), (AES128,), (AES192, OAEP_11), (OAEP_MGF1P, OAEP_11), (OAEP_11,)])
def test_the_decrypted_assertion_verifies_by_itself(
    encrypted: Encrypted, receiver: Any, keys: SchoolKeys, methods: tuple[str, ...]
) -> None:
    opened = receiver.open(encrypted(methods, Signer(keys.current)))
    verified = XMLVerifier().verify(opened, x509_cert=keys.current.certificate_pem.decode(), id_attribute="ID")
    assert verified.signed_xml.findtext(f".//{{{SAML}}}AttributeValue") == "Åsa 𝔸 <b>"
    assert opened.nsmap["xs"] == "http://www.w3.org/2001/XMLSchema"


def test_nothing_of_the_assertion_can_be_read_on_the_way(encrypted: Encrypted) -> None:
    root = encrypted()
    assert [child.tag for child in root] == [f"{{{SAML}}}EncryptedAssertion"]
    assert "Åsa" not in etree.tostring(root, encoding="unicode")
    assert "AttributeValue" not in etree.tostring(root, encoding="unicode")


def test_the_key_stands_inside_and_says_whose_it_is(encrypted: Encrypted, receiver: Any) -> None:
    data = encrypted()[0][0]
    assert data.get("Type") == "http://www.w3.org/2001/04/xmlenc#Element"
    key = data.find(f"{DS}KeyInfo/{XENC}EncryptedKey")
    assert key.findtext(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate") == receiver.certificate
    assert [e.get("Algorithm") for e in data.iter() if e.get("Algorithm")] == [
        "http://www.w3.org/2009/xmlenc11#aes256-gcm",
        "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
        "http://www.w3.org/2000/09/xmldsig#sha1",
    ]


def test_another_key_opens_nothing(encrypted: Encrypted, receiver: Any) -> None:
    stranger = replace(receiver, key=rsa.generate_private_key(public_exponent=65537, key_size=2048))
    root = encrypted()
    with pytest.raises(xmlsec.Error):
        stranger.open(root)


def test_no_key_and_no_start_is_used_twice(encrypted: Encrypted) -> None:
    values = [element.text for _ in range(5) for element in encrypted().iter(f"{XENC}CipherValue")]
    assert len(set(values)) == 10
    assert len({base64.b64decode(value)[:12] for value in values[1::2]}) == 5


def test_a_changed_text_is_noticed(encrypted: Encrypted, receiver: Any) -> None:
    root = encrypted()
    value = root[0][0].find(f"{XENC}CipherData/{XENC}CipherValue")
    octets = bytearray(base64.b64decode(value.text))
    octets[20] ^= 1
    value.text = base64.b64encode(bytes(octets)).decode()
    with pytest.raises(xmlsec.Error):
        receiver.open(root)


@pytest.mark.parametrize(
    ("methods", "content", "transport"),
    [
        ((), AES256, OAEP_MGF1P),
        ((AES128,), AES128, OAEP_MGF1P),
        ((AES128, AES256), AES256, OAEP_MGF1P),
        ((CBC, AES192), AES192, OAEP_MGF1P),
        ((OAEP_11,), AES256, OAEP_11),
        ((OAEP_11, OAEP_MGF1P, RSA15), AES256, OAEP_MGF1P),
        (("http://www.w3.org/2001/04/xmlenc#kw-aes256", "urn:x"), AES256, OAEP_MGF1P),
    ],
)
def test_the_algorithms_are_the_best_that_the_vendor_takes(
    receiver: Any, methods: tuple[str, ...], content: str, transport: str
) -> None:
    found = encryption_target([receiver.certificate], methods)
    assert isinstance(found, EncryptionTarget)
    assert (found.content, found.transport) == (content, transport)


@pytest.mark.parametrize("methods", [*((weak,) for weak in (*WEAK_CONTENT, *WEAK_TRANSPORT)), (AES256, RSA15)])
def test_a_vendor_that_takes_only_what_protects_nothing_gets_nothing(receiver: Any, methods: tuple[str, ...]) -> None:
    assert encryption_target([receiver.certificate], methods) is None


def test_only_a_strong_rsa_key_is_encrypted_to(receiver: Any) -> None:
    weak = certificate_of(rsa.generate_private_key(public_exponent=65537, key_size=1024))  # noqa: S505
    curve = certificate_of(ec.generate_private_key(ec.SECP256R1()))
    assert encryption_target([], ()) is None
    assert encryption_target([weak, curve, "AAAA"], ()) is None
    found = encryption_target([weak, curve, "AAAA", receiver.certificate], ())
    assert found
    assert found.key == receiver.key.public_key()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text(max_size=50) | st.none(), max_size=15),
    st.lists(st.text(max_size=50) | st.sampled_from([AES128, CBC, RSA15, OAEP_11, f"{XENC11}x"]), max_size=6),
)
def test_hostile_metadata_is_no_error(receiver: Any, certificates: list[str | None], methods: list[str]) -> None:
    good = [receiver.certificate if certificate is None else certificate for certificate in certificates]
    found = encryption_target(good, methods)
    assert found is None or found.key == receiver.key.public_key()
