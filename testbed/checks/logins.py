"""The messages of OpenID Connect joined to logins: by state, by code, by access token."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from testbed.checks.core import Need
from testbed.model.oidc_messages import (
    AuthorizationAnswer,
    AuthorizationRequest,
    IdToken,
    KeySet,
    ProviderMetadata,
    PublishedKey,
    RegistrationAnswer,
    TokenAnswer,
    TokenRequest,
    UserinfoAnswer,
)
from testbed.model.verdict import Evidence
from testbed.model.wire import Exchange, host_of
from testbed.wire.jose import keys_at

CODE, REFRESH = "authorization_code", "refresh_token"


@dataclass(frozen=True, slots=True)
class Registered:
    """How a vendor is registered with the school, as far as checks hold anything against it."""

    redirect_uris: tuple[str, ...]
    authentication: str
    """"" where it is not known."""
    id_token_algorithm: str


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A call of the token endpoint and what came of it."""

    request: TokenRequest
    answer: TokenAnswer | None
    asked: AuthorizationRequest | None
    """The request for the login whose code it redeems; None where it cannot be told."""


def requests(evidence: Evidence) -> list[AuthorizationRequest]:
    """The vendor's requests for a login."""
    return [message for message in evidence.messages if isinstance(message, AuthorizationRequest)]


def answers(evidence: Evidence) -> list[AuthorizationAnswer]:
    """What the browser brought back to the vendor."""
    return [message for message in evidence.messages if isinstance(message, AuthorizationAnswer)]


def asked_for(answer: AuthorizationAnswer, evidence: Evidence) -> AuthorizationRequest | None:
    """The request that an answer belongs to: the last before it with its state."""
    fitting = (
        one
        for one in reversed(requests(evidence))
        if one.where.exchange < answer.where.exchange and one.state == answer.state
    )
    return next(fitting, None)


def redeemed(evidence: Evidence) -> list[Redeemed]:
    """Every call of the token endpoint."""
    by_code = {one.code: asked_for(one, evidence) for one in reversed(answers(evidence)) if one.code}
    came = {message.where.exchange: message for message in evidence.messages if isinstance(message, TokenAnswer)}
    return [
        Redeemed(message, came.get(message.where.exchange), by_code.get(message.code) if message.code else None)
        for message in evidence.messages
        if isinstance(message, TokenRequest)
    ]


def id_tokens(evidence: Evidence) -> list[tuple[Redeemed, IdToken]]:
    """Every ID token that the vendor was given, with the call that it came by."""
    return [(one, one.answer.id_token) for one in redeemed(evidence) if one.answer and one.answer.id_token]


def userinfo(evidence: Evidence) -> list[UserinfoAnswer]:
    """Every answer of the userinfo endpoint."""
    return [message for message in evidence.messages if isinstance(message, UserinfoAnswer)]


def providers(evidence: Evidence) -> list[ProviderMetadata]:
    """What schools publish about themselves."""
    return [message for message in evidence.messages if isinstance(message, ProviderMetadata)]


def provider_at(url: str, evidence: Evidence) -> ProviderMetadata | None:
    """The school that answers at this place, by its metadata as it was published last."""
    wanted = host_of(url)
    named = (p for p in reversed(providers(evidence)) if wanted in {host_of(p.issuer), host_of(p.token_endpoint)})
    return next(named, None)


def keys_of(provider: ProviderMetadata, exchange: int, evidence: Evidence) -> list[PublishedKey] | None:
    """The keys that a school had published at this exchange; None where they were not seen."""
    sets = [m for m in evidence.messages if isinstance(m, KeySet) and m.published_at == provider.jwks_uri]
    return list(keys_at(sets, exchange)) if sets else None


def registered(client_id: str, evidence: Evidence) -> Registered | None:
    """How the school knows this vendor: by the vendor's file, or by what the school answered when it registered."""
    client = evidence.play.vendor.client
    if client is not None and client.client_id == client_id:
        return Registered(client.redirect_uris, client.token_endpoint_auth_method, client.id_token_signed_response_alg)
    said = (m for m in evidence.messages if isinstance(m, RegistrationAnswer) and m.client_id == client_id)
    answer = next(said, None)
    if answer is None:
        return None
    return Registered(answer.redirect_uris, answer.authentication, answer.id_token_algorithm or "RS256")


def started(exchange: int, evidence: Evidence) -> datetime:
    """When an exchange of the play began."""
    return exchange_of(exchange, evidence.exchanges).started


def exchange_of(number: int, exchanges: Sequence[Exchange]) -> Exchange:
    """The exchange of this number."""
    return next(exchange for exchange in exchanges if exchange.number == number)


REQUEST = Need(lambda evidence: bool(requests(evidence)), "no AuthorizationRequest was seen")
ANSWER = Need(lambda evidence: bool(answers(evidence)), "no AuthorizationAnswer was seen")
TOKEN_REQUEST = Need(lambda evidence: bool(redeemed(evidence)), "no TokenRequest was seen")
ID_TOKEN = Need(lambda evidence: bool(id_tokens(evidence)), "no ID token was seen")
