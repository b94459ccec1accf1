"""Verify metadata of machines (RFC 9932): nothing of it is read before its signature is good and its times are."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError

from idp.federated_tls.refused import Untrusted
from idp.oidc.jose import Json, PublicKey, public_key, verified_octets
from testbed.model.federated_tls import Callers, Machines, conflict

MAX_DOCUMENT = 16 * 1024 * 1024
MAX_SIGNATURES = 10
MAX_HEADER = 8 * 1024
"""Characters of one protected header."""
SKEW_S = 60
"""By which clocks may differ; not at the end, after which nothing is trusted."""
LAST_SECOND = 2**40
BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
UNDERSTOOD = frozenset({"iss", "iat", "exp", "nbf"})
"""What ``crit`` may name: each is looked at here."""


@dataclass(frozen=True, slots=True)
class FederationKey:
    """What a participant is handed over out of band: who signs, and the key."""

    issuer: str
    kid: str
    key: PublicKey

    @classmethod
    def of(cls, issuer: str, member: Mapping[str, Json]) -> "FederationKey":
        """From a JWK.

        Raises:
            ValueError: it is no public key for ES256, or has no kid.
        """
        kid, key = member.get("kid"), public_key(member, "ES256")
        if not isinstance(kid, str) or not kid or key is None:
            raise ValueError("is no public key for ES256 that has a kid")
        return cls(issuer, kid, key)


@dataclass(frozen=True, slots=True)
class Trusted:
    """Verified metadata, and until when it may be used."""

    machines: Machines
    callers: Callers
    issuer: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class _Signature:
    protected: str
    signature: str
    header: Mapping[str, Json]


def verified_machines(document: bytes, key: FederationKey, now: datetime) -> Trusted:
    """The machines that a federation's document names.

    1. The envelope is read, within limits. 2. The signature by the key's kid is found. 3. Its header says who issued
    it, and when, and is understood. 4. The signature is good. 5. The times are. 6. The payload is valid. 7. It is not
    ambiguous.

    Args:
        document: as fetched.
        key: handed over out of band.
        now: the time.

    Raises:
        Untrusted: it must not be used; says why.
    """
    # 1
    if len(document) > MAX_DOCUMENT:
        raise Untrusted("too-large")
    payload, signatures = _envelope(document)
    # 2
    signature = next((one for one in signatures if one.header.get("kid") == key.kid), None)
    if signature is None:
        raise Untrusted("key-not-known")
    # 3
    _must_be_plain(signature.header)
    if signature.header.get("iss") != key.issuer:
        raise Untrusted("issuer-other")
    # 4
    try:
        octets = verified_octets(f"{signature.protected}.{payload}.{signature.signature}", key.key, "ES256")
    except ValueError as error:
        raise Untrusted("signature-not-good") from error
    # 5
    expires = _timely(signature.header, now)
    # 6
    try:
        machines = Machines.model_validate_json(octets)
    except ValidationError as error:
        raise Untrusted("payload-not-valid") from error
    # 7
    wrong = conflict(machines.entities)
    if wrong is not None:
        raise Untrusted(wrong)
    return Trusted(machines, Callers.of(machines), key.issuer, expires)


def _envelope(document: bytes) -> tuple[str, tuple[_Signature, ...]]:
    """Payload and signatures of a JWS in the general JSON form (RFC 7515, 7.2.1)."""
    outer = _object(document)
    payload, signatures = outer.get("payload"), outer.get("signatures")
    if not _is_base64url(payload) or not isinstance(signatures, list) or not 0 < len(signatures) <= MAX_SIGNATURES:
        raise Untrusted("not-readable")
    return str(payload), tuple(_signature(member) for member in signatures)


def _signature(member: Json) -> _Signature:
    if not isinstance(member, dict):
        raise Untrusted("not-readable")
    protected, signature, beside = member.get("protected"), member.get("signature"), member.get("header", {})
    if not _is_base64url(protected) or not _is_base64url(signature) or not isinstance(beside, dict):
        raise Untrusted("not-readable")
    if len(str(protected)) > MAX_HEADER:
        raise Untrusted("too-large")
    header = _object(_decoded(str(protected)))
    # NOTE: what stands beside the protected header is signed by nobody. It is never read, and may not stand in for it.
    if beside.keys() & header.keys():
        raise Untrusted("header-not-plain")
    return _Signature(str(protected), str(signature), header)


def _must_be_plain(header: Mapping[str, Json]) -> None:
    if header.get("alg") != "ES256":
        raise Untrusted("algorithm-not-allowed")
    critical = header.get("crit", ["exp"])
    understood = isinstance(critical, list) and bool(critical) and {*map(str, critical)} <= UNDERSTOOD & header.keys()
    if not understood or {"b64", "zip", "enc"} & header.keys():
        raise Untrusted("header-not-plain")


def _timely(header: Mapping[str, Json], now: datetime) -> datetime:
    """When it expires."""
    issued, expires = _second(header.get("iat")), _second(header.get("exp"))
    if max(issued, _second(header.get("nbf", issued))) > now.timestamp() + SKEW_S or issued >= expires:
        raise Untrusted("times-not-valid")
    if expires <= now.timestamp():
        raise Untrusted("expired")
    return datetime.fromtimestamp(expires, UTC)


def _second(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LAST_SECOND:
        raise Untrusted("header-not-plain")
    return value


def _object(octets: bytes) -> dict[str, Json]:
    """A JSON object, no member of which stands twice."""

    def once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        members = dict(pairs)
        if len(members) != len(pairs):
            raise ValueError("a member stands twice")
        return members

    try:
        found = json.loads(octets.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise Untrusted("not-readable") from error
    if not isinstance(found, dict):
        raise Untrusted("not-readable")
    return found


def _is_base64url(value: Json) -> bool:
    return isinstance(value, str) and BASE64URL.fullmatch(value) is not None


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise Untrusted("not-readable") from error
