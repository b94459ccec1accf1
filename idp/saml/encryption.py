"""Encrypted assertions (SAML Core 2.3.4 and 6; XML Encryption 1.1)."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from idp.saml.certificates import MAX_CERTIFICATES, public_key
from idp.saml.names import DS, SAML

XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
TYPE_ELEMENT = f"{XENC}Element"

GCM_BITS = {f"{XENC11}aes256-gcm": 256, f"{XENC11}aes192-gcm": 192, f"{XENC11}aes128-gcm": 128}
"""What the content is encrypted with, the best first. All detect a change; the CBC modes of XML Encryption 1.0 do not,
and betray the text to whoever may ask a vendor often enough."""
WEAK_CONTENT = frozenset({f"{XENC}{name}-cbc" for name in ("aes128", "aes192", "aes256", "tripledes")})
OAEP_MGF1P, OAEP_11 = f"{XENC}rsa-oaep-mgf1p", f"{XENC11}rsa-oaep"
DIGESTS = {OAEP_MGF1P: f"{DS}sha1", OAEP_11: f"{XENC}sha256"}
"""What carries the content key, the most widely read first, each with its digest. In OAEP SHA-1 is no weakness, and it
is what products take."""
WEAK_TRANSPORT = frozenset({f"{XENC}rsa-1_5"})
MGF_SHA256 = f"{XENC11}mgf1sha256"
IV_BYTES = 12
"""In front of what is encrypted with GCM (XML Encryption 5.2.4)."""


@dataclass(frozen=True, slots=True)
class EncryptionTarget:
    """To which key of a vendor, and by which algorithms."""

    key: rsa.RSAPublicKey
    certificate: str
    """Base64 of DER: tells a vendor with several keys which one it needs."""
    content: str
    transport: str


def encryption_target(certificates: Sequence[str], methods: Sequence[str]) -> EncryptionTarget | None:
    """The first usable key with algorithms that the vendor takes (SAML Metadata 2.4.1.1); None when it has no RSA key
    of 2048 bits or more, or takes only algorithms that protect nothing.

    Args:
        certificates: from its metadata, each as base64 of DER.
        methods: the algorithms of its EncryptionMethod elements; none: it does not say.
    """
    content = _choose(GCM_BITS, WEAK_CONTENT, methods)
    transport = _choose(DIGESTS, WEAK_TRANSPORT, methods)
    if content is None or transport is None:
        return None
    for certificate in islice(certificates, MAX_CERTIFICATES):
        key = public_key(certificate)
        if isinstance(key, rsa.RSAPublicKey):
            return EncryptionTarget(key, "".join(certificate.split()), content, transport)
    return None


def _choose(ours: dict[str, int] | dict[str, str], weak: frozenset[str], methods: Sequence[str]) -> str | None:
    """The best of ours that the vendor names, or the best of all when it names none of this sort."""
    named = {method for method in methods if method in ours or method in weak}
    return next((uri for uri in ours if not named or uri in named), None)


def encrypt(assertion: etree._Element, target: EncryptionTarget) -> None:
    """Put an EncryptedAssertion in the place of a signed assertion (sign, then encrypt: SAML Core 6.2).

    What is encrypted is the assertion as a document of its own, with every prefix that it uses declared: so it reads,
    and its signature is good, wherever the vendor puts it.
    """
    # NOTE: by cryptography and not by xmlsec, whose keys manager takes 7 ms to set up for every message.
    key, iv = secrets.token_bytes(GCM_BITS[target.content] // 8), secrets.token_bytes(IV_BYTES)
    text: bytes = etree.tostring(assertion, with_tail=False)
    sealed = iv + AESGCM(key).encrypt(iv, text, None)
    # NOTE: OAEP does not need its hash to be collision-free, so SHA-1 is safe here.
    digest = hashes.SHA256() if target.transport == OAEP_11 else hashes.SHA1()  # noqa: S303
    wrapped = target.key.encrypt(key, padding.OAEP(padding.MGF1(digest), digest, None))
    wrapper = etree.Element(f"{{{SAML}}}EncryptedAssertion", nsmap={"saml": SAML})
    wrapper.append(_encrypted_data(target, wrapped, sealed))
    assertion.getparent().replace(assertion, wrapper)


def _encrypted_data(target: EncryptionTarget, wrapped: bytes, sealed: bytes) -> etree._Element:
    """EncryptedData with the EncryptedKey inside its KeyInfo: of the two places, the one that most products read."""
    data = etree.Element(f"{{{XENC}}}EncryptedData", Type=TYPE_ELEMENT, nsmap={"xenc": XENC, "ds": DS})
    etree.SubElement(data, f"{{{XENC}}}EncryptionMethod", Algorithm=target.content)
    key = etree.SubElement(etree.SubElement(data, f"{{{DS}}}KeyInfo"), f"{{{XENC}}}EncryptedKey")
    method = etree.SubElement(key, f"{{{XENC}}}EncryptionMethod", Algorithm=target.transport)
    etree.SubElement(method, f"{{{DS}}}DigestMethod", Algorithm=DIGESTS[target.transport])
    if target.transport == OAEP_11:
        etree.SubElement(method, f"{{{XENC11}}}MGF", Algorithm=MGF_SHA256, nsmap={"xenc11": XENC11})
    hint = etree.SubElement(etree.SubElement(key, f"{{{DS}}}KeyInfo"), f"{{{DS}}}X509Data")
    etree.SubElement(hint, f"{{{DS}}}X509Certificate").text = target.certificate
    for element, octets in ((key, wrapped), (data, sealed)):
        value = etree.SubElement(etree.SubElement(element, f"{{{XENC}}}CipherData"), f"{{{XENC}}}CipherValue")
        value.text = base64.b64encode(octets).decode("ascii")
    return data
