"""A vendor's service, as one page describes it."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, JsonValue, StringConstraints, model_validator

from testbed.model.agreement import Validity
from testbed.model.placeholders import ADDRESS, OF_EXCHANGE, OF_FETCHING, OF_LOGIN, OF_THIS_MACHINE, names_in
from testbed.model.strict import BASE_URL, Host, Id, Unfit, VendorUrl, Written, plain_address

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

    url: VendorUrl = Field(examples=["https://127.0.0.1:8443/me"])


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
            raise Unfit("a click names what to 'press', or a 'form', and not both", "name one of them")
        return self


class Process(Written):
    """The testbed starts the vendor itself, so that its own outgoing traffic is seen."""

    command: tuple[str, ...] = Field(min_length=1, examples=[["my-service", "--port", "{port}"]])
    """In these, in ``env`` and in ``ready`` there are filled in: ``{base_url}`` and ``{port}``, where it is to serve;
    ``{issuer}``, the school's address; ``{idp_metadata}``, a file with the school's SAML metadata; ``{client_secret}``,
    of an OpenID Connect vendor. Where rosters are exchanged these are: ``{machines}`` and ``{machines_key}``, the
    register of machines and a file with its key; ``{tokens}`` and ``{tokens_jwks}``, the token service and its keys;
    ``{server_certificate}``, ``{client_issuers}`` and ``{ca}``, files; ``{python}``, this program's. For a vendor
    that fetches them there are ``{data_api}`` and ``{token_url}``, where it does so; ``{client_certificate}``, a file
    with what it shows there; ``{state}``, a folder that is empty when it is to hold nothing."""
    env: dict[str, str] = Field(default_factory=dict)
    ready: VendorUrl = Field(examples=["{base_url}/login"])
    """A page that answers once it serves."""
    ready_within_s: int = Field(default=60, gt=0, le=3600)
    local_ports: tuple[Annotated[int, Field(gt=0, lt=65_536)], ...] = Field(default=(), max_length=100)
    """Ports of this machine's loopback that it needs, for a database of its own say; what goes there is not seen."""
    isolate: bool = True
    """false: it is only asked by variables to use the proxy, for it cannot live in a name space of its own."""


class Container(Written):
    """The testbed starts the vendor's image, with itself for the only network: ``compose/README.md``."""

    image: Annotated[str, StringConstraints(max_length=255, pattern=r"^[a-z0-9][A-Za-z0-9._/:@-]*$")]
    """By the engine's name for it; none is fetched."""
    command: tuple[str, ...] = ()
    """In place of the image's own."""
    port: int = Field(gt=0, lt=65_536)
    """Of the container, where it serves: plain HTTP, or where rosters are exchanged TLS by ``{server_certificate}``."""
    env: dict[str, str] = Field(default_factory=dict)
    """In these, in ``command`` and in ``ready`` there are filled in: ``{base_url}``, where others find it; ``{port}``;
    ``{issuer}``, the school's address; ``{idp_metadata}``, a file in the container with the school's SAML metadata;
    ``{client_secret}``, of an OpenID Connect vendor. Where rosters are exchanged what a process has, but for
    ``{python}``: files and ``{state}`` by where they stand in the container."""
    ready: VendorUrl | None = None
    """A page that answers once it serves; its door where it is left out."""
    ready_within_s: int = Field(default=60, gt=0, le=3600)


type Started = Process | Container
"""How the testbed starts a vendor."""


class Simulated(Written):
    """The vendor is one of the testbed's own: a profile and at most one fault (``testbed list profiles|faults``)."""

    profile: Id
    fault: Id | None = None
    hosts: tuple[Host, ...] = Field(min_length=1)
    """Every host that it answers for."""


class Deviation(Written):
    """A finding that the parties know of, until a day: strict, and it expires."""

    check: str = Field(examples=["data.not-in-url"])
    reason: str = Field(examples=["mended in the release of May"])
    until: date = Field(examples=["2027-06-30"])


class Authorised(Written):
    """Permission to send test traffic to a host that is not the lab's own."""

    by: str = Field(examples=["Anna Berg, owner of the service"])
    window: Validity = Field(examples=[{"from": "2026-05-04", "until": "2026-05-08"}])
    contact: str = Field(examples=["anna.berg@service.example"])
    max_rps: float = Field(gt=0, examples=[5])
    allow: tuple[Literal["exhaustion"], ...] = ()


type ClientAuthentication = Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]
"""How a vendor proves who it is at the token endpoint (OpenID Connect Core 9); "none" only with PKCE."""


class OidcClient(Written):
    """How a vendor is registered as a relying party of OpenID Connect (Dynamic Client Registration 2)."""

    client_id: str = Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$", examples=["my-service"])
    redirect_uris: tuple[VendorUrl, ...] = Field(min_length=1, examples=[["https://127.0.0.1:8443/callback"]])
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


class Fetch(Written):
    """How a vendor that fetches rosters is made to: it is called, is started, or fetches by itself."""

    url: VendorUrl | None = None
    """What is called, as a clock or an administrator would: a hook or a button, which asks for no login."""
    method: Literal["GET", "POST"] = "POST"
    """How it is called; of no meaning for the others."""
    at_start: bool = False
    """It fetches whenever it starts: the testbed starts it by its ``process``."""
    every_s: int | None = Field(default=None, ge=5, le=3600)
    """It fetches by itself, and begins anew no later than so many seconds after it has ended."""
    within_s: int = Field(default=60, gt=0, le=3600)
    """By then what makes it fetch has led to a first call, and by as long again to the last one."""

    @model_validator(mode="after")
    def _is_caused_in_one_way(self) -> Self:
        if (self.url is not None) + self.at_start + (self.every_s is not None) != 1:
            mend = "name one of 'url', 'at_start: true' and 'every_s'"
            raise Unfit("does not say in one way what makes the vendor fetch", mend)
        return self


class ExchangeParty(Written):
    """How a vendor takes part in the exchange of school data without anybody logging in."""

    entity_id: str = Field(min_length=1, max_length=500, examples=["https://my-service.example"])
    """What the federation's metadata of machines calls it (RFC 9932)."""
    roster: VendorUrl | None = None
    """A page that shows whom it holds."""
    rosters: dict[Host, VendorUrl] = Field(default_factory=dict)
    """Where several schools feed it: a page for each that shows whom it holds of that school alone, by the host of the
    school's data API."""
    receives: VendorUrl | None = None
    """Where schools send it what it may know: its SCIM endpoints, or those of the national tests' provisioning, below
    this address."""
    results: VendorUrl | None = None
    """A page that names each teacher, and leads to one of each that shows whose results they see (national tests)."""
    serves: VendorUrl | None = None
    """The data API (SS 12000) that it serves itself, where that is what is to be tried."""
    fetch: Fetch | None = None
    """How a vendor that fetches is made to, where it is not one of the testbed's own."""


type Protocol = Literal["saml", "oidc", "ss12000", "scim", "provisioning"]
"""saml and oidc: people log in; ss12000: its server fetches rosters; scim: schools send it rosters as EGIL has it;
provisioning: schools send it rosters as the national tests have it."""
FED: frozenset[Protocol] = frozenset({"ss12000", "scim", "provisioning"})
"""Those by which nobody logs in: servers exchange rosters."""
SENT: frozenset[Protocol] = frozenset({"scim", "provisioning"})
"""Those of them by which the school is the one that calls."""


class Vendor(Written):
    """A vendor's service, as one page describes it."""

    id: Id = Field(examples=["my-service"])
    name: str = Field(examples=["Min tjänst"])
    protocol: Protocol = Field(examples=["scim"])
    entity_id: str = ""
    """Read from the metadata where it is left out."""
    metadata: Annotated[
        str,
        StringConstraints(pattern=r"^((https?://|\{base_url\})[^\s]+)?$"),
        AfterValidator(lambda url: plain_address(url) if url else url),
    ] = ""
    """Of a SAML vendor."""
    client: OidcClient | None = None
    """Of an OpenID Connect vendor; its secret, where it has one, stands in the lab home."""
    exchange: ExchangeParty | None = None
    """Of a vendor that is fed with rosters (:data:`FED`)."""
    login: VendorUrl = Field(examples=["https://127.0.0.1:8443/login"])
    """The vendor's door: where a login begins, or its page for administrators where nobody logs in."""
    probe: Probe | None = None
    """Left out where nobody logs in."""
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
    container: Container | None = None
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

    @property
    def started(self) -> Started | None:
        """How the testbed starts it; None where it does not."""
        return self.process or self.container

    @property
    def probe_url(self) -> str:
        """The page that shows who is logged in, "" where nobody logs in."""
        return self.probe.url if self.probe else ""

    @model_validator(mode="after")
    def _has_a_probe(self) -> Self:
        if self.probe is None and self.protocol not in FED:
            raise Unfit(
                "is missing", "name the page that shows who is logged in: 'probe: {url: https://...}'", field="probe"
            )
        return self

    @property
    def _filled_in(self) -> frozenset[str]:
        if self.protocol not in FED:
            return OF_LOGIN
        fetches = self.protocol == "ss12000" and self.exchange is not None and self.exchange.serves is None
        known = OF_FETCHING if fetches else OF_EXCHANGE
        return known - OF_THIS_MACHINE if self.container else known

    @model_validator(mode="after")
    def _is_started_in_one_way(self) -> Self:
        if self.process and self.container:
            raise Unfit(
                "stands beside 'process'", "keep one of them: a vendor is started in one way", field="container"
            )
        return self

    @model_validator(mode="after")
    def _names_what_is_filled_in(self) -> Self:
        known = self._filled_in if self.started else frozenset[str]()
        described = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        for field, text in _texts("", described):
            if not (field.startswith(("process.", "container.")) or text.startswith(_ADDRESSES)):
                continue
            for name in names_in(text):
                if name not in known:
                    raise Unfit(*_not_filled_in(name, known), field=field)
        return self

    @model_validator(mode="after")
    def _speaks_its_protocol(self) -> Self:
        if self.protocol == "saml" and not self.metadata:
            raise Unfit("is missing", "add the address of its metadata, 'metadata: https://...'", field="metadata")
        if self.protocol == "oidc" and self.client is None:
            raise Unfit(
                "is missing",
                "say how it is registered: 'client: {client_id: my-service, redirect_uris: [https://.../callback]}'",
                field="client",
            )
        if self.protocol in FED and self.exchange is None:
            raise Unfit(
                "is missing",
                "say what the federation calls it: 'exchange: {entity_id: https://my-service.example}'",
                field="exchange",
            )
        for field in _NOT_OF[self.protocol]:
            if getattr(self, field):
                raise Unfit(f"goes with other protocols than {self.protocol}", "take it away", field=field)
        return self

    @model_validator(mode="after")
    def _says_where_rosters_go(self) -> Self:
        exchange = self.exchange
        if exchange is None:
            return self
        field = "exchange.receives"
        if self.protocol in SENT and exchange.receives is None:
            raise Unfit("is missing", "name where schools send it rosters: 'receives: https://...'", field=field)
        if self.protocol not in SENT and exchange.receives is not None:
            raise Unfit("goes with the protocols scim and provisioning", "take it away", field=field)
        if exchange.serves is not None and self.protocol != "ss12000":
            raise Unfit("goes with the protocol ss12000", "take it away", field="exchange.serves")
        if exchange.fetch is not None and (self.protocol != "ss12000" or exchange.serves is not None):
            raise Unfit(
                "goes with the protocol ss12000, and not with 'serves'", "take one away", field="exchange.fetch"
            )
        for name in ("receives", "serves"):
            if re.search("[?#]", getattr(exchange, name) or ""):
                raise Unfit(
                    "has a query or a fragment, and endpoints are below it", "end it before", field=f"exchange.{name}"
                )
        return self


_ADDRESSES = ("http://", "https://", BASE_URL)
_NOT_OF: Mapping[Protocol, tuple[str, ...]] = MappingProxyType(
    {
        "saml": ("client", "exchange"),
        "oidc": ("metadata", "entity_id", "exchange"),
        **dict.fromkeys(FED, ("metadata", "entity_id", "client")),
    }
)


def _not_filled_in(name: str, known: frozenset[str]) -> tuple[str, str]:
    """The problem and the mend."""
    what = f"{{{name}}} is nothing that is filled in here"
    if not known:
        if name in ADDRESS:
            what = f"{{{name}}} stands for where a 'process' or a 'container' serves, and there is none"
        return what, "write out the address, or add a 'process' or a 'container' that the testbed starts"
    named = ", ".join(f"{{{one}}}" for one in sorted(known))
    return what, f"use one of {named}; braces of your own are doubled, {{{{{name}}}}}"


def _texts(field: str, value: JsonValue) -> Iterator[tuple[str, str]]:
    """Every text of a document, with its field."""
    match value:
        case str():
            yield field, value
        case dict():
            for name, inner in value.items():
                yield from _texts(f"{field}.{name}" if field else name, inner)
        case list():
            for number, inner in enumerate(value):
                yield from _texts(f"{field}.{number}", inner)
