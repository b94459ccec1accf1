"""Whatever is sent to whichever endpoint: no failure of the school, and nobody led to an unregistered place."""

import json
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio
OWN = {"", "idp.skola.test", "lasning.test", "annan.test"}
FORM = "application/x-www-form-urlencoded"
PATHS = (
    "/oidc/authorize",
    "/oidc/token",
    "/oidc/userinfo",
    "/oidc/introspect",
    "/oidc/revoke",
    "/oidc/register",
    "/oidc/register/x",
    "/oidc/logout",
    "/oidc/jwks",
    "/.well-known/openid-configuration",
)
CALLBACK = "https://lasning.test/oidc/callback"
VALUES = {
    "client_id": ["reading", "public", "key", "nobody"],
    "redirect_uri": [CALLBACK, "https://annan.test/oidc/callback", "https://evil.test/", "//evil.test", "javascript:x"],
    "response_type": ["code", "token", "code token", "none"],
    "response_mode": ["query", "form_post", "fragment"],
    "scope": ["openid", "openid profile", "openid offline_access", "profile"],
    "state": ["s", "\r\nLocation: https://evil.test/", "\x00", "å"],
    "nonce": ["n", "\ud7ff"],
    "prompt": ["none", "login", "none login"],
    "max_age": ["0", "-1", "1e3", "٣"],
    "acr_values": ["urn:x", "http://id.skolfederation.se/loa/2fa"],
    "claims": ["{}", '{"userinfo":{"name":null}}', '{"id_token":{"acr":{"essential":true,"values":["\\ud800"]}}}', "["],
    "code_challenge": ["x" * 43, "x"],
    "code_challenge_method": ["S256", "plain"],
    "grant_type": ["authorization_code", "refresh_token", "x"],
    "code": ["x", "x.y"],
    "code_verifier": ["v" * 43],
    "refresh_token": ["x"],
    "token": ["x"],
    "access_token": ["x"],
    "client_secret": ["x"],
    "client_assertion": ["a.b.c", "eyJhbGciOiJSUzI1NiJ9.e30.x", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJcdWQ4MDAifQ.eA"],
    "client_assertion_type": ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "x"],
    "id_token_hint": ["a.b.c", "eyJhbGciOiJSUzI1NiIsImtpZCI6MX0.e30.x"],
    "post_logout_redirect_uri": ["https://lasning.test/oidc/logged-out", "https://evil.test/"],
    "request": ["x"],
    "ui_locales": ["sv", "x" * 100],
    "login_hint": ["a", "%"],
}
NAMES = st.sampled_from(sorted(VALUES))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@st.composite
def fields(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Parameters of the protocol, mostly of the sort that means something, sometimes anything."""
    names = draw(st.lists(NAMES, max_size=10))
    return [(name, draw(st.sampled_from(VALUES[name]) | TEXT)) for name in names]


def must_be_ours(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text
    assert "\n" not in answer.headers.get("location", "")
    if "location" in answer.headers:
        assert urlsplit(answer.headers["location"]).hostname in (None, *OWN)
    if 'method="post" action="https://' in answer.text:
        assert f'action="{CALLBACK}"' in answer.text or 'action="https://annan.test/' in answer.text
    if (
        answer.headers.get("content-type", "").startswith("application/json")
        and answer.content
        and answer.status_code >= 400
    ):
        assert set(answer.json()) == {"error", "error_description"}


SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SETTINGS
@given(path=st.sampled_from(PATHS), sent=fields(), raw=st.none() | st.binary(max_size=80))
async def test_no_query_makes_the_school_fail(oidc: Any, path: str, sent: Any, raw: bytes | None) -> None:
    query = urlencode(sent) if raw is None else quote(raw, safe="%&=+")
    must_be_ours(await oidc.browser.get(f"{path}?{query}"))


@SETTINGS
@given(
    path=st.sampled_from(PATHS),
    sent=fields(),
    raw=st.none() | st.binary(max_size=120),
    kind=st.sampled_from([FORM, "application/json", "text/xml", "multipart/form-data; boundary=x", ""]),
    authorization=st.none() | st.sampled_from(["Basic", "Basic !", "Basic eDp5", "Bearer", "Bearer x", "x"]),
)
async def test_no_form_makes_the_school_fail(
    oidc: Any, path: str, sent: Any, raw: bytes | None, kind: str, authorization: str | None
) -> None:
    headers = {"content-type": kind} | ({"authorization": authorization} if authorization else {})
    body = urlencode(sent).encode() if raw is None else raw
    must_be_ours(await oidc.browser.post(path, content=body, headers=headers))


@SETTINGS
@given(sent=fields())
async def test_no_request_of_a_known_vendor_leads_elsewhere(oidc: Any, sent: Any) -> None:
    """The beginning is right, and whatever follows may not be."""
    good = {"client_id": "reading", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid"}
    query = urlencode([*good.items(), *((name, value) for name, value in sent if name not in good)])
    answer = await oidc.within(await oidc.browser.get(f"/oidc/authorize?{query}"))
    must_be_ours(answer)
    if 'id="testbed-login"' in answer.text:
        must_be_ours(await oidc.choose(answer))


@SETTINGS
@given(sent=fields(), client=st.sampled_from(["reading", "key", "public"]))
async def test_no_call_of_a_known_vendor_makes_the_school_fail(oidc: Any, sent: Any, client: str) -> None:
    for path in ("/oidc/token", "/oidc/introspect", "/oidc/revoke"):
        content = urlencode([(name, value) for name, value in sent if name != "client_id"])
        if client != "reading":
            content += f"&client_id={client}"
        must_be_ours(await oidc.post(path, content, client_id="reading", auth=True if client == "reading" else None))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20) | st.sampled_from([CALLBACK, "none", "code"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.sampled_from(
    [
        "redirect_uris",
        "client_name",
        "response_types",
        "grant_types",
        "scope",
        "jwks_uri",
        "jwks",
        "subject_type",
        "token_endpoint_auth_method",
        "sector_identifier_uri",
        "backchannel_logout_uri",
        "id_token_signed_response_alg",
    ]
)


@SETTINGS
@given(metadata=st.dictionaries(MEMBERS, JSON, max_size=6), right=st.booleans())
async def test_no_registration_makes_the_school_fail(oidc: Any, metadata: Any, right: bool) -> None:
    body = json.dumps(metadata | ({"redirect_uris": [CALLBACK]} if right else {}))
    answer = await oidc.browser.post("/oidc/register", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (201, 400)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["PUT", "OPTIONS", "PATCH", "HEAD", "DELETE"])
async def test_other_methods(oidc: Any, path: str, method: str) -> None:
    must_be_ours(await oidc.browser.request(method, path))


@pytest.mark.parametrize("path", ["/oidc/authorize", "/oidc/token", "/oidc/introspect", "/oidc/revoke", "/oidc/logout"])
async def test_a_body_of_ten_megabytes_is_refused_before_it_is_read_whole(oidc: Any, path: str) -> None:
    answer = await oidc.browser.post(path, content=b"a=" + b"x" * 10_000_000, headers={"content-type": FORM})
    assert answer.status_code == 413
