"""A signature inside an encrypted assertion is judged on what was decrypted, one over the response on what was sent."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from testbed.wire.encryption import encrypted_assertions, opened, unwrap
from testbed.wire.signatures import verify

SAML, SAMLP = "urn:oasis:names:tc:SAML:2.0:assertion", "urn:oasis:names:tc:SAML:2.0:protocol"
NOW = datetime(2026, 9, 1, tzinfo=UTC)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
VENDOR = rsa.generate_private_key(public_exponent=65537, key_size=2048)
RESPONSE = (
    f'<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="_r"><saml:Issuer>school</saml:Issuer>'
    '<saml:Assertion ID="_a"><saml:Issuer>school</saml:Issuer><saml:AttributeStatement><saml:Attribute Name="n">'
    '<saml:AttributeValue xsi:type="xs:string">Åsa &amp; Öl\n</saml:AttributeValue></saml:Attribute>'
    "</saml:AttributeStatement></saml:Assertion></samlp:Response>"
)


def certificate(key: rsa.RSAPrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "school")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW - timedelta(days=1), NOW + timedelta(days=1))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def sign(element: etree._Element) -> None:
    template = xmlsec.template.create(
        element, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256, ns="ds"
    )
    element.insert(1, template)
    reference = xmlsec.template.add_reference(template, xmlsec.constants.TransformSha256, uri=f"#{element.get('ID')}")
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    xmlsec.tree.add_ids(element, ["ID"])
    pem = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    context.sign(template)


def sealed(root: etree._Element) -> bytes:
    """Encrypt the assertion in its place, as a school does."""
    assertion = root.find(f"{{{SAML}}}Assertion")
    holder = etree.SubElement(root, f"{{{SAML}}}EncryptedAssertion")
    holder.append(assertion)
    template = xmlsec.template.encrypted_data_create(
        root, xmlsec.constants.TransformAes256Gcm, type=xmlsec.constants.TypeEncElement, ns="xenc"
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(template)
    wrapped = xmlsec.template.add_encrypted_key(
        xmlsec.template.encrypted_data_ensure_key_info(template, ns="ds"), xmlsec.constants.TransformRsaOaep
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(wrapped)
    public = VENDOR.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(public, xmlsec.constants.KeyDataFormatPem))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(xmlsec.constants.KeyDataAes, 256, xmlsec.constants.KeyDataTypeSession)
    context.encrypt_xml(template, assertion)
    return etree.tostring(root)


def unsealed(document: bytes) -> bytes:
    keys = {one.fingerprint: unwrap(one.keys[0], VENDOR) for one in encrypted_assertions(document)}
    root = etree.fromstring(document)
    assert len(opened(root, keys)) == 1
    return etree.tostring(root)


def signed_inside() -> bytes:
    root = etree.fromstring(RESPONSE)
    sign(root.find(f"{{{SAML}}}Assertion"))
    return sealed(root)


def test_a_signature_inside_is_good_once_decrypted() -> None:
    document = signed_inside()
    reading = verify(document, [certificate(KEY)], unsealed(document))
    assert (reading.ok, reading.covers) == (True, "assertion"), reading.reason


def test_without_the_key_a_signature_inside_cannot_be_seen() -> None:
    assert not verify(signed_inside(), [certificate(KEY)]).ok


@pytest.mark.parametrize(("old", "new"), [("Åsa", "Eva"), ('ID="_a"', 'ID="_b"')])
def test_a_signature_inside_is_bad_when_the_assertion_was_changed(old: str, new: str) -> None:
    document = signed_inside()
    spoiled = unsealed(document).decode().replace("&#197;", "Å").replace(old, new).encode()
    assert not verify(document, [certificate(KEY)], spoiled).ok


def test_the_key_of_somebody_else_verifies_nothing() -> None:
    document = signed_inside()
    assert not verify(document, [certificate(VENDOR)], unsealed(document)).ok


@pytest.mark.parametrize(
    ("old", "new"),
    [("a003020102", "a003020105"), ("2a864886f70d010101", "2a864886f70d01017f")],
    ids=["no such version", "no such kind of key"],
)
def test_a_hostile_certificate_does_not_stand_in_the_way_of_a_good_one(old: str, new: str) -> None:
    good = certificate(KEY)
    bad = good.replace(bytes.fromhex(old), bytes.fromhex(new))
    assert bad != good
    document = signed_inside()
    assert verify(document, [bad, good], unsealed(document)).ok
    assert not verify(document, [bad], unsealed(document)).ok


def test_a_signature_over_the_response_covers_what_was_sent() -> None:
    root = etree.fromstring(sealed(etree.fromstring(RESPONSE)))
    sign(root)
    document = etree.tostring(root)
    reading = verify(document, [certificate(KEY)], unsealed(document))
    assert (reading.ok, reading.covers) == (True, "response"), reading.reason
    value = next(iter(root.iter(f"{{{xmlsec.constants.EncNs}}}CipherValue")))
    value.text = base64.b64encode(b"x" * 64).decode()
    assert not verify(etree.tostring(root), [certificate(KEY)], unsealed(document)).ok


def test_two_signed_assertions_must_both_be_good() -> None:
    document = signed_inside()
    root = etree.fromstring(unsealed(document))
    other = etree.fromstring(etree.tostring(root.find(f"{{{SAML}}}Assertion")))
    other.set("ID", "_other")
    root.append(other)
    assert not verify(document, [certificate(KEY)], etree.tostring(root)).ok
