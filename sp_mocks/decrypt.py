"""Open an encrypted assertion (SAML Core 2.3.4, XML Encryption 1.1): by AES-GCM and RSA-OAEP alone.

What is decrypted is trusted no more than what came in the clear: it is put where the encrypted assertion stood, the
whole is written out and parsed anew, and whoever reads it must verify its signature as of any other.

AES-CBC and RSA 1.5 are refused before anything is decrypted: whoever can send messages and see what becomes of them
can read what was encrypted by those (XML Encryption 1.1, 6.1).
"""

import copy
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

import xmlsec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from sp_mocks.refusal import Refused
from sp_mocks.signature import parse
from sp_mocks.xmlnames import (
    AES_128_GCM,
    AES_256_GCM,
    DS,
    NAMESPACES,
    RSA_OAEP,
    RSA_OAEP_MGF1P,
    SAML,
    XENC,
    XENC11,
    XENC_ELEMENT,
)

ASSERTION, ENCRYPTED = f"{{{SAML}}}Assertion", f"{{{SAML}}}EncryptedAssertion"
DATA, KEY = f"{{{XENC}}}EncryptedData", f"{{{XENC}}}EncryptedKey"
CONTENT_ALGORITHMS = (AES_256_GCM, AES_128_GCM)
"""What it takes, the best first; its metadata says so."""
KEY_ALGORITHMS = (RSA_OAEP_MGF1P, RSA_OAEP)
_DIGESTS = frozenset({f"{DS}sha1", f"{XENC}sha256", f"{XENC}sha512", "http://www.w3.org/2001/04/xmldsig-more#sha384"})
"""Of OAEP. SHA-1 is what MGF1P has where nothing is said, and does no harm there."""
_MASKS = frozenset({f"{XENC11}mgf1sha1", f"{XENC11}mgf1sha256", f"{XENC11}mgf1sha384", f"{XENC11}mgf1sha512"})


class Decrypter:
    """Holds a vendor's private key in the form that xmlsec needs; make it once."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._keys = xmlsec.KeysManager()
        self._keys.add_key(xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem))

    def opened(self, response: etree._Element) -> etree._Element:
        """The response with the assertion in place of the encrypted one, parsed anew.

        1. There is one encrypted assertion, and no other. 2. It has exactly the parts that SAML allows, and each
        algorithm is on the list. 3. Of those parts alone a new element is made, and decrypted. 4. It holds one
        assertion and nothing else; nothing encrypted is left.

        Raises:
            Refused: it cannot be opened, or holds something else.
        """
        assertion = self.inside(_only_encrypted(response))
        whole = copy.deepcopy(response)
        place = whole.find(ENCRYPTED)
        assertion.tail = place.tail
        whole.replace(place, assertion)
        opened = parse(etree.tostring(whole))
        if next(opened.iter(ENCRYPTED, DATA, KEY), None) is not None:
            raise Refused("encryption-not-plain")
        return opened

    def inside(self, encrypted: etree._Element) -> etree._Element:
        """The assertion that one EncryptedAssertion holds, whatever stands beside it.

        Raises:
            Refused: it cannot be opened, or holds something else.
        """
        return _assertion_in(self._decrypt(_plain(encrypted)), encrypted.nsmap)

    def _decrypt(self, data: etree._Element) -> bytes:
        try:
            octets: bytes = xmlsec.EncryptionContext(self._keys).decrypt(data)
        except xmlsec.Error as error:
            # NOTE: one word for every way to fail, so that nobody learns from it how far a forged message came.
            raise Refused("not-decryptable") from error
        return octets


def _only_encrypted(response: etree._Element) -> etree._Element:
    found = list(response.iter(ENCRYPTED))
    if len(found) != 1 or found[0].getparent() is not response or next(response.iter(ASSERTION), None) is not None:
        raise Refused("assertion-count")
    if len(list(response.iter(DATA))) != 1 or len(list(response.iter(KEY))) != 1:
        raise Refused("encryption-not-plain")
    return found[0]


def _plain(encrypted: etree._Element) -> etree._Element:
    """The encrypted data with its key, made anew of the parts that are allowed.

    NOTE: without a Type, so that xmlsec gives back octets and parses nothing.
    """
    data = _only(encrypted, "xenc:EncryptedData")
    keys = [
        *data.findall("ds:KeyInfo/xenc:EncryptedKey", NAMESPACES),
        *encrypted.findall("xenc:EncryptedKey", NAMESPACES),
    ]
    if len(keys) != 1 or data.get("Type", XENC_ELEMENT) != XENC_ELEMENT:
        raise Refused("encryption-not-plain")
    new = etree.Element(DATA, nsmap={"xenc": XENC, "ds": DS, "xenc11": XENC11})
    _method(new, data, CONTENT_ALGORITHMS)
    new_key = etree.SubElement(etree.SubElement(new, f"{{{DS}}}KeyInfo"), KEY)
    method = _method(new_key, keys[0], KEY_ALGORITHMS)
    _parameters(method, _only(keys[0], "xenc:EncryptionMethod"))
    for target, source in ((new_key, keys[0]), (new, data)):
        place = etree.SubElement(target, f"{{{XENC}}}CipherData")
        value = etree.SubElement(place, f"{{{XENC}}}CipherValue")
        value.text = _only(source, "xenc:CipherData/xenc:CipherValue").text or ""
    return new


def _method(target: etree._Element, source: etree._Element, allowed: tuple[str, ...]) -> etree._Element:
    algorithm = _only(source, "xenc:EncryptionMethod").get("Algorithm", "")
    if algorithm not in allowed:
        raise Refused("encryption-algorithm-not-allowed")
    return etree.SubElement(target, f"{{{XENC}}}EncryptionMethod", Algorithm=algorithm)


def _parameters(target: etree._Element, source: etree._Element) -> None:
    """The digest and the mask of OAEP, where they are stated."""
    for child in source:
        algorithm = child.get("Algorithm", "")
        allowed = {f"{{{DS}}}DigestMethod": _DIGESTS, f"{{{XENC11}}}MGF": _MASKS}.get(child.tag, frozenset[str]())
        if algorithm not in allowed:
            raise Refused("encryption-algorithm-not-allowed")
        etree.SubElement(target, child.tag, Algorithm=algorithm)


def _only(parent: etree._Element, path: str) -> etree._Element:
    found = parent.findall(path, NAMESPACES)
    if len(found) != 1:
        raise Refused("encryption-not-plain")
    return found[0]


def _assertion_in(octets: bytes, scope: Mapping[str | None, str]) -> etree._Element:
    """The assertion that was encrypted, which may use prefixes that stand outside of it (XML Encryption 4.5)."""
    names = "".join(f" xmlns{f':{prefix}' if prefix else ''}={quoteattr(uri)}" for prefix, uri in scope.items())
    try:
        holder = parse(f"<opened{names}>".encode() + octets + b"</opened>")
    except Refused as error:
        raise Refused("decrypts-to-something-else") from error
    if [child.tag for child in holder] != [ASSERTION] or (holder.text or "").strip() or (holder[0].tail or "").strip():
        raise Refused("decrypts-to-something-else")
    return holder[0]
