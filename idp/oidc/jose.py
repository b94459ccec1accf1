"""Signed tokens. The only module of the school that imports python-jose.

It never asks the library to check times, for that reads the machine's clock; and it always says which algorithm a
signature must have, so that no token chooses how it is verified (RFC 8725, 3.1).
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jose import jwk, jws
from jose.backends.base import Key
from jose.exceptions import JOSEError

from idp.keys import KeyKind, SigningKey
from idp.oidc.names import Algorithm

type Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
type Claims = Mapping[str, Json]
type PublicKey = Key
"""Verifies the signatures of one vendor; see :func:`public_key`."""

KINDS: Mapping[Algorithm, KeyKind] = MappingProxyType({"RS256": "rsa", "ES256": "ec"})
"""Algorithms that the school signs with, and those that it takes from vendors."""
MAX_TOKEN = 16 * 1024
"""Characters of a token that comes from outside."""
MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192
MAX_EXPONENT = 2**32
P256_BYTES = 32


@dataclass(frozen=True)
class Signer:
    """A key that signs tokens, prepared once."""

    key: Key
    verifying: PublicKey
    algorithm: Algorithm
    public: Mapping[str, str]
    """As a JWK Set publishes it."""

    @property
    def kid(self) -> str:
        """Its thumbprint (RFC 7638)."""
        return self.public["kid"]


@dataclass(frozen=True, slots=True)
class Header:
    """What a token says of itself before anything is verified."""

    algorithm: Algorithm
    kid: str
    """"" when it says none."""
    typ: str


def signer_of(key: SigningKey) -> Signer:
    """The key, as this module uses it."""
    algorithm: Algorithm = "RS256" if key.kind == "rsa" else "ES256"
    numbers = _public_members(key)
    thumbprint = hashlib.sha256(json.dumps(numbers, sort_keys=True, separators=(",", ":")).encode()).digest()
    public = {**numbers, "kid": encoded(thumbprint), "use": "sig", "alg": algorithm}
    own = jwk.construct(key.private_key, algorithm)
    return Signer(own, own.public_key(), algorithm, MappingProxyType(public))


def sign(claims: Claims, signer: Signer, typ: str = "JWT") -> str:
    """A compact JWS of these claims."""
    headers = {"kid": signer.kid, "typ": typ}
    return str(jws.sign(claims, signer.key, headers=headers, algorithm=signer.algorithm))


def sign_octets(payload: bytes, signer: Signer, header: Mapping[str, str], times: Mapping[str, int]) -> str:
    """A compact JWS of these octets, with more in its protected header than the algorithm."""
    return str(jws.sign(payload, signer.key, headers={**header, **times}, algorithm=signer.algorithm))


def read_header(token: str) -> Header:
    """The header of a token that came from outside.

    Raises:
        ValueError: it is no token, or one that is never accepted.
    """
    if len(token) > MAX_TOKEN:
        raise ValueError("is too long for a token")
    try:
        header = jws.get_unverified_header(token)
    except (JOSEError, RecursionError) as error:
        raise ValueError("is no signed token") from error
    algorithm, kid, typ = header.get("alg"), header.get("kid", ""), header.get("typ", "")
    if algorithm not in ("RS256", "ES256"):
        raise ValueError("has an algorithm that is not accepted")
    if not isinstance(kid, str) or not isinstance(typ, str) or "crit" in header:
        raise ValueError("has a header that cannot be understood")
    return Header("RS256" if algorithm == "RS256" else "ES256", kid, typ)


def verified(token: str, key: Key, algorithm: Algorithm) -> Claims:
    """The claims of a token that this key has signed; their times are the caller's business.

    Raises:
        ValueError: it has not, or they are no JSON object.
    """
    try:
        claims = json.loads(verified_octets(token, key, algorithm))
    except (ValueError, RecursionError) as error:
        raise ValueError("has no signature that fits") from error
    if not isinstance(claims, dict):
        raise ValueError("has claims that are no object")
    return claims


def verified_octets(token: str, key: Key, algorithm: Algorithm) -> bytes:
    """What this key has signed, whatever it is; how long a token may be is the caller's business.

    Raises:
        ValueError: it has not.
    """
    try:
        return bytes(jws.verify(token, key, algorithms=[algorithm]))
    except (JOSEError, ValueError, RecursionError) as error:
        raise ValueError("has no signature that fits") from error


def unverified_subject(token: str) -> str:
    """Whom a token speaks of, before it is verified, so that somebody's keys can be looked for; "" when of nobody."""
    try:
        claims = json.loads(jws.get_unverified_claims(token))
    except (JOSEError, ValueError, RecursionError):
        return ""
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return subject if isinstance(subject, str) else ""


def public_key(member: Mapping[str, Json], algorithm: Algorithm) -> PublicKey | None:
    """A key of a vendor's JWK Set, for signatures of this algorithm; None when it is not for them, or not fit."""
    if member.get("use", "sig") != "sig" or member.get("alg", algorithm) != algorithm:
        return None
    try:
        if algorithm == "RS256" and member.get("kty") == "RSA":
            numbers = rsa.RSAPublicNumbers(_number(member.get("e")), _number(member.get("n")))
            if not MIN_RSA_BITS <= numbers.n.bit_length() <= MAX_RSA_BITS or numbers.e > MAX_EXPONENT:
                return None
            return jwk.construct(numbers.public_key(), algorithm)
        if algorithm == "ES256" and (member.get("kty"), member.get("crv")) == ("EC", "P-256"):
            point = ec.EllipticCurvePublicNumbers(_number(member.get("x")), _number(member.get("y")), ec.SECP256R1())
            return jwk.construct(point.public_key(), algorithm)
    except (JOSEError, ValueError):
        return None
    return None


def encoded(octets: bytes) -> str:
    """Base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def half_hash(value: str) -> str:
    """The left half of a hash, as at_hash has it for both algorithms (OpenID Connect Core 3.1.3.6)."""
    return encoded(hashlib.sha256(value.encode("ascii")).digest()[:16])


def _public_members(key: SigningKey) -> dict[str, str]:
    """The members of a JWK that its thumbprint is made of."""
    public = key.private_key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return {"e": _octets(numbers.e), "kty": "RSA", "n": _octets(numbers.n)}
    point = public.public_numbers()
    x, y = (encoded(number.to_bytes(P256_BYTES)) for number in (point.x, point.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def _octets(number: int) -> str:
    return encoded(number.to_bytes((number.bit_length() + 7) // 8))


def _number(member: Json) -> int:
    if not isinstance(member, str) or len(member) > MAX_TOKEN:
        raise ValueError("is no number")
    return int.from_bytes(base64.urlsafe_b64decode(member + "=" * (-len(member) % 4)))
