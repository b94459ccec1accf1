"""A federation of two organisations whose machines have keys, and the key that signs what it publishes."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey
from joserfc.registry import HeaderParameter

from idp.federated_tls.pins import pin_of
from idp.federated_tls.publishing import Publisher
from idp.federated_tls.verifying import FederationKey
from idp.keys import SigningKey
from idp.oidc.jose import Signer, signer_of
from testbed.model.federated_tls import Callers, Endpoint, Entity, Issuer, Machines, Pin

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
ISSUER = "https://machines.federation.test"
SCHOOL, VENDOR = "https://skola.test", "https://lasning.test"


@dataclass(frozen=True)
class Credential:
    """A machine's certificate."""

    pem: str

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.pem.encode())

    @property
    def digest(self) -> str:
        return pin_of(self.certificate)

    def scope(self) -> dict[str, Any]:
        return {"type": "http", "extensions": {"tls": {"client_cert_chain": [self.pem]}}}


@dataclass(frozen=True)
class Federation:
    """Everything a test needs of it."""

    signer: Signer
    private: ECKey
    """The same key, as another library has it."""
    machines: Machines
    credentials: dict[str, Credential]
    """By entity; of machines that are registered."""
    issue: Callable[[str], Credential]
    """A certificate that nobody has registered."""

    @property
    def key(self) -> FederationKey:
        return FederationKey.of(ISSUER, dict(self.signer.public))

    @property
    def callers(self) -> Callers:
        return Callers.of(self.machines)

    @property
    def publisher(self) -> Publisher:
        return Publisher(ISSUER, self.signer)

    def signed(self, payload: bytes | None = None, **header: Any) -> bytes:
        """What another library signs; a header of None is left out."""
        now = int(NOW.timestamp())
        stated = {"alg": "ES256", "kid": self.signer.kid, "iss": ISSUER, "iat": now, "exp": now + 3600} | header
        stated = {name: value for name, value in stated.items() if value is not None}
        body = self.machines.model_dump_json(exclude_none=True).encode() if payload is None else payload
        own = {name: HeaderParameter("of RFC 9932", "int") for name in ("iss", "iat", "exp", "nbf", "other", "zip")}
        own = {name: one for name, one in own.items() if name in header.get("crit", ())}
        registry = jws.JWSRegistry(own, ["ES256"], strict_check_header=False)
        general = jws.serialize_json([{"protected": stated}], body, self.private, registry=registry)
        return json.dumps(general).encode()


@pytest.fixture(scope="session")
def issuing() -> trustme.CA:
    return trustme.CA(organization_unit_name="TEST issuer")


@pytest.fixture(scope="session")
def federation(issuing: trustme.CA) -> Federation:
    def issue(name: str) -> Credential:
        return Credential(issuing.issue_cert(name).cert_chain_pems[0].bytes().decode())

    def entity(entity_id: str, number: str, credential: Credential) -> Entity:
        client = Endpoint(tags=("gnapv1",), pins=(Pin(digest=credential.digest),))
        issuer = Issuer(x509certificate=issuing.cert_pem.bytes().decode())
        return Entity(entity_id=entity_id, organization_id=number, issuers=(issuer,), clients=(client,))

    credentials = {name: issue(name.removeprefix("https://")) for name in (SCHOOL, VENDOR)}
    entities = (
        entity(SCHOOL, "SE2120000001", credentials[SCHOOL]),
        entity(VENDOR, "SE5560000001", credentials[VENDOR]),
    )
    own = ec.generate_private_key(ec.SECP256R1())
    private = ECKey.import_key(own)
    return Federation(
        signer_of(SigningKey(own, b"", credentials[SCHOOL].certificate)),
        private,
        Machines(cache_ttl=600, entities=entities),
        credentials,
        issue,
    )


@pytest.fixture
def now() -> dt.datetime:
    return NOW
