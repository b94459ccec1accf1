"""Encrypted assertions: what is opened is read as strictly as what came in the clear, and the rest is refused."""

import base64
import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from sp_mocks.consume import Login, consume
from sp_mocks.profiles import PROFILES
from sp_mocks.refusal import Refused
from sp_mocks.xmlnames import AES_128_GCM, DS, NAMESPACES, RSA_OAEP, SAML, XENC, XENC11

from .conftest import NOW, OTHER, PUPIL, find, self_signed

READING = PROFILES["reading-service"].behaviour


@pytest.fixture
def reads(school: Any, me: Any, decrypter: Any) -> Callable[..., Login]:
    def read(message: etree._Element, **decisions: Any) -> Login:
        encoded = base64.b64encode(etree.tostring(message)).decode()
        return consume(encoded, me, school.as_known(), replace(READING, **decisions), NOW, decrypter)

    return read


def refusal(reads: Callable[..., Login], message: etree._Element, **decisions: Any) -> str:
    with pytest.raises(Refused) as refused:
        reads(message, **decisions)
    return refused.value.code


# --- what is let in -------------------------------------------------------------------------------------------------

WAYS: dict[str, dict[str, Any]] = {
    "as usual": {},
    "AES of 128 bits": {"content": AES_128_GCM},
    "the key beside the data": {"beside": True},
    "the digest of OAEP stated": {"digest": f"{XENC}sha256"},
    "OAEP of 2013": {"key": RSA_OAEP, "digest": f"{XENC}sha256", "mask": f"{XENC11}mgf1sha256"},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("wants", [True, False])
def test_an_encrypted_assertion_is_read_as_any_other(
    school: Any, encryption: Any, reads: Any, way: dict[str, Any], wants: bool
) -> None:
    plain = reads(school.signed(givenName="Åsa"))
    login = reads(replace(encryption, **way).hide(school.signed(givenName="Åsa")), wants_encrypted=wants)
    assert login == plain
    assert login.user == PUPIL


def test_a_good_signature_outside_may_be_there_too(school: Any, encryption: Any, reads: Any) -> None:
    message = encryption.hide(school.signed())
    school.sign(message)
    assert reads(message).user == PUPIL


def test_prefixes_may_be_declared_outside_of_what_was_encrypted(school: Any, encryption: Any, reads: Any) -> None:
    message = school.signed()
    assertion = find(message, "saml:Assertion")
    octets = etree.tostring(assertion, with_tail=False)
    for declaration in (f' xmlns:saml="{SAML}"', ' xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'):
        octets = octets.replace(declaration.encode(), b"", 1)
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(octets)
    message.replace(assertion, encryption.element(octets))
    assert reads(message).user == PUPIL


# --- what is refused ------------------------------------------------------------------------------------------------


def test_in_the_clear_is_refused_by_those_who_want_it_encrypted(school: Any, reads: Any) -> None:
    assert refusal(reads, school.signed(), wants_encrypted=True) == "assertion-in-the-clear"


def with_hidden(school: Any, encryption: Any, octets: bytes) -> etree._Element:
    message = school.message()
    message.replace(find(message, "saml:Assertion"), encryption.element(octets))
    return message


def text_of(message: etree._Element) -> bytes:
    return etree.tostring(find(message, "saml:Assertion"), method="c14n", exclusive=True)


def two(school: Any, encryption: Any) -> etree._Element:
    message = encryption.hide(school.signed())
    message.append(copy.deepcopy(find(message, "saml:EncryptedAssertion")))
    return message


def one_in_the_clear_beside(school: Any, encryption: Any) -> etree._Element:
    message = encryption.hide(school.signed())
    message.append(find(school.forged(school.signed()), "saml:Assertion"))
    return message


def deeper(school: Any, encryption: Any) -> etree._Element:
    message = encryption.hide(school.signed())
    find(message, "samlp:Status").append(find(message, "saml:EncryptedAssertion"))
    return message


def nested(school: Any, encryption: Any) -> etree._Element:
    inner = encryption.hide(school.signed())
    return with_hidden(school, encryption, etree.tostring(find(inner, "saml:EncryptedAssertion")))


def within_an_assertion(school: Any, encryption: Any) -> etree._Element:
    def hold(message: etree._Element) -> None:
        find(message, "saml:Assertion").append(find(encryption.hide(school.signed()), "saml:EncryptedAssertion"))

    return encryption.hide(school.signed(change=hold))


def signed_outside_only(school: Any, encryption: Any) -> etree._Element:
    message = encryption.hide(school.message())
    school.sign(message)
    return message


def forged_within(school: Any, encryption: Any) -> etree._Element:
    return encryption.hide(school.forged(school.signed()))


def changed_within(school: Any, encryption: Any) -> etree._Element:
    return with_hidden(school, encryption, text_of(school.signed()).replace(PUPIL.encode(), OTHER.encode()))


def bad_signature_outside(school: Any, encryption: Any) -> etree._Element:
    message = encryption.hide(school.signed())
    school.sign(message, key=school.stranger)
    return message


def to_another_vendor(school: Any, encryption: Any) -> etree._Element:
    return replace(encryption, certificate=self_signed(school.stranger)).hide(school.signed())


def tampered(school: Any, encryption: Any) -> etree._Element:
    message = encryption.hide(school.signed())
    value = find(message, ".//xenc:EncryptedData/xenc:CipherData/xenc:CipherValue")
    octets = bytearray(base64.b64decode(value.text))
    octets[20] ^= 1
    value.text = base64.b64encode(bytes(octets)).decode()
    return message


def no_cipher(school: Any, encryption: Any) -> etree._Element:
    message = encryption.hide(school.signed())
    find(message, ".//xenc:EncryptedData/xenc:CipherData/xenc:CipherValue").text = ""
    return message


def by_reference(school: Any, encryption: Any) -> etree._Element:
    message = encryption.hide(school.signed())
    place = find(message, ".//xenc:EncryptedData/xenc:CipherData")
    place.clear()
    etree.SubElement(place, f"{{{XENC}}}CipherReference", URI="https://evil.test/")
    return message


def two_keys(school: Any, encryption: Any) -> etree._Element:
    message = encryption.hide(school.signed())
    key = find(message, ".//xenc:EncryptedKey")
    find(message, "saml:EncryptedAssertion").append(copy.deepcopy(key))
    return message


def no_key(school: Any, encryption: Any) -> etree._Element:
    message = encryption.hide(school.signed())
    key = find(message, ".//xenc:EncryptedKey")
    key.getparent().remove(key)
    return message


def label(school: Any, encryption: Any) -> etree._Element:
    message = encryption.hide(school.signed())
    method = find(message, ".//xenc:EncryptedKey/xenc:EncryptionMethod")
    etree.SubElement(method, f"{{{XENC}}}OAEPparams").text = "AAAA"
    return message


def algorithm(path: str, name: str) -> Callable[[Any, Any], etree._Element]:
    def weakened(school: Any, encryption: Any) -> etree._Element:
        message = encryption.hide(school.signed())
        find(message, f".//{path}/xenc:EncryptionMethod").set("Algorithm", name)
        return message

    return weakened


def holds(make: Callable[[Any], bytes]) -> Callable[[Any, Any], etree._Element]:
    return lambda school, encryption: with_hidden(school, encryption, make(school))


HOSTILE: dict[str, tuple[Callable[[Any, Any], etree._Element], str]] = {
    "two": (two, "assertion-count"),
    "one in the clear beside it": (one_in_the_clear_beside, "assertion-count"),
    "in another place": (deeper, "assertion-count"),
    "encrypted twice over": (nested, "decrypts-to-something-else"),
    "something encrypted within": (within_an_assertion, "encryption-not-plain"),
    "signed outside only": (signed_outside_only, "encrypted-but-not-signed"),
    "signed by nobody": (forged_within, "encrypted-but-not-signed"),
    "changed before it was encrypted": (changed_within, "signature-not-good"),
    "a stranger's signature outside": (bad_signature_outside, "signature-not-good"),
    "to another vendor": (to_another_vendor, "not-decryptable"),
    "tampered with": (tampered, "not-decryptable"),
    "empty": (no_cipher, "not-decryptable"),
    "elsewhere": (by_reference, "encryption-not-plain"),
    "two keys": (two_keys, "encryption-not-plain"),
    "no key": (no_key, "encryption-not-plain"),
    "a label": (label, "encryption-algorithm-not-allowed"),
    "AES-CBC": (algorithm("xenc:EncryptedData", f"{XENC}aes256-cbc"), "encryption-algorithm-not-allowed"),
    "RSA 1.5": (algorithm("xenc:EncryptedKey", f"{XENC}rsa-1_5"), "encryption-algorithm-not-allowed"),
    "another digest": (
        lambda school, encryption: _restated(encryption.hide(school.signed())),
        "encryption-algorithm-not-allowed",
    ),
    "content": (
        lambda school, encryption: replace(encryption, kind=f"{XENC}Content").hide(school.signed()),
        "encryption-not-plain",
    ),
    "no XML": (holds(lambda _: b"\x00\xff"), "decrypts-to-something-else"),
    "nothing": (holds(lambda _: b" "), "decrypts-to-something-else"),
    "a response": (holds(lambda school: etree.tostring(school.signed())), "decrypts-to-something-else"),
    "two assertions": (holds(lambda school: text_of(school.signed()) * 2), "decrypts-to-something-else"),
    "a comment before": (holds(lambda school: b"<!---->" + text_of(school.signed())), "decrypts-to-something-else"),
    "words before": (holds(lambda school: b"x" + text_of(school.signed())), "decrypts-to-something-else"),
    "words after": (holds(lambda school: text_of(school.signed()) + b"x"), "decrypts-to-something-else"),
    "out of its element": (
        holds(lambda school: text_of(school.signed()) + b"</opened><opened>"),
        "decrypts-to-something-else",
    ),
    "a DTD": (holds(lambda school: b"<!DOCTYPE x>" + text_of(school.signed())), "decrypts-to-something-else"),
}


def _restated(message: etree._Element) -> etree._Element:
    method = find(message, ".//xenc:EncryptedKey/xenc:EncryptionMethod")
    etree.SubElement(method, f"{{{DS}}}DigestMethod", Algorithm="http://www.w3.org/2001/04/xmldsig-more#md5")
    return message


@pytest.mark.parametrize(("make", "code"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_message_is_refused(school: Any, encryption: Any, reads: Any, make: Any, code: str) -> None:
    assert refusal(reads, make(school, encryption)) == code


def test_a_signature_within_the_encrypted_element_is_out_of_place(school: Any, encryption: Any, reads: Any) -> None:
    message = encryption.hide(school.signed())
    signature = find(school.signed("_other"), "saml:Assertion/ds:Signature")
    message.find("samlp:Status", NAMESPACES).append(signature)
    assert refusal(reads, message) == "signature-out-of-place"


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_edit_of_an_encrypted_message_makes_it_say_something_else(
    school: Any, encryption: Any, reads: Any, data: st.DataObject
) -> None:
    octets = etree.tostring(encryption.hide(school.signed()))
    at = data.draw(st.integers(0, len(octets) - 1))
    taken = data.draw(st.integers(0, 12))
    put = data.draw(st.sampled_from([b"", b"<!---->", b"<?p?>", b" ", b'"', b"<a/>", b"&#65;", b"AAAA"]))
    try:
        message = etree.fromstring(octets[:at] + put + octets[at + taken :])
    except etree.XMLSyntaxError:
        return
    try:
        login = reads(message)
    except Refused:
        return
    assert login.user == PUPIL
