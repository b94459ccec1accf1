"""From a code to tokens, once; and from refresh tokens to newer ones."""

import asyncio
import base64
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jws

pytestmark = pytest.mark.anyio
ISSUER = "https://idp.skola.test"


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def workers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


async def test_a_whole_login(oidc: Any) -> None:
    back = await oidc.log_in(scope="openid profile")
    assert set(back) == {"code", "state", "iss"}
    assert (back["state"], back["iss"]) == ("st&te", ISSUER)
    answer = await oidc.redeem(back["code"])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 600, "openid profile")
    assert "refresh_token" not in body
    token = await oidc.read(body["id_token"])
    digest = hashlib.sha256(body["access_token"].encode()).digest()[:16]
    assert token.claims == {
        "iss": ISSUER,
        "aud": "reading",
        "sub": token.claims["sub"],
        "sid": token.claims["sid"],
        "iat": 1795435200,
        "exp": 1795435500,
        "auth_time": 1795435200,
        "acr": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        "amr": ["pwd"],
        "nonce": "n-1",
        "at_hash": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
    }
    assert token.header == {"alg": "RS256", "typ": "JWT", "kid": token.header["kid"]}
    userinfo = await oidc.userinfo(body["access_token"])
    assert userinfo.json() == {"sub": token.claims["sub"], "given_name": "Åsa", "name": "Åsa Öster"}


async def test_a_client_that_wants_es256_gets_it(oidc: Any) -> None:
    tokens = await oidc.tokens("elliptic")
    assert (await oidc.read(tokens["id_token"])).header["alg"] == "ES256"
    keys = await oidc.keys()
    assert jws.deserialize_compact(tokens["id_token"], keys, algorithms=["ES256"])


async def test_a_code_is_good_once_and_a_second_use_revokes_what_came_of_it(oidc: Any) -> None:
    back = await oidc.log_in(scope="openid offline_access")
    first = (await oidc.redeem(back["code"])).json()
    assert (await oidc.userinfo(first["access_token"])).status_code == 200
    again = await oidc.redeem(back["code"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await oidc.userinfo(first["access_token"])).status_code == 401
    assert (await oidc.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"


async def test_of_many_who_use_one_code_at_once_nobody_keeps_a_token(oidc: Any) -> None:
    back = await oidc.log_in()
    answers = await asyncio.gather(*(oidc.redeem(back["code"]) for _ in range(6)))
    good = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(good) <= 1
    for body in good:
        assert (await oidc.userinfo(body["access_token"])).status_code == 401


async def test_a_code_is_good_for_a_minute(oidc: Any) -> None:
    back = await oidc.log_in()
    oidc.now += timedelta(seconds=61)
    assert (await oidc.redeem(back["code"])).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"code_verifier": "short"},
        {"redirect_uri": "https://lasning.test/oidc/callback/"},
        {"redirect_uri": ""},
    ],
)
async def test_a_code_needs_its_verifier_and_its_redirect_uri_and_is_used_up_by_an_attempt(
    oidc: Any, changes: Any
) -> None:
    back = await oidc.log_in()
    answer = await oidc.redeem(back["code"], **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert (await oidc.redeem(back["code"])).json()["error"] == "invalid_grant"


async def test_a_verifier_without_a_challenge_is_refused(oidc: Any) -> None:
    back = await oidc.log_in(code_challenge=None, code_challenge_method=None)
    assert (await oidc.redeem(back["code"])).json()["error"] == "invalid_grant"
    back = await oidc.log_in(code_challenge=None, code_challenge_method=None)
    assert (await oidc.redeem(back["code"], code_verifier="")).status_code == 200


async def test_another_clients_code_is_no_use(oidc: Any) -> None:
    back = await oidc.log_in()
    answer = await oidc.redeem(back["code"], client_id="elliptic")
    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"other": "1"}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "made-up"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "å" * 300}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "made-up"}, "invalid_grant"),
        ({"grant_type": ["authorization_code", "authorization_code"]}, "invalid_request"),
    ],
)
async def test_requests_that_make_no_sense(oidc: Any, data: Any, error: str) -> None:
    answer = await oidc.token(data)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_a_refresh_token_is_changed_for_a_newer_one(oidc: Any) -> None:
    first = await oidc.tokens(scope="openid profile offline_access")
    oidc.now += timedelta(hours=3)
    answer = await oidc.refresh(first["refresh_token"])
    assert answer.status_code == 200
    second = answer.json()
    before, after = [(await oidc.read(one["id_token"])).claims for one in (first, second)]
    assert (after["sub"], after["sid"], after["auth_time"]) == (before["sub"], before["sid"], before["auth_time"])
    assert after["iat"] == before["iat"] + 10800
    assert "nonce" not in after
    assert (await oidc.userinfo(second["access_token"])).json()["given_name"] == "Åsa"
    third = await oidc.refresh(second["refresh_token"])
    assert third.status_code == 200


async def test_a_refresh_token_that_is_used_twice_takes_its_family_along(oidc: Any) -> None:
    first = await oidc.tokens(scope="openid offline_access")
    other = await oidc.tokens(scope="openid offline_access")
    second = (await oidc.refresh(first["refresh_token"])).json()
    assert (await oidc.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await oidc.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await oidc.userinfo(second["access_token"])).status_code == 401
    assert (await oidc.userinfo(other["access_token"])).status_code == 200


async def test_of_many_who_use_one_refresh_token_at_once_nobody_keeps_anything(oidc: Any) -> None:
    first = await oidc.tokens(scope="openid offline_access")
    answers = await asyncio.gather(*(oidc.refresh(first["refresh_token"]) for _ in range(5)))
    good = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(good) <= 1
    for body in good:
        assert (await oidc.userinfo(body["access_token"])).status_code == 401


async def test_a_refresh_token_is_its_clients_alone_and_ends(oidc: Any) -> None:
    first = await oidc.tokens(scope="openid offline_access")
    data = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert (await oidc.token(data, client_id="elliptic")).json()["error"] == "invalid_grant"
    assert (await oidc.userinfo(first["access_token"])).status_code == 200
    oidc.now += timedelta(days=30, seconds=1)
    assert (await oidc.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_refresh_may_ask_for_less_and_not_for_more(oidc: Any) -> None:
    first = await oidc.tokens(scope="openid profile offline_access")
    refused = await oidc.refresh(first["refresh_token"], scope="openid email")
    assert refused.json()["error"] == "invalid_scope"
    assert (await oidc.refresh(first["refresh_token"], scope="profile")).json()["error"] == "invalid_scope"
    less = (await oidc.refresh(first["refresh_token"], scope="openid")).json()
    assert less["scope"] == "openid"
    assert set((await oidc.userinfo(less["access_token"])).json()) == {"sub"}
    whole = (await oidc.refresh(less["refresh_token"])).json()
    assert "given_name" in (await oidc.userinfo(whole["access_token"])).json()


async def test_a_refresh_after_the_agreement_has_ended_is_refused(oidc: Any) -> None:
    first = await oidc.tokens(scope="openid offline_access")
    tokens = first["refresh_token"]
    for _ in range(9):
        oidc.now += timedelta(days=25)
        answer = await oidc.refresh(tokens)
        if answer.status_code != 200:
            break
        tokens = answer.json()["refresh_token"]
    assert oidc.now.date().isoformat() > "2027-06-30"
    assert answer.json()["error"] == "invalid_grant"


async def test_a_refresh_tells_what_the_school_knows_now(oidc: Any) -> None:
    first = await oidc.tokens(scope="openid profile offline_access")
    await oidc.order({"order": "change-person", "person": "elev-1", "attributes": {"givenName": "Asta"}})
    assert (await oidc.userinfo(first["access_token"])).json()["given_name"] == "Åsa"
    second = (await oidc.refresh(first["refresh_token"])).json()
    assert (await oidc.userinfo(second["access_token"])).json()["given_name"] == "Asta"


async def test_tokens_are_signed_by_the_key_of_the_rollovers_stage(oidc: Any) -> None:
    kids = []
    for step in ("", "announce", "switch", "retire"):
        if step:
            await oidc.order({"order": "roll-keys", "step": step})
        published = [key["kid"] for key in (await oidc.browser.get("/oidc/jwks")).json()["keys"]]
        for client in ("reading", "elliptic"):
            token = await oidc.read((await oidc.tokens(client))["id_token"])
            assert token.header["kid"] in published
        kids.append((len(published), token.header["kid"]))
    counts, names = zip(*kids, strict=True)
    assert counts == (2, 4, 4, 2)
    assert names[0] == names[1] != names[2] == names[3]
