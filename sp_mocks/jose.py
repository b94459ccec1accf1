"""Signed tokens (RFC 7515, RFC 7519): the only place where the vendors use python-jose.

What python-jose leaves to its callers is done here: the form is held to the letter (its base64 drops what it does not
know), headers that change what a signature means are refused (it overlooks ``crit``), a key fits one algorithm alone,
and no clock of its own is asked.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jose import jwk, jws
from jose.exceptions import JOSEError
from jose.utils import base64url_decode

from sp_mocks.oidc.reading import Json, json_object
from sp_mocks.refusal import Refused

type Algorithm = Literal["RS256", "ES256"]
MAX_TOKEN = 32 * 1024
"""Characters."""
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
PART = re.compile(r"[A-Za-z0-9_-]+")
MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192
"""A longer key, or one with a large exponent, takes more time than a login is worth."""
KEY_TYPES: Mapping[Algorithm, str] = {"RS256": "RSA", "ES256": "EC"}
NUMBER, COORDINATE = re.compile(r"[A-Za-z0-9_-]{1,2048}"), re.compile(r"[A-Za-z0-9_-]{43}")
MEMBERS: Mapping[Algorithm, Mapping[str, re.Pattern[str]]] = {
    "RS256": {"n": NUMBER, "e": re.compile(r"[A-Za-z0-9_-]{1,6}")},
    "ES256": {"crv": re.compile("P-256"), "x": COORDINATE, "y": COORDINATE},
}
"""Of a public key, and what each looks like."""
MEANT_OTHERWISE = frozenset({"crit", "b64", "zip", "enc"})
"""Headers of tokens that are not plain signed ones."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key of somebody else, for one algorithm alone; made once and used for many tokens."""

    kid: str
    algorithm: Algorithm
    handle: object = field(repr=False)
    """What python-jose made of it."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a token says of itself before anything of it is believed."""

    algorithm: str
    kid: str
    """"" when it names none."""
    type: str
    """Lower case, without ``application/`` before it; "" when it states none."""


def read_header(token: str, *, heeds_crit: bool = True) -> Header:
    """The header of a signed token.

    Args:
        token: compact.
        heeds_crit: whether it looks at what changes the meaning of a signature; a vendor that does well does.

    Raises:
        Refused: it is no signed token of the compact form, or says that it is something else besides.
    """
    if len(token) > MAX_TOKEN or not COMPACT.fullmatch(token):
        raise Refused("token-not-readable")
    header = json_object(_decoded(token.partition(".")[0]), "token-not-readable")
    if heeds_crit and MEANT_OTHERWISE & header.keys():
        raise Refused("token-header-not-plain")
    algorithm, kid, kind = header.get("alg"), header.get("kid", ""), header.get("typ", "")
    if not isinstance(algorithm, str) or not isinstance(kid, str) or not isinstance(kind, str):
        raise Refused("token-not-readable")
    return Header(algorithm, kid, kind.lower().removeprefix("application/"))


def header_members(protected: str) -> Json:
    """The members of a protected header, however it says that it is a plain signed one.

    Raises:
        Refused: it cannot be read, or changes what a signature means.
    """
    if len(protected) > MAX_TOKEN or not PART.fullmatch(protected):
        raise Refused("token-not-readable")
    header = json_object(_decoded(protected), "token-not-readable")
    if MEANT_OTHERWISE & header.keys():
        raise Refused("token-header-not-plain")
    return header


def read_key(member: Json, algorithm: Algorithm) -> PublicKey | None:
    """A member of a key set as a key for this algorithm; None when it is for something else or unfit."""
    kid, plain = member.get("kid"), _public_members(member, algorithm)
    if not isinstance(kid, str) or plain is None:
        return None
    try:
        handle = jwk.construct(plain, algorithm)
        size = getattr(handle.prepared_key, "key_size", 0)
    except (JOSEError, ValueError, TypeError):
        return None
    fits = algorithm == "ES256" or MIN_RSA_BITS <= size <= MAX_RSA_BITS
    return PublicKey(kid, algorithm, handle) if fits else None


def _public_members(member: Json, algorithm: Algorithm) -> dict[str, str] | None:
    """What makes up the public key, and nothing else: a private or a symmetric member is not looked at."""
    stated = (member.get("kty"), member.get("use", "sig"), member.get("alg", algorithm))
    if stated != (KEY_TYPES[algorithm], "sig", algorithm):
        return None
    plain = {"kty": KEY_TYPES[algorithm]}
    for name, form in MEMBERS[algorithm].items():
        value = member.get(name)
        if not isinstance(value, str) or not form.fullmatch(value):
            return None
        plain[name] = value
    return plain


def verified_claims(token: str, key: PublicKey, *, first_of_two: bool = False) -> Json:
    """What a token claims, once its signature is good; see :func:`read_header` first.

    Args:
        token: compact.
        key: of the signer.
        first_of_two: see :func:`json_object`.

    Raises:
        Refused: it is not signed with this key by the key's own algorithm, or its claims are no JSON object.
    """
    if read_header(token, heeds_crit=False).algorithm != key.algorithm:
        raise Refused("token-algorithm-not-registered")
    return json_object(verified_octets(token, key), "token-not-readable", first_of_two=first_of_two)


def verified_octets(token: str, key: PublicKey) -> bytes:
    """What was signed with this key by the key's own algorithm; how long it may be is the caller's business.

    Raises:
        Refused: it was not.
    """
    try:
        octets: bytes = jws.verify(token, key.handle, algorithms=[key.algorithm])
    except (JOSEError, ValueError, RecursionError) as error:
        raise Refused("token-signature-not-good") from error
    return octets


def _decoded(part: str) -> bytes:
    try:
        octets: bytes = base64url_decode(part.encode("ascii"))
    except ValueError as error:
        raise Refused("token-not-readable") from error
    return octets


class Signer:
    """Signs with a key of the vendor's own, loaded once."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, kid: str) -> None:
        self.algorithm: Algorithm = "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "RS256"
        self._handle, self._kid = jwk.construct(key, self.algorithm), kid

    def sign(self, claims: Mapping[str, object]) -> str:
        """A token of these claims."""
        # NOTE: the claims are written here, or python-jose would sign a Python object that it wrote in its own way.
        payload = json.dumps(claims, separators=(",", ":")).encode("utf-8")
        token: str = jws.sign(payload, self._handle, headers={"kid": self._kid}, algorithm=self.algorithm)
        return token
