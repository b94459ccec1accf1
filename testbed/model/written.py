"""What people write: scenarios, agreements, vendors, suites and the people of a school.

Every model is frozen and refuses fields that it does not know, so that a misspelt word is an error and not a
silently weaker rule. ``testbed.model.files`` loads them and turns refusals into sentences.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from testbed.model.attributes import by_name

type Role = Literal["pupil", "teacher", "guardian", "staff"]
type ReleasePolicy = Literal[
    "agreement",
    "requested",
    "refeds-anonymous",
    "refeds-pseudonymous",
    "refeds-personalized",
    "refeds-research-and-scholarship",
    "refeds-code-of-conduct",
    "entity-categories",
]
"""How the school chooses what to release to a vendor: as agreed, as its metadata requests, by one REFEDS bundle, or by
the most data-minimal bundle of those that its metadata claims."""
type Flow = Literal[
    "login",
    "unsolicited",
    "logout-from-vendor",
    "logout-from-school",
    "key-rollover",
    "change-school",
    "answer-elsewhere",
]
"""What a person does; the generators of ``scenarios.flows`` by name."""
type SecurityMarking = Literal["Ingen", "Sekretessmarkering", "Skyddad folkbokföring"]

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
"""Lower-case words joined by hyphens."""
Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$")]
"""A lower-case host name, with its port on loopback."""
Status = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z]+$")]
"""The last part of a status code of SAML Core 3.2.2.2."""
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]


def _known_attribute(name: str) -> str:
    if name not in by_name():
        known = ", ".join(sorted(by_name()))
        raise ValueError(f"no attribute is called {name!r}; the attribute table has: {known}")
    return name


class Written(BaseModel):
    """Common strictness of all that people write."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Bilingual(Written):
    """A text in both languages of the school."""

    sv: str
    en: str


ROLES: Mapping[str, Bilingual] = MappingProxyType(
    {
        "pupil": Bilingual(sv="elev", en="pupil"),
        "teacher": Bilingual(sv="lärare", en="teacher"),
        "guardian": Bilingual(sv="vårdnadshavare", en="guardian"),
        "staff": Bilingual(sv="övrig personal", en="other staff"),
    }
)
"""What people call the roles."""


# --- people -----------------------------------------------------------------------------------------------------


class Person(Written):
    """One invented person, as people.json holds it."""

    id: Id
    role: Role
    school: Id = "skola"
    """The school that knows the person: "skola", or "granne" for the neighbour's."""
    school_units: tuple[str, ...] = ()
    """8-digit school unit codes."""
    groups: tuple[str, ...] = ()
    security_marking: SecurityMarking = "Ingen"
    attributes: dict[str, str | tuple[str, ...]]
    """Canonical attribute name to its value or values."""

    def values(self, attribute: str) -> tuple[str, ...]:
        """The values of an attribute by canonical name; none when the person lacks it."""
        value = self.attributes.get(attribute, ())
        return (value,) if isinstance(value, str) else value

    @property
    def protected(self) -> bool:
        """Carries a marking of protected identity."""
        return self.security_marking != "Ingen"

    @field_validator("attributes")
    @classmethod
    def _attributes_are_known(cls, value: dict[str, str | tuple[str, ...]]) -> dict[str, str | tuple[str, ...]]:
        for name in value:
            _known_attribute(name)
        return value


# --- agreement --------------------------------------------------------------------------------------------------


class Controller(Written):
    """The school owner: decides over the data (GDPR Article 4(7))."""

    name: str
    organisation_number: str = ""
    hosts: tuple[Host, ...]


class Processor(Written):
    """The vendor: processes on the controller's behalf (GDPR Article 4(8))."""

    name: str
    entity_ids: tuple[str, ...] = ()
    client_ids: tuple[str, ...] = ()
    hosts: tuple[Host, ...]


class Validity(Written):
    """First and last day on which the agreement is in force."""

    from_: date = Field(alias="from")
    until: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.from_:
            raise ValueError("'until' lies before 'from'; swap them or mend the one that is wrong")
        return self


class Limits(Written):
    """Narrows the persons that a data clause speaks of."""

    school_units: tuple[str, ...] = ()
    grades: tuple[int, ...] = ()


class DataClause(Written):
    """What may be known about whom, and what for."""

    subjects: tuple[Role, ...] = Field(min_length=1)
    purpose: str = ""
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    limits: Limits | None = None

    @property
    def agreed(self) -> frozenset[str]:
        """Required and optional attributes together."""
        return frozenset(self.required) | frozenset(self.optional)

    @field_validator("required", "optional")
    @classmethod
    def _attributes_are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known_attribute(name) for name in value)


class Recipient(Written):
    """A sub-processor or other host that the vendor may call, and what it may be told."""

    name: str
    hosts: tuple[Host, ...]
    data: tuple[str, ...] = ()

    @field_validator("data")
    @classmethod
    def _attributes_are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known_attribute(name) for name in value)


class Security(Written):
    """Technical measures that the parties agreed on."""

    tls: Literal["1.2", "1.3"] = "1.2"
    encrypt_assertion: bool = False


class Agreement(Written):
    """A machine-readable data processing agreement (personuppgiftsbiträdesavtal, GDPR Article 28(3))."""

    id: Id
    controller: Controller
    processor: Processor
    valid: Validity
    legal_basis: str = ""
    identifier: Literal["pairwise", "persistent", "shared"]
    data: tuple[DataClause, ...]
    recipients: tuple[Recipient, ...] = ()
    protected_identity: Literal["withhold", "pseudonym"]
    retention_days: int | None = Field(default=None, ge=0)
    security: Security = Security()

    def agreed_for(self, role: Role) -> frozenset[str]:
        """The attributes that the vendor may know about persons of this role."""
        return frozenset[str]().union(*(clause.agreed for clause in self.data if role in clause.subjects))

    def in_force(self, day: date) -> bool:
        """Whether the agreement holds on this day, first and last included."""
        return self.valid.from_ <= day <= self.valid.until


# --- vendor -----------------------------------------------------------------------------------------------------


class Probe(Written):
    """A page that shows who is logged in."""

    url: Url


class Simulated(Written):
    """The vendor is one of the testbed's own: a profile and at most one fault (``testbed list profiles|faults``)."""

    profile: Id
    fault: Id | None = None
    hosts: tuple[Host, ...] = Field(min_length=1)
    """Every host that it answers for."""


class Deviation(Written):
    """A finding that the parties know of, until a day: strict, and it expires."""

    check: str
    reason: str
    until: date


class Authorised(Written):
    """Permission to send test traffic to a host that is not the lab's own."""

    by: str
    window: Validity
    contact: str
    max_rps: float = Field(gt=0)
    allow: tuple[Literal["exhaustion"], ...] = ()


type ClientAuthentication = Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]
"""How a vendor proves who it is at the token endpoint (OpenID Connect Core 9); "none" only with PKCE."""


class OidcClient(Written):
    """How a vendor is registered as a relying party of OpenID Connect (Dynamic Client Registration 2)."""

    client_id: str = Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")
    redirect_uris: tuple[Url, ...] = Field(min_length=1)
    """Compared as they are written (RFC 9700, 2.1)."""
    scopes: tuple[str, ...] = ("openid",)
    """That it may ask for."""
    post_logout_redirect_uris: tuple[Url, ...] = ()
    backchannel_logout_uri: Url | None = None
    frontchannel_logout_uri: Url | None = None
    jwks_uri: Url | None = None
    token_endpoint_auth_method: ClientAuthentication = "client_secret_basic"
    id_token_signed_response_alg: Literal["RS256", "ES256"] = "RS256"
    subject_type: Literal["pairwise", "public"] = "pairwise"
    sector_identifier: Host | None = None
    """Vendors that share it know a person by the same pairwise sub; None: the host of the redirect URIs."""


class Vendor(Written):
    """A vendor's service, as one page describes it."""

    id: Id
    name: str
    protocol: Literal["saml", "oidc"]
    entity_id: str = ""
    """Read from the metadata where it is left out."""
    metadata: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s]+)?$")] = ""
    """Of a SAML vendor."""
    client: OidcClient | None = None
    """Of an OpenID Connect vendor; its secret, where it has one, stands in the lab home."""
    login: Url
    probe: Probe
    logout: Url | None = None
    return_param: str = ""
    visit: tuple[Url, ...] = ()
    """Pages to open once logged in."""
    agreement: Id | None = None
    school_signs_response: bool = False
    """Some products want the response signed too, around the signed assertion."""
    school_release: ReleasePolicy = "agreement"
    simulated: Simulated | None = None
    unsupported: dict[str, str] = Field(default_factory=dict)
    known_deviations: tuple[Deviation, ...] = ()
    authorised: Authorised | None = None

    @property
    def party(self) -> str:
        """What its protocol calls it: an entity ID (by custom the metadata's address) or a client ID."""
        return self.client.client_id if self.client else self.entity_id or self.metadata

    @model_validator(mode="after")
    def _speaks_its_protocol(self) -> Self:
        if self.protocol == "saml" and (not self.metadata or self.client):
            raise ValueError("a vendor of protocol saml has 'metadata' and no 'client'")
        if self.protocol == "oidc" and (self.metadata or self.entity_id or self.client is None):
            raise ValueError("a vendor of protocol oidc has 'client' and neither 'metadata' nor 'entity_id'")
        return self


# --- scenario ---------------------------------------------------------------------------------------------------


class SetText(Written):
    """Replace the text of every element that the XPath names."""

    op: Literal["set-text"]
    xpath: str
    value: str


class SetAttribute(Written):
    """Set an attribute on every element that the XPath names."""

    op: Literal["set-attribute"]
    xpath: str
    name: str
    value: str


class Remove(Written):
    """Remove every element that the XPath names."""

    op: Literal["remove"]
    xpath: str


class InTheClear(Written):
    """Do not encrypt the assertion, whatever was agreed."""

    op: Literal["in-the-clear"]


type Operation = Annotated[SetText | SetAttribute | Remove | InTheClear, Field(discriminator="op")]
"""One change to a valid message, made before it is signed. Prefixes: saml, samlp, ds."""


class Casting(Written):
    """Which people may play: one of all that fit is drawn with the run's seed."""

    id: Id | None = None
    """Whoever is named plays, from whichever school."""
    school: Id = "skola"
    """The neighbour's people play only where a scenario asks for them."""
    role: Role | None = None
    security_marking: SecurityMarking | None = None
    name: Literal["any", "one-word", "very-long", "beyond-ascii", "beyond-latin-1", "apostrophe", "double-surname"] = (
        "any"
    )
    """very-long: a displayName of 60 characters or more."""
    having: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    school_units: Literal["any", "several"] = "any"
    stage: Literal["any", "preschool-class", "upper-secondary"] = "any"
    civic_number: Literal["any", "temporary"] = "any"
    """temporary: one that a school gives to a pupil who has none, with a letter in it."""
    children: Literal["any", "several"] = "any"
    """several: a guardian of two pupils or more."""

    @field_validator("having", "lacking")
    @classmethod
    def _attributes_are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known_attribute(name) for name in value)


class ExpectedFinding(Written):
    """A finding that must come; every field that is given must be equal."""

    check: str
    attribute: str | None = None
    recipient: str | None = None


class Expect(Written):
    """Strict: what is not named here must not come."""

    login: Literal["accepted", "refused"]
    findings: tuple[ExpectedFinding, ...] = ()
    receives: tuple[str, ...] | None = None
    """The attributes that the vendor is to receive by login, exactly; left out: whatever is agreed."""
    status: tuple[Status, ...] = ()
    """The second-level status codes by which the school may refuse the login, without the part that all begin with:
    RequestDenied, NoAuthnContext, NoPassive. Left out: it does not matter who refuses it, and how."""

    @model_validator(mode="after")
    def _status_is_of_a_refusal(self) -> Self:
        if self.status and self.login == "accepted":
            raise ValueError("'status' says how the school refuses a login: set 'login' to 'refused', or take it out")
        return self


class PersonKind(Written):
    """A kind of person that a scenario is played for, as a report names it."""

    id: Id
    title: Bilingual


class Scenario(Written):
    """One story to play."""

    id: Id
    title: Bilingual
    flow: Flow
    vendor: Id
    also: tuple[Id, ...] = ()
    """Other vendors that the same person logs in to in the same browser. They are judged in plays of their own."""
    person: Casting = Casting()
    moves_to: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")] | None = None
    """The code of the school unit that the person changes to; for the flow ``change-school``, which needs it."""
    spoil: tuple[Operation, ...] = ()
    """Operations on the message before it is signed; a login with any is expected to be refused."""
    clause: str = ""
    """What the spoiled message breaks."""
    kind: PersonKind | None = None
    """Where it is one of a suite that plays every kind of person: which."""
    needs_scripts: bool = False
    """What it is about is done by a script of a page, and shows only with ``--browser chromium``."""
    expect: Expect

    @model_validator(mode="after")
    def _spoiled_has_clause(self) -> Self:
        if self.spoil and not self.clause:
            raise ValueError("a scenario that spoils a message must name in 'clause' the rule that it breaks")
        if self.spoil and self.expect.login == "accepted":
            raise ValueError("a spoiled message must not log anyone in: set expect.login to 'refused'")
        if self.vendor in self.also or len(set(self.also)) != len(self.also):
            raise ValueError("'also' names the other vendors, each once: take out the one that stands twice")
        return self

    @model_validator(mode="after")
    def _moves_somewhere(self) -> Self:
        if (self.flow == "change-school") != (self.moves_to is not None):
            raise ValueError("'moves_to' goes with the flow change-school, which cannot do without it")
        return self


class Every(Written):
    """One scenario for each kind of person and each of these vendors, made when the suite is read.

    A login is expected to be accepted where the person's role is a subject of the vendor's agreement, and else to be
    refused by the school.
    """

    flow: Flow
    vendors: Literal["compliant"] | tuple[Id, ...] = Field(min_length=1)
    """compliant: all that the testbed plays itself, that have no fault, and that the school lets people into by the
    agreement and not by another release policy."""
    leave_out: tuple[Id, ...] = ()
    """Vendors that this flow is not for."""


class Suite(Written):
    """Scenarios that are played in one go, in this order."""

    id: Id
    title: Bilingual
    scenarios: tuple[Id, ...] = ()
    every: Every | None = None

    @model_validator(mode="after")
    def _plays_something(self) -> Self:
        if not self.scenarios and self.every is None:
            raise ValueError("a suite plays something: name 'scenarios', or give 'every' a flow and vendors")
        return self
