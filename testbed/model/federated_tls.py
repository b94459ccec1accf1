"""Federated TLS (RFC 9932, MATF): what a federation says of machines, and how a server tells an app who has called.

An entity is an organisation that runs machines. It names the issuers of their certificates, and for each machine the
pins of the keys that it may show. A school's roster is sent to whoever holds such a key, so a pin that two entities
claim, or an entity that stands there twice, makes the whole publication worthless.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MAX_ENTITIES = 10_000
MAX_ISSUERS = 20
"""Of one entity."""
MAX_ENDPOINTS = 200
"""Of one entity, servers and clients each."""
MAX_PINS = 20
"""Of one endpoint: one is usual, two while a key is being changed."""
MAX_TAGS = 50
DIGEST_OCTETS = 32
VERSION = "1.0.0"

EntityId = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s]+$", max_length=1024)]
"""A URI."""
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,64}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$")]
"""SHA-256 in base64, written in the one way that it can be written."""
Pem = Annotated[
    str,
    StringConstraints(
        pattern=r"^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$", max_length=16 * 1024
    ),
]
ShortText = Annotated[str, StringConstraints(max_length=1024)]
OrganizationId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9A-Z]{1,30}$")]
"""Country code and number of the organisation, as the Moa profile has it: ``SE2021004185``."""
Semver = Annotated[str, StringConstraints(pattern=r"^1\.[0-9]{1,5}\.[0-9]{1,5}$")]
"""Of the schema; another first number may mean something else by the same words."""
BaseUri = Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$", max_length=2048)]


class _Closed(BaseModel):
    """An object that the schema closes; types are held to the letter, and nothing is trimmed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Open(BaseModel):
    """An object to which a federation may add members of its own, which are not read."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Pin(_Closed):
    """The digest of a public key (SubjectPublicKeyInfo)."""

    alg: Literal["sha256"] = "sha256"
    digest: Digest


class Issuer(_Closed):
    """A certificate that certificates of the entity's machines are issued by."""

    x509certificate: Pem


class Endpoint(_Open):
    """A machine that serves or calls."""

    description: ShortText | None = None
    tags: Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS)] = ()
    base_uri: BaseUri | None = None
    """Where it serves; a client has none."""
    pins: Annotated[tuple[Pin, ...], Field(min_length=1, max_length=MAX_PINS)]

    @property
    def digests(self) -> frozenset[str]:
        """Of the keys that it may show."""
        return frozenset(pin.digest for pin in self.pins)


class Entity(_Open):
    """An organisation with its machines."""

    entity_id: EntityId
    organization: ShortText | None = None
    """Its legal name."""
    organization_id: OrganizationId | None = None
    issuers: Annotated[tuple[Issuer, ...], Field(min_length=1, max_length=MAX_ISSUERS)]
    servers: Annotated[tuple[Endpoint, ...], Field(max_length=MAX_ENDPOINTS)] = ()
    clients: Annotated[tuple[Endpoint, ...], Field(max_length=MAX_ENDPOINTS)] = ()

    @model_validator(mode="after")
    def _servers_say_where(self) -> "Entity":
        if any(server.base_uri is None for server in self.servers):
            raise ValueError("a server says no base_uri")
        return self

    @property
    def client_digests(self) -> frozenset[str]:
        """Of every key that one of its clients may show."""
        return frozenset(digest for client in self.clients for digest in client.digests)


class Machines(_Open):
    """The payload of a federation's signed metadata."""

    version: Semver = VERSION
    cache_ttl: Annotated[int, Field(ge=0, le=31 * 24 * 3600)]
    """Seconds for which a reader may keep it before it asks again."""
    entities: Annotated[tuple[Entity, ...], Field(max_length=MAX_ENTITIES)]

    def find(self, entity_id: str) -> Entity | None:
        """The entity of this name."""
        return next((one for one in self.entities if one.entity_id == entity_id), None)


@dataclass(frozen=True, slots=True)
class Callers:
    """Metadata that was verified, arranged so that a caller is found at once."""

    by_name: Mapping[str, Entity]
    by_digest: Mapping[str, Entity]
    """The entity one of whose clients may show the key with this digest."""

    @classmethod
    def of(cls, machines: Machines) -> "Callers":
        """Of entities without a :func:`conflict`."""
        return cls(
            {entity.entity_id: entity for entity in machines.entities},
            {digest: entity for entity in machines.entities for digest in entity.client_digests},
        )


type Conflict = Literal["entity-twice", "pin-of-two-entities"]


def conflict(entities: Iterable[Entity]) -> Conflict | None:
    """What makes a publication ambiguous; None when nothing does.

    RFC 9932: an entity_id is unique, and a client's pin too, except within one entity. Were it not so, whoever adds
    somebody else's pin to an entity of their own would decide who that other one is taken for.
    """
    names: set[str] = set()
    taken: set[str] = set()
    for entity in entities:
        if entity.entity_id in names:
            return "entity-twice"
        names.add(entity.entity_id)
        digests = entity.client_digests
        if digests & taken:
            return "pin-of-two-entities"
        taken |= digests
    return None


def digest_of(public_key: bytes) -> str:
    """The digest of a pin.

    Args:
        public_key: SubjectPublicKeyInfo as DER.
    """
    return base64.b64encode(hashlib.sha256(public_key).digest()).decode("ascii")


@dataclass(frozen=True, slots=True)
class Shown:
    """The certificates that a caller proved to hold the key of, as a server tells its app (ASGI TLS extension)."""

    chain: tuple[str, ...] = ()
    """PEM, the caller's own first; none when it showed none."""
    name: str | None = None
    """Subject of the first (RFC 4514)."""

    def extension(self) -> dict[str, object]:
        """As it stands under ``tls`` in a scope's ``extensions``."""
        return {
            "server_cert": None,
            "client_cert_chain": list(self.chain),
            "client_cert_name": self.name,
            "client_cert_error": None,
            "tls_version": None,
            "cipher_suite": None,
        }


def shown(scope: Mapping[str, object]) -> Shown:
    """Who has called, as far as TLS tells; nobody where there was no TLS or no certificate was asked for.

    Args:
        scope: of an ASGI connection.
    """
    extensions = scope.get("extensions")
    tls = extensions.get("tls") if isinstance(extensions, Mapping) else None
    if not isinstance(tls, Mapping):
        return Shown()
    name = tls.get("client_cert_name")
    return Shown(tuple(_texts(tls.get("client_cert_chain"))), name if isinstance(name, str) else None)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, list | tuple):
        yield from (one for one in value if isinstance(one, str))
