"""Typed readings of the messages of OpenID Connect; see ``testbed.model.messages`` for those of SAML.

Secrets (codes, tokens, verifiers) are kept, for a check must be able to tell whether one stands where it must not. They
are left out of representations, and reports never show them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from testbed.model.wire import Pointer

type ClaimsPlace = Literal["id_token", "userinfo"]
"""Where a claim that is asked for by name is wanted (OpenID Connect Core 5.5)."""
type AnswerMode = Literal["query", "form_post"]


@dataclass(frozen=True, slots=True)
class RequestedClaim:
    """One claim that the ``claims`` parameter asks for (OpenID Connect Core 5.5.1)."""

    place: ClaimsPlace
    name: str
    essential: bool
    values: tuple[str, ...] = ()
    """Those that would do; none: any."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A vendor's request for a login (OpenID Connect Core 3.1.2.1)."""

    where: Pointer
    client_id: str
    delivered_to: str
    """The URL that it was sent to, without query."""
    redirect_uri: str
    response_type: str
    response_mode: str
    scopes: tuple[str, ...]
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    code_challenge: str = field(repr=False)
    code_challenge_method: str
    """"" when it names none, which means plain (RFC 7636, 4.3)."""
    prompt: tuple[str, ...] = ()
    max_age_s: int | None = None
    contexts: tuple[str, ...] = ()
    """acr_values, in order of preference."""
    claims: tuple[RequestedClaim, ...] = ()
    request_object: bool = False
    """It carries or names a request object, which is not read here."""


@dataclass(frozen=True, slots=True)
class AuthorizationAnswer:
    """What the school sends the vendor by the person's browser (OpenID Connect Core 3.1.2.5 and 3.1.2.6)."""

    where: Pointer
    delivered_to: str
    """Without query."""
    mode: AnswerMode
    code: str = field(repr=False)
    state: str = field(repr=False)
    issuer: str
    """The parameter ``iss`` (RFC 9207)."""
    error: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A vendor's server redeems a code or a refresh token (OpenID Connect Core 3.1.3.1)."""

    where: Pointer
    delivered_to: str
    client_id: str
    authentication: str
    """One of ``ClientAuthentication``; several joined by "+" where it came with more than one."""
    grant_type: str
    redirect_uri: str
    code: str = field(repr=False)
    code_verifier: str = field(repr=False)
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a JSON Web Token says of itself (RFC 7515, 4.1)."""

    compact: str = field(repr=False)
    """The very text, for signature checks."""
    algorithm: str
    key_id: str
    type: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim about a person, as it stood in a token or an answer."""

    name: str
    """Of a member of an object with a dot: ``address.street_address``."""
    values: tuple[str, ...]
    place: str
    """JSON pointer within the object that holds it."""


@dataclass(frozen=True, slots=True)
class IdToken:
    """What the school states about a login (OpenID Connect Core 2)."""

    where: Pointer
    envelope: Envelope
    issuer: str
    subject: str
    audiences: tuple[str, ...]
    authorized_party: str
    expires: datetime | None
    issued: datetime | None
    authenticated: datetime | None
    nonce: str = field(repr=False)
    context: str
    """acr."""
    methods: tuple[str, ...]
    """amr."""
    session: str = field(repr=False)
    """sid."""
    access_token_hash: str = field(repr=False)
    """at_hash."""
    claims: tuple[Claim, ...]
    """All others."""
    text: str = field(repr=False)
    """Header and claims for a person to read; never parsed again."""


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What came back for a :class:`TokenRequest` (OpenID Connect Core 3.1.3.3)."""

    where: Pointer
    status: int
    token_type: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    id_token: IdToken | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class UserinfoAnswer:
    """Claims about a person, to whoever holds an access token (OpenID Connect Core 5.3.2)."""

    where: Pointer
    delivered_by: str
    """The URL that was asked, without query."""
    access_token: str = field(repr=False)
    subject: str
    claims: tuple[Claim, ...]
    text: str = field(repr=False)
    """For a person to read; never parsed again."""


@dataclass(frozen=True, slots=True)
class IntrospectionAnswer:
    """What the school says of a token that it is asked about (RFC 7662, 2.2)."""

    where: Pointer
    active: bool
    subject: str
    client_id: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class LogoutToken:
    """The school tells a vendor's server that a session has ended (OpenID Connect Back-Channel Logout 2.4)."""

    where: Pointer
    delivered_to: str
    envelope: Envelope
    issuer: str
    subject: str
    audiences: tuple[str, ...]
    issued: datetime | None
    expires: datetime | None
    id: str
    """jti."""
    session: str = field(repr=False)
    events: tuple[str, ...]
    has_nonce: bool


@dataclass(frozen=True, slots=True)
class OidcLogoutRequest:
    """A vendor sends the person's browser to the school to log out (OpenID Connect RP-Initiated Logout 2)."""

    where: Pointer
    delivered_to: str
    client_id: str
    has_hint: bool
    """It carries an ID token that says whose session is meant."""
    redirect_uri: str
    """post_logout_redirect_uri."""
    state: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """What a school publishes about itself (OpenID Connect Discovery 3)."""

    where: Pointer
    published_at: str
    """The URL where it stands."""
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    introspection_endpoint: str
    registration_endpoint: str
    end_session_endpoint: str
    jwks_uri: str
    sends_issuer: bool
    """It says that its answers carry ``iss`` (RFC 9207, 3)."""
    id_token_algorithms: tuple[str, ...]
    text: str = field(repr=False)
    """For a person to read; never parsed again."""


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """One key of a key set (RFC 7517, 4)."""

    key_id: str
    type: str
    """kty."""
    jwk: str
    """In JSON, as it was published."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys that a party signs with (RFC 7517, 5)."""

    where: Pointer
    published_at: str
    """The URL where it stands, without query."""
    keys: tuple[PublishedKey, ...]


@dataclass(frozen=True, slots=True)
class RegistrationRequest:
    """A vendor describes itself to the school (OpenID Connect Dynamic Client Registration 3.1)."""

    where: Pointer
    redirect_uris: tuple[str, ...]
    authentication: str
    """token_endpoint_auth_method, "" when it leaves that to the school."""
    scopes: tuple[str, ...] = ()
    """That it means to ask for (RFC 7591, 2)."""


@dataclass(frozen=True, slots=True)
class RegistrationAnswer:
    """How the school registered a vendor (OpenID Connect Dynamic Client Registration 3.2)."""

    where: Pointer
    client_id: str
    redirect_uris: tuple[str, ...]
    authentication: str
    id_token_algorithm: str
    """"" when it does not say, which means RS256."""
    backchannel_logout_uri: str = ""
    error: str = ""


type OidcMessage = (
    AuthorizationRequest
    | AuthorizationAnswer
    | TokenRequest
    | TokenAnswer
    | UserinfoAnswer
    | IntrospectionAnswer
    | LogoutToken
    | OidcLogoutRequest
    | ProviderMetadata
    | KeySet
    | RegistrationRequest
    | RegistrationAnswer
)
