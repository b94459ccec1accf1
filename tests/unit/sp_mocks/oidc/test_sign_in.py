"""A login as a person sees it, and every answer that opens no session."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from sp_mocks.oidc.profiles import OIDC_PROFILES

from .conftest import BASE, CLIENT, ISSUER, NOW, SUB, b64, seconds, signed

pytestmark = pytest.mark.anyio
SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize("profile", OIDC_PROFILES)
async def test_every_compliant_vendor_lets_the_person_in_and_out(open_vendor: Any, profile: str) -> None:
    async with open_vendor(profile) as vendor:
        assert await vendor.who() == ""
        landed = await vendor.log_in()
        assert (landed.status_code, landed.headers["location"]) == (303, "/me")
        assert landed.headers["cache-control"] == "no-store"
        assert await vendor.who() == SUB
        told = await vendor.browser.get("/logout")
        assert told.status_code == 302
        assert await vendor.who() == ""


async def test_the_request_is_all_that_a_careful_vendor_sends(vendor: Any) -> None:
    one, two = await vendor.begin(), await vendor.begin()
    assert one["response_type"] == "code"
    assert (one["client_id"], one["redirect_uri"]) == (CLIENT, f"{BASE}/oidc/callback")
    assert one["scope"].split() == ["openid"]
    assert one["code_challenge_method"] == "S256"
    assert json.loads(one["claims"]) == {
        "userinfo": {"https://id.testbed.example/claims/school_unit_code": {"essential": True}}
    }
    assert "prompt" not in one
    for name in ("state", "nonce", "code_challenge"):
        assert len(one[name]) >= 43
        assert one[name] != two[name]


async def test_a_vendor_that_takes_two_factors_and_a_fresh_login_demands_them(open_vendor: Any) -> None:
    async with open_vendor("guardian-messages") as vendor:
        asked = await vendor.begin()
        assert asked["prompt"] == "login"
        acr = json.loads(asked["claims"])["id_token"]["acr"]
        assert acr["essential"] is True
        assert "http://id.skolfederation.se/loa/2fa" in acr["values"]


async def test_the_code_is_exchanged_with_the_verifier_of_its_own_request(vendor: Any) -> None:
    asked = await vendor.begin()
    await vendor.answer(asked["state"])
    (call,) = vendor.school.called("/oidc/token")
    form = {name: values[0] for name, values in parse_qs(call.content.decode()).items()}
    digest = hashlib.sha256(form.pop("code_verifier").encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
    assert form == {"grant_type": "authorization_code", "code": "code-1", "redirect_uri": f"{BASE}/oidc/callback"}
    scheme, _, pair = call.headers["authorization"].partition(" ")
    assert scheme == "Basic"
    assert [unquote_plus(half) for half in base64.b64decode(pair).decode().split(":")] == [CLIENT, "s3cret/ä+:%"]


async def test_a_vendor_with_a_key_signs_who_it_is(open_vendor: Any) -> None:
    async with open_vendor("news-for-schools", id_token_signed_response_alg="ES256") as vendor:
        await vendor.log_in()
        await vendor.log_in()
        assert await vendor.who() == SUB
        published = (await vendor.browser.get("/jwks.json")).json()["keys"][0]
        assert "d" not in published
        calls = [parse_qs(call.content.decode()) for call in vendor.school.called("/oidc/token")]
        ids = set()
        for call in calls:
            assert call["client_id"] == [CLIENT]
            assert "client_secret" not in call
            token = jws.deserialize_compact(call["client_assertion"][0], ECKey.import_key(published), ["ES256"])
            claims = json.loads(token.payload)
            ids.add(claims.pop("jti"))
            assert token.headers()["kid"] == published["kid"]
            assert claims == {"iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "iat": seconds(), "exp": seconds(60)}
        assert len(ids) == 2


@pytest.mark.parametrize(
    ("profile", "expected"), [("guardian-messages", {"client_id", "client_secret"}), ("school-library", {"client_id"})]
)
async def test_the_other_ways_to_say_who_it_is(open_vendor: Any, profile: str, expected: set[str]) -> None:
    async with open_vendor(profile) as vendor:
        await vendor.log_in()
        (call,) = vendor.school.called("/oidc/token")
        form = parse_qs(call.content.decode())
        assert form.keys() - {"grant_type", "code", "redirect_uri", "code_verifier"} == expected
        assert "authorization" not in call.headers


async def test_userinfo_is_asked_with_the_token_in_the_header_and_only_what_is_wanted_is_kept(vendor: Any) -> None:
    vendor.school.userinfo |= {"name": "Åsa Öster", "birthdate": "2012-01-01"}
    await vendor.log_in()
    (call,) = vendor.school.called("/oidc/userinfo")
    assert call.headers["authorization"] == "Bearer access-1"
    assert not call.url.query
    page = (await vendor.browser.get("/me")).text
    assert "00001101" in page
    assert "Öster" not in page
    assert "2012" not in page


async def test_two_windows_of_one_browser_can_both_log_in(vendor: Any) -> None:
    first, second = await vendor.begin(), await vendor.begin()
    for asked in (first, second):
        vendor.school.nonce = asked["nonce"]
        assert (await vendor.answer(asked["state"])).status_code == 303


async def test_the_session_is_a_new_one_at_every_login(vendor: Any) -> None:
    vendor.browser.cookies.set("__Host-session", "A" * 43, domain="rakneresan.test")
    await vendor.log_in()
    first = vendor.browser.cookies.get("__Host-session")
    await vendor.log_in()
    assert len({"A" * 43, first, vendor.browser.cookies.get("__Host-session")}) == 3


async def test_the_cookies_are_out_of_reach_of_scripts_and_other_hosts(vendor: Any) -> None:
    began = await vendor.browser.get("/login")
    state = parse_qs(httpx.URL(began.headers["location"]).query.decode())
    vendor.school.nonce = state["nonce"][0]
    landed = await vendor.answer(state["state"][0])
    for answer in (began, landed):
        cookie = answer.headers["set-cookie"].lower()
        assert cookie.startswith("__host-")
        assert all(flag in cookie for flag in ("secure", "httponly", "samesite=lax", "path=/"))


# --- answers of the browser -------------------------------------------------------------------------------------------


async def refused(vendor: Any, answer: httpx.Response, code: str, status: int = 403) -> None:
    assert (answer.status_code, code in answer.text) == (status, True), answer.text
    assert "Inloggningen gick inte" in answer.text
    assert "__Host-session" not in answer.headers.get("set-cookie", "")
    assert await vendor.who() == ""


async def test_an_answer_that_another_browser_asked_for_is_refused(vendor: Any) -> None:
    state = (await vendor.begin())["state"]
    async with vendor.another_browser() as other:
        answer = await vendor.answer(state, other)
        assert answer.status_code == 403
        assert "not-asked-for-by-this-browser" in answer.text
    assert vendor.school.called("/oidc/token") == []
    assert (await vendor.answer(state)).status_code == 303


@pytest.mark.parametrize("state", [None, "", "x" * 43, "å"])
async def test_an_answer_with_another_state_or_none_is_refused(vendor: Any, state: str | None) -> None:
    await vendor.begin()
    fields = {"code": "code-1", "iss": ISSUER} | ({} if state is None else {"state": state})
    await refused(vendor, await vendor.browser.get("/oidc/callback", params=fields), "not-asked-for-by-this-browser")
    assert vendor.school.called("/oidc/token") == []


async def test_an_answer_is_taken_once_and_not_after_its_time(vendor: Any) -> None:
    state = (await vendor.begin())["state"]
    assert (await vendor.answer(state)).status_code == 303
    again = await vendor.answer(state)
    assert "not-asked-for-by-this-browser" in again.text
    await vendor.browser.get("/logout")
    late = (await vendor.begin())["state"]
    vendor.now += 600 * SECOND
    await refused(vendor, await vendor.answer(late), "not-asked-for-by-this-browser")


@pytest.mark.parametrize("issuer", [None, "", "https://idp.granne.test", f"{ISSUER}/", ISSUER.upper()])
async def test_an_answer_must_name_the_school_that_was_asked(vendor: Any, issuer: str | None) -> None:
    await refused(vendor, await vendor.log_in(iss=issuer), "answer-of-someone-else")
    assert vendor.school.called("/oidc/token") == []


async def test_a_school_that_does_not_name_itself_need_not_but_must_not_be_another(vendor: Any) -> None:
    vendor.school.discovery = {"authorization_response_iss_parameter_supported": None}
    assert (await vendor.log_in(iss=None)).status_code == 303
    await vendor.browser.get("/logout")
    await refused(vendor, await vendor.log_in(iss="https://idp.granne.test"), "answer-of-someone-else")


async def test_an_error_of_the_school_is_shown_and_is_no_mark_up(vendor: Any) -> None:
    answer = await vendor.log_in(code=None, error="access_denied", error_description="<script>alert(1)</script>")
    await refused(vendor, answer, "school-says-no")
    assert "access_denied: &lt;script&gt;" in answer.text
    assert "<script>" not in answer.text


async def test_an_error_that_nobody_asked_for_is_not_shown(vendor: Any) -> None:
    answer = await vendor.answer("x" * 43, error="access_denied", error_description="Ring 0900-123")
    assert "0900" not in answer.text


@pytest.mark.parametrize(
    ("query", "code", "status"),
    [
        ("", "not-asked-for-by-this-browser", 403),
        ("state=a&state=b&code=c", "answer-not-readable", 403),
        ("code=a&code=b&state=c", "answer-not-readable", 403),
        ("state=%ff", "answer-not-readable", 403),
        ("&".join(f"a{n}=b" for n in range(30)), "answer-not-readable", 403),
        ("code=" + "x" * 9000, "message-too-large", 403),
    ],
)
async def test_an_answer_that_cannot_be_read_is_refused(vendor: Any, query: str, code: str, status: int) -> None:
    await refused(vendor, await vendor.browser.get(f"/oidc/callback?{query}"), code, status)


async def test_an_answer_with_neither_code_nor_error_is_refused(vendor: Any) -> None:
    await refused(vendor, await vendor.log_in(code=None), "no-code")


async def test_a_posted_answer_is_no_answer(vendor: Any) -> None:
    assert (await vendor.browser.post("/oidc/callback", data={"code": "c"})).status_code == 405


# --- answers of the school's server -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.Response(400, json={"error": "invalid_grant"}), "school-refused-the-code"),
        (httpx.Response(302, headers={"location": "https://evil.test/"}, json={}), "school-refused-the-code"),
        (httpx.Response(200, text="<html>"), "provider-answer-not-readable"),
        (
            httpx.Response(200, content=b"{", headers={"content-type": "application/json"}),
            "provider-answer-not-readable",
        ),
        (httpx.Response(200, json=["access_token"]), "provider-answer-not-readable"),
        (httpx.Response(200, json={"a": "x" * 300_000}), "provider-answer-too-large"),
        (httpx.Response(200, json={}, headers={"content-encoding": "x-dense"}), "provider-answer-not-readable"),
        (httpx.ConnectError("nobody is there"), "provider-not-reached"),
        (httpx.ReadTimeout("too late"), "provider-not-reached"),
    ],
)
@pytest.mark.parametrize("path", ["/oidc/token", "/oidc/userinfo", "/oidc/jwks"])
async def test_what_the_school_s_server_must_not_answer(vendor: Any, path: str, answer: Any, code: str) -> None:
    vendor.school.instead[path] = answer
    if code == "school-refused-the-code" and path != "/oidc/token":
        code = "school-refused-userinfo" if path.endswith("info") else "provider-not-reached"
    landed = await vendor.log_in()
    await refused(vendor, landed, code, 403 if code.startswith("school") else 502)
    assert "evil.test" not in {call.url.host for call in vendor.school.calls}


@pytest.mark.parametrize(
    "changed",
    [
        {"token_type": None},
        {"token_type": "mac"},
        {"access_token": None},
        {"access_token": ""},
        {"access_token": 7},
        {"access_token": "x" * 3000},
        {"id_token": None},
        {"id_token": {"alg": "none"}},
    ],
)
async def test_tokens_that_are_not_whole_are_refused(vendor: Any, changed: dict[str, Any]) -> None:
    vendor.school.tokens = changed
    await refused(vendor, await vendor.log_in(), "provider-answer-not-usable", 502)


@pytest.mark.parametrize("sub", ["u7q2-other", "", None, 7, ["u7q2-pupil"], "å"])
async def test_userinfo_of_somebody_else_is_refused(vendor: Any, sub: object) -> None:
    vendor.school.userinfo["sub"] = sub
    await refused(vendor, await vendor.log_in(), "userinfo-of-someone-else")


@pytest.mark.parametrize("value", [7, {"a": "b"}, [["00001101"]], ["x" * 3000], ["x"] * 600, True])
async def test_a_claim_that_is_no_text_is_refused(vendor: Any, value: object) -> None:
    vendor.school.userinfo["https://id.testbed.example/claims/school_unit_code"] = value
    await refused(vendor, await vendor.log_in(), "claim-not-text")


async def test_a_person_of_whom_nothing_is_told_gets_in_all_the_same(vendor: Any) -> None:
    vendor.school.userinfo = {"https://id.testbed.example/claims/school_unit_code": None}
    await vendor.log_in()
    assert await vendor.who() == SUB


# --- the ID token -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"iss": "https://idp.granne.test"}, "token-of-someone-else"),
        ({"iss": f"{ISSUER}/"}, "token-of-someone-else"),
        ({"iss": None}, "token-of-someone-else"),
        ({"aud": "another-app"}, "token-for-someone-else"),
        ({"aud": [CLIENT, "another-app"], "azp": CLIENT}, "token-for-someone-else"),
        ({"aud": []}, "token-for-someone-else"),
        ({"aud": None}, "token-for-someone-else"),
        ({"aud": 7}, "token-not-readable"),
        ({"azp": "another-app"}, "token-for-someone-else"),
        ({"exp": seconds(-60)}, "token-expired"),
        ({"exp": None}, "token-not-readable"),
        ({"exp": "2026"}, "token-not-readable"),
        ({"exp": True}, "token-not-readable"),
        ({"exp": 1e300}, "token-not-readable"),
        ({"iat": None}, "token-not-readable"),
        ({"iat": seconds(61)}, "token-not-valid-yet"),
        ({"iat": seconds(-661)}, "token-expired"),
        ({"nbf": seconds(61)}, "token-not-valid-yet"),
        ({"nonce": "another"}, "token-of-another-login"),
        ({"nonce": None}, "token-of-another-login"),
        ({"nonce": ["x"]}, "token-of-another-login"),
        ({"at_hash": "another"}, "access-token-of-another-login"),
        ({"at_hash": ""}, "access-token-of-another-login"),
        ({"sub": None}, "token-names-nobody"),
        ({"sub": ""}, "token-names-nobody"),
        ({"sub": 7}, "token-names-nobody"),
        ({"sub": "x" * 256}, "token-names-nobody"),
        ({"sub": "å"}, "token-names-nobody"),
        ({"sid": 7}, "token-not-readable"),
    ],
)
async def test_an_id_token_that_breaks_a_rule_opens_no_session(vendor: Any, changed: dict[str, Any], code: str) -> None:
    vendor.school.id_token = changed
    await refused(vendor, await vendor.log_in(), code)


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": seconds(-59)},
        {"iat": seconds(59)},
        {"nbf": seconds(59)},
        {"aud": [CLIENT]},
        {"azp": CLIENT},
        {"at_hash": None},
    ],
)
async def test_what_a_good_id_token_may_say(vendor: Any, changed: dict[str, Any]) -> None:
    vendor.school.id_token = changed
    await vendor.log_in()
    assert await vendor.who() == SUB


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"acr": "http://id.skolfederation.se/loa/bas"}, "level-of-assurance"),
        ({"acr": None}, "level-of-assurance"),
        ({"acr": ["http://id.skolfederation.se/loa/2fa"]}, "level-of-assurance"),
        ({"auth_time": None}, "token-not-readable"),
        ({"auth_time": seconds(-61)}, "stale-authentication"),
    ],
)
async def test_what_was_demanded_of_the_login_must_have_been_done(
    open_vendor: Any, changed: dict[str, Any], code: str
) -> None:
    async with open_vendor("guardian-messages") as vendor:
        vendor.school.id_token = changed
        await refused(vendor, await vendor.log_in(), code)


# --- its signature ----------------------------------------------------------------------------------------------------


async def test_a_token_that_is_not_signed_is_refused(vendor: Any) -> None:
    await vendor.begin()
    good = vendor.school.make_id_token()
    header, payload, signature = good.split(".")
    none = b64({"alg": "none", "typ": "JWT"})
    for token in (f"{none}.{payload}.", f"{none}.{payload}.{signature}", f"{b64({'alg': 'None'})}.{payload}.x"):
        vendor.school.token = token
        code = "token-not-readable" if token.endswith(".") else "token-algorithm-not-registered"
        await refused(vendor, await vendor.log_in(), code)
    vendor.school.token = f"{header}.{payload}.{signature[:-8]}AAAAAAAA"
    await refused(vendor, await vendor.log_in(), "token-signature-not-good")


async def test_the_public_key_as_a_shared_secret_signs_nothing(vendor: Any) -> None:
    await vendor.begin()
    claims = json.loads(base64.urlsafe_b64decode(vendor.school.make_id_token().split(".")[1] + "=="))
    secrets = (vendor.school.rsa.as_pem(private=False), vendor.school.rsa.as_pem(private=False).strip())
    for secret in secrets:
        signing_input = f"{b64({'alg': 'HS256', 'kid': 'rsa-1'})}.{b64(claims)}"
        vendor.school.token = f"{signing_input}.{b64(hmac.digest(secret, signing_input.encode(), 'sha256'))}"
        await refused(vendor, await vendor.log_in(), "token-algorithm-not-registered")


async def test_another_algorithm_than_the_registered_one_is_refused(vendor: Any) -> None:
    vendor.school.key = vendor.school.ec
    await refused(vendor, await vendor.log_in(), "token-algorithm-not-registered")


async def test_a_stranger_s_key_of_the_same_name_signs_nothing(vendor: Any) -> None:
    vendor.school.key = vendor.school.stranger
    await refused(vendor, await vendor.log_in(), "token-signature-not-good")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"crit": ["exp"], "exp": 1}, "token-header-not-plain"),
        ({"b64": False, "crit": ["b64"]}, "token-header-not-plain"),
        ({"zip": "DEF"}, "token-header-not-plain"),
        ({"kid": 7}, "token-not-readable"),
        ({"typ": 7}, "token-not-readable"),
        ({"alg": "RS512"}, "token-algorithm-not-registered"),
        ({"kid": "unknown"}, "token-key-not-known"),
    ],
)
async def test_a_header_that_means_something_else_is_refused(vendor: Any, header: dict[str, Any], code: str) -> None:
    await vendor.begin()
    if {"zip", "alg", "crit", "kid", "typ"} & header.keys() and header != {"kid": "unknown"}:
        stated = {"alg": "RS256", "kid": "rsa-1", **header}
        _, payload, signature = vendor.school.make_id_token().split(".")
        vendor.school.token = f"{b64(stated)}.{payload}.{signature}"
    else:
        vendor.school.header = header
    await refused(vendor, await vendor.log_in(), code)


async def test_a_key_that_a_token_brings_along_is_not_looked_at(vendor: Any) -> None:
    await vendor.begin()
    claims = json.loads(base64.urlsafe_b64decode(vendor.school.make_id_token().split(".")[1] + "=="))
    own = vendor.school.stranger.as_dict(private=False)
    places = {"jku": "https://evil.test/jwks", "x5u": "https://evil.test/x"}
    vendor.school.token = signed(claims, vendor.school.stranger, jwk=own, **places)
    await refused(vendor, await vendor.log_in(), "token-signature-not-good")
    assert "evil.test" not in {call.url.host for call in vendor.school.calls}


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "a.b",
        "a.b.c.d.e",
        "a.b.c",
        "!.b.c",
        "x" * 40_000,
        f"{b64(b'[1]')}.e30.AAAA",
        f"{b64(b'[' * 9000)}.e30.AAAA",
        f"{b64(b'{}')}.e30.AAAA",
        b64(b'{"alg":"RS256","alg":"none"}') + ".e30.AAAA",
    ],
)
async def test_what_is_no_token_is_refused(vendor: Any, token: str) -> None:
    vendor.school.token = token
    await refused(vendor, await vendor.log_in(), "token-not-readable")


@pytest.mark.parametrize("payload", [b"[]", b"\xff", b'{"sub":"a","sub":"b"}', b'{"exp":NaN}', b'{"sub":"\\ud800"}'])
async def test_claims_that_are_no_plain_json_object_are_refused(vendor: Any, payload: bytes) -> None:
    vendor.school.token = signed(payload, vendor.school.rsa)
    await refused(vendor, await vendor.log_in(), "token-not-readable")


async def test_the_clock_is_the_one_that_it_was_handed(vendor: Any) -> None:
    vendor.now = NOW + dt.timedelta(days=3652)
    await vendor.log_in()
    assert await vendor.who() == SUB
