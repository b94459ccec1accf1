"""What a school answers by OpenID Connect: tokens, claims, and what it publishes about itself."""

import json
from collections.abc import Iterator

from testbed.model.messages import Malformed, Message
from testbed.model.oidc_messages import (
    IntrospectionAnswer,
    KeySet,
    ProviderMetadata,
    PublishedKey,
    RegistrationAnswer,
    TokenAnswer,
    UserinfoAnswer,
)
from testbed.wire.objects import Members, claims_in, pretty, text, texts
from testbed.wire.oidc_exchange import Looked
from testbed.wire.oidc_requests import is_registration, is_token_request
from testbed.wire.tokens import id_token, opened
from testbed.wire.xml import Unreadable

DISCOVERY = "/.well-known/openid-configuration"
MAX_KEYS = 100
OK, CREATED = 200, 201
NOT_PERSONAL = frozenset({"sub", "iss", "aud", "exp", "iat", "email_verified", "phone_number_verified", "updated_at"})
"""In a userinfo answer: what is said of the answer, or of another claim (OpenID Connect Core 5.1)."""
ABOUT_A_TOKEN = frozenset(
    [
        "active",
        "scope",
        "client_id",
        "token_type",
        "exp",
        "iat",
        "nbf",
        "sub",
        "aud",
        "iss",
        "jti",
        "auth_time",
        "acr",
        "amr",
        "cnf",
        "sid",
    ]
)
"""In an introspection answer (RFC 7662, 2.2)."""


def answers_in(looked: Looked) -> Iterator[Message]:
    """The messages that a response carried."""
    if not looked.exchange.response:
        return
    if is_token_request(looked):
        yield from _token(looked)
    elif is_registration(looked):
        yield from _registration(looked)
    elif looked.exchange.request.parts.path.endswith(DISCOVERY):
        yield from _published(looked)
    elif _is_introspection(looked):
        yield from _introspection(looked)
    elif _is_userinfo(looked):
        yield from _userinfo(looked)
    else:
        yield from _key_set(looked)


def _token(looked: Looked) -> Iterator[Message]:
    where = looked.at("response.body")
    try:
        members = looked.answered_object()
    except Unreadable as error:
        yield Malformed(where, "TokenAnswer", str(error), "oidc")
        return
    token = None
    if "id_token" in members:
        inside = looked.at("response.body/id_token")
        try:
            token = id_token(text(members, "id_token"), inside)
        except Unreadable as error:
            yield Malformed(inside, "ID token", str(error), "oidc")
    yield TokenAnswer(
        where=where,
        status=looked.status,
        token_type=text(members, "token_type"),
        access_token=text(members, "access_token"),
        refresh_token=text(members, "refresh_token"),
        id_token=token,
        error=text(members, "error"),
    )


def _is_userinfo(looked: Looked) -> bool:
    if looked.status != OK:
        return False
    if looked.service == "userinfo":
        return True
    members = looked.answered if looked.elsewhere and looked.bearer else None
    return members is not None and isinstance(members.get("sub"), str) and "active" not in members


def _userinfo(looked: Looked) -> Iterator[Message]:
    where = looked.at("response.body")
    try:
        if looked.answer_type == "application/jwt":
            members = opened(looked.answer.decode("ascii", "replace").strip()).claims
        else:
            members = looked.answered_object()
    except Unreadable as error:
        yield Malformed(where, "UserinfoAnswer", str(error), "oidc")
        return
    yield UserinfoAnswer(
        where=where,
        delivered_by=looked.endpoint,
        access_token=looked.bearer,
        subject=text(members, "sub"),
        claims=claims_in(members, NOT_PERSONAL),
        text=pretty(members),
    )


def _is_introspection(looked: Looked) -> bool:
    if looked.exchange.request.method != "POST" or looked.status != OK:
        return False
    if looked.service == "introspection":
        return True
    members = looked.answered if looked.elsewhere and "token" in looked.form else None
    return members is not None and isinstance(members.get("active"), bool)


def _introspection(looked: Looked) -> Iterator[Message]:
    where = looked.at("response.body")
    try:
        members = looked.answered_object()
    except Unreadable as error:
        yield Malformed(where, "IntrospectionAnswer", str(error), "oidc")
        return
    yield IntrospectionAnswer(
        where=where,
        active=members.get("active") is True,
        subject=text(members, "sub"),
        client_id=text(members, "client_id"),
        claims=claims_in(members, ABOUT_A_TOKEN),
    )


def _published(looked: Looked) -> Iterator[Message]:
    if looked.status != OK:
        return
    where = looked.at("response.body")
    try:
        members = looked.answered_object()
    except Unreadable as error:
        yield Malformed(where, "ProviderMetadata", str(error), "oidc")
        return
    yield ProviderMetadata(
        where=where,
        published_at=looked.endpoint,
        issuer=text(members, "issuer"),
        authorization_endpoint=text(members, "authorization_endpoint"),
        token_endpoint=text(members, "token_endpoint"),
        userinfo_endpoint=text(members, "userinfo_endpoint"),
        introspection_endpoint=text(members, "introspection_endpoint"),
        registration_endpoint=text(members, "registration_endpoint"),
        end_session_endpoint=text(members, "end_session_endpoint"),
        jwks_uri=text(members, "jwks_uri"),
        sends_issuer=members.get("authorization_response_iss_parameter_supported") is True,
        id_token_algorithms=texts(members, "id_token_signing_alg_values_supported"),
        text=pretty(members),
    )


def _key_set(looked: Looked) -> Iterator[Message]:
    if looked.status != OK or looked.service not in (None, "keys"):
        return
    where = looked.at("response.body")
    members = looked.answered
    keys = members.get("keys") if members is not None else None
    if not isinstance(keys, list):
        if looked.service == "keys":
            yield Malformed(where, "KeySet", "is no JSON object with a list of keys", "oidc")
        return
    read = tuple(_key(key) for key in keys[:MAX_KEYS] if isinstance(key, dict) and text(key, "kty"))
    if read or looked.service == "keys":
        yield KeySet(where, looked.endpoint, read)


def _key(members: Members) -> PublishedKey:
    return PublishedKey(text(members, "kid"), text(members, "kty"), json.dumps(members))


def _registration(looked: Looked) -> Iterator[Message]:
    where = looked.at("response.body")
    try:
        members = looked.answered_object()
    except Unreadable as error:
        yield Malformed(where, "RegistrationAnswer", str(error), "oidc")
        return
    yield RegistrationAnswer(
        where=where,
        client_id=text(members, "client_id"),
        redirect_uris=texts(members, "redirect_uris"),
        authentication=text(members, "token_endpoint_auth_method"),
        id_token_algorithm=text(members, "id_token_signed_response_alg"),
        backchannel_logout_uri=text(members, "backchannel_logout_uri"),
        error=text(members, "error"),
    )
