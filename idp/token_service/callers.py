"""Who asks for a token: proven by the certificate that was shown, never by what the body says alone."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from http import HTTPStatus
from typing import Literal

from cryptography.hazmat.primitives import hashes

from idp.federated_tls.pins import Peer, client_of
from idp.federated_tls.refused import Untrusted
from idp.federated_tls.source import MachineSource
from idp.token_service.asking import Access, CertificateKey
from idp.token_service.refused import Denied

type AuthSource = Literal["tlsfed", "config"]
"""The federation's metadata, or what the service was told itself."""


@dataclass(frozen=True, slots=True)
class TokenClient:
    """What the service has been told of one machine's organisation."""

    entity_id: str
    may: tuple[Access, ...]
    """What it may ask for."""
    certificate_digest: str = ""
    """Of the certificate of one that is in no federation (``cert#S256``)."""
    organization_id: str = ""
    """Of the same; a member's stands in the metadata."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever was found to ask."""

    client: TokenClient
    organization_id: str
    auth_source: AuthSource
    source: str
    """Who vouches for it."""


class KnownClients:
    """Finds out who asks.

    Args:
        clients: those that the service has been told of.
        machines: the federation's.
        issuer: the service itself, which vouches for those that are in no federation.

    Raises:
        ValueError: two clients have one name, or one certificate.
    """

    def __init__(self, clients: tuple[TokenClient, ...], machines: MachineSource, issuer: str) -> None:
        self._by_name: Mapping[str, TokenClient] = {one.entity_id: one for one in clients if not one.certificate_digest}
        self._by_digest = {one.certificate_digest: one for one in clients if one.certificate_digest}
        if len(self._by_name) + len(self._by_digest) != len(clients):
            raise ValueError("two clients of the token service have one name, or one certificate")
        self._machines, self._issuer = machines, issuer

    def know(self, client: TokenClient) -> None:
        """From now on this is what the service has been told of a member of the federation."""
        self._by_name = {**self._by_name, client.entity_id: client}

    async def find(self, key: str | CertificateKey, peer: Peer | None, now: datetime) -> Caller:
        """Who asks.

        Args:
            key: what the body names.
            peer: who is at the other end of the connection.
            now: the time.

        Raises:
            Denied: it has not shown the certificate of whom it says it is.
        """
        if peer is None:
            raise Denied("invalid_client", "no certificate was shown")
        if isinstance(key, CertificateKey):
            return self._by_certificate(key, peer, now)
        return await self._by_pin(key, peer, now)

    async def _by_pin(self, entity_id: str, peer: Peer, now: datetime) -> Caller:
        try:
            trusted = await self._machines.machines(now)
        except Untrusted as error:
            cause = "the federation's metadata cannot be used now"
            raise Denied("request_denied", cause, HTTPStatus.SERVICE_UNAVAILABLE) from error
        entity = client_of(trusted.callers, peer, entity_id)
        if entity is None:
            raise Denied("invalid_client", "the key that was shown is not one of this entity's clients")
        if entity.organization_id is None:
            raise Denied("invalid_client", "the federation does not say which organisation this is")
        client = self._by_name.get(entity_id) or TokenClient(entity_id, ())
        return Caller(client, entity.organization_id, "tlsfed", trusted.issuer)

    def _by_certificate(self, key: CertificateKey, peer: Peer, now: datetime) -> Caller:
        digest = certificate_digest(peer)
        if not compare_digest(digest, key.digest):
            raise Denied("invalid_client", "another certificate was shown than the one that is named")
        client = self._by_digest.get(digest)
        certificate = peer.certificate
        if client is None or not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
            raise Denied("invalid_client", "the certificate is not known, or not now")
        return Caller(client, client.organization_id, "config", self._issuer)


def certificate_digest(peer: Peer) -> str:
    """As ``cert#S256`` has it: of the whole certificate."""
    return base64.b64encode(peer.certificate.fingerprint(hashes.SHA256())).decode("ascii")
