"""What a machine asks the token service for, and what it is answered, in the words of the wire."""

from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

from testbed.model.federated_tls import Digest, EntityId

MAX_ACCESS = 10
MAX_LOCATIONS = 10
MAX_FLAGS = 10
BEARER = "bearer"
"""The flag of a token that is not bound to a key (RFC 9635, 2.1.1)."""
API_TYPE = "ss12000-api"
"""Of the school's own data."""
CLIENT_TYPE = "ss12000-client"
"""Of a client of such data that is told of changes."""
PROVISIONING_TYPE = "provisioning-api"
"""Of a service that schools send rosters as the national tests have it."""

AccessType = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Location = Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$", max_length=2048)]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Access(_Said):
    """What may be done, and where."""

    type: AccessType
    locations: Annotated[tuple[Location, ...], Field(min_length=1, max_length=MAX_LOCATIONS)]

    def covers(self, asked: "Access") -> bool:
        """Whether it is no less than what is asked for; places are compared letter by letter."""
        return asked.type == self.type and set(asked.locations) <= set(self.locations)


class AskedToken(_Said):
    """One token."""

    model_config = ConfigDict(json_schema_extra={"required": ["access", "flags"]})

    access: Annotated[tuple[Access, ...], Field(min_length=1, max_length=MAX_ACCESS)]
    flags: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=64)], ...],
        Field(max_length=MAX_FLAGS, json_schema_extra={"items": {"const": BEARER}, "minItems": 1, "maxItems": 1}),
    ] = ()
    """Only :data:`BEARER` is to be had; what else is asked for is no malformed request, and denied as what it is."""


class CertificateKey(_Said):
    """A caller that no federation speaks for names its certificate."""

    proof: Literal["mtls"]
    digest: Annotated[Digest, Field(validation_alias=AliasChoices("cert#S256"))]
    """SHA-256 of the whole certificate, not of its key alone as a pin is."""


class AskingClient(_Said):
    """Who asks: an entity of the federation by its name, or the holder of a certificate."""

    key: EntityId | CertificateKey


class Transaction(_Said):
    """The body of ``POST /transaction``."""

    access_token: Annotated[tuple[AskedToken, ...], Field(min_length=1, max_length=1)]
    client: AskingClient
