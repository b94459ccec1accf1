"""What the messages of OpenID Connect state, field by field, and how each is known among all other exchanges."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.messages import Malformed, Message
from testbed.model.oidc_messages import (
    AuthorizationAnswer,
    AuthorizationRequest,
    Claim,
    IntrospectionAnswer,
    KeySet,
    LogoutToken,
    OidcLogoutRequest,
    ProviderMetadata,
    RegistrationAnswer,
    RegistrationRequest,
    RequestedClaim,
    TokenAnswer,
    TokenRequest,
    UserinfoAnswer,
)
from testbed.model.wire import BROWSER, Exchange, Pointer, Request, Response
from testbed.wire.messages import messages
from testbed.wire.oidc import provider_metadata
from testbed.wire.providers import NOTHING_KNOWN, Providers, known_places

NOW = datetime(2026, 9, 1, tzinfo=UTC)
IDP, APP = "https://idp.test", "https://app.test"
FORM = ("content-type", "application/x-www-form-urlencoded")
JSON = ("content-type", "application/json")
DISCOVERY = "/.well-known/openid-configuration"
PUBLISHED = {
    "issuer": IDP,
    "authorization_endpoint": f"{IDP}/a",
    "token_endpoint": f"{IDP}/t",
    "userinfo_endpoint": f"{IDP}/u",
    "introspection_endpoint": f"{IDP}/i",
    "registration_endpoint": f"{IDP}/r",
    "end_session_endpoint": f"{IDP}/e",
    "jwks_uri": f"{IDP}/k",
    "authorization_response_iss_parameter_supported": True,
    "id_token_signing_alg_values_supported": ["RS256", "ES256"],
}
ASKED = {
    "client_id": "app",
    "response_type": "code",
    "redirect_uri": f"{APP}/cb",
    "scope": "openid  email",
    "state": "s",
    "nonce": "n",
    "code_challenge": "c",
    "code_challenge_method": "S256",
    "prompt": "login consent",
    "max_age": "60",
    "acr_values": "urn:a urn:b",
}


def jwt(claims: object, **header: str) -> str:
    parts = ({"alg": "RS256", **header}, claims)
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts), "c2ln"])


def exchange(request: Request, answer: object = None, sender: str = "app.test", status: int = 200) -> Exchange:
    response = None if answer is None else answer if isinstance(answer, Response) else says(answer, status)
    return Exchange(1, "p", sender, request.host, request, response, NOW, 1.0)


def says(answer: object, status: int = 200) -> Response:
    return Response(status, (JSON,), answer if isinstance(answer, bytes) else json.dumps(answer).encode())


def get(url: str, given: Mapping[str, str] | None = None, *headers: tuple[str, str]) -> Request:
    return Request("GET", f"{url}?{urlencode(given)}" if given else url, headers)


def post(url: str, form: Mapping[str, str], *headers: tuple[str, str]) -> Request:
    return Request("POST", url, (FORM, *headers), urlencode(form).encode())


def post_json(url: str, value: object) -> Request:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Request("POST", url, (JSON,), body)


KNOWN: Providers = known_places(provider_metadata(exchange(get(IDP + DISCOVERY), PUBLISHED)), [f"{APP}/cb"])


def said(one: Exchange, known: Providers = NOTHING_KNOWN) -> list[Message]:
    return list(messages(one, known=known))


def only(one: Exchange, known: Providers = NOTHING_KNOWN) -> Any:
    (message,) = said(one, known)
    return message


@pytest.mark.parametrize("known", [NOTHING_KNOWN, KNOWN], ids=["by shape", "by metadata"])
@pytest.mark.parametrize("posted", [False, True], ids=["query", "form"])
def test_a_request_for_a_login(known: Providers, posted: bool) -> None:
    wanted = {"id_token": {"acr": {"essential": True, "values": ["urn:a"]}}, "userinfo": {"name#sv": None, "x": {}}}
    given = {**ASKED, "claims": json.dumps(wanted)}
    request = post(f"{IDP}/a", given) if posted else get(f"{IDP}/a", given)
    assert only(exchange(request, sender=BROWSER), known) == AuthorizationRequest(
        where=Pointer(1, "request.body" if posted else "request.url"),
        client_id="app",
        delivered_to=f"{IDP}/a",
        redirect_uri=f"{APP}/cb",
        response_type="code",
        response_mode="",
        scopes=("openid", "email"),
        state="s",
        nonce="n",
        code_challenge="c",
        code_challenge_method="S256",
        prompt=("login", "consent"),
        max_age_s=60,
        contexts=("urn:a", "urn:b"),
        claims=(
            RequestedClaim("id_token", "acr", True, ("urn:a",)),
            RequestedClaim("userinfo", "name", False),
            RequestedClaim("userinfo", "x", False),
        ),
    )


@pytest.mark.parametrize("age", ["-1", "soon", "1" * 13, "²", ""])
def test_an_age_that_is_no_number_is_none(age: str) -> None:
    assert only(exchange(get(f"{IDP}/a", {**ASKED, "max_age": age}))).max_age_s is None


@pytest.mark.parametrize("claims", ["[]", "{", '{"userinfo": []}', '{"userinfo": {}, "userinfo": {}}'])
def test_claims_that_cannot_be_read_do_not_hide_the_request(claims: str) -> None:
    broken, request = said(exchange(get(f"{IDP}/a", {**ASKED, "claims": claims})))
    assert isinstance(broken, Malformed)
    assert (broken.kind, broken.protocol) == ("claims parameter", "oidc")
    assert isinstance(request, AuthorizationRequest)
    assert request.claims == ()


@pytest.mark.parametrize("name", ["request", "request_uri"])
def test_a_request_object_is_told(name: str) -> None:
    assert only(exchange(get(f"{IDP}/a", {**ASKED, name: "x"}))).request_object


def test_a_request_that_lacks_what_it_must_have_is_malformed_where_the_place_is_known() -> None:
    broken = only(exchange(get(f"{IDP}/a", {"client_id": "app"})), KNOWN)
    assert (broken.kind, broken.reason) == ("AuthorizationRequest", "lacks response_type")
    assert said(exchange(get(f"{IDP}/a", {"client_id": "app"}))) == []
    assert said(exchange(get(f"{IDP}/a", {"lang": "sv"})), KNOWN) == []


def test_what_is_sent_to_another_page_of_a_known_school_is_no_message() -> None:
    assert said(exchange(get(f"{IDP}/help", ASKED)), KNOWN) == []


def test_the_answer_in_the_browser() -> None:
    came = get(f"{APP}/cb", {"code": "k", "state": "s", "iss": IDP})
    expected = AuthorizationAnswer(Pointer(1, "request.url"), f"{APP}/cb", "query", "k", "s", IDP, "")
    for known in (NOTHING_KNOWN, KNOWN):
        assert only(exchange(came, sender=BROWSER), known) == expected
    posted = only(exchange(post(f"{APP}/cb", {"error": "access_denied", "state": "s"}), sender=BROWSER), KNOWN)
    assert (posted.mode, posted.error, posted.code) == ("form_post", "access_denied", "")
    assert only(exchange(get(f"{APP}/cb", {"error": "x"}), sender=BROWSER), KNOWN).error == "x"


@pytest.mark.parametrize(
    ("sender", "url", "given"),
    [
        ("app.test", f"{APP}/cb", {"code": "k", "state": "s"}),
        (BROWSER, f"{APP}/shop", {"code": "k"}),
        (BROWSER, f"{APP}/cb", {"state": "s"}),
    ],
)
def test_what_is_no_answer(sender: str, url: str, given: dict[str, str]) -> None:
    assert said(exchange(get(url, given), sender=sender)) == []


BASIC = ("authorization", "Basic " + base64.b64encode(b"app%3A1:hemlig").decode())
ASSERTED = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}


@pytest.mark.parametrize(
    ("form", "headers", "client_id", "authentication"),
    [
        ({}, [BASIC], "app:1", "client_secret_basic"),
        ({"client_id": "app", "client_secret": "x"}, [], "app", "client_secret_post"),
        ({**ASSERTED, "client_assertion": jwt({"sub": "app"})}, [], "app", "private_key_jwt"),
        ({**ASSERTED, "client_assertion": "x"}, [], "", "private_key_jwt"),
        ({"client_id": "app"}, [], "app", "none"),
        ({"client_id": "app", "client_secret": "x"}, [BASIC], "app", "client_secret_basic+client_secret_post"),
        ({}, [("authorization", "Basic é")], "", "client_secret_basic"),
    ],
)
def test_a_token_request(
    form: dict[str, str], headers: list[tuple[str, str]], client_id: str, authentication: str
) -> None:
    given = {"grant_type": "authorization_code", "code": "k", "redirect_uri": f"{APP}/cb", "code_verifier": "v"}
    request = only(exchange(post(f"{IDP}/t", {**given, **form}, *headers)))
    assert request == TokenRequest(
        Pointer(1, "request.body"),
        f"{IDP}/t",
        client_id,
        authentication,
        "authorization_code",
        f"{APP}/cb",
        "k",
        "v",
        "",
    )


def test_a_token_request_without_grant_type_is_malformed() -> None:
    broken = only(exchange(post(f"{IDP}/t", {"code": "k"})), KNOWN)
    assert (broken.kind, broken.reason) == ("TokenRequest", "lacks grant_type")


ID_TOKEN = {
    "iss": IDP,
    "sub": "s1",
    "aud": ["app", 3, "b"],
    "azp": "app",
    "exp": 1788220800,
    "iat": 1788220800.5,
    "auth_time": True,
    "nonce": "n",
    "acr": "urn:a",
    "amr": ["pwd"],
    "sid": "z",
    "at_hash": "h",
    "email": "a@b.test",
    "address": {"street_address": "Storgatan 1", "locality": "", "more": {"x/y": 1}},
}


def tokens(answer: object, status: int = 200) -> list[Message]:
    request = post(f"{IDP}/t", {"grant_type": "authorization_code", "code": "k"})
    return said(exchange(request, answer, status=status))[1:]


def test_a_token_answer_with_its_id_token() -> None:
    (answer,) = tokens(
        {"access_token": "at", "refresh_token": "rt", "token_type": "Bearer", "id_token": jwt(ID_TOKEN, kid="k1")}
    )
    assert isinstance(answer, TokenAnswer)
    token = answer.id_token
    assert token
    assert (answer.access_token, answer.refresh_token, answer.token_type, answer.status) == ("at", "rt", "Bearer", 200)
    assert (token.issuer, token.subject, token.audiences, token.authorized_party) == (IDP, "s1", ("app", "b"), "app")
    assert (token.expires, token.authenticated) == (datetime(2026, 9, 1, 0, 0, tzinfo=UTC), None)
    assert (token.nonce, token.context, token.methods, token.session) == ("n", "urn:a", ("pwd",), "z")
    assert (token.envelope.algorithm, token.envelope.key_id, token.access_token_hash) == ("RS256", "k1", "h")
    assert token.claims == (
        Claim("email", ("a@b.test",), "/email"),
        Claim("address.street_address", ("Storgatan 1",), "/address/street_address"),
        Claim("address.more.x/y", ("1",), "/address/more/x~1y"),
    )
    assert not any(secret in repr(answer) for secret in ("'at'", "'rt'", token.envelope.compact, "'n'", "'z'", "'h'"))


@pytest.mark.parametrize(
    ("compact", "reason"),
    [
        ("x", "three parts"),
        ("a.b.c.d.e", "encrypted"),
        ("é.é.é", "base64url"),
        ("e30.W10.x", "no JSON object"),
        ("e30.e.x", "base64url"),
        ("x" * 200_000, "larger"),
        (jwt({}).replace(".", ".A", 1), "JSON"),
        ("eyJhIjoxLCJhIjoyfQ.e30.x", "twice"),
        ("", "three parts"),
    ],
)
def test_an_id_token_that_cannot_be_read_does_not_hide_the_answer(compact: str, reason: str) -> None:
    broken, answer = tokens({"access_token": "at", "id_token": compact})
    assert isinstance(broken, Malformed)
    assert (broken.kind, broken.protocol) == ("ID token", "oidc")
    assert reason in broken.reason
    assert isinstance(answer, TokenAnswer)
    assert answer.id_token is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "not JSON"),
        (b"", "not JSON"),
        (b"[" * 100_000, "nested"),
        (b'{"a": NaN}', "not JSON"),
        (b'{"a": "\\ud800"}', "half a character"),
        (b"[]", "no JSON object"),
        (b'{"a": "' + b"x" * 2_000_000 + b'"}', "larger"),
        (b"\xff", "not JSON"),
    ],
)
def test_a_token_answer_that_cannot_be_read(body: bytes, reason: str) -> None:
    (broken,) = tokens(body)
    assert isinstance(broken, Malformed)
    assert broken.kind == "TokenAnswer"
    assert reason in broken.reason


def test_an_error_of_the_token_endpoint() -> None:
    (answer,) = tokens({"error": "invalid_grant"}, status=400)
    assert isinstance(answer, TokenAnswer)
    assert (answer.error, answer.status, answer.access_token) == ("invalid_grant", 400, "")


BEARER = ("authorization", "Bearer at")


@pytest.mark.parametrize("known", [NOTHING_KNOWN, KNOWN])
def test_userinfo(known: Providers) -> None:
    told = {"sub": "s1", "email": "a@b.test", "email_verified": True, "roles": ["x", "y"], "updated_at": 3}
    answer = only(exchange(get(f"{IDP}/u", None, BEARER), told), known)
    assert isinstance(answer, UserinfoAnswer)
    assert (answer.subject, answer.access_token, answer.delivered_by) == ("s1", "at", f"{IDP}/u")
    assert answer.claims == (Claim("email", ("a@b.test",), "/email"), Claim("roles", ("x", "y"), "/roles"))


def test_userinfo_may_be_signed() -> None:
    signed = Response(200, (("content-type", "application/jwt"),), jwt({"sub": "s1", "name": "Ada"}).encode())
    answer = only(exchange(get(f"{IDP}/u", None, BEARER), signed), KNOWN)
    assert (answer.subject, answer.claims) == ("s1", (Claim("name", ("Ada",), "/name"),))


def test_userinfo_that_cannot_be_read() -> None:
    assert only(exchange(get(f"{IDP}/u", None, BEARER), b"Ada"), KNOWN).kind == "UserinfoAnswer"


@pytest.mark.parametrize(
    ("request_", "answer", "status"),
    [
        (get(f"{IDP}/u"), {"sub": "s1"}, 200),
        (get(f"{IDP}/x", None, BEARER), {"id": 1}, 200),
        (get(f"{IDP}/x", None, BEARER), {"sub": "s1"}, 401),
        (get(f"{IDP}/x", None, BEARER), b"<html>", 200),
        (get(f"{IDP}/x", None, BEARER), {"sub": 1}, 200),
    ],
)
def test_what_is_no_userinfo(request_: Request, answer: object, status: int) -> None:
    assert said(exchange(request_, answer, status=status)) == []


@pytest.mark.parametrize("known", [NOTHING_KNOWN, KNOWN])
def test_introspection(known: Providers) -> None:
    told = {"active": True, "sub": "s1", "client_id": "app", "scope": "openid", "username": "ada"}
    assert only(exchange(post(f"{IDP}/i", {"token": "at"}), told), known) == IntrospectionAnswer(
        Pointer(1, "response.body"), True, "s1", "app", (Claim("username", ("ada",), "/username"),)
    )
    assert only(exchange(post(f"{IDP}/i", {"token": "at"}), {"active": "yes"}), KNOWN).active is False


LOGOUT = {
    "iss": IDP,
    "aud": "app",
    "iat": 1788220800,
    "jti": "j",
    "sub": "s1",
    "events": {"http://schemas.openid.net/event/backchannel-logout": {}, "x": 1},
    "nonce": None,
}


def test_a_logout_token() -> None:
    told = post(f"{APP}/bc", {"logout_token": jwt(LOGOUT, typ="logout+jwt")})
    token = only(exchange(told, sender="idp.test"))
    assert isinstance(token, LogoutToken)
    assert (token.issuer, token.audiences, token.id, token.subject) == (IDP, ("app",), "j", "s1")
    assert token.events == ("http://schemas.openid.net/event/backchannel-logout",)
    assert (token.has_nonce, token.envelope.type, token.expires) == (True, "logout+jwt", None)


@pytest.mark.parametrize("compact", ["", "x", jwt([])])
def test_a_logout_token_that_cannot_be_read(compact: str) -> None:
    assert only(exchange(post(f"{APP}/bc", {"logout_token": compact}))).kind == "logout token"


def test_events_that_are_no_object_are_none() -> None:
    assert only(exchange(post(f"{APP}/bc", {"logout_token": jwt({"events": ["x"]})}))).events == ()


def test_a_logout_that_a_vendor_begins() -> None:
    given = {"id_token_hint": jwt({"aud": "app"}), "post_logout_redirect_uri": f"{APP}/out", "state": "s"}
    expected = OidcLogoutRequest(Pointer(1, "request.url"), f"{IDP}/e", "app", True, f"{APP}/out", "s")
    for known in (NOTHING_KNOWN, KNOWN):
        assert only(exchange(get(f"{IDP}/e", given), sender=BROWSER), known) == expected
    assert only(exchange(get(f"{IDP}/e"), sender=BROWSER), KNOWN).has_hint is False
    assert only(exchange(post(f"{IDP}/e", {"logout_hint": "a", "id_token_hint": "x"}), sender=BROWSER), KNOWN)
    assert said(exchange(post(f"{IDP}/e", {"yes": "1"}), sender=BROWSER), KNOWN) == []


def test_what_a_school_publishes() -> None:
    published = only(exchange(get(IDP + DISCOVERY), PUBLISHED))
    assert isinstance(published, ProviderMetadata)
    assert (published.issuer, published.jwks_uri, published.sends_issuer) == (IDP, f"{IDP}/k", True)
    assert published.id_token_algorithms == ("RS256", "ES256")
    assert only(exchange(get(IDP + DISCOVERY), b"nothing")).kind == "ProviderMetadata"
    assert said(exchange(get(IDP + DISCOVERY), PUBLISHED, status=404)) == []
    assert provider_metadata(exchange(get(f"{IDP}/other"), PUBLISHED)) == ()


def test_the_keys_that_a_school_publishes() -> None:
    keys = {"keys": [{"kty": "RSA", "kid": "a", "n": "x"}, {"kid": "b"}, 3]}
    for known in (NOTHING_KNOWN, KNOWN):
        published = only(exchange(get(f"{IDP}/k?x=1"), keys), known)
        assert isinstance(published, KeySet)
        assert [(key.key_id, key.type) for key in published.keys] == [("a", "RSA")]
        assert published.published_at == f"{IDP}/k"
    assert only(exchange(get(f"{IDP}/k"), {"keys": []}), KNOWN).keys == ()
    assert only(exchange(get(f"{IDP}/k"), {"keys": 1}), KNOWN).kind == "KeySet"
    assert said(exchange(get(f"{APP}/api"), {"keys": ["a", "b"]})) == []
    assert said(exchange(get(f"{APP}/api"), {"keys": 1})) == []


def test_a_registration() -> None:
    asked = {"redirect_uris": [f"{APP}/cb"], "token_endpoint_auth_method": "private_key_jwt"}
    request, answer = said(
        exchange(post_json(f"{IDP}/r", asked), {**asked, "client_id": "app", "id_token_signed_response_alg": "ES256"})
    )
    assert request == RegistrationRequest(Pointer(1, "request.body"), (f"{APP}/cb",), "private_key_jwt")
    assert answer == RegistrationAnswer(Pointer(1, "response.body"), "app", (f"{APP}/cb",), "private_key_jwt", "ES256")


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [("openid  email", ("openid", "email")), ("", ()), (["openid"], ()), ("s " * 200, ("s",) * 100)],
)
def test_the_scopes_that_a_vendor_registers(scope: Any, scopes: tuple[str, ...]) -> None:
    request = said(exchange(post_json(f"{IDP}/r", {"redirect_uris": [f"{APP}/cb"], "scope": scope}), {}))[0]
    assert isinstance(request, RegistrationRequest)
    assert request.scopes == scopes


def test_a_registration_that_cannot_be_read() -> None:
    broken, answer = said(exchange(post_json(f"{IDP}/r", b"{"), b"{"), KNOWN)
    assert isinstance(broken, Malformed)
    assert isinstance(answer, Malformed)
    assert (broken.kind, answer.kind) == ("RegistrationRequest", "RegistrationAnswer")
    assert said(exchange(post_json(f"{APP}/api", b"{"))) == []
    assert said(exchange(post_json(f"{APP}/api", {"a": 1}))) == []


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=3),
    max_leaves=10,
)
NAMES = st.sampled_from(["sub", "aud", "exp", "events", "nonce", "address", "keys", "active", "client_id", "id_token"])


@given(st.dictionaries(NAMES, JSON_VALUES), st.sampled_from(["t", "u", "i", "r", "k", "x"]), st.binary(max_size=200))
def test_whatever_is_answered_is_read_or_malformed(told: dict[str, object], place: str, octets: bytes) -> None:
    form = {"grant_type": "x", "token": "at", "logout_token": jwt(told), "id_token_hint": jwt(told)}
    body = json.dumps({**told, "id_token": jwt(told)}).encode()
    for request in (post(f"{IDP}/{place}", form, BEARER), get(f"{IDP}/{place}", form, BEARER)):
        for answer in (body, octets, jwt(told).encode()):
            for message in said(exchange(request, answer), KNOWN):
                assert message.where.exchange == 1
                assert "surrogates not allowed" not in repr(message)
                str(message).encode()


@given(st.text(max_size=200))
def test_whatever_is_asked_is_read_or_malformed(text: str) -> None:
    given_ = {**ASKED, "claims": text, "scope": text, "max_age": text, "id_token_hint": text}
    basic = ("authorization", f"Basic {text}")
    for request in (get(f"{IDP}/a", given_), post(f"{IDP}/t", {"grant_type": text, "client_assertion": text}, basic)):
        for known in (NOTHING_KNOWN, KNOWN):
            assert all(message.where.exchange == 1 for message in said(exchange(request), known))


@pytest.mark.parametrize(
    "request_",
    [
        get(f"{APP}/me"),
        get("https://[", {"a": "b"}),
        post(f"{APP}/form", {"name": "Ada"}),
        Request("POST", f"{APP}/x", (FORM,), b"\xff=%ff&" + b"a=1&" * 2000),
        Request("POST", f"{APP}/x", (FORM,), b"grant_type=" + b"x" * 2_000_000),
    ],
)
def test_most_exchanges_say_nothing(request_: Request) -> None:
    assert said(exchange(request_, Response(200, (("content-type", "text/html"),), b"<p>"))) == []
