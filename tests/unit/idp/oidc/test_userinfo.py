"""Claims for an access token, and what else a vendor may ask or do with its tokens."""

from datetime import timedelta
from typing import Any

import pytest

pytestmark = pytest.mark.anyio
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def workers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


async def test_by_header_and_by_form(oidc: Any) -> None:
    access = (await oidc.tokens(scope="openid profile"))["access_token"]
    by_header = await oidc.userinfo(access)
    assert by_header.headers["cache-control"] == "no-store"
    assert by_header.headers["content-type"] == "application/json"
    by_post = await oidc.browser.post("/oidc/userinfo", headers={"authorization": f"bearer {access}"})
    by_form = await oidc.browser.post("/oidc/userinfo", data={"access_token": access})
    assert by_header.json() == by_post.json() == by_form.json()
    assert by_header.json()["name"] == "Åsa Öster"


async def test_in_one_way_and_never_in_the_address(oidc: Any) -> None:
    access = (await oidc.tokens())["access_token"]
    header = {"authorization": f"Bearer {access}"}
    both = await oidc.browser.post("/oidc/userinfo", data={"access_token": access}, headers=header)
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")
    twice = await oidc.browser.post("/oidc/userinfo", content="access_token=a&access_token=b", headers=FORM)
    assert (twice.status_code, twice.json()["error"]) == (400, "invalid_request")
    address = await oidc.browser.get(f"/oidc/userinfo?access_token={access}")
    assert address.status_code == 401
    assert address.headers["www-authenticate"] == 'Bearer realm="school"'


@pytest.mark.parametrize("presented", ["made-up", "x" * 500, "a b", "å"])
async def test_tokens_that_are_not_good(oidc: Any, presented: str) -> None:
    header = {"authorization": f"Bearer {presented}".encode()}
    answer = await oidc.browser.get("/oidc/userinfo", headers=header)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_an_access_token_is_good_for_ten_minutes(oidc: Any) -> None:
    access = (await oidc.tokens())["access_token"]
    oidc.now += timedelta(minutes=10)
    assert (await oidc.userinfo(access)).status_code == 401


async def test_a_refresh_token_and_a_code_are_no_access_tokens(oidc: Any) -> None:
    tokens = await oidc.tokens(scope="openid offline_access")
    back = await oidc.log_in()
    for presented in (tokens["refresh_token"], back["code"], tokens["id_token"]):
        assert (await oidc.userinfo(presented)).status_code == 401


async def test_single_claims_come_where_they_were_asked_for(oidc: Any, claims_parameter: Any) -> None:
    wanted = claims_parameter({"given_name": {"essential": True}, "unheard-of": None}, {"name": None})
    tokens = await oidc.tokens(claims=wanted)
    claims = (await oidc.read(tokens["id_token"])).claims
    assert claims["name"] == "Åsa Öster"
    assert "given_name" not in claims
    assert (await oidc.userinfo(tokens["access_token"])).json() == {"sub": claims["sub"], "given_name": "Åsa"}


async def test_an_id_token_has_no_personal_data_unless_it_was_asked_for(oidc: Any) -> None:
    tokens = await oidc.tokens(scope="openid profile email school eduperson civic")
    claims = (await oidc.read(tokens["id_token"])).claims
    logins = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"}
    assert set(claims) == logins


async def test_what_was_not_agreed_is_not_told_however_it_is_asked_for(oidc: Any, claims_parameter: Any) -> None:
    number = "https://id.testbed.example/claims/civic_number"
    asking = claims_parameter({number: {"essential": True}}, {number: {"essential": True}, "family_name": None})
    tokens = await oidc.tokens(scope="openid profile civic", claims=asking)
    assert set((await oidc.userinfo(tokens["access_token"])).json()) == {"sub", "given_name", "name"}
    assert not {number, "family_name"} & set((await oidc.read(tokens["id_token"])).claims)


async def test_protected_people_lose_what_could_find_them(oidc: Any) -> None:
    tokens = await oidc.tokens("elliptic", person="elev-2", scope="openid profile eduperson")
    claims = (await oidc.userinfo(tokens["access_token"])).json()
    assert set(claims) == {"sub", "eduperson_principal_name"}


async def test_types_of_claims(oidc: Any) -> None:
    tokens = await oidc.tokens("shared", scope="openid school eduperson")
    claims = (await oidc.userinfo(tokens["access_token"])).json()
    assert claims["https://id.testbed.example/claims/school_unit_code"] == ["00001101"]
    assert claims["https://id.testbed.example/claims/school_grade"] == "5"
    assert claims["eduperson_assurance"] == ["http://id.skolfederation.se/loa/bas"]


async def test_introspection_is_for_the_tokens_own_client(oidc: Any) -> None:
    tokens = await oidc.tokens(scope="openid profile offline_access")
    answer = await oidc.post("/oidc/introspect", {"token": tokens["access_token"]})
    told = answer.json()
    assert (told["active"], told["token_type"], told["client_id"]) == (True, "Bearer", "reading")
    assert told["exp"] == told["iat"] + 600
    assert told["scope"] == "openid profile offline_access"
    assert told["sub"] == (await oidc.read(tokens["id_token"])).claims["sub"]
    refresh = (await oidc.post("/oidc/introspect", {"token": tokens["refresh_token"]})).json()
    assert refresh["active"] is True
    assert "token_type" not in refresh
    for data, client in ((tokens["access_token"], "elliptic"), (tokens["id_token"], "reading"), ("x", "reading")):
        answer = await oidc.post("/oidc/introspect", {"token": data}, client_id=client)
        assert (answer.status_code, answer.json()) == (200, {"active": False})
    await oidc.refresh(tokens["refresh_token"])
    assert (await oidc.post("/oidc/introspect", {"token": tokens["refresh_token"]})).json() == {"active": False}


async def test_introspection_needs_authentication_and_a_token(oidc: Any) -> None:
    access = (await oidc.tokens())["access_token"]
    assert (await oidc.post("/oidc/introspect", {"token": access}, auth=None)).status_code == 401
    public = await oidc.post("/oidc/introspect", {"token": access, "client_id": "public"}, auth=None)
    assert (public.status_code, public.json()["error"]) == (401, "invalid_client")
    assert (await oidc.post("/oidc/introspect", {"x": "y"})).json()["error"] == "invalid_request"


async def test_a_token_is_given_back(oidc: Any) -> None:
    tokens = await oidc.tokens(scope="openid offline_access")
    answer = await oidc.post("/oidc/revoke", {"token": tokens["access_token"]})
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await oidc.userinfo(tokens["access_token"])).status_code == 401
    second = (await oidc.refresh(tokens["refresh_token"])).json()
    assert (await oidc.post("/oidc/revoke", {"token": second["refresh_token"]})).status_code == 200
    assert (await oidc.userinfo(second["access_token"])).status_code == 401
    assert (await oidc.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"


async def test_what_cannot_be_given_back(oidc: Any) -> None:
    access = (await oidc.tokens())["access_token"]
    other = await oidc.post("/oidc/revoke", {"token": access}, client_id="elliptic")
    assert (other.status_code, other.json()["error"]) == (400, "invalid_grant")
    assert (await oidc.userinfo(access)).status_code == 200
    assert (await oidc.post("/oidc/revoke", {"token": "made-up"})).status_code == 200
    assert (await oidc.post("/oidc/revoke", {"x": "y"})).status_code == 400
    assert (await oidc.post("/oidc/revoke", {"token": access}, auth=None)).status_code == 401
