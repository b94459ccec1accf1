"""The OpenID Foundation's tests of providers, by their names: the plan Dynamic (vendors that register themselves)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

pytestmark = pytest.mark.anyio
ISSUER = "https://idp.skola.test"
CALLBACK = "https://lasning.test/oidc/callback"
OTHER_CALLBACK = "https://annan.test/oidc/callback"
JWKS, SECTOR = "https://lasning.test/jwks.json", "https://lasning.test/sector.json"
VERIFIER = "v" * 43
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALL_GRANTS = {"grant_types": ["authorization_code", "refresh_token"], "scope": "openid email offline_access"}


async def register(oidc: Any, **metadata: Any) -> httpx.Response:
    answer: httpx.Response = await oidc.browser.post("/oidc/register", json={"redirect_uris": [CALLBACK], **metadata})
    return answer


async def registered(oidc: Any, **metadata: Any) -> dict[str, Any]:
    """What the school tells a client that has registered itself."""
    answer = await register(oidc, **metadata)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return dict(answer.json())


@pytest.fixture
def redeem(oidc: Any, make_basic: Callable[[str, str], str]) -> Callable[..., Any]:
    """Logs a pupil in to such a client, by its secret; the token endpoint's answer."""

    async def made(client: dict[str, Any], redirect_uri: str = CALLBACK, **request: Any) -> dict[str, Any]:
        back = await oidc.log_in(client["client_id"], redirect_uri=redirect_uri, **request)
        fields = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": redirect_uri}
        auth = {"authorization": make_basic(client["client_id"], client["client_secret"])}
        answer = await oidc.token(fields | {"code_verifier": VERIFIER}, auth=auth)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return made


def assertion(oidc: Any, client_id: str, key: RSAKey, audience: str = f"{ISSUER}/oidc/token") -> dict[str, str]:
    """The fields by which a client authenticates with its own key, for this once."""
    now = int(oidc.now.timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": now,
        "exp": now + 60,
        "jti": f"{now}-{key.kid}",
    }
    token = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
    return {"client_assertion_type": JWT_BEARER, "client_assertion": token}


async def by_key(oidc: Any, client_id: str, fields: dict[str, str], key: RSAKey) -> httpx.Response:
    answer: httpx.Response = await oidc.token(fields | assertion(oidc, client_id, key), auth={})
    return answer


async def code_fields(oidc: Any, client_id: str, **request: Any) -> dict[str, str]:
    back = await oidc.log_in(client_id, **request)
    return {
        "grant_type": "authorization_code",
        "code": back["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }


# --- registering, and logging in ---------------------------------------------------------------------------------


async def test_oidcc_server_that_registers_clients(oidc: Any, redeem: Callable[..., Any]) -> None:
    client = await registered(oidc, client_name="Läsappen")
    tokens = await redeem(client)
    claims = (await oidc.read(tokens["id_token"])).claims
    assert (claims["iss"], claims["aud"]) == (ISSUER, client["client_id"])


async def test_oidcc_idtoken_rs256(oidc: Any, redeem: Callable[..., Any]) -> None:
    client = await registered(oidc, id_token_signed_response_alg="RS256")
    assert client["id_token_signed_response_alg"] == "RS256"
    assert (await oidc.read((await redeem(client))["id_token"])).header["alg"] == "RS256"


async def test_oidcc_userinfo_rs256(oidc: Any) -> None:
    """Signed userinfo is not offered, and so not promised to anybody."""
    told = (await oidc.browser.get("/.well-known/openid-configuration")).json()
    assert "userinfo_signing_alg_values_supported" not in told
    answer = await register(oidc, userinfo_signed_response_alg="RS256")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")


async def test_oidcc_registration_jwks_uri(oidc: Any, vendor_key: RSAKey) -> None:
    client = await registered(oidc, jwks_uri=JWKS, token_endpoint_auth_method="private_key_jwt")
    assert "client_secret" not in client
    fields = await code_fields(oidc, client["client_id"])
    assert (await by_key(oidc, client["client_id"], fields, vendor_key)).status_code == 200
    assert JWKS in oidc.fetched


async def test_oidcc_refresh_token_rp_key_rotation(oidc: Any, vendor_key: RSAKey) -> None:
    """The client changes its key between the login and the refresh; the school reads its keys again."""
    client = await registered(oidc, jwks_uri=JWKS, token_endpoint_auth_method="private_key_jwt", **ALL_GRANTS)
    fields = await code_fields(oidc, client["client_id"], scope="openid offline_access")
    first = (await by_key(oidc, client["client_id"], fields, vendor_key)).json()
    rotated = RSAKey.generate_key(2048, {"kid": "rsa-2", "use": "sig"})
    oidc.answers[JWKS] = httpx.Response(200, json={"keys": [rotated.as_dict(private=False)]})
    oidc.now = oidc.now.replace(hour=oidc.now.hour + 1)
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert (await by_key(oidc, client["client_id"], again, rotated)).status_code == 200


async def test_oidcc_ensure_client_assertion_with_iss_aud_succeeds(oidc: Any, vendor_key: RSAKey) -> None:
    fields = await code_fields(oidc, "key")
    sent = fields | assertion(oidc, "key", vendor_key, audience=ISSUER)
    assert (await oidc.token(sent, auth={})).status_code == 200


@pytest.mark.parametrize("member", ["logo_uri", "policy_uri", "tos_uri"])
async def test_oidcc_registration_logo_uri_policy_uri_tos_uri(oidc: Any, member: str) -> None:
    """A client may say where its logo and its terms are. The school shows nobody a picture from somebody else's host:
    that host would learn who is about to log in where. It asks for no consent, so there is no page for terms."""
    address = f"https://pictures.test/{member}"
    client = await registered(oidc, **{member: address})
    assert member not in client
    page = await oidc.ask(client["client_id"])
    assert page.status_code == 200
    assert address not in page.text


# --- redirect URIs -----------------------------------------------------------------------------------------------


async def test_oidcc_redirect_uri_query_ok(oidc: Any, redeem: Callable[..., Any]) -> None:
    place = f"{CALLBACK}?foo=bar"
    client = await registered(oidc, redirect_uris=[place])
    page = await oidc.ask(client["client_id"], redirect_uri=place)
    location = (await oidc.choose(page)).headers["location"]
    assert set(parse_qs(urlsplit(location).query)) == {"foo", "code", "state", "iss"}
    assert location.startswith(f"{place}&")
    await redeem(client, redirect_uri=place)


@pytest.mark.parametrize("asked", [f"{CALLBACK}?foo=bar&extra=1", f"{CALLBACK}?foo=baz", CALLBACK])
async def test_oidcc_redirect_uri_query_added_and_mismatch(oidc: Any, asked: str) -> None:
    client = await registered(oidc, redirect_uris=[f"{CALLBACK}?foo=bar"])
    answer = await oidc.ask(client["client_id"], redirect_uri=asked)
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_oidcc_redirect_uri_regfrag(oidc: Any) -> None:
    answer = await register(oidc, redirect_uris=[f"{CALLBACK}#fragment"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


async def test_oidcc_ensure_redirect_uri_in_authorization_request(oidc: Any) -> None:
    """Also a client that has registered a single one must name it (OpenID Connect Core 3.1.2.1)."""
    client = await registered(oidc)
    answer = await oidc.ask(client["client_id"], redirect_uri=None)
    assert answer.status_code == 400
    assert "location" not in answer.headers


# --- sectors -----------------------------------------------------------------------------------------------------


async def test_oidcc_registration_sector_uri(oidc: Any, redeem: Callable[..., Any]) -> None:
    """Redirect URIs of two hosts have one sector, so that the person has one sub there."""
    oidc.answers[SECTOR] = httpx.Response(200, json=[CALLBACK, OTHER_CALLBACK])
    client = await registered(oidc, redirect_uris=[CALLBACK, OTHER_CALLBACK], sector_identifier_uri=SECTOR)
    alone = await registered(oidc)
    subs = {
        (await oidc.read(tokens["id_token"])).claims["sub"]
        for tokens in (
            await redeem(client),
            await redeem(client, redirect_uri=OTHER_CALLBACK),
            await redeem(alone),
        )
    }
    assert len(subs) == 1


@pytest.mark.parametrize(
    "document",
    [
        httpx.Response(200, json=[CALLBACK]),
        httpx.Response(200, json={"redirect_uris": [CALLBACK, OTHER_CALLBACK]}),
        httpx.Response(200, content=b"not JSON"),
        httpx.Response(404),
    ],
    ids=["one is missing", "no list", "no JSON", "no such page"],
)
async def test_oidcc_registration_sector_bad(oidc: Any, document: httpx.Response) -> None:
    oidc.answers[SECTOR] = document
    answer = await register(oidc, redirect_uris=[CALLBACK, OTHER_CALLBACK], sector_identifier_uri=SECTOR)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")


# --- request objects and keys ------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["https://lasning.test/unsigned.jwt", "https://lasning.test/rs256.jwt#digest"])
async def test_oidcc_request_uri_unsigned_and_signed_rs256(oidc: Any, place: str) -> None:
    """Request objects are not offered, by reference neither, and nothing is fetched."""
    client = await registered(oidc, request_uris=[place])
    assert "request_uris" not in client
    back = oidc.returned(await oidc.ask(client["client_id"], request_uri=place))
    assert back["error"] == "request_uri_not_supported"
    assert place not in oidc.fetched


async def test_oidcc_server_rotate_keys(oidc: Any, redeem: Callable[..., Any]) -> None:
    client = await registered(oidc)
    first = await redeem(client)
    before = {key["kid"] for key in (await oidc.browser.get("/oidc/jwks")).json()["keys"]}
    for step in ("announce", "switch"):
        await oidc.order({"order": "roll-keys", "step": step})
    after = {key["kid"] for key in (await oidc.browser.get("/oidc/jwks")).json()["keys"]}
    second = await oidc.read((await redeem(client))["id_token"])
    assert second.header["kid"] in after - before
    assert (await oidc.read(first["id_token"])).header["kid"] in before & after
    await oidc.order({"order": "roll-keys", "step": "retire"})
    assert {key["kid"] for key in (await oidc.browser.get("/oidc/jwks")).json()["keys"]} == after - before
