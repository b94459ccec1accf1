"""Vendors that register themselves."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.anyio
CALLBACK = "https://lasning.test/oidc/callback"


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def workers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


async def register(lab: Any, **metadata: Any) -> Any:
    return await lab.browser.post("/oidc/register", json={"redirect_uris": [CALLBACK]} | metadata)


async def test_from_registration_to_claims(oidc: Any, make_basic: Any) -> None:
    answer = await register(oidc, client_name="Ny\u202e tjänst", grant_types=["authorization_code", "refresh_token"])
    assert answer.status_code == 201
    told = answer.json()
    assert told["client_name"] == "Ny tjänst"
    assert told["scope"] == "openid profile email phone address"
    assert told["client_secret_expires_at"] == told["client_id_issued_at"] + 7 * 86400
    page = await oidc.ask(told["client_id"], scope="openid profile")
    assert "Ny tjänst" in page.text
    back = oidc.returned(await oidc.choose(page))
    header = {"authorization": make_basic(told["client_id"], told["client_secret"])}
    tokens = (await oidc.redeem(back["code"], auth=header)).json()
    assert (await oidc.userinfo(tokens["access_token"])).json()["family_name"] == "Öster"


async def test_offline_access_comes_with_the_grant(oidc: Any) -> None:
    scope = "openid offline_access"
    assert (await register(oidc, scope=scope)).json()["scope"] == "openid"
    both = await register(oidc, scope=scope, grant_types=["authorization_code", "refresh_token"])
    assert both.json()["scope"] == scope


async def test_nobody_registers_for_what_only_an_agreement_gives(
    oidc: Any, make_basic: Any, claims_parameter: Any
) -> None:
    told = (await register(oidc, scope="openid profile school civic")).json()
    assert told["scope"] == "openid profile"
    refused = oidc.returned(await oidc.ask(told["client_id"], scope="openid civic"))
    assert refused["error"] == "invalid_scope"
    wanted = {"https://id.testbed.example/claims/school_unit_code": {"essential": True}, "email": None}
    back = await oidc.log_in(told["client_id"], claims=claims_parameter(userinfo=wanted))
    header = {"authorization": make_basic(told["client_id"], told["client_secret"])}
    tokens = (await oidc.redeem(back["code"], auth=header)).json()
    assert set((await oidc.userinfo(tokens["access_token"])).json()) == {"sub"}


async def test_a_registration_is_read_and_taken_back_by_its_token_alone(oidc: Any) -> None:
    told = (await register(oidc)).json()
    place, bearer = told["registration_client_uri"], {"authorization": f"Bearer {told['registration_access_token']}"}
    again = await oidc.browser.get(place, headers=bearer)
    assert (again.status_code, again.json()) == (200, told)
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {told['client_secret']}"}):
        refused = await oidc.browser.delete(place, headers=headers)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
    assert (await oidc.browser.get("/oidc/register/reading", headers=bearer)).status_code == 401
    assert (await oidc.browser.delete(place, headers=bearer)).status_code == 204
    assert (await oidc.browser.get(place, headers=bearer)).status_code == 401
    assert (await oidc.ask(told["client_id"])).status_code == 400


async def test_a_registration_ends(oidc: Any) -> None:
    told = (await register(oidc)).json()
    oidc.now += timedelta(days=7, seconds=1)
    assert (await oidc.ask(told["client_id"])).status_code == 400


async def test_a_public_client_has_no_secret(oidc: Any) -> None:
    told = (await register(oidc, token_endpoint_auth_method="none")).json()
    assert "client_secret" not in told
    back = await oidc.log_in(told["client_id"])
    answer = await oidc.redeem(back["code"], auth=None, client_id="")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "uri",
    [
        "http://lasning.test/cb",
        "https://lasning.test/cb#part",
        "https://*.lasning.test/cb",
        "https://lasning.test/*",
        "https://user@lasning.test/cb",
        "https:///cb",
        "https://[::1/cb",
        "https://lasning.test:99999/cb",
        "HTTPS://lasning.test/cb",
        "javascript:alert(1)",
        "com.example.app:/cb",
        "https://l\u00e4sning.test/cb",
        "https://lasning.test/ cb",
        "https://lasning.test/" + "x" * 3000,
        "",
        "\ud800",
        7,
    ],
)
async def test_addresses_that_nobody_may_register(oidc: Any, uri: Any) -> None:
    body = json.dumps({"redirect_uris": [CALLBACK, uri]})
    answer = await oidc.browser.post("/oidc/register", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


async def test_loopback_may_do_without_tls(oidc: Any) -> None:
    for place in ("http://127.0.0.1:8080/cb", "http://localhost/cb"):
        assert (await register(oidc, redirect_uris=[place])).status_code == 201


@pytest.mark.parametrize(
    "metadata",
    [
        {"grant_types": ["implicit"]},
        {"grant_types": ["refresh_token"]},
        {"response_types": ["id_token"]},
        {"token_endpoint_auth_method": "client_secret_jwt"},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"id_token_signed_response_alg": "none"},
        {"id_token_signed_response_alg": "HS256"},
        {"id_token_encrypted_response_alg": "RSA-OAEP"},
        {"userinfo_signed_response_alg": "RS256"},
        {"subject_type": "transient"},
        {"jwks": {"keys": []}},
        {"jwks_uri": "http://lasning.test/jwks"},
        {"backchannel_logout_uri": "http://lasning.test/x"},
        {"post_logout_redirect_uris": ["http://lasning.test/x"]},
        {"redirect_uris": []},
        {"redirect_uris": [f"{CALLBACK}/{number}" for number in range(30)]},
        {"redirect_uris": [CALLBACK, "https://annan.test/cb"]},
        {"client_name": "x" * 2000},
        {"sector_identifier_uri": "https://lasning.test/sector.json"},
    ],
)
async def test_metadata_that_cannot_be(oidc: Any, metadata: Any) -> None:
    answer = await register(oidc, **metadata)
    assert answer.status_code == 400
    assert answer.json()["error"] in ("invalid_client_metadata", "invalid_redirect_uri")


async def test_what_nobody_understands_is_left_out(oidc: Any) -> None:
    answer = await register(oidc, contacts=["a@b.test"], unheard_of={"x": 1})
    assert answer.status_code == 201
    assert "unheard_of" not in answer.json()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 20000, b"\xff", b"null", b'{"redirect_uris": 1e999}'])
async def test_bodies_that_are_no_metadata(oidc: Any, body: bytes) -> None:
    answer = await oidc.browser.post("/oidc/register", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert (await oidc.browser.post("/oidc/register", data={"a": "b"})).status_code == 415
    large = await oidc.browser.post(
        "/oidc/register", content=b" " * 40_000, headers={"content-type": "application/json"}
    )
    assert large.status_code == 413


async def test_several_hosts_are_one_sector_where_a_document_says_so(oidc: Any) -> None:
    places = [CALLBACK, "https://annan.test/cb"]
    sector = "https://lasning.test/sector.json"
    wanted = {"redirect_uris": places, "sector_identifier_uri": sector}
    oidc.answers[sector] = httpx.Response(200, json=places[:1])
    assert (await register(oidc, **wanted)).status_code == 400
    oidc.answers[sector] = httpx.Response(200, json=places)
    assert (await register(oidc, **wanted)).status_code == 201
