"""Messages that travel in a query string (SAML Bindings 3.4): packed, signed, and verified over the octets as sent."""

import base64
import binascii
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlencode

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from sp_mocks.keys import VendorKeys
from sp_mocks.refusal import Refused
from sp_mocks.xmlnames import RSA_SHA256

RAW_DEFLATE = -zlib.MAX_WBITS
MAX_QUERY = 64 * 1024
MAX_FIELDS = 20
MAX_XML = 256 * 1024
"""Octets of a message once it is inflated."""
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_RSA: dict[str, hashes.HashAlgorithm] = {
    RSA_SHA256: hashes.SHA256(),
    f"{_MORE}rsa-sha384": hashes.SHA384(),
    f"{_MORE}rsa-sha512": hashes.SHA512(),
}
_ECDSA: dict[str, hashes.HashAlgorithm] = {
    f"{_MORE}ecdsa-sha256": hashes.SHA256(),
    f"{_MORE}ecdsa-sha384": hashes.SHA384(),
    f"{_MORE}ecdsa-sha512": hashes.SHA512(),
}
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


@dataclass(frozen=True, slots=True)
class Received:
    """A message that came in a query string, unpacked but not yet verified."""

    field: str
    """SAMLRequest or SAMLResponse."""
    xml: bytes
    relay_state: str
    signed: bytes
    """The octets that the signature covers, as they were sent (SAML Bindings 3.4.4.1)."""
    algorithm: str
    """"" when it is not signed."""
    signature: bytes


def pack(place: str, field: str, message: bytes, relay_state: str, signer: VendorKeys | None) -> str:
    """The URL that carries a message, signed with RSA-SHA256 where a signer is given.

    Args:
        place: where it goes; may have a query of its own.
        field: SAMLRequest or SAMLResponse.
        message: UTF-8 XML.
        relay_state: "" to send none.
        signer: whose signature it carries.
    """
    deflater = zlib.compressobj(wbits=RAW_DEFLATE)
    packed = base64.b64encode(deflater.compress(message) + deflater.flush()).decode("ascii")
    fields = [(field, packed), *([("RelayState", relay_state)] if relay_state else [])]
    if signer is not None:
        fields.append(("SigAlg", RSA_SHA256))
        # NOTE: the signature covers these very octets, in this order (SAML Bindings 3.4.4.1).
        octets = urlencode(fields, quote_via=quote).encode("ascii")
        signature = signer.private_key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
        fields.append(("Signature", base64.b64encode(signature).decode("ascii")))
    joint = "&" if "?" in place else "?"
    return f"{place}{joint}{urlencode(fields, quote_via=quote)}"


def unpack(query: bytes) -> Received:
    """The message in a query string, within limits.

    Raises:
        Refused: there is none or more than one, or it cannot be read.
    """
    if len(query) > MAX_QUERY or query.count(b"&") >= MAX_FIELDS:
        raise Refused("message-too-large")
    fields: dict[str, bytes] = {}
    for part in query.split(b"&"):
        name, _, value = part.partition(b"=")
        if name.decode("latin-1") in fields:
            raise Refused("no-message")
        fields[name.decode("latin-1")] = value
    kinds = [name for name in ("SAMLRequest", "SAMLResponse") if name in fields]
    if len(kinds) != 1:
        raise Refused("no-message")
    covered = [name for name in (kinds[0], "RelayState", "SigAlg") if name in fields]
    return Received(
        field=kinds[0],
        xml=_inflated(_base64(_text(fields[kinds[0]]))),
        relay_state=_text(fields.get("RelayState", b"")),
        signed=b"&".join(name.encode("ascii") + b"=" + fields[name] for name in covered),
        algorithm=_text(fields.get("SigAlg", b"")) if "Signature" in fields else "",
        signature=_base64(_text(fields.get("Signature", b""))),
    )


def must_be_signed(message: Received, certificates: Sequence[bytes]) -> None:
    """It carries a good signature under one of these keys (SAML Bindings 3.4.4.1).

    Raises:
        Refused: it does not.
    """
    if not message.algorithm:
        raise Refused("not-signed")
    if message.algorithm not in _RSA and message.algorithm not in _ECDSA:
        raise Refused("signature-algorithm-not-allowed")
    if not any(_verifies(message, der) for der in certificates):
        raise Refused("signature-not-good")


def _verifies(message: Received, certificate: bytes) -> bool:
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
        if isinstance(key, rsa.RSAPublicKey) and message.algorithm in _RSA:
            key.verify(message.signature, message.signed, padding.PKCS1v15(), _RSA[message.algorithm])
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and message.algorithm in _ECDSA:
            # NOTE: XML signature writes r and s one after the other (RFC 4050), cryptography expects DER.
            half = (key.key_size + 7) // 8
            r, s = (int.from_bytes(part) for part in (message.signature[:half], message.signature[half:]))
            key.verify(encode_dss_signature(r, s), message.signed, ec.ECDSA(_ECDSA[message.algorithm]))
            return len(message.signature) == 2 * half
    except (InvalidSignature, ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        return False
    return False


def _text(octets: bytes) -> str:
    try:
        return unquote_to_bytes(octets.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("not-base64") from error


def _base64(text: str) -> bytes:
    compact = "".join(text.split())
    if not _BASE64.fullmatch(compact):
        raise Refused("not-base64")
    try:
        return base64.b64decode(compact, validate=True)
    except binascii.Error as error:
        raise Refused("not-base64") from error


def _inflated(octets: bytes) -> bytes:
    inflater = zlib.decompressobj(RAW_DEFLATE)
    try:
        xml = inflater.decompress(octets, MAX_XML)
    except zlib.error as error:
        raise Refused("not-deflated") from error
    if not inflater.eof:
        if len(xml) >= MAX_XML:
            raise Refused("message-too-large")
        raise Refused("not-deflated")
    return xml
