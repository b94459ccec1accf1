"""A federation's register of machines, signed by a library that no participant uses."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from joserfc import jws
from joserfc.jwk import ECKey

from sp_mocks.federated_tls import MachinesPlace

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())
ISSUER, URL = "https://machines.federation.test", "https://machines.federation.test/machines.jws"
SCHOOL = "https://skola.test"


def scope(*pems: str) -> dict[str, Any]:
    return {"type": "http", "extensions": {"tls": {"client_cert_chain": list(pems)}}}


def digest_in(pem: str) -> str:
    """By which the register names the key of a certificate (RFC 9932, 7.1)."""
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    octets = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(octets).digest()).decode()


@dataclass
class Federation:
    """What it publishes, and the certificates of its machines."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "k"}))
    authority: trustme.CA = field(default_factory=trustme.CA)

    def __post_init__(self) -> None:
        self.school, self.stranger = self.issued(), self.issued()

    @property
    def place(self) -> MachinesPlace:
        return MachinesPlace(URL, ISSUER, self.key.as_dict(private=False))

    def issued(self, name: str = "skola.test") -> str:
        return self.authority.issue_cert(name, common_name=name).cert_chain_pems[0].bytes().decode()

    def entities(self, *pems: str, entity_id: str = SCHOOL) -> list[dict[str, Any]]:
        issuers = [{"x509certificate": self.authority.cert_pem.bytes().decode()}]
        pins = [{"alg": "sha256", "digest": digest_in(pem)} for pem in pems]
        return [{"entity_id": entity_id, "issuers": issuers, "clients": [{"pins": pins}]}]

    def signed(self, entities: Any = None, key: ECKey | None = None, **header: Any) -> bytes:
        stated = {"alg": "ES256", "kid": "k", "iss": ISSUER, "iat": SECOND, "exp": SECOND + 3600} | header
        payload = {"version": "1.0.0", "cache_ttl": 60}
        payload |= {"entities": self.entities(self.school) if entities is None else entities}
        stated = {name: value for name, value in stated.items() if value is not None}
        registry = jws.JWSRegistry(strict_check_header=False)
        made = jws.serialize_json([{"protected": stated}], json.dumps(payload), key or self.key, registry=registry)
        return json.dumps(made).encode()
