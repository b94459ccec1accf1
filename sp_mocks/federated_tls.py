"""The federation's machines, as a vendor knows them (RFC 9932): who is calling, by the key that was shown."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from sp_mocks.fetch import MAX_AGGREGATE, fetch
from sp_mocks.jose import PublicKey, header_members, read_key, verified_octets
from sp_mocks.oidc.reading import Json, json_object, number_in
from sp_mocks.refusal import Refused
from testbed.model.federated_tls import Callers, Entity, Machines, conflict, digest_of, shown

MAX_SIGNATURES = 10
SKEW_S = 60
RETRY = timedelta(seconds=60)
"""After a fetch that failed; meanwhile what is known serves on until it expires."""


@dataclass(frozen=True, slots=True)
class MachinesPlace:
    """What the vendor was handed over out of band."""

    url: str
    issuer: str
    key: Json
    """A JWK."""


@dataclass(frozen=True, slots=True)
class KnownMachines:
    """What was verified, and until when it may be used."""

    machines: Machines
    callers: Callers
    expires: datetime


class FederatedMachines:
    """What a vendor knows of the federation's machines.

    Args:
        place: the federation.
        http: the client that the vendor was handed.
        now: the time.
    """

    def __init__(self, place: MachinesPlace, http: httpx.AsyncClient, now: Callable[[], datetime]) -> None:
        self._place, self._http, self._now = place, http, now
        self._known: KnownMachines | None = None
        self._ask_again = datetime.min.replace(tzinfo=UTC)
        self._asking = asyncio.Lock()

    async def known(self) -> KnownMachines:
        """Those that may be used now.

        Raises:
            Refused: there are none.
        """
        async with self._asking:
            if self._ask_again <= self._now():
                await self._renew()
        if self._known is None or self._known.expires <= self._now():
            raise Refused("machines-expired")
        return self._known

    async def caller(self, scope: Mapping[str, object], *, heeds_pins: bool = True) -> Entity:
        """Who has called.

        Args:
            scope: of an ASGI connection.
            heeds_pins: whether it is known by its key; a vendor that does well does. Else the names in its certificate
                are taken for what they say, also of a key that the federation has withdrawn.

        Raises:
            Refused: its key is nobody's, it showed none, or the machines cannot be had.
        """
        known = await self.known()
        certificate = certificate_shown(scope)
        entity = known.callers.by_digest.get(_digest(certificate)) if heeds_pins else _named(known, certificate)
        if entity is None:
            raise Refused("machine-not-known")
        return entity

    async def _renew(self) -> None:
        """A publication that is no good is passed over as long as the last good one lasts."""
        now = self._now()
        self._ask_again = now + RETRY
        try:
            document = await fetch(self._http, self._place.url, MAX_AGGREGATE)
            known = verified_machines(document, self._place, now)
        except Refused:
            if self._known is None or self._known.expires <= now:
                raise
            return
        self._known = known
        self._ask_again = min(now + timedelta(seconds=max(1, known.machines.cache_ttl)), known.expires)


def verified_machines(document: bytes, place: MachinesPlace, now: datetime) -> KnownMachines:
    """What a publication says, once its signature, its issuer and its times are good.

    Raises:
        Refused: they are not.
    """
    key = read_key(place.key, "ES256")
    if key is None:
        raise Refused("machines-not-signed")
    header, octets = _signed(json_object(document, "machines-not-readable"), key)
    if header.get("iss") != place.issuer:
        raise Refused("machines-of-another-federation")
    issued = number_in(header, "iat", "machines-not-readable")
    expires = number_in(header, "exp", "machines-not-readable")
    if issued > now.timestamp() + SKEW_S or not max(now.timestamp(), issued) < expires:
        raise Refused("machines-expired")
    try:
        machines = Machines.model_validate_json(octets)
    except ValidationError as error:
        raise Refused("machines-not-usable") from error
    if conflict(machines.entities):
        raise Refused("machines-not-usable")
    return KnownMachines(machines, Callers.of(machines), datetime.fromtimestamp(expires, UTC))


def certificate_shown(scope: Mapping[str, object]) -> x509.Certificate:
    """The certificate that a caller has shown.

    Raises:
        Refused: it showed none, or one that cannot be read.
    """
    try:
        certificate = x509.load_pem_x509_certificate("".join(shown(scope).chain[:1]).encode("ascii"))
        certificate.public_key()
    except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm) as error:
        raise Refused("machine-shows-no-certificate") from error
    return certificate


def _digest(certificate: x509.Certificate) -> str:
    return digest_of(certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _named(known: KnownMachines, certificate: x509.Certificate) -> Entity | None:
    """The entity with whose host the certificate is named, whosever key it holds."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    hosts = {str(name.value) for name in names if name.value}
    entities = known.callers.by_name.values()
    return next((entity for entity in entities if _host(entity.entity_id) in hosts), None)


def _host(entity_id: str) -> str:
    try:
        return urlsplit(entity_id).hostname or ""
    except ValueError:
        return ""


def _signed(outer: Json, key: PublicKey) -> tuple[Json, bytes]:
    """Protected header and payload of the signature by this key (RFC 7515, 7.2.1); what is unprotected is not read."""
    payload, signatures = outer.get("payload"), outer.get("signatures")
    if not isinstance(payload, str) or not isinstance(signatures, list) or len(signatures) > MAX_SIGNATURES:
        raise Refused("machines-not-readable")
    for member in signatures:
        signature = member if isinstance(member, dict) else {}
        protected, sealed = signature.get("protected"), signature.get("signature")
        if isinstance(protected, str) and isinstance(sealed, str):
            try:
                header = header_members(protected)
                if header.get("kid") == key.kid and header.get("alg") == key.algorithm:
                    return header, verified_octets(f"{protected}.{payload}.{sealed}", key)
            except Refused as error:
                raise Refused("machines-not-signed") from error
    raise Refused("machines-not-signed")
