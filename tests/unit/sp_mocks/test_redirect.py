"""Messages in a query string: signed over the octets as they were sent, and bounded."""

import base64
import zlib
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from sp_mocks.redirect import MAX_QUERY, MAX_XML, must_be_signed, pack, unpack
from sp_mocks.refusal import Refused
from sp_mocks.xmlnames import RSA_SHA256

from .conftest import SSO, self_signed

ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"


def query(url: str) -> bytes:
    return urlsplit(url).query.encode()


def code_of(call: Any) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def deflated(xml: bytes) -> str:
    packer = zlib.compressobj(wbits=-15)
    return quote(base64.b64encode(packer.compress(xml) + packer.flush()).decode(), safe="")


def test_without_a_signer_the_redirect_is_not_signed() -> None:
    url = pack(SSO, "SAMLRequest", b"<a/>", "state", None)
    fields = dict(parse_qsl(urlsplit(url).query))
    assert url.startswith(f"{SSO}?")
    assert set(fields) == {"SAMLRequest", "RelayState"}
    assert fields["RelayState"] == "state"
    received = unpack(query(url))
    assert (received.field, received.xml, received.relay_state) == ("SAMLRequest", b"<a/>", "state")
    assert code_of(lambda: must_be_signed(received, ())) == "not-signed"


def test_an_address_with_a_query_keeps_it_and_no_relay_state_is_none() -> None:
    url = pack(f"{SSO}?tenant=1", "SAMLResponse", b"<a/>", "", None)
    assert url.startswith(f"{SSO}?tenant=1&SAMLResponse=")
    assert "RelayState" not in url


def test_the_signature_covers_the_octets_of_the_query(keys: Any) -> None:
    url = pack(SSO, "SAMLRequest", b"<a>%s</a>" % bytes(range(65, 91)), "st/+&=é", keys)
    octets, _, signature = urlsplit(url).query.partition("&Signature=")
    assert [name for name, _ in parse_qsl(octets)] == ["SAMLRequest", "RelayState", "SigAlg"]
    assert dict(parse_qsl(octets))["SigAlg"] == RSA_SHA256
    given_signature = base64.b64decode(dict(parse_qsl(f"Signature={signature}"))["Signature"])
    keys.certificate.public_key().verify(given_signature, octets.encode(), padding.PKCS1v15(), hashes.SHA256())
    must_be_signed(unpack(query(url)), (b"no certificate", keys.certificate_der))


@pytest.mark.parametrize(
    ("old", "new"),
    [("a003020102", "a003020105"), ("2a864886f70d010101", "2a864886f70d01017f")],
    ids=["no such version", "no such kind of key"],
)
def test_a_hostile_certificate_verifies_nothing_and_breaks_nothing(keys: Any, old: str, new: str) -> None:
    bad = keys.certificate_der.replace(bytes.fromhex(old), bytes.fromhex(new))
    assert bad != keys.certificate_der
    received = unpack(query(pack(SSO, "SAMLRequest", b"<a/>", "", keys)))
    assert code_of(lambda: must_be_signed(received, (bad,))) == "signature-not-good"
    must_be_signed(received, (bad, keys.certificate_der))


@pytest.mark.parametrize("change", [("RelayState=st", "RelayState=xx"), ("RelayState=st%2B&", ""), ("st%2B", "st%2b")])
def test_whatever_is_changed_the_signature_is_no_longer_good(keys: Any, change: tuple[str, str]) -> None:
    changed = pack(SSO, "SAMLRequest", b"<a>%s</a>" % bytes(range(65, 91)), "st+", keys).replace(*change)
    assert code_of(lambda: must_be_signed(unpack(query(changed)), (keys.certificate_der,))) == "signature-not-good"


def test_escapes_in_lower_case_are_verified_as_they_were_sent(keys: Any) -> None:
    octets = f"SAMLRequest={deflated(b'<a/>')}&RelayState=a%2fb&SigAlg={quote(RSA_SHA256, safe='').lower()}"
    signature = keys.private_key.sign(octets.encode(), padding.PKCS1v15(), hashes.SHA256())
    sent = f"{octets}&Signature={quote(base64.b64encode(signature).decode(), safe='')}"
    must_be_signed(unpack(sent.encode()), (keys.certificate_der,))
    assert unpack(sent.encode()).relay_state == "a/b"


def test_an_elliptic_key_signs_as_xml_signature_writes_it() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    octets = f"SAMLRequest={deflated(b'<a/>')}&SigAlg={quote(ECDSA_SHA256, safe='')}"
    der = key.sign(octets.encode(), ec.ECDSA(hashes.SHA256()))
    raw = b"".join(part.to_bytes(32) for part in decode_dss_signature(der))
    certificate = (self_signed(key),)
    for signature, good in ((raw, True), (der, False), (raw + b"\0", False), (b"", False)):
        sent = f"{octets}&Signature={quote(base64.b64encode(signature).decode(), safe='')}".encode()
        if good:
            must_be_signed(unpack(sent), certificate)
        else:
            assert code_of(lambda sent=sent: must_be_signed(unpack(sent), certificate)) == "signature-not-good"


def test_a_weak_algorithm_is_refused_though_the_signature_is_good(keys: Any) -> None:
    weak = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
    octets = f"SAMLRequest={deflated(b'<a/>')}&SigAlg={quote(weak, safe='')}"
    signature = keys.private_key.sign(octets.encode(), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
    sent = f"{octets}&Signature={quote(base64.b64encode(signature).decode(), safe='')}".encode()
    code = code_of(lambda: must_be_signed(unpack(sent), (keys.certificate_der,)))
    assert code == "signature-algorithm-not-allowed"


BAD = {
    "nothing": (b"", "no-message"),
    "both": (b"SAMLRequest=a&SAMLResponse=b", "no-message"),
    "twice": (b"SAMLRequest=a&SAMLRequest=b", "no-message"),
    "a second relay state": (b"SAMLRequest=a&RelayState=x&RelayState=y", "no-message"),
    "no base64": (b"SAMLRequest=%2A", "not-base64"),
    "no text": (b"SAMLRequest=%FF", "not-base64"),
    "not deflated": (b"SAMLRequest=AAAA", "not-deflated"),
    "cut": (b"SAMLRequest=" + deflated(bytes(range(100)))[:16].encode(), "not-deflated"),
    "too long": (b"x" * (MAX_QUERY + 1), "message-too-large"),
    "too many fields": (b"a=1&" * 30 + b"SAMLRequest=a", "message-too-large"),
    "a bomb": (b"SAMLRequest=" + deflated(b" " * (MAX_XML + 1)).encode(), "message-too-large"),
}


@pytest.mark.parametrize(("sent", "code"), BAD.values(), ids=BAD)
def test_what_is_no_such_message_is_refused(sent: bytes, code: str) -> None:
    assert code_of(lambda: unpack(sent)) == code


@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(sent: bytes) -> None:
    for octets in (sent, b"SAMLRequest=" + sent):
        try:
            unpack(octets)
        except Refused:
            continue
