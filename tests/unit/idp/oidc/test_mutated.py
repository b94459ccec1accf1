"""Good requests of good clients, with something changed: nobody is led to an unregistered place, nothing is given to
whoever is not meant, and programs are told errors in JSON. ``test_hostile.py`` sends what was never a good request."""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio
CALLBACK = "https://lasning.test/oidc/callback"
REGISTERED = {CALLBACK, "https://annan.test/oidc/callback", "https://lasning.test/oidc/logged-out"}
FOR_PROGRAMS = ("/oidc/token", "/oidc/userinfo", "/oidc/introspect", "/oidc/revoke", "/oidc/register")
MAX_QUERY = 50_000
"""httpx refuses to send longer ones."""
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
KINDS = st.sampled_from([FORM, JSON, "multipart/form-data; boundary=x", "text/plain", "application/jwt", ""])
NAMES = (
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "claims",
    "acr_values",
    "login_hint",
    "id_token_hint",
    "ui_locales",
    "display",
    "request",
    "request_uri",
    "registration",
    "grant_type",
    "code",
    "code_verifier",
    "refresh_token",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "token",
    "token_type_hint",
    "access_token",
    "post_logout_redirect_uri",
    "logout_hint",
)
HOSTILE = (
    "https://evil.test/",
    "https://lasning.test/oidc/callback@evil.test/",
    "https://lasning.test/oidc/callback.evil.test",
    "https://lasning.test/oidc/callback/../elsewhere",
    "https://lasning.test/oidc/callback?x=1",
    "https://lasning.test\\@evil.test/oidc/callback",
    "https://LASNING.test/oidc/callback",
    "//evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "reading",
    "key",
    "public",
    "openid offline_access",
    "none",
    "none login",
    "form_post",
    "fragment",
    "code token",
    "99999999999999999999",
    "-1",
    "NaN",
    "٣",
    '{"id_token": {"acr": {"values": [1, null]}}}',
    '{"userinfo": {"name": {"essential": 1, "value": {"a": []}}, "sub": {"value": 7}}}',
    '{"userinfo": []}',
    "[" * 5000,
    '{"a":' * 2000,
    "eyJhbGciOiJub25lIn0.e30.",
    "a.b.c",
    "..",
    "x" * 9000,
    "\x00",
    "å\r\nLocation: https://evil.test/",
    "\ud800",
)
VALUES = st.sampled_from(HOSTILE) | st.text(max_size=40) | st.binary(max_size=40)
CHANGES = st.dictionaries(st.sampled_from(NAMES), st.none() | VALUES, max_size=4)
JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(HOSTILE[:-1]) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = (
    "redirect_uris",
    "client_name",
    "response_types",
    "grant_types",
    "scope",
    "post_logout_redirect_uris",
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
    "jwks_uri",
    "jwks",
    "sector_identifier_uri",
    "token_endpoint_auth_method",
    "subject_type",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "software_statement",
    "client_id",
)
RELAXED = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def must_be_ours(answer: httpx.Response) -> None:
    """No failure, and no way to anywhere that a vendor has not registered."""
    assert answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text
    location = answer.headers.get("location", "")
    if "://" in location or location.startswith(("//", "\\")):
        assert urlsplit(location)._replace(query="").geturl() in REGISTERED, location
    if '<form id="testbed-delivery"' in answer.text or 'name="iss"' in answer.text:
        assert f'action="{CALLBACK}"' in answer.text or 'action="https://annan.test/oidc/callback"' in answer.text


def must_be_told_in_json(answer: httpx.Response) -> None:
    """RFC 6749 5.2, RFC 7591 3.2.2: an error is an object with a code, and nobody keeps it."""
    must_be_ours(answer)
    assert "location" not in answer.headers
    if answer.status_code >= 400 and answer.status_code not in (404, 405):
        assert answer.headers["content-type"] == JSON, answer.text
        told = answer.json()
        assert set(told) == {"error", "error_description"}
        assert set(told["error"]) <= set("abcdefghijklmnopqrstuvwxyz_")
        assert told["error_description"].isascii()
        assert answer.headers["cache-control"] == "no-store"


def octets(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")


def changed(good: dict[str, str], changes: dict[str, Any], twice: str | None) -> str:
    """A request of which some parameters are others, or missing, and one perhaps stands there twice."""
    fields = [(name, octets(value)) for name, value in {**good, **changes}.items() if value is not None]
    fields += [(name, value) for name, value in fields if name == twice]
    return urlencode(fields)


# --- endpoints that people are led to ----------------------------------------------------------------------------


@RELAXED
@given(changes=CHANGES, twice=st.none() | st.sampled_from(NAMES), posted=st.booleans(), logged_in=st.booleans())
async def test_no_authorization_request_leads_anybody_astray(
    oidc: Any, changes: dict[str, Any], twice: str | None, posted: bool, logged_in: bool
) -> None:
    oidc.browser.cookies.clear()
    if logged_in:
        await oidc.log_in()
    sent = changed(dict(parse_qsl(oidc.query())), changes, twice)
    if posted or len(sent) > MAX_QUERY:
        answer = await oidc.browser.post("/oidc/authorize", content=sent, headers={"content-type": FORM})
    else:
        answer = await oidc.browser.get(f"/oidc/authorize?{sent}")
    must_be_ours(answer)
    if answer.status_code == 303 and answer.headers["location"].startswith("/"):
        page = await oidc.within(answer)
        must_be_ours(page)
        if 'name="key"' in page.text:
            must_be_ours(await oidc.choose(page))


@RELAXED
@given(changes=CHANGES, twice=st.none() | st.sampled_from(NAMES), posted=st.booleans(), hinted=st.booleans())
async def test_no_logout_request_leads_anybody_astray(
    oidc: Any, changes: dict[str, Any], twice: str | None, posted: bool, hinted: bool
) -> None:
    good = {"post_logout_redirect_uri": "https://lasning.test/oidc/logged-out", "state": "s"}
    if hinted:
        oidc.browser.cookies.clear()
        good["id_token_hint"] = (await oidc.tokens())["id_token"]
    sent = changed(good, changes, twice)
    if posted or len(sent) > MAX_QUERY:
        answer = await oidc.browser.post("/oidc/logout", content=sent, headers={"content-type": FORM})
    else:
        answer = await oidc.browser.get(f"/oidc/logout?{sent}")
    must_be_ours(answer)
    must_be_ours(await oidc.within(answer))


# --- endpoints that programs call --------------------------------------------------------------------------------


@st.composite
def credentials(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Authorization headers: none, one or two, of any kind."""
    plain = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
    packed = st.binary(max_size=30).map(lambda data: base64.b64encode(data).decode())
    known = st.sampled_from(["cmVhZGluZzp4", "cmVhZGluZw==", "OnM=", "JUZGOng="])
    kinds = st.sampled_from(["Basic ", "basic ", "Bearer ", "DPoP ", "Negotiate ", ""])
    values = draw(st.lists(st.tuples(kinds, plain | packed | known), max_size=2))
    return [("authorization", f"{kind}{value}") for kind, value in values]


@RELAXED
@given(
    path=st.sampled_from(FOR_PROGRAMS),
    changes=CHANGES,
    twice=st.none() | st.sampled_from(NAMES),
    raw=st.none() | st.binary(max_size=80),
    kind=KINDS,
    headers=credentials(),
)
async def test_what_programs_are_told_is_json(
    oidc: Any,
    *,
    path: str,
    changes: dict[str, Any],
    twice: str | None,
    raw: bytes | None,
    kind: str,
    headers: list[tuple[str, str]],
) -> None:
    body = changed({}, changes, twice).encode() if raw is None else raw
    sent = [("content-type", kind), *headers]
    must_be_told_in_json(await oidc.browser.post(path, content=body, headers=sent))
    if path == "/oidc/userinfo":
        must_be_told_in_json(await oidc.browser.get(path, headers=headers))


@RELAXED
@given(changes=CHANGES, twice=st.none() | st.sampled_from(NAMES), refresh=st.booleans())
async def test_no_change_to_a_token_request_makes_the_school_fail(
    oidc: Any, parties: Any, make_basic: Any, *, changes: dict[str, Any], twice: str | None, refresh: bool
) -> None:
    """Of a client that proves who it is, with a code or a refresh token that are good."""
    oidc.browser.cookies.clear()
    if refresh:
        tokens = await oidc.tokens(scope="openid offline_access")
        good = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    else:
        back = await oidc.log_in()
        good = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": CALLBACK}
        good["code_verifier"] = "v" * 43
    headers = {"authorization": make_basic("reading", parties[0].secret), "content-type": FORM}
    answer = await oidc.browser.post("/oidc/token", content=changed(good, changes, twice), headers=headers)
    must_be_told_in_json(answer)
    if not refresh and set(good) & set(changes):
        assert answer.status_code != 200, "a code is bound to client, place and verifier"


def part(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "alg": st.sampled_from(["none", "RS256", "ES256", "HS256", "PS256"]) | JSON_VALUES,
        "kid": st.sampled_from(["rsa-1", "ec-1", "../../etc/passwd"]) | JSON_VALUES,
        "typ": JSON_VALUES,
        "crit": JSON_VALUES,
        "jwk": JSON_VALUES,
        "jku": st.just("https://evil.test/keys"),
        "x5u": st.just("https://evil.test/keys"),
        "b64": st.booleans(),
    },
)
CLAIMS = st.fixed_dictionaries(
    {"iss": st.just("key") | JSON_VALUES, "sub": st.just("key") | JSON_VALUES},
    optional=dict.fromkeys(("aud", "exp", "iat", "nbf", "jti"), JSON_VALUES),
)


@RELAXED
@given(
    header=HEADERS | JSON_VALUES | st.binary(max_size=20),
    claims=CLAIMS | JSON_VALUES | st.binary(max_size=20),
    signature=st.binary(max_size=300),
    keys=st.sampled_from(["own", "bytes", "json", "status"]),
    noise=st.binary(max_size=60),
    member=JSON_VALUES,
)
async def test_no_assertion_of_a_client_opens_anything(
    oidc: Any, *, header: Any, claims: Any, signature: bytes, keys: str, noise: bytes, member: Any
) -> None:
    """Nor does whatever stands where the client's keys should be."""
    answers = {
        "bytes": httpx.Response(200, content=noise),
        "json": httpx.Response(200, json={"keys": [{"kty": "RSA", "kid": "rsa-1", "n": repr(member), "e": "AQAB"}]}),
        "status": httpx.Response(503),
    }
    if keys in answers:
        oidc.answers["https://lasning.test/jwks.json"] = answers[keys]
    sent = {
        "grant_type": "authorization_code",
        "code": "x",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": f"{part(header)}.{part(claims)}.{part(signature)}",
    }
    for path in ("/oidc/token", "/oidc/introspect", "/oidc/revoke"):
        answer = await oidc.browser.post(path, data=sent)
        must_be_told_in_json(answer)
        assert answer.status_code in (400, 401)
    assert not any(address.startswith("https://evil.test") for address in oidc.fetched)


@RELAXED
@given(
    members=st.dictionaries(st.sampled_from(MEMBERS), JSON_VALUES | st.sampled_from([[one] for one in HOSTILE[:-1]])),
    whole=st.none() | JSON_VALUES,
)
async def test_no_registration_makes_the_school_fail(oidc: Any, members: dict[str, Any], whole: Any) -> None:
    content = json.dumps({"redirect_uris": [CALLBACK], **members} if whole is None else whole)
    answer = await oidc.browser.post("/oidc/register", content=content, headers={"content-type": JSON})
    must_be_told_in_json(answer)
    if answer.status_code == 201:
        told = answer.json()
        page = await oidc.ask(told["client_id"], redirect_uri=told["redirect_uris"][0])
        assert page.status_code in (200, 303)
        assert all(urlsplit(uri).scheme == "https" for uri in told["redirect_uris"] if "lasning" in uri)
