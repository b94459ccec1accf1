"""Algorithms of XML signature, those that nobody should use among them: what forged messages are signed by."""

import hmac
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from idp.keys import PrivateKey
from idp.saml.names import DS

MORE, XENC = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2001/04/xmlenc#"
MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"

type Family = Literal["rsa", "rsa-pss", "ec", "hmac"]

HASHES: Mapping[str, hashes.HashAlgorithm] = MappingProxyType(
    {
        "md5": hashes.MD5(),  # noqa: S303 - weak on purpose
        "sha1": hashes.SHA1(),  # noqa: S303 - weak on purpose
        "sha224": hashes.SHA224(),
        "sha256": hashes.SHA256(),
        "sha384": hashes.SHA384(),
        "sha512": hashes.SHA512(),
    }
)
DIGESTS: Mapping[str, str] = MappingProxyType(
    {
        f"{MORE}md5": "md5",
        f"{DS}sha1": "sha1",
        f"{MORE}sha224": "sha224",
        f"{XENC}sha256": "sha256",
        f"{MORE}sha384": "sha384",
        f"{XENC}sha512": "sha512",
    }
)
"""URI of a DigestMethod to the name of the digest."""
_WORDS: Mapping[Family, str] = MappingProxyType({"rsa": "rsa", "ec": "ecdsa", "hmac": "hmac"})
SIGNATURES: Mapping[str, tuple[Family, str]] = MappingProxyType(
    {
        f"{DS if (family, name) in (('rsa', 'sha1'), ('hmac', 'sha1')) else MORE}{word}-{name}": (family, name)
        for family, word in _WORDS.items()
        for name in HASHES
    }
    | {f"{MORE_2007}{name}-rsa-MGF1": ("rsa-pss", name) for name in ("sha256", "sha384", "sha512")}
)
"""URI of a SignatureMethod to what it needs and the name of its digest."""


def signature_uri(family: Family, digest: str) -> str:
    """The algorithm that signs this digest.

    Raises:
        ValueError: there is none.
    """
    found = next((uri for uri, named in SIGNATURES.items() if named == (family, digest)), "")
    if not found:
        raise ValueError(f"no algorithm of the family {family} signs {digest}")
    return found


def digest(uri: str, octets: bytes) -> bytes:
    """The digest of octets.

    Raises:
        ValueError: there is no such algorithm.
    """
    if uri not in DIGESTS:
        raise ValueError(f"no digest is called {uri!r}")
    context = hashes.Hash(HASHES[DIGESTS[uri]])
    context.update(octets)
    return context.finalize()


def sign(key: PrivateKey, uri: str, octets: bytes) -> bytes:
    """A signature over octets; of ECDSA r and s one after the other, as XML signature writes them (RFC 9231, 2.3.6).

    Raises:
        ValueError: the key does not sign by this algorithm.
    """
    family, name = _named(uri)
    if isinstance(key, rsa.RSAPrivateKey) and family == "rsa":
        return key.sign(octets, padding.PKCS1v15(), HASHES[name])
    if isinstance(key, rsa.RSAPrivateKey) and family == "rsa-pss":
        scheme = padding.PSS(padding.MGF1(HASHES[name]), HASHES[name].digest_size)
        return key.sign(octets, scheme, HASHES[name])
    if isinstance(key, ec.EllipticCurvePrivateKey) and family == "ec":
        half = (key.key_size + 7) // 8
        parts = decode_dss_signature(key.sign(octets, ec.ECDSA(HASHES[name])))
        return b"".join(part.to_bytes(half) for part in parts)
    raise ValueError(f"the key that signs does not sign by {uri!r}")


def authenticate(secret: bytes, uri: str, octets: bytes) -> bytes:
    """A message authentication code, whole.

    Raises:
        ValueError: the algorithm is no such code.
    """
    family, name = _named(uri)
    if family != "hmac":
        raise ValueError(f"a secret does not sign by {uri!r}")
    return hmac.digest(secret, octets, name)


def _named(uri: str) -> tuple[Family, str]:
    if uri not in SIGNATURES:
        raise ValueError(f"no signature algorithm is called {uri!r}")
    return SIGNATURES[uri]
