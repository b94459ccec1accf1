"""Pins of certificates, and whose they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from testbed.model.federated_tls import Callers, Entity, digest_of, shown

MAX_PEM = 16 * 1024


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end of a connection, as far as TLS tells."""

    certificate: x509.Certificate

    @property
    def digest(self) -> str:
        """Of its pin."""
        return pin_of(self.certificate)


def pin_of(certificate: x509.Certificate) -> str:
    """The digest by which federated metadata names a key: of the public key, not of the certificate around it."""
    return digest_of(certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def peer_of(scope: Mapping[str, object]) -> Peer | None:
    """Who has called; None when it showed no certificate, or one that cannot be read.

    Args:
        scope: of an ASGI connection.
    """
    chain = shown(scope).chain
    if not chain or len(chain[0]) > MAX_PEM:
        return None
    try:
        certificate = x509.load_pem_x509_certificate(chain[0].encode("ascii"))
        certificate.public_key()
    # NOTE: a key of a kind that nobody here knows is no ValueError.
    except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm):
        return None
    return Peer(certificate)


def client_of(callers: Callers, peer: Peer, entity_id: str | None = None) -> Entity | None:
    """The entity whose client has called; None when the key is nobody's, or not that of the entity asked for.

    Args:
        callers: of verified metadata.
        peer: who has called.
        entity_id: whom it says it is, where it says so.
    """
    found = callers.by_digest.get(peer.digest)
    return found if found is not None and entity_id in (None, found.entity_id) else None
