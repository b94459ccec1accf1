"""What vendors ask of a school by OpenID Connect, and what the school sends vendors unasked."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_plus

from testbed.model.messages import Malformed, Message
from testbed.model.oidc_messages import (
    AuthorizationAnswer,
    AuthorizationRequest,
    OidcLogoutRequest,
    RegistrationRequest,
    RequestedClaim,
    TokenRequest,
)
from testbed.model.wire import BROWSER
from testbed.wire.objects import MAX_CLAIMS, Members, object_of, text, texts
from testbed.wire.oidc_exchange import Looked
from testbed.wire.tokens import logout_token, opened
from testbed.wire.xml import Unreadable

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LOGOUT_PARAMETERS = frozenset({"id_token_hint", "post_logout_redirect_uri", "logout_hint"})
MAX_LISTED = 100
MAX_AGE_DIGITS = 12


def requests_in(looked: Looked) -> Iterator[Message]:
    """The messages that a request carried."""
    yield from _authorization(looked)
    yield from _answer(looked)
    if is_token_request(looked):
        yield _token(looked)
    if "logout_token" in looked.form:
        yield _logout_token(looked)
    yield from _end_session(looked)
    if is_registration(looked):
        yield _registration(looked)


def is_token_request(looked: Looked) -> bool:
    """Somebody redeems a code or a refresh token."""
    if looked.exchange.request.method != "POST":
        return False
    return looked.service == "token" or (looked.elsewhere and "grant_type" in looked.form)


def is_registration(looked: Looked) -> bool:
    """Somebody registers as a vendor."""
    if not looked.posts_json or looked.service not in (None, "registration"):
        return False
    if looked.service == "registration":
        return True
    try:
        return looked.elsewhere and "redirect_uris" in looked.posted_object()
    except Unreadable:
        return False


def _authorization(looked: Looked) -> Iterator[Message]:
    for part, given in (("request.url", looked.query), ("request.body", looked.form)):
        meant = "client_id" in given or "response_type" in given
        by_shape = looked.elsewhere and {"client_id", "response_type"} <= given.keys()
        if not (by_shape or (looked.service == "authorization" and meant)):
            continue
        missing = [name for name in ("client_id", "response_type") if not given.get(name)]
        if missing:
            yield _malformed(looked, part, "AuthorizationRequest", f"lacks {' and '.join(missing)}")
            continue
        claims: tuple[RequestedClaim, ...] = ()
        try:
            claims = tuple(_requested(object_of(given["claims"].encode())))[:MAX_CLAIMS] if "claims" in given else ()
        except Unreadable as error:
            yield _malformed(looked, f"{part}:claims", "claims parameter", str(error))
        yield _authorization_request(looked, part, given, claims)


def _authorization_request(
    looked: Looked, part: str, given: Mapping[str, str], claims: tuple[RequestedClaim, ...]
) -> AuthorizationRequest:
    age = given.get("max_age", "")
    return AuthorizationRequest(
        where=looked.at(part),
        client_id=given["client_id"],
        delivered_to=looked.endpoint,
        redirect_uri=given.get("redirect_uri", ""),
        response_type=given["response_type"],
        response_mode=given.get("response_mode", ""),
        scopes=_listed(given, "scope"),
        state=given.get("state", ""),
        nonce=given.get("nonce", ""),
        code_challenge=given.get("code_challenge", ""),
        code_challenge_method=given.get("code_challenge_method", ""),
        prompt=_listed(given, "prompt"),
        max_age_s=int(age) if age.isascii() and age.isdigit() and len(age) <= MAX_AGE_DIGITS else None,
        contexts=_listed(given, "acr_values"),
        claims=claims,
        request_object="request" in given or "request_uri" in given,
    )


def _listed(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(given.get(name, "").split()[:MAX_LISTED])


def _requested(members: Members) -> Iterator[RequestedClaim]:
    for place in ("id_token", "userinfo"):
        wanted = members.get(place)
        if wanted is None:
            continue
        if not isinstance(wanted, dict):
            raise Unreadable(f"has something else than an object as {place}")
        for name, how in wanted.items():
            said: Members = how if isinstance(how, dict) else {}
            values = (*texts(said, "value"), *texts(said, "values"))
            # NOTE: a claim may be asked for in a language: name#sv (OpenID Connect Core 5.2).
            yield RequestedClaim(place, name.partition("#")[0], said.get("essential") is True, values)


def _answer(looked: Looked) -> Iterator[Message]:
    if looked.exchange.sender != BROWSER or looked.service not in (None, "redirect"):
        return
    for part, given in (("request.url", looked.query), ("request.body", looked.form)):
        if not {"code", "error"} & given.keys() or {"client_id", "grant_type", "response_type"} & given.keys():
            continue
        if looked.service is None and not (looked.elsewhere and "state" in given):
            continue
        yield AuthorizationAnswer(
            where=looked.at(part),
            delivered_to=looked.endpoint,
            mode="query" if part == "request.url" else "form_post",
            code=given.get("code", ""),
            state=given.get("state", ""),
            issuer=given.get("iss", ""),
            error=given.get("error", ""),
            description=given.get("error_description", ""),
        )


def _token(looked: Looked) -> Message:
    form = looked.form
    if not form.get("grant_type"):
        return _malformed(looked, "request.body", "TokenRequest", "lacks grant_type")
    client_id, authentication = _client(looked)
    return TokenRequest(
        where=looked.at("request.body"),
        delivered_to=looked.endpoint,
        client_id=client_id,
        authentication=authentication,
        grant_type=form["grant_type"],
        redirect_uri=form.get("redirect_uri", ""),
        code=form.get("code", ""),
        code_verifier=form.get("code_verifier", ""),
        refresh_token=form.get("refresh_token", ""),
    )


def _client(looked: Looked) -> tuple[str, str]:
    """Who the client says it is, and all the ways in which it proves it (RFC 6749, 2.3; RFC 7523, 2.2)."""
    form, ways, named = looked.form, [], ""
    scheme, _, given = looked.exchange.request.header("authorization").partition(" ")
    if scheme.lower() == "basic":
        ways.append("client_secret_basic")
        named = _basic_user(given)
    if "client_secret" in form:
        ways.append("client_secret_post")
    if form.get("client_assertion_type") == JWT_BEARER or "client_assertion" in form:
        ways.append("private_key_jwt")
        named = named or _subject_of(form.get("client_assertion", ""))
    return form.get("client_id") or named, "+".join(ways) or "none"


def _basic_user(given: str) -> str:
    try:
        user = base64.b64decode(given.strip(), validate=True).decode("utf-8").partition(":")[0]
    except (binascii.Error, ValueError):
        return ""
    return unquote_plus(user)


def _subject_of(assertion: str) -> str:
    try:
        return text(opened(assertion).claims, "sub")
    except Unreadable:
        return ""


def _logout_token(looked: Looked) -> Message:
    where = looked.at("request.body:logout_token")
    try:
        return logout_token(looked.form["logout_token"], where, looked.endpoint)
    except Unreadable as error:
        return Malformed(where, "logout token", str(error), "oidc")


def _end_session(looked: Looked) -> Iterator[Message]:
    for part, given in (("request.url", looked.query), ("request.body", looked.form)):
        meant = LOGOUT_PARAMETERS & given.keys() and "response_type" not in given
        asked = part == "request.url" and looked.exchange.request.method == "GET"
        if (looked.service == "end-session" and (meant or asked)) or (looked.elsewhere and meant):
            yield OidcLogoutRequest(
                where=looked.at(part),
                delivered_to=looked.endpoint,
                client_id=given.get("client_id", "") or _audience_of(given.get("id_token_hint", "")),
                has_hint="id_token_hint" in given,
                redirect_uri=given.get("post_logout_redirect_uri", ""),
                state=given.get("state", ""),
            )


def _audience_of(hint: str) -> str:
    try:
        return next(iter(texts(opened(hint).claims, "aud")), "")
    except Unreadable:
        return ""


def _registration(looked: Looked) -> Message:
    try:
        members = looked.posted_object()
    except Unreadable as error:
        return _malformed(looked, "request.body", "RegistrationRequest", str(error))
    return RegistrationRequest(
        where=looked.at("request.body"),
        redirect_uris=texts(members, "redirect_uris"),
        authentication=text(members, "token_endpoint_auth_method"),
        scopes=tuple(text(members, "scope").split()[:MAX_LISTED]),
    )


def _malformed(looked: Looked, locator: str, kind: str, reason: str) -> Malformed:
    return Malformed(looked.at(locator), kind, reason, "oidc")
