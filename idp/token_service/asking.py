"""What a machine asks the token service for, and what it is answered, in the words of the wire."""

from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

from testbed.model.federated_tls import Digest, EntityId

MAX_ACCESS = 10
MAX_LOCATIONS = 10
API_TYPE = "ss12000-api"
"""Of the school's own data."""

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

    access: Annotated[tuple[Access, ...], Field(min_length=1, max_length=MAX_ACCESS)]
    flags: Annotated[tuple[Literal["bearer"], ...], Field(min_length=1, max_length=1)]


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
