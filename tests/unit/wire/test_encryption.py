"""Encrypted assertions made by xmlsec are read by ours; what does not fit stays closed and never raises."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import xmlsec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from testbed.model.messages import Malformed, SamlResponse
from testbed.model.wire import Exchange, Request
from testbed.wire.encryption import EncryptedData, decrypt, encrypted_assertions, unwrap
from testbed.wire.saml import messages
from testbed.wire.xml import MAX_BYTES, Unreadable

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
FORM = (("content-type", "application/x-www-form-urlencoded"),)
SAML, SAMLP = "urn:oasis:names:tc:SAML:2.0:assertion", "urn:oasis:names:tc:SAML:2.0:protocol"
XENC, XENC11, DS = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#", xmlsec.constants.DSigNs
MGF1P, OAEP = f"{XENC}rsa-oaep-mgf1p", f"{XENC11}rsa-oaep"
CIPHERS = {
    **{f"{XENC11}aes{bits}-gcm": bits for bits in (128, 192, 256)},
    **{f"{XENC}aes{bits}-cbc": bits for bits in (128, 192, 256)},
}
KEY_WAYS = [
    (MGF1P, f"{DS}sha1", ""),
    (MGF1P, f"{XENC}sha256", ""),
    (OAEP, f"{XENC}sha256", f"{XENC11}mgf1sha256"),
    (OAEP, f"{XENC}sha512", f"{XENC11}mgf1sha1"),
    (OAEP, f"{XENC}sha256", ""),
]
ASSERTION = (
    '<saml:Assertion ID="_a1" Version="2.0" IssueInstant="2026-09-01T07:00:00Z">'
    "<saml:Issuer>https://idp.skola.test/saml/metadata</saml:Issuer>"
    "<saml:Subject><saml:NameID>åäö-7</saml:NameID></saml:Subject>"
    '<saml:AuthnStatement AuthnInstant="2026-09-01T07:00:00Z" SessionIndex="_s1"/>'
    '<saml:AttributeStatement><saml:Attribute Name="urn:oid:0.9.2342.19200300.100.1.3">'
    "<saml:AttributeValue>åsa@elev.skola.test</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"
    "</saml:Assertion>"
)
PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def response(inside: str) -> bytes:
    return (
        f'<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="_r" Version="2.0">'
        f"<saml:Issuer>https://idp.skola.test/saml/metadata</saml:Issuer>{inside}</samlp:Response>"
    ).encode()


def template(cipher: str, way: tuple[str, str, str], label: bytes) -> str:
    algorithm, digest, mask = way
    masked = f'<e11:MGF xmlns:e11="{XENC11}" Algorithm="{mask}"/>' if mask else ""
    labelled = f"<xenc:OAEPparams>{base64.b64encode(label).decode()}</xenc:OAEPparams>" if label else ""
    wrapped = (
        f'<xenc:EncryptedKey xmlns:xenc="{XENC}" xmlns:ds="{DS}"><xenc:EncryptionMethod Algorithm="{algorithm}">'
        f'{labelled}<ds:DigestMethod Algorithm="{digest}"/>{masked}</xenc:EncryptionMethod>'
        "<xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey>"
    )
    return (
        f'<xenc:EncryptedData xmlns:xenc="{XENC}" xmlns:ds="{DS}" Type="{XENC}Element">'
        f'<xenc:EncryptionMethod Algorithm="{cipher}"/><ds:KeyInfo>{wrapped}</ds:KeyInfo>'
        "<xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>"
    )


def made_by_xmlsec(
    cipher: str = f"{XENC11}aes256-gcm",
    way: tuple[str, str, str] = KEY_WAYS[0],
    plain: bytes = ASSERTION.encode(),
    label: bytes = b"",
    beside: bool = False,
) -> bytes:
    """A response with one encrypted assertion, whose key is locked for PRIVATE."""
    public = PRIVATE.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(public, xmlsec.constants.KeyDataFormatPem))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(xmlsec.constants.KeyDataAes, CIPHERS[cipher], xmlsec.constants.KeyDataTypeSession)
    data = context.encrypt_binary(etree.fromstring(template(cipher, way, label)), plain)
    root = etree.fromstring(response("<saml:EncryptedAssertion/>"))
    holder = root.find(f"{{{SAML}}}EncryptedAssertion")
    holder.append(data)
    if beside:
        holder.append(data.find(f".//{{{XENC}}}EncryptedKey"))
    return etree.tostring(root)


def key_log(document: bytes, private: rsa.RSAPrivateKey = PRIVATE) -> dict[str, bytes]:
    return {one.fingerprint: unwrap(one.keys[0], private) for one in encrypted_assertions(document)}


def delivered(document: bytes, keys: dict[str, bytes]) -> SamlResponse | Malformed:
    body = urlencode({"SAMLResponse": base64.b64encode(document).decode()}).encode()
    request = Request("POST", "https://app.test/saml/acs", FORM, body)
    (message,) = messages(Exchange(1, "p", "browser.test", "app.test", request, None, NOW, 1.0), keys)
    assert isinstance(message, SamlResponse | Malformed)
    return message


def read(document: bytes, keys: dict[str, bytes]) -> SamlResponse:
    message = delivered(document, keys)
    assert isinstance(message, SamlResponse), message
    return message


def changed(document: bytes, change: object) -> bytes:
    """With other octets as the assertion's cipher text, the last in the document."""
    root = etree.fromstring(document)
    value = list(root.iter(f"{{{XENC}}}CipherValue"))[-1]
    value.text = base64.b64encode(change(base64.b64decode(value.text))).decode()  # type: ignore[operator]
    return etree.tostring(root)


@pytest.mark.parametrize("beside", [False, True], ids=["inside", "beside"])
@pytest.mark.parametrize("way", KEY_WAYS)
@pytest.mark.parametrize("cipher", CIPHERS)
def test_what_xmlsec_encrypts_is_read(cipher: str, way: tuple[str, str, str], beside: bool) -> None:
    document = made_by_xmlsec(cipher, way, beside=beside)
    message = read(document, key_log(document))
    (assertion,) = message.assertions
    assert assertion.encrypted
    assert (assertion.id, assertion.name_id, assertion.session_index) == ("_a1", "åäö-7", "_s1")
    assert assertion.attributes[0].values == ("åsa@elev.skola.test",)
    assert message.encrypted == 0
    assert message.document == document
    assert b"EncryptedAssertion" not in message.opened


def test_a_label_belongs_to_the_lock() -> None:
    document = made_by_xmlsec(label=b"skola")
    assert encrypted_assertions(document)[0].keys[0].label == b"skola"
    assert read(document, key_log(document)).encrypted == 0


def test_without_its_key_an_assertion_stays_closed() -> None:
    document = made_by_xmlsec()
    message = read(document, {})
    assert (message.assertions, message.encrypted, message.opened) == ((), 1, b"")


def test_an_assertion_in_the_clear_is_not_said_to_have_been_encrypted() -> None:
    message = read(response(ASSERTION), {})
    assert [one.encrypted for one in message.assertions] == [False]
    assert message.opened == b""


def test_the_key_of_another_vendor_does_not_unlock() -> None:
    (data,) = encrypted_assertions(made_by_xmlsec())
    with pytest.raises(Unreadable, match="locked for another key"):
        unwrap(data.keys[0], OTHER)


@pytest.mark.parametrize("algorithm", [f"{XENC}rsa-1_5", "", f"{XENC}kw-aes128"])
def test_a_lock_that_is_not_read_here_is_named(algorithm: str) -> None:
    document = made_by_xmlsec().replace(MGF1P.encode(), algorithm.encode())
    (data,) = encrypted_assertions(document)
    with pytest.raises(Unreadable, match="not read here"):
        unwrap(data.keys[0], PRIVATE)


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize("key", [b"", b"k" * 16, b"k" * 24, b"k" * 32, b"k" * 33])
def test_a_wrong_key_leaves_it_closed(cipher: str, key: bytes) -> None:
    document = made_by_xmlsec(cipher)
    (data,) = encrypted_assertions(document)
    message = read(document, {data.fingerprint: key})
    assert (message.assertions, message.encrypted) == ((), 1)


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize(
    "change",
    [
        lambda octets: octets[:-1] + bytes([octets[-1] ^ 1]),
        lambda octets: octets[:-16],
        lambda octets: octets[:20],
        lambda _: b"",
        lambda octets: octets[:40] + bytes([octets[40] ^ 255]) + octets[41:],
    ],
    ids=["last octet", "cut", "nearly nothing", "nothing", "in the middle"],
)
def test_what_was_changed_or_cut_stays_closed(cipher: str, change: object) -> None:
    document = made_by_xmlsec(cipher)
    (key,) = key_log(document).values()
    spoiled = changed(document, change)
    message = read(spoiled, {one.fingerprint: key for one in encrypted_assertions(spoiled)})
    assert [one for one in message.assertions if one.name_id == "åäö-7" and one.id == "_a1"] == []
    assert message.encrypted + len(message.assertions) == 1


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"no XML at all",
        b"<Assertion/>",
        ASSERTION.encode() * 2,
        b"</decrypted><x>" + ASSERTION.encode() + b"</x><decrypted>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + ASSERTION.encode(),
        b"<saml:Assertion>" + b"<a>" * 50_000,
        b"<saml:Assertion>" + b" " * MAX_BYTES + b"</saml:Assertion>",
        b"\xff\xfe\x00",
    ],
    ids=["nothing", "text", "another", "two", "breaks out", "doctype", "deep", "large", "octets"],
)
def test_what_is_no_assertion_inside_stays_closed(plain: bytes) -> None:
    key = bytes(32)
    sealed = bytes(12) + AESGCM(key).encrypt(bytes(12), plain, None)
    document = changed(made_by_xmlsec(), lambda _: sealed)
    message = delivered(document, {one.fingerprint: key for one in encrypted_assertions(document)})
    if isinstance(message, Malformed):
        assert message.reason
    else:
        assert (message.assertions, message.encrypted) == ((), 1)


def test_only_so_many_are_opened() -> None:
    document = made_by_xmlsec()
    root = etree.fromstring(document)
    holder = root.find(f"{{{SAML}}}EncryptedAssertion")
    for _ in range(30):
        root.append(etree.fromstring(etree.tostring(holder)))
    message = read(etree.tostring(root), key_log(document))
    assert (len(message.assertions), message.encrypted) == (10, 21)


def test_what_holds_no_cipher_text_of_its_own_is_left_out_of_the_others() -> None:
    document = made_by_xmlsec().replace(
        b"<saml:EncryptedAssertion>", b"<saml:EncryptedAssertion/><saml:EncryptedAssertion>", 1
    )
    assert len(encrypted_assertions(document)) == 1
    message = read(document, key_log(document))
    assert (len(message.assertions), message.encrypted) == (1, 1)


@settings(deadline=timedelta(seconds=2))
@given(st.binary(max_size=200), st.sampled_from(sorted(CIPHERS)), st.binary(max_size=40))
def test_any_octets_and_any_key_are_refused_with_a_reason(cipher: bytes, algorithm: str, key: bytes) -> None:
    try:
        told = decrypt(EncryptedData(algorithm, cipher, ()), key)
    except Unreadable as refused:
        told = str(refused).encode()
    assert 0 < len(told) < 200


@given(st.binary(max_size=500))
def test_any_octets_hold_no_encrypted_assertion(octets: bytes) -> None:
    assert encrypted_assertions(octets) == ()
