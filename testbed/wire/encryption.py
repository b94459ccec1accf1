"""Encrypted assertions, read with the key that a run's key log has for them (XML Encryption 1.1).

The library that reads is not the one that encrypts. A key log holds content-encryption keys alone, as TLS key logs do:
each opens one message of one run, and no private key ever leaves the party that it belongs to.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from lxml import etree

from testbed.wire.xml import DS, MAX_BYTES, NAMESPACES, SAML, XENC, XENC11, Unreadable, parse, text_of

MAX_OPENED = 10
"""Encrypted assertions of one message that are opened; what is more stays closed."""
MAX_WRAPPED = 20
"""EncryptedKey elements that belong to one EncryptedData: one for each recipient."""
MAX_WRAPPED_BYTES = 4096
GCM_IV, GCM_TAG, BLOCK = 12, 16, 16
GCM: Mapping[str, int] = {f"{XENC11}aes{bits}-gcm": bits // 8 for bits in (128, 192, 256)}
"""Algorithm to the length of its key in bytes."""
CBC_MODE: Mapping[str, int] = {f"{XENC}aes{bits}-cbc": bits // 8 for bits in (128, 192, 256)}
RSA_OAEP_MGF1P = f"{XENC}rsa-oaep-mgf1p"
RSA_OAEP = f"{XENC11}rsa-oaep"
DIGESTS: Mapping[str, type[hashes.HashAlgorithm]] = {
    f"{DS}sha1": hashes.SHA1,
    "http://www.w3.org/2001/04/xmldsig-more#sha224": hashes.SHA224,
    f"{XENC}sha256": hashes.SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384,
    f"{XENC}sha512": hashes.SHA512,
}
MASKS: Mapping[str, type[hashes.HashAlgorithm]] = {
    f"{XENC11}mgf1sha1": hashes.SHA1,
    f"{XENC11}mgf1sha224": hashes.SHA224,
    f"{XENC11}mgf1sha256": hashes.SHA256,
    f"{XENC11}mgf1sha384": hashes.SHA384,
    f"{XENC11}mgf1sha512": hashes.SHA512,
}


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """An xenc:EncryptedKey: the content-encryption key, locked for one recipient."""

    algorithm: str
    digest: str
    mask: str
    label: bytes
    """OAEPparams."""
    cipher: bytes


@dataclass(frozen=True, slots=True)
class EncryptedData:
    """An xenc:EncryptedData as it stands in a message."""

    algorithm: str
    cipher: bytes
    keys: tuple[WrappedKey, ...]

    @property
    def fingerprint(self) -> str:
        """Its name in a key log: SHA-256 over the raw octets of CipherValue, in hex."""
        return hashlib.sha256(self.cipher).hexdigest()


def encrypted_assertions(document: bytes) -> tuple[EncryptedData, ...]:
    """Those of a message that can be told apart; none of a document that cannot be read."""
    try:
        holders = list(parse(document).iter(f"{{{SAML}}}EncryptedAssertion"))
    except Unreadable:
        return ()
    found = []
    for holder in holders[:MAX_OPENED]:
        try:
            found.append(encrypted_data(holder))
        except Unreadable:
            continue
    return tuple(found)


def encrypted_data(holder: etree._Element) -> EncryptedData:
    """Read the EncryptedData of a saml:EncryptedAssertion, with the EncryptedKey elements inside or beside it.

    Raises:
        Unreadable: there is none, or its cipher text stands elsewhere.
    """
    data = holder.findall("xenc:EncryptedData", NAMESPACES)
    if len(data) != 1:
        raise Unreadable("does not hold one EncryptedData")
    wrapped = [*data[0].findall("ds:KeyInfo/xenc:EncryptedKey", NAMESPACES)]
    wrapped += holder.findall("xenc:EncryptedKey", NAMESPACES)
    keys = tuple(_wrapped(key) for key in wrapped[:MAX_WRAPPED])
    return EncryptedData(_algorithm(data[0]), _cipher(data[0]), keys)


def unwrap(wrapped: WrappedKey, private_key: RSAPrivateKey) -> bytes:
    """The content-encryption key, by RSA-OAEP (XML Encryption 1.1, 5.5.2).

    Raises:
        Unreadable: it is locked for another key, or in a way that is not read here.
    """
    digest = DIGESTS.get(wrapped.digest)
    mask = hashes.SHA1 if wrapped.algorithm == RSA_OAEP_MGF1P else MASKS.get(wrapped.mask)
    if wrapped.algorithm not in (RSA_OAEP_MGF1P, RSA_OAEP) or digest is None or mask is None:
        raise Unreadable(f"is locked by {wrapped.algorithm or 'nothing that it names'}, which is not read here")
    padding = OAEP(MGF1(mask()), digest(), wrapped.label or None)
    try:
        return private_key.decrypt(wrapped.cipher, padding)
    except ValueError as error:
        raise Unreadable("is locked for another key") from error


def decrypt(data: EncryptedData, key: bytes) -> bytes:
    """The octets that were encrypted.

    Raises:
        Unreadable: the key does not fit, or the cipher text was changed or cut.
    """
    if data.algorithm in GCM and len(key) == GCM[data.algorithm]:
        return _by_gcm(data.cipher, key)
    if data.algorithm in CBC_MODE and len(key) == CBC_MODE[data.algorithm]:
        return _by_cbc(data.cipher, key)
    raise Unreadable(f"is encrypted by {data.algorithm or 'nothing that it names'}, for which the key does not fit")


def opened(root: etree._Element, content_keys: Mapping[str, bytes]) -> Sequence[etree._Element]:
    """Put decrypted assertions in the place of those that came encrypted; returns them.

    What no key fits, what was changed and what is no assertion inside stays as it is: closed. So does what would make
    the message larger by more than :data:`MAX_BYTES`.
    """
    found: list[etree._Element] = []
    room = MAX_BYTES
    holders = list(root.iter(f"{{{SAML}}}EncryptedAssertion")) if content_keys else []
    for holder in holders[:MAX_OPENED]:
        try:
            data = encrypted_data(holder)
            key = content_keys.get(data.fingerprint)
            if key is None:
                continue
            plain = decrypt(data, key)
            assertion = _assertion_in(plain, holder, room)
        except Unreadable:
            continue
        parent = holder.getparent()
        if parent is not None:
            assertion.tail = holder.tail
            parent.replace(holder, assertion)
            found.append(assertion)
            room -= len(plain)
    return found


def _assertion_in(plain: bytes, holder: etree._Element, room: int) -> etree._Element:
    """Parse in the place where it stood: what was encrypted may use the prefixes of the elements around it."""
    around = etree.Element("decrypted", nsmap=holder.nsmap)
    begin, end = etree.tostring(around).rsplit(b"/>", 1)[0] + b">", b"</decrypted>"
    if len(plain) > room:
        raise Unreadable("makes the message too large once decrypted")
    inside = list(parse(begin + plain + end, 2 * MAX_BYTES))
    if len(inside) != 1 or inside[0].tag != f"{{{SAML}}}Assertion":
        raise Unreadable("does not hold one assertion once decrypted")
    return inside[0]


def _by_gcm(cipher: bytes, key: bytes) -> bytes:
    if len(cipher) < GCM_IV + GCM_TAG:
        raise Unreadable("is cut short")
    try:
        return AESGCM(key).decrypt(cipher[:GCM_IV], cipher[GCM_IV:], None)
    except InvalidTag as error:
        raise Unreadable("was changed, or is encrypted with another key") from error


def _by_cbc(cipher: bytes, key: bytes) -> bytes:
    if len(cipher) < 2 * BLOCK or len(cipher) % BLOCK:
        raise Unreadable("is cut short")
    decryptor = Cipher(AES(key), CBC(cipher[:BLOCK])).decryptor()
    padded = decryptor.update(cipher[BLOCK:]) + decryptor.finalize()
    if not 1 <= padded[-1] <= BLOCK:
        raise Unreadable("was changed, or is encrypted with another key")
    return padded[: -padded[-1]]


def _algorithm(element: etree._Element) -> str:
    method = element.find("xenc:EncryptionMethod", NAMESPACES)
    return str(method.get("Algorithm", "")) if method is not None else ""


def _cipher(element: etree._Element) -> bytes:
    return _octets(text_of(element.find("xenc:CipherData/xenc:CipherValue", NAMESPACES)))


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable("holds something that is not base64") from error


def _wrapped(element: etree._Element) -> WrappedKey:
    digest = element.find("xenc:EncryptionMethod/ds:DigestMethod", NAMESPACES)
    mask = element.find("xenc:EncryptionMethod/xenc11:MGF", NAMESPACES)
    cipher = _cipher(element)
    if len(cipher) > MAX_WRAPPED_BYTES:
        raise Unreadable("holds a wrapped key that is larger than any key's")
    return WrappedKey(
        algorithm=_algorithm(element),
        digest=digest.get("Algorithm", "") if digest is not None else f"{DS}sha1",
        mask=mask.get("Algorithm", "") if mask is not None else f"{XENC11}mgf1sha1",
        label=_octets(text_of(element.find("xenc:EncryptionMethod/xenc:OAEPparams", NAMESPACES))),
        cipher=cipher,
    )
