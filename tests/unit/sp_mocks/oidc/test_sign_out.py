"""Logout: started here, told by the school's server, told by a frame; and every demand that ends nothing."""

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.status import HTTP_404_NOT_FOUND

from .conftest import BASE, CLIENT, EVENT, ISSUER, SUB, b64, seconds

pytestmark = pytest.mark.anyio
BACK, FRONT = "/oidc/backchannel-logout", "/oidc/frontchannel-logout"


async def told(vendor: Any, token: str) -> httpx.Response:
    """As the school's server tells, without cookies."""
    async with vendor.another_browser() as server:
        return await server.post(BACK, data={"logout_token": token})


# --- started here -----------------------------------------------------------------------------------------------------


async def test_logout_ends_the_session_here_and_leads_to_the_school(vendor: Any) -> None:
    await vendor.log_in()
    answer = await vendor.browser.get("/logout")
    assert answer.status_code == 302
    assert answer.headers["cache-control"] == "no-store"
    place = urlsplit(answer.headers["location"])
    assert f"{place.scheme}://{place.netloc}{place.path}" == f"{ISSUER}/oidc/logout"
    asked = {name: values[0] for name, values in parse_qs(place.query).items()}
    state = asked.pop("state")
    assert asked["id_token_hint"].count(".") == 2
    del asked["id_token_hint"]
    assert asked == {"client_id": CLIENT, "post_logout_redirect_uri": f"{BASE}/oidc/logged-out"}
    assert await vendor.who() == ""
    back = await vendor.browser.get("/oidc/logged-out", params={"state": state})
    assert back.status_code == 200
    assert 'id="school"' in back.text
    again = await vendor.browser.get("/oidc/logged-out", params={"state": state})
    assert again.status_code == 403


@pytest.mark.parametrize("query", ["", "state=", "state=x", "state=a&state=b"])
async def test_a_way_back_that_nobody_asked_for_is_told_so(vendor: Any, query: str) -> None:
    answer = await vendor.browser.get(f"/oidc/logged-out?{query}")
    assert answer.status_code == 403
    assert "logout-not-asked-for" in answer.text
    assert "Utloggningen gick inte" in answer.text


async def test_whoever_is_not_logged_in_is_not_sent_to_the_school(vendor: Any) -> None:
    answer = await vendor.browser.get("/logout")
    assert answer.status_code == 200
    assert 'id="here"' in answer.text


async def test_a_school_without_a_place_for_it_is_not_asked(vendor: Any) -> None:
    vendor.school.discovery = {"end_session_endpoint": None}
    await vendor.log_in()
    assert 'id="here"' in (await vendor.browser.get("/logout")).text
    assert await vendor.who() == ""


async def test_a_school_that_is_gone_cannot_be_asked_and_the_session_ends_all_the_same(vendor: Any) -> None:
    await vendor.log_in()
    vendor.now += dt.timedelta(hours=2)
    vendor.school.instead["/.well-known/openid-configuration"] = httpx.ConnectError("nobody is there")
    assert 'id="partly"' in (await vendor.browser.get("/logout")).text
    assert await vendor.who() == ""


# --- told by the school's server --------------------------------------------------------------------------------------


@pytest.mark.parametrize("changed", [{}, {"sid": None}, {"sub": None}])
async def test_a_logout_token_ends_the_session_that_it_names(vendor: Any, changed: dict[str, Any]) -> None:
    await vendor.log_in()
    answer = await told(vendor, vendor.school.make_logout_token(changed))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert await vendor.who() == ""


@pytest.mark.parametrize("changed", [{"sid": "session-2"}, {"sub": "u7q2-other"}, {"sub": "u7q2-other", "sid": None}])
async def test_it_ends_no_other_session(vendor: Any, changed: dict[str, Any]) -> None:
    await vendor.log_in()
    assert (await told(vendor, vendor.school.make_logout_token(changed))).status_code == 200
    assert await vendor.who() == SUB


async def test_it_counts_once(vendor: Any) -> None:
    await vendor.log_in()
    token = vendor.school.make_logout_token()
    assert (await told(vendor, token)).status_code == 200
    await vendor.log_in()
    answer = await told(vendor, token)
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_request", "error_description": "used-before"}
    assert await vendor.who() == SUB


@pytest.mark.parametrize(
    ("changed", "header", "code"),
    [
        ({}, {"typ": "JWT"}, "token-of-another-type"),
        ({}, {"typ": None}, "token-of-another-type"),
        ({"iss": "https://idp.granne.test"}, {}, "token-of-someone-else"),
        ({"aud": "another-app"}, {}, "token-for-someone-else"),
        ({"aud": [CLIENT, "another-app"]}, {}, "token-for-someone-else"),
        ({"iat": None}, {}, "token-not-readable"),
        ({"iat": seconds(-361)}, {}, "token-expired"),
        ({"iat": seconds(61)}, {}, "token-not-valid-yet"),
        ({"exp": None}, {}, "token-not-readable"),
        ({"exp": seconds(-60)}, {}, "token-expired"),
        ({"sub": None, "sid": None}, {}, "token-names-nobody"),
        ({"sid": 7}, {}, "token-not-readable"),
        ({"events": None}, {}, "token-not-about-logout"),
        ({"events": [EVENT]}, {}, "token-not-about-logout"),
        ({"events": {EVENT: "yes"}}, {}, "token-not-about-logout"),
        ({"events": {"http://schemas.openid.net/event/other": {}}}, {}, "token-not-about-logout"),
        ({"nonce": "n"}, {}, "token-not-about-logout"),
        ({"nonce": ""}, {}, "token-not-about-logout"),
        ({"jti": None}, {}, "token-not-readable"),
        ({"jti": 7}, {}, "token-not-readable"),
        ({}, {"kid": "unknown"}, "token-key-not-known"),
    ],
)
async def test_a_token_that_breaks_a_rule_ends_nothing(
    vendor: Any, changed: dict[str, Any], header: dict[str, Any], code: str
) -> None:
    await vendor.log_in()
    answer = await told(vendor, vendor.school.make_logout_token(changed, **header))
    assert (answer.status_code, answer.json()["error_description"]) == (400, code)
    assert await vendor.who() == SUB


async def test_a_token_that_is_not_signed_by_the_school_ends_nothing(vendor: Any) -> None:
    await vendor.log_in()
    _, payload, signature = vendor.school.make_logout_token().split(".")
    none = b64({"alg": "none", "typ": "logout+jwt"})
    forged = vendor.school.make_logout_token()[:-6] + "AAAAAA"
    for token in (f"{none}.{payload}.{signature}", forged, vendor.school.make_id_token(), "", "x"):
        assert (await told(vendor, token)).status_code == 400
    assert await vendor.who() == SUB


async def test_an_id_token_is_no_logout_token_even_if_it_says_so(vendor: Any) -> None:
    await vendor.log_in()
    vendor.school.header = {"typ": "logout+jwt"}
    answer = await told(vendor, vendor.school.make_id_token())
    assert answer.json()["error_description"] == "token-not-about-logout"
    assert await vendor.who() == SUB


@pytest.mark.parametrize(
    "sent",
    [
        {"content": b"logout_token=a"},
        {"json": {"logout_token": "a"}},
        {"data": {}},
        {"content": b"logout_token=a&logout_token=b", "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"content": b"x" * 900_000, "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"content": b"logout_token=\xff", "headers": {"content-type": "application/x-www-form-urlencoded"}},
    ],
)
async def test_what_is_no_form_with_one_token_is_refused(vendor: Any, sent: dict[str, Any]) -> None:
    assert (await vendor.browser.post(BACK, **sent)).status_code == 400


async def test_a_school_that_cannot_be_asked_for_its_keys_ends_nothing(vendor: Any) -> None:
    vendor.school.instead["/oidc/jwks"] = httpx.ConnectError("nobody is there")
    assert (await told(vendor, vendor.school.make_logout_token())).json()["error_description"] == "provider-not-reached"


# --- told by a frame --------------------------------------------------------------------------------------------------


async def framed(vendor: Any, **fields: str) -> httpx.Response:
    """As a frame on the school's page asks: browsers send it no cookie of the vendor."""
    async with vendor.another_browser() as frame:
        return await frame.get(FRONT, params={"iss": ISSUER, "sid": "session-1", **fields})


async def test_a_frame_ends_the_session_that_it_names(open_vendor: Any) -> None:
    async with open_vendor("listening-service") as vendor:
        await vendor.log_in()
        assert (await framed(vendor, sid="session-2")).status_code == 200
        assert await vendor.who() == SUB
        answer = await framed(vendor)
        assert answer.status_code == 200
        assert "no-store" in answer.headers["cache-control"]
        assert f"frame-ancestors {ISSUER}" in answer.headers["content-security-policy"]
        assert "x-frame-options" not in answer.headers
        assert await vendor.who() == ""


@pytest.mark.parametrize(
    "query", ["", "sid=session-1", f"iss={ISSUER}", f"iss={ISSUER}&sid=", "iss=https://x.test&sid=session-1"]
)
async def test_a_frame_that_does_not_say_whose_it_is_ends_nothing(open_vendor: Any, query: str) -> None:
    async with open_vendor("listening-service") as vendor:
        await vendor.log_in()
        answer = await vendor.browser.get(f"{FRONT}?{query}")
        assert answer.status_code == 403
        assert await vendor.who() == SUB


async def test_a_vendor_is_told_only_in_the_way_that_it_is_registered_for(open_vendor: Any) -> None:
    async with open_vendor("listening-service") as framed_only, open_vendor("maths-app") as told_only:
        assert (await told(framed_only, framed_only.school.make_logout_token())).status_code == HTTP_404_NOT_FOUND
        assert (await framed(told_only)).status_code == HTTP_404_NOT_FOUND
