"""What the laboratory may ask of the running school: through the control API, never through the public side."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from testbed.model.forgery import Forgery
from testbed.model.operations import Exact
from testbed.model.person import SecurityMarking
from testbed.model.rolling import RollKeys
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


class Leave(Written):
    """A person leaves the school: a teacher who has another post, say."""

    order: Literal["leave"] = "leave"
    person: Id


class Return(Written):
    """A person who had left is there again, as people.json has them."""

    order: Literal["return"] = "return"
    person: Id


class SetAgreement(Written):
    """From now on this is what the school has agreed with a vendor that exchanges data with it."""

    order: Literal["set-agreement"] = "set-agreement"
    party: str
    """What the federation's metadata of machines calls the vendor."""
    agreement: Agreement


class EndAgreement(Written):
    """What the school has agreed with such a vendor is over: its last day was yesterday."""

    order: Literal["end-agreement"] = "end-agreement"
    party: str
    """As in :class:`SetAgreement`."""


class PushRoster(Written):
    """The school sends a vendor whatever it may know and does not know yet, and has it drop the rest.

    It has been done, or given up, when the order has been carried out.
    """

    order: Literal["push-roster"] = "push-roster"
    party: str
    """As in :class:`SetAgreement`."""
    school: Id = "skola"
    """Which of the lab's schools."""
    rebuild: bool = False
    """Ask the vendor first what it holds, as where the school's own record of that is lost."""


class CallAsStranger(Written):
    """Somebody whom the federation's register of machines does not name calls a vendor as if they were the school:
    with a certificate of their own, with none, and, where the vendor takes tokens, with tokens that are not good."""

    order: Literal["call-as-stranger"] = "call-as-stranger"
    party: str
    """As in :class:`SetAgreement`."""


class TellSubscribers(Written):
    """The school tells a vendor that has subscribed that something has changed, so many times (SS 12000, webhooks)."""

    order: Literal["tell-subscribers"] = "tell-subscribers"
    party: str
    """As in :class:`SetAgreement`."""
    times: int = Field(default=1, ge=1, le=1000)
    shows: Literal["own-token", "no-token", "token-for-another"] = "own-token"
    """Both others come with a key that is not the school's. ``no-token``: as anybody could. ``token-for-another``: with
    the token by which the school tells another vendor, as that vendor could."""


class HandOutPageTokens(Written):
    """From now on the data API's page tokens look like this; it takes either back.

    What a page token looks like is the school's own affair. ``address`` puts an address before it that is not the
    school's: a vendor that opens it tells its access token to whoever is there.
    """

    order: Literal["hand-out-page-tokens"] = "hand-out-page-tokens"
    looks: Literal["opaque", "address"]


class SendAddress(Written):
    """The school sends a vendor a pupil who is in no population, and whose reference to a school unit is an address
    elsewhere; and then deletes them."""

    order: Literal["send-address"] = "send-address"
    party: str
    """As in :class:`SetAgreement`."""


class SendIncomplete(Written):
    """The school sends a vendor a pupil who is in no population, without the number that the national tests demand."""

    order: Literal["send-incomplete"] = "send-incomplete"
    party: str
    """As in :class:`SetAgreement`."""


class LimitCalls(Written):
    """From now on a caller of the data API is told to wait when it asks more often."""

    order: Literal["limit-calls"] = "limit-calls"
    requests: int = Field(ge=1, le=1_000_000)
    per_s: float = Field(gt=0, le=3600)


class ChangeMachine(Written):
    """Take one step with the keys of a machine in the federation's metadata (RFC 9932).

    ``announce`` publishes the coming key beside the current one; ``retire`` publishes the coming one alone; ``revoke``
    publishes none; ``restore`` publishes the current one alone, as at the beginning.
    """

    order: Literal["change-machine"] = "change-machine"
    entity_id: str
    step: Literal["announce", "retire", "revoke", "restore"]


type AnyOrder = (
    SpoilNext
    | ForgeNext
    | ForgetForgeries
    | RollKeys
    | ChangePerson
    | KnowVendor
    | KnowClient
    | Leave
    | Return
    | SetAgreement
    | EndAgreement
    | PushRoster
    | CallAsStranger
    | SendAddress
    | SendIncomplete
    | TellSubscribers
    | HandOutPageTokens
    | LimitCalls
    | ChangeMachine
)
type Order = Annotated[AnyOrder, Field(discriminator="order")]

KEPT = (
    ChangePerson,
    Leave,
    Return,
    SetAgreement,
    PushRoster,
    CallAsStranger,
    SendAddress,
    SendIncomplete,
    EndAgreement,
    TellSubscribers,
    LimitCalls,
    ChangeMachine,
)
"""Orders that a journal keeps: what the school knew, had agreed and did, against which an exchange is judged. There is
no secret in them."""

ORDER: TypeAdapter[AnyOrder] = TypeAdapter(Order)
"""Reads and writes the body of ``POST /orders`` of the school's control API."""
