"""Typed readings of protocol messages. What cannot be read is a :class:`Malformed` message, not an exception."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from testbed.model.exchange_messages import ExchangeMessage
from testbed.model.oidc_messages import OidcMessage
from testbed.model.wire import Pointer
from testbed.model.written import Bilingual

type Binding = Literal["redirect", "post", "soap"]
type EntityRole = Literal["idp", "sp"]
type RemarkLevel = Literal["error", "warning", "note"]

NAMEID_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
NAMEID_PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
STATUS_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"


@dataclass(frozen=True, slots=True)
class AuthnRequest:
    """A vendor's request for a login (SAML Core 3.4.1)."""

    where: Pointer
    id: str
    issuer: str
    destination: str
    delivered_to: str
    """The URL that it was sent to, without query."""
    acs_url: str
    """"" when the request names none."""
    issue_instant: datetime | None
    binding: Binding
    signed: bool
    force_authn: bool
    xml: str
    """For a person to read; never parsed again."""
    is_passive: bool = False
    contexts: tuple[str, ...] = ()
    """The context classes of its RequestedAuthnContext, in order."""
    comparison: str = ""
    """exact, minimum, maximum or better; "" when it requests no context."""


@dataclass(frozen=True, slots=True)
class SamlAttribute:
    """One attribute of an assertion (SAML Core 2.7.3.1)."""

    name: str
    name_format: str
    friendly_name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assertion:
    """What the school states about a person (SAML Core 2.3.3)."""

    where: Pointer
    id: str
    issuer: str
    name_id: str
    name_id_format: str
    audiences: tuple[tuple[str, ...], ...]
    """One tuple for each AudienceRestriction: every one must be met by some member (SAML Core 2.5.1.4)."""
    not_before: datetime | None
    not_on_or_after: datetime | None
    recipients: tuple[str, ...]
    """Of the bearer confirmations."""
    confirmed_until: tuple[datetime, ...]
    """NotOnOrAfter of the bearer confirmations."""
    in_response_to: str
    authn_instant: datetime | None
    authn_context: str
    attributes: tuple[SamlAttribute, ...]
    signed: bool
    """Carries a signature of its own; whether that is good is for a check to say."""
    session_index: str = ""
    encrypted: bool = False
    """It was sent encrypted, and read with the key that the run's key log has for it."""


@dataclass(frozen=True, slots=True)
class SamlResponse:
    """An answer of a school, delivered to a vendor by the person's browser (SAML Core 3.3.3)."""

    where: Pointer
    id: str
    issuer: str
    destination: str
    delivered_to: str
    in_response_to: str
    status: str
    """The top-level status code."""
    issue_instant: datetime | None
    assertions: tuple[Assertion, ...]
    encrypted: int
    """How many EncryptedAssertion elements it holds that cannot be read: the run has no key for them."""
    signed: bool
    relay_state: str
    document: bytes
    """The very octets, for signature checks."""
    xml: str
    """For a person to read; never parsed again."""
    sub_status: str = ""
    """The second-level status code."""
    opened: bytes = b""
    """The octets with decrypted assertions in place of those that were sent encrypted; b"" when none was."""


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A demand that a session end (SAML Core 3.7.1), from a vendor or from the school."""

    where: Pointer
    id: str
    issuer: str
    destination: str
    delivered_to: str
    name_id: str
    session_indexes: tuple[str, ...]
    issue_instant: datetime | None
    binding: Binding
    signed: bool
    xml: str
    """For a person to read; never parsed again."""


@dataclass(frozen=True, slots=True)
class LogoutResponse:
    """The answer to a :class:`LogoutRequest` (SAML Core 3.7.2)."""

    where: Pointer
    id: str
    issuer: str
    destination: str
    delivered_to: str
    """"" when it came back as the answer to a SOAP call."""
    in_response_to: str
    status: str
    """The top-level status code."""
    sub_status: str
    binding: Binding
    signed: bool
    xml: str
    """For a person to read; never parsed again."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A place in metadata where messages are received."""

    url: str
    binding: str
    """The binding's full URI."""
    index: int = 0


@dataclass(frozen=True, slots=True)
class RequestedAttribute:
    """One declared need of a vendor (SAML Metadata 2.4.4.2)."""

    name: str
    required: bool


@dataclass(frozen=True, slots=True)
class MetadataRemark:
    """One thing in an entity's metadata that is not as it must or should be."""

    rule: str
    """Id of the rule, which states the correct behaviour."""
    role: EntityRole | Literal[""]
    """The role in which the entity was looked at; "" for what concerns an aggregate."""
    section: str
    """Of the federation's technology profile; "" for a rule that is the testbed's own."""
    level: RemarkLevel
    """error: a rule that is enforced is broken; warning: mend it or know why; note: good to know."""
    place: str
    """XPath of the element, from the entity down."""
    problem: Bilingual
    mend: Bilingual


@dataclass(frozen=True, slots=True)
class SamlMetadata:
    """What an entity publishes about itself (SAML Metadata 2.3.2)."""

    where: Pointer
    entity_id: str
    is_idp: bool
    is_sp: bool
    signing_certificates: tuple[bytes, ...]
    """DER, in order of the document."""
    consumers: tuple[Endpoint, ...]
    sign_on: tuple[Endpoint, ...]
    requested: tuple[RequestedAttribute, ...]
    valid_until: datetime | None
    """Its own, or that of an aggregate around it, whichever comes first."""
    remarks: tuple[MetadataRemark, ...]
    """What the linter says of it, made while the element is at hand."""
    xml: str
    logout: tuple[Endpoint, ...] = ()
    """Its SingleLogoutService endpoints."""
    subject_id_requirement: str = ""
    """The identifier that a vendor demands (SAML V2.0 Subject Identifier Attributes 2.3), "" when it does not say."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """Something that was meant as a protocol message and cannot be read as one, or a bomb, that may hold anything."""

    where: Pointer
    kind: str
    """What it was meant to be: ``SAMLResponse``, ``SAMLRequest``, ``metadata``, ``ID token`` ...; a bomb's place."""
    reason: str
    """The end of a sentence that begins with the kind."""
    protocol: Literal["saml", "oidc", "ss12000", "http"] = "saml"
    """``http`` where only the carrier is known: a bomb."""


type SamlMessage = AuthnRequest | SamlResponse | LogoutRequest | LogoutResponse | SamlMetadata
type Message = SamlMessage | OidcMessage | ExchangeMessage | Malformed
