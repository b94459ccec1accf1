"""A vendor's service, as one page describes it."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from testbed.model.agreement import Validity
from testbed.model.strict import BASE_URL, Host, Id, VendorUrl, Written

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


DigestKeys = Annotated[
    tuple[Annotated[str, StringConstraints(min_length=1, max_length=200)], ...], Field(max_length=20)
]


class Probe(Written):
    """A page that shows who is logged in."""

    url: VendorUrl


class Click(Written):
    """One thing to press on the way from the vendor's door to the school: a link or a button, by the words on it, or a
    form by its id; with what to fill in first."""

    press: str = ""
    """The words on a link or a button, or a part of them."""
    form: str = ""
    """The id of a form, sent as it is but for what is filled in."""
    fill: dict[str, str] = Field(default_factory=dict)
    """By the names of fields."""
    optional: bool = False
    """Passed over where the page has no such thing: some pages are shown once only."""

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        if bool(self.press) == bool(self.form):
            raise ValueError("a click names what to 'press', or a 'form', and not both")
        return self


class Process(Written):
    """The testbed starts the vendor itself, so that its own outgoing traffic is seen."""

    command: tuple[str, ...] = Field(min_length=1)
    """In these, in ``env`` and in ``ready`` there are filled in: ``{base_url}`` and ``{port}``, where it is to serve;
    ``{issuer}``, the school's address; ``{idp_metadata}``, a file with the school's SAML metadata; ``{client_secret}``,
    of an OpenID Connect vendor."""
    env: dict[str, str] = Field(default_factory=dict)
    ready: VendorUrl
    """A page that answers once it serves."""
    ready_within_s: int = Field(default=60, gt=0, le=3600)
    local_ports: tuple[Annotated[int, Field(gt=0, lt=65_536)], ...] = Field(default=(), max_length=100)
    """Ports of this machine's loopback that it needs, for a database of its own say; what goes there is not seen."""
    isolate: bool = True
    """false: it is only asked by variables to use the proxy, for it cannot live in a name space of its own."""


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
    redirect_uris: tuple[VendorUrl, ...] = Field(min_length=1)
    """Compared as they are written (RFC 9700, 2.1)."""
    scopes: tuple[str, ...] = ("openid",)
    """That it may ask for."""
    post_logout_redirect_uris: tuple[VendorUrl, ...] = ()
    backchannel_logout_uri: VendorUrl | None = None
    frontchannel_logout_uri: VendorUrl | None = None
    jwks_uri: VendorUrl | None = None
    token_endpoint_auth_method: ClientAuthentication = "client_secret_basic"
    id_token_signed_response_alg: Literal["RS256", "ES256"] = "RS256"
    subject_type: Literal["pairwise", "public"] = "pairwise"
    sector_identifier: Host | None = None
    """Vendors that share it know a person by the same pairwise sub; None: the host of the redirect URIs."""


class ExchangeParty(Written):
    """How a vendor takes part in the exchange of school data without anybody logging in."""

    entity_id: str = Field(min_length=1, max_length=500)
    """What the federation's metadata of machines calls it (RFC 9932)."""
    roster: VendorUrl
    """A page that shows whom it holds."""


class Vendor(Written):
    """A vendor's service, as one page describes it."""

    id: Id
    name: str
    protocol: Literal["saml", "oidc", "ss12000"]
    entity_id: str = ""
    """Read from the metadata where it is left out."""
    metadata: Annotated[str, StringConstraints(pattern=r"^((https?://|\{base_url\})[^\s]+)?$")] = ""
    """Of a SAML vendor."""
    client: OidcClient | None = None
    """Of an OpenID Connect vendor; its secret, where it has one, stands in the lab home."""
    exchange: ExchangeParty | None = None
    """Of a vendor that fetches rosters (ss12000)."""
    login: VendorUrl
    """The vendor's door: where a login begins, or its page for administrators where nobody logs in."""
    probe: Probe
    logout: VendorUrl | None = None
    refresh: VendorUrl | None = None
    """A page that makes it refresh its tokens."""
    backchannel_logout: VendorUrl | None = None
    """Where the school's server tells it of logouts, where its registration does not say."""
    return_param: str = ""
    visit: tuple[VendorUrl, ...] = ()
    """Pages to open once logged in."""
    clicks: tuple[Click, ...] = ()
    """What a person presses between the vendor's door and the school's login page."""
    unsolicited: bool = False
    """It means to take logins that begin at school, which nobody asked it for (SAML Profiles 4.1.5)."""
    trusts_second_school: bool = False
    """It trusts the dishonest school too, whose people are not the first one's."""
    clock_skew_s: int | None = Field(default=None, ge=0, le=3600)
    """How far its clock and the school's may be apart, as it says itself; None: it does not say."""
    process: Process | None = None
    agreement: Id | None = None
    school_signs_response: bool = False
    """Some products want the response signed too, around the signed assertion."""
    school_release: ReleasePolicy = "agreement"
    digest_keys: DigestKeys = ()
    """Keys and salts that the vendor is known to use when it makes digests of values: the search tries them."""
    simulated: Simulated | None = None
    unsupported: dict[str, str] = Field(default_factory=dict)
    known_deviations: tuple[Deviation, ...] = ()
    authorised: Authorised | None = None

    @property
    def party(self) -> str:
        """What its protocol calls it: an entity ID (in SAML by custom the metadata's address) or a client ID."""
        if self.exchange:
            return self.exchange.entity_id
        return self.client.client_id if self.client else self.entity_id or self.metadata

    @model_validator(mode="after")
    def _has_a_base_url(self) -> Self:
        if self.process is None and BASE_URL in self.model_dump_json(exclude={"process"}):
            raise ValueError(f"{BASE_URL} stands for where a 'process' serves, and there is none")
        return self

    @model_validator(mode="after")
    def _speaks_its_protocol(self) -> Self:
        if self.protocol == "saml" and (not self.metadata or self.client):
            raise ValueError("a vendor of protocol saml has 'metadata' and no 'client'")
        if self.protocol == "oidc" and (self.metadata or self.entity_id or self.client is None):
            raise ValueError("a vendor of protocol oidc has 'client' and neither 'metadata' nor 'entity_id'")
        if (self.protocol == "ss12000") != (self.exchange is not None):
            raise ValueError("'exchange' goes with the protocol ss12000, which cannot do without it")
        if self.protocol == "ss12000" and (self.metadata or self.entity_id or self.client):
            raise ValueError("a vendor of protocol ss12000 has neither 'metadata', 'entity_id' nor 'client'")
        return self
