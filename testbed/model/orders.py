"""What the laboratory may ask of the running school: through the control API, never through the public side."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from testbed.model.forgery import Forgery
from testbed.model.operations import Exact
from testbed.model.person import SecurityMarking
from testbed.model.strict import Url
from testbed.model.written import Agreement, Bilingual, Id, OidcClient, Operation, ReleasePolicy, Written


class SpoilNext(Written):
    """Spoil the next message that the school issues to a vendor, once."""

    order: Literal["spoil"] = "spoil"
    entity_id: str
    operations: tuple[Operation, ...] = Field(min_length=1)


class ForgeNext(Written):
    """Make the next message of one kind to a vendor so, once, and keep an account of it."""

    order: Literal["forge"] = "forge"
    party: str
    """Entity ID or client ID of the vendor."""
    other: Id
    """The person whom the message may speak of in place of whoever logs in."""
    forgery: Forgery


class ForgetForgeries(Written):
    """Make nothing any more of what was ordered for a vendor and has not been made: its server fetched nothing, say."""

    order: Literal["forget-forgeries"] = "forget-forgeries"
    party: str
    """Entity ID or client ID of the vendor."""


class RollKeys(Written):
    """Take one step of a key rollover.

    ``announce`` publishes the coming key beside the one that signs; ``switch`` signs with it and still publishes both;
    ``retire`` publishes the new one alone.
    """

    order: Literal["roll-keys"] = "roll-keys"
    step: Literal["announce", "switch", "retire"]


class ChangePerson(Written):
    """From now on the school knows this about a person: a pupil has changed school, say."""

    order: Literal["change-person"] = "change-person"
    person: Id
    school_units: tuple[str, ...] | None = None
    """None leaves them as they are."""
    security_marking: SecurityMarking | None = None
    """None leaves it as it is."""
    attributes: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    """By canonical name; those that are not named stay as they are."""


class KnowVendor(Exact):
    """From now on, and for as long as the school runs, people can log in to this vendor by SAML.

    Whatever the school knew by the same name makes room for it.
    """

    order: Literal["know-vendor"] = "know-vendor"
    entity_id: str = Field(min_length=1)
    metadata: Url
    agreement: Agreement | None = None
    release: ReleasePolicy = "requested"
    sign_response: bool = False
    """Responses are signed too, around the signed assertion."""


class KnowClient(Exact):
    """The same of a vendor of OpenID Connect."""

    order: Literal["know-client"] = "know-client"
    client: OidcClient
    name: Bilingual
    """As people know the service."""
    agreement: Agreement | None = None
    release: ReleasePolicy = "requested"
    secret: str = Field(default="", repr=False)
    """Of its authentication at the token endpoint; "" where it uses a key of its own, or none."""


type AnyOrder = SpoilNext | ForgeNext | ForgetForgeries | RollKeys | ChangePerson | KnowVendor | KnowClient
type Order = Annotated[AnyOrder, Field(discriminator="order")]

ORDER: TypeAdapter[AnyOrder] = TypeAdapter(Order)
"""Reads and writes the body of ``POST /orders`` of the school's control API."""
