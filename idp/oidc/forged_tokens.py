"""Tokens that are signed as an attacker would: by hand, for no library signs so (RFC 7515, RFC 8725 2 and 3)."""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from idp.keys import SigningKey
from idp.oidc.forged_json import Members, written
from idp.oidc.jose import P256_BYTES, encoded, signer_of
from testbed.model.forgery import TokenKey

KNOWN_SECRET = b"secret"
DIGESTS: Mapping[str, str] = MappingProxyType({"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"})

type Named = Callable[[TokenKey], SigningKey | None]
"""Finds a pair of keys; None where nobody has such a one."""


@dataclass(frozen=True, slots=True)
class Seal:
    """How tokens to one client are signed."""

    keys: Named
    client_secret: str = field(repr=False)
    """"" for a client that has none."""

    def algorithm(self, key: TokenKey) -> str:
        """What an honest header would say of this way to sign."""
        if key == "none":
            return "none"
        if _is_hmac(key):
            return "HS256"
        return signer_of(self._pair(_honest(key))).algorithm

    def sealed(self, header: Members, claims: Members, key: TokenKey) -> str:
        """The compact token.

        Raises:
            ValueError: the key cannot be had, or cannot be written so.
        """
        signed = f"{encoded(written(header).encode())}.{encoded(written(claims).encode())}"
        return f"{signed}.{encoded(self._signature(signed.encode('ascii'), header, key))}"

    def _signature(self, octets: bytes, header: Members, key: TokenKey) -> bytes:
        if key in ("none", "empty"):
            return b""
        if _is_hmac(key):
            return hmac.digest(self._secret(key), octets, DIGESTS.get(str(header.first("alg")), "sha256"))
        signature = _signed(octets, self._pair(_honest(key)))
        return bytes([signature[0] ^ 1, *signature[1:]]) if key == "corrupt" else signature

    def _pair(self, key: TokenKey) -> SigningKey:
        found = self.keys(key)
        if found is None:
            raise ValueError(f"there is no key of the kind {key!r} here")
        return found

    def _secret(self, key: TokenKey) -> bytes:
        match key:
            case "client-secret":
                if not self.client_secret:
                    raise ValueError("the client has no secret")
                return self.client_secret.encode()
            case "secret-empty":
                return b""
            case "secret-known":
                return KNOWN_SECRET
            case "secret-other-pem" | "secret-other-der" | "secret-other-jwk" | "secret-other-openssh":
                return FORMS[OTHERS[key]](self._pair("school-other-kind"))
            case _:
                return FORMS[key](self._pair("school"))


def public_jwk(key: SigningKey) -> Mapping[str, str]:
    """As a JWK Set publishes it."""
    return signer_of(key).public


def _is_hmac(key: TokenKey) -> bool:
    return key.startswith("secret-") or key == "client-secret"


def _honest(key: TokenKey) -> TokenKey:
    """Whose key it is that signs, where something is done to the signature afterwards."""
    return "school" if key in ("corrupt", "empty") else key


def _signed(octets: bytes, key: SigningKey) -> bytes:
    """By RS256 or ES256 (RFC 7518, 3.3 and 3.4)."""
    private = key.private_key
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(octets, padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(private.sign(octets, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(P256_BYTES) + s.to_bytes(P256_BYTES)


def _spki(key: SigningKey) -> bytes:
    return key.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _der(key: SigningKey) -> bytes:
    return key.private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _openssh(key: SigningKey) -> bytes:
    return key.private_key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)


def _pkcs1(key: SigningKey) -> bytes:
    public = key.private_key.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise ValueError("a key of a curve has no form of PKCS #1")
    return public.public_bytes(Encoding.PEM, PublicFormat.PKCS1)


def _numbers(key: SigningKey) -> bytes:
    """The modulus, or the point."""
    public = key.private_key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        modulus = public.public_numbers().n
        return modulus.to_bytes((modulus.bit_length() + 7) // 8)
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


FORMS: Mapping[TokenKey, Callable[[SigningKey], bytes]] = MappingProxyType(
    {
        "secret-pem": _spki,
        "secret-pem-stripped": lambda key: _spki(key).strip(),
        "secret-pkcs1": _pkcs1,
        "secret-der": _der,
        "secret-jwk": lambda key: json.dumps(dict(public_jwk(key)), separators=(",", ":")).encode(),
        "secret-modulus": _numbers,
        "secret-certificate": lambda key: key.certificate_pem,
        "secret-openssh": _openssh,
    }
)
"""A public key, in each of the ways in which a vendor may hold it."""
OTHERS: Mapping[TokenKey, TokenKey] = MappingProxyType(
    {
        "secret-other-pem": "secret-pem",
        "secret-other-der": "secret-der",
        "secret-other-jwk": "secret-jwk",
        "secret-other-openssh": "secret-openssh",
    }
)
"""The other published key is written in the same ways."""
