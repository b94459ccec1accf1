"""Forged messages of OpenID Connect: what is ordered is made once, as ordered, and told once."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from typing import Any, get_args
from urllib.parse import parse_qsl

import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from idp.config import SecondSchool
from idp.keys import SchoolKeys
from testbed.model.forgery import MADE, Made, TokenKey

pytestmark = pytest.mark.anyio
OTHER = "larare-1"
SECOND = "https://annan.skola.test"
SIGNED = ("school", "school-other-kind", "coming", "stranger", "second", "corrupt")
SECRET = [key for key in get_args(TokenKey.__value__) if key.startswith("secret-") or key == "client-secret"]


async def forge(oidc: Any, forgery: dict[str, Any], party: str = "reading") -> None:
    await oidc.order({"order": "forge", "party": party, "other": OTHER, "forgery": forgery})


async def made(oidc: Any) -> tuple[Made, ...]:
    return MADE.validate_json((await oidc.control.get("/made")).content)


def part(token: str, number: int) -> Any:
    text = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def half(access: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(access.encode()).digest()[:16]).rstrip(b"=").decode()


@pytest.fixture
async def oidc(open_oidc: Any, second_keys: SchoolKeys) -> Any:
    second = SecondSchool(SECOND, second_keys)
    async with open_oidc(second=second) as lab:
        yield lab


@pytest.fixture(scope="session")
def second_keys(tmp_path_factory: pytest.TempPathFactory) -> SchoolKeys:
    made_at = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    return SchoolKeys.load_or_make(tmp_path_factory.mktemp("second") / "keys", "second", made_at)


@pytest.mark.parametrize("client", ["reading", "elliptic"])
async def test_a_forgery_that_changes_nothing_is_a_valid_token_and_is_told_once(oidc: Any, client: str) -> None:
    await forge(oidc, {"message": "id-token"}, client)
    tokens = await oidc.tokens(client)
    claims = (await oidc.read(tokens["id_token"])).claims
    assert claims["at_hash"] == half(tokens["access_token"])
    told = await made(oidc)
    assert [(one.party, one.message, one.document) for one in told] == [(client, "id-token", tokens["id_token"])]
    assert told[0].said["sub"] == (claims["sub"],)
    assert told[0].other["sub"] != told[0].said["sub"]
    assert await made(oidc) == ()
    again = await oidc.tokens(client)
    assert (await oidc.read(again["id_token"])).claims["sub"] == claims["sub"]
    assert await made(oidc) == ()


@pytest.mark.parametrize("client", ["reading", "elliptic"])
@pytest.mark.parametrize("key", SIGNED)
async def test_a_key_signs_and_the_header_names_the_schools(oidc: Any, client: str, key: str) -> None:
    await forge(oidc, {"message": "id-token", "key": key}, client)
    token = (await oidc.tokens(client))["id_token"]
    honest = (await oidc.tokens(client))["id_token"]
    header = part(token, 0)
    assert header["kid"] == part(honest, 0)["kid"]
    assert (header["alg"] == part(honest, 0)["alg"]) == (key != "school-other-kind")
    keys = (await oidc.keys()) if key in ("school", "corrupt") else None
    if keys is None:
        return
    if key == "corrupt":
        with pytest.raises(BadSignatureError):
            jws.deserialize_compact(token, keys, algorithms=["RS256", "ES256"])
    else:
        jws.deserialize_compact(token, keys, algorithms=["RS256", "ES256"])


async def test_strangers_are_told_to_the_lab_and_sign(oidc: Any) -> None:
    await forge(
        oidc,
        {
            "message": "id-token",
            "key": "stranger",
            "header": [
                {"op": "set", "path": "kid", "value": "{kid:stranger}"},
                {"op": "set", "path": "jwk", "value": "{jwk:stranger}"},
                {"op": "set", "path": "x5c", "value": ["{certificate:stranger}", "{certificate:school}"]},
            ],
        },
    )
    token = (await oidc.tokens())["id_token"]
    strangers = (await oidc.control.get("/strangers")).json()
    registry = jws.JWSRegistry(algorithms=["RS256"])
    registry.max_header_length = len(token)
    jws.deserialize_compact(token, KeySet.import_key_set(strangers), registry=registry)
    header, stranger = part(token, 0), next(one for one in strangers["keys"] if one["kty"] == "RSA")
    assert header["kid"] == stranger["kid"] == header["jwk"]["kid"]
    assert header["x5c"][0] == stranger["x5c"][0] != header["x5c"][1]


@pytest.mark.parametrize("key", SECRET)
async def test_a_public_key_is_used_as_a_secret(oidc: Any, key: str) -> None:
    await forge(oidc, {"message": "id-token", "key": key, "header": [{"op": "set", "path": "alg", "value": "HS512"}]})
    token = (await oidc.tokens())["id_token"]
    assert part(token, 0)["alg"] == "HS512"
    signature = base64.urlsafe_b64decode(token.rpartition(".")[2] + "==")
    assert len(signature) == 64
    known = {"secret-empty": b"", "secret-known": b"secret", "client-secret": "s%c:r t+ÅÄÖ".encode()}
    if key in known:
        assert hmac.digest(known[key], token.rpartition(".")[0].encode(), "sha512") == signature


@pytest.mark.parametrize(("key", "algorithm"), [("none", "none"), ("empty", "RS256")])
async def test_a_token_has_no_signature(oidc: Any, key: str, algorithm: str) -> None:
    await forge(oidc, {"message": "id-token", "key": key})
    token = (await oidc.tokens())["id_token"]
    assert token.endswith(".")
    assert part(token, 0)["alg"] == algorithm


async def test_a_token_speaks_of_the_other_person_and_userinfo_agrees(oidc: Any) -> None:
    await forge(oidc, {"message": "id-token", "other": True, "at_once": True})
    tokens = await oidc.tokens()
    claims = (await oidc.read(tokens["id_token"])).claims
    told = (await made(oidc))[0]
    assert (claims["sub"],) == told.other["sub"]
    assert claims["at_hash"] == half(tokens["access_token"])
    assert (await oidc.userinfo(tokens["access_token"])).json()["sub"] == claims["sub"]


@pytest.mark.parametrize("message", ["userinfo", "token-answer"])
async def test_userinfo_is_the_other_persons_and_the_token_is_not(oidc: Any, message: str) -> None:
    await forge(oidc, {"message": message, "other": True})
    tokens = await oidc.tokens(scope="openid profile")
    userinfo = (await oidc.userinfo(tokens["access_token"])).json()
    told = (await made(oidc))[0]
    assert (part(tokens["id_token"], 1)["sub"],) == told.said["sub"]
    assert (userinfo["sub"],) == told.other["sub"]
    assert (userinfo["name"],) == told.other["displayName"] != told.said["displayName"]


async def test_members_are_set_taken_away_and_written_twice(oidc: Any) -> None:
    operations = [
        {"op": "set", "path": "exp", "value": "{now-600}"},
        {"op": "remove", "path": "acr"},
        {
            "op": "set",
            "path": "aud",
            "value": ["{client}", "{upper:client}", "https://{host}/", 5, None, {"a": "{now}"}],
        },
        {"op": "set", "path": "aud/5/b~1c", "value": "{own:sub}-{nonce}"},
        {"op": "set", "path": "aud/-", "value": "{second}"},
        {"op": "remove", "path": "aud/4"},
        {"op": "twice", "path": "sub", "value": "{other:sub}"},
    ]
    await forge(oidc, {"message": "id-token", "claims": operations})
    token = (await oidc.tokens())["id_token"]
    claims, told, now = part(token, 1), (await made(oidc))[0], int(oidc.now.timestamp())
    assert claims["exp"] == now - 600
    assert "acr" not in claims
    own = told.said["sub"][0]
    assert claims["aud"] == [
        "reading", "READING", "https://idp.skola.test/", 5, {"a": now, "b/c": f"{own}-n-1"}, SECOND,
    ]  # fmt: skip
    text = base64.urlsafe_b64decode(token.split(".")[1] + "==").decode()
    assert text.count('"sub":') == 2
    assert text.index(own) < text.index(told.other["sub"][0])


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/oidc/jwks"])
async def test_whoever_fetches_a_document_next_gets_the_forged_one(oidc: Any, path: str) -> None:
    message, member = ("jwks", "keys/0/kid") if "jwks" in path else ("discovery", "issuer")
    honest = (await oidc.browser.get(path)).json()
    await forge(oidc, {"message": message, "members": [{"op": "set", "path": member, "value": "{issuer}/evil"}]})
    assert await made(oidc) == ()
    forged = (await oidc.browser.get(path)).json()
    assert "https://idp.skola.test/evil" in json.dumps(forged)
    assert [(one.fetched, one.party, json.loads(one.document)) for one in await made(oidc)] == [
        (True, "reading", forged)
    ]
    assert (await oidc.browser.get(path)).json() == honest


@pytest.mark.parametrize("mode", ["query", "form_post"])
async def test_the_answer_by_the_browser_has_another_state(oidc: Any, mode: str) -> None:
    members = [{"op": "set", "path": "state", "value": "{state}x"}, {"op": "remove", "path": "iss"}]
    await forge(oidc, {"message": "authorization", "members": members})
    page = await oidc.ask(response_mode=mode)
    answer = await oidc.choose(page)
    told = dict(parse_qsl((await made(oidc))[0].document))
    assert told.keys() == {"code", "state"}
    assert told["state"] == "st&tex"
    text = answer.headers.get("location", "") + answer.text
    assert "iss" not in answer.headers.get("location", "")
    assert "st%26tex" in text or "st&amp;tex" in text


async def test_a_code_of_another_login_is_good_for_nobody_who_has_this_ones_verifier(oidc: Any) -> None:
    members = [{"op": "set", "path": "code", "value": "{other:code}"}]
    await forge(oidc, {"message": "authorization", "members": members})
    back = await oidc.log_in()
    answer = await oidc.redeem(back["code"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_logout_token_is_forged(oidc: Any) -> None:
    tokens = await oidc.tokens()
    await forge(
        oidc,
        {"message": "logout-token", "other": True, "claims": [{"op": "set", "path": "nonce", "value": "n"}]},
    )
    callback = "https://annan.test/oidc/callback"
    code = (await oidc.log_in("other", redirect_uri=callback))["code"]
    elsewhere = (await oidc.redeem(code, client_id="other", redirect_uri=callback)).json()
    await oidc.browser.get("/oidc/logout", params={"id_token_hint": elsewhere["id_token"]})
    (url, fields), told = oidc.posted[-1], (await made(oidc))[0]
    assert url == "https://lasning.test/oidc/backchannel-logout"
    assert fields["logout_token"] == told.document
    claims = (await oidc.read(told.document)).claims
    assert claims["nonce"] == "n"
    assert (claims["sub"],) == told.other["sub"]
    assert part(tokens["id_token"], 1)["sub"] == told.said["sub"][0]
    assert part(told.document, 0)["typ"] == "logout+jwt"


@pytest.mark.parametrize(
    ("forgery", "client", "words"),
    [
        ({"message": "id-token"}, "nobody", "knows no client"),
        ({"message": "id-token", "key": "client-secret"}, "public", "has no secret"),
        ({"message": "id-token", "key": "secret-pkcs1"}, "elliptic", "PKCS #1"),
        ({"message": "userinfo", "members": [{"op": "set", "path": "a", "value": "{what}"}]}, "reading", "no place"),
        ({"message": "userinfo", "members": [{"op": "remove", "path": ""}]}, "reading", "a path"),
    ],
)
async def test_an_order_that_cannot_be_carried_out_is_not_taken(
    oidc: Any, forgery: dict[str, Any], client: str, words: str
) -> None:
    order = {"order": "forge", "party": client, "other": OTHER, "forgery": forgery}
    answer = await oidc.control.post("/orders", json=order)
    assert answer.status_code == 400
    assert words in answer.text


@pytest.mark.parametrize(
    "claims",
    [
        [{"op": "remove", "path": "nbf"}],
        [{"op": "set", "path": "aud", "value": "{client}"}],
        [{"op": "set", "path": "aud/x", "value": "y"}],
        [{"op": "set", "path": "x", "value": "{other:mail}"}],
    ],
)
async def test_the_vendor_is_told_of_an_error_when_a_forgery_does_not_fit(oidc: Any, claims: list[Any]) -> None:
    await forge(oidc, {"message": "id-token", "claims": claims})
    answer = await oidc.redeem((await oidc.log_in())["code"])
    assert answer.status_code == 500
    assert answer.json()["error"] == "server_error"
    assert await made(oidc) == ()


async def test_what_was_not_made_is_forgotten_when_the_lab_says_so(oidc: Any) -> None:
    for message in ("discovery", "id-token", "authorization"):
        await forge(oidc, {"message": message})
    await oidc.order({"order": "forget-forgeries", "party": "reading"})
    await oidc.browser.get("/.well-known/openid-configuration")
    await oidc.tokens()
    assert await made(oidc) == ()


async def test_without_a_second_school_nothing_is_signed_with_its_key(open_oidc: Any) -> None:
    async with open_oidc() as lab:
        order = {
            "order": "forge",
            "party": "reading",
            "other": OTHER,
            "forgery": {"message": "id-token", "key": "second"},
        }
        answer = await lab.control.post("/orders", json=order)
        assert (answer.status_code, "no second school" in answer.text) == (400, True)
