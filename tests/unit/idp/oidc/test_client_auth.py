"""How vendors authenticate, and how they do not."""

import base64
import hmac
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

pytestmark = pytest.mark.anyio
ISSUER = "https://idp.skola.test"
BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SECRET = "s%c:r t+ÅÄÖ"
GRANT = {"grant_type": "refresh_token", "refresh_token": "made-up"}
"""A request that is refused for its token, once the vendor has authenticated."""


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def workers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def assertion(key: Any, lab: Any, header: Any = None, **changes: Any) -> str:
    now = int(lab.now.timestamp())
    claims = {"iss": "key", "sub": "key", "aud": f"{ISSUER}/oidc/token", "iat": now, "exp": now + 60, "jti": "j-1"}
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": "rsa-1"} | (header or {}), claims, key)


async def asked(lab: Any, token: str, **more: str) -> tuple[int, str]:
    fields = GRANT | {"client_assertion_type": BEARER, "client_assertion": token} | more
    answer = await lab.token(fields, auth=None)
    return answer.status_code, answer.json()["error"]


KNOWN, UNKNOWN = (400, "invalid_grant"), (401, "invalid_client")


async def test_by_basic(oidc: Any) -> None:
    answer = await oidc.token(GRANT)
    assert (answer.status_code, answer.json()["error"]) == KNOWN


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !",
        "Bearer x",
        "Basic " + base64.b64encode(b"reading").decode(),
        "Basic " + base64.b64encode(b"reading:wrong").decode(),
        "Basic " + base64.b64encode(b"reading:%ff").decode(),
        "Basic " + base64.b64encode("reading:s%c:r t+ÅÄÖ".encode()).decode(),
        "Basic " + base64.b64encode(b"nobody:wrong").decode(),
        "Basic " + base64.b64encode(b"public:").decode(),
        "Basic " + base64.b64encode(b"key:").decode(),
    ],
)
async def test_basic_that_is_wrong(oidc: Any, header: str) -> None:
    answer = await oidc.token(GRANT, auth={"authorization": header})
    assert (answer.status_code, answer.json()["error"]) == UNKNOWN
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert answer.headers["cache-control"] == "no-store"


async def test_by_post(oidc: Any) -> None:
    data = GRANT | {"client_id": "posting", "client_secret": SECRET}
    answer = await oidc.token(data, auth=None)
    assert (answer.status_code, answer.json()["error"]) == KNOWN
    answer = await oidc.token(data | {"client_secret": "wrong"}, auth=None)
    assert (answer.status_code, answer.json()["error"]) == UNKNOWN
    assert "www-authenticate" not in answer.headers


async def test_only_by_its_own_method(oidc: Any, make_basic: Any) -> None:
    by_post = GRANT | {"client_id": "reading", "client_secret": SECRET}
    assert (await oidc.token(by_post, auth=None)).status_code == 401
    assert (await oidc.token(GRANT, auth={"authorization": make_basic("posting", SECRET)})).status_code == 401
    assert (await oidc.token(GRANT | {"client_id": "reading"}, auth=None)).status_code == 401
    assert (await oidc.token(GRANT, auth=None)).status_code == 401


async def test_a_public_client_says_who_it_is(oidc: Any) -> None:
    answer = await oidc.token(GRANT | {"client_id": "public"}, auth=None)
    assert answer.json()["error"] == "invalid_grant"


async def test_by_more_than_one_method(oidc: Any, vendor_key: RSAKey) -> None:
    both = await oidc.token(GRANT | {"client_id": "reading", "client_secret": SECRET})
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")
    token = assertion(vendor_key, oidc)
    assert await asked(oidc, token, client_secret=SECRET) == (400, "invalid_request")


async def test_an_id_in_the_body_must_be_the_same(oidc: Any) -> None:
    assert (await oidc.token(GRANT | {"client_id": "elliptic"})).status_code == 401
    assert (await oidc.token(GRANT | {"client_id": "reading"})).status_code == 400


@pytest.mark.parametrize("audience", [ISSUER, f"{ISSUER}/oidc/token", ["https://x.test", ISSUER]])
async def test_by_a_signed_assertion(oidc: Any, vendor_key: RSAKey, audience: Any) -> None:
    assert await asked(oidc, assertion(vendor_key, oidc, aud=audience)) == KNOWN


async def test_an_elliptic_key_signs_too(oidc: Any, vendor_ec_key: Any) -> None:
    token = assertion(vendor_ec_key, oidc, {"alg": "ES256", "kid": "ec-1"})
    assert await asked(oidc, token, client_id="key") == KNOWN


async def test_an_assertion_is_good_once(oidc: Any, vendor_key: RSAKey) -> None:
    token = assertion(vendor_key, oidc)
    assert await asked(oidc, token) == KNOWN
    assert await asked(oidc, token) == UNKNOWN
    assert await asked(oidc, assertion(vendor_key, oidc, jti="j-2")) == KNOWN


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "reading"},
        {"sub": "reading"},
        {"aud": "https://annan.test"},
        {"aud": None},
        {"exp": None},
        {"exp": 1},
        {"exp": 1795435200 - 61},
        {"exp": 1795435200 + 4000},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 10**400},
        {"iat": 1795435200 + 61},
        {"nbf": 1795435200 + 61},
        {"jti": None},
        {"jti": ""},
        {"jti": "j" * 300},
        {"jti": 7},
    ],
)
async def test_an_assertion_that_says_something_else(oidc: Any, vendor_key: RSAKey, changes: Any) -> None:
    assert await asked(oidc, assertion(vendor_key, oidc, **changes)) == UNKNOWN


async def test_an_assertion_that_another_key_signed(oidc: Any, vendor_key: RSAKey) -> None:
    other = RSAKey.generate_key(2048)
    assert await asked(oidc, assertion(other, oidc)) == UNKNOWN
    good = assertion(vendor_key, oidc)
    head, body, signature = good.split(".")
    nothing = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    for token in (
        f"{head}.{body}.",
        f"{nothing}.{body}.",
        f"{nothing}.{body}.{signature}",
        "a.b.c",
        "x" * 20000,
        "åäö",
    ):
        assert await asked(oidc, token) == UNKNOWN


async def test_a_public_key_is_no_shared_secret(oidc: Any, vendor_key: RSAKey) -> None:
    """RS256 made HS256 with the public key for a secret (RFC 8725, 2.1)."""
    head, body, _ = assertion(vendor_key, oidc, {"alg": "RS256"}).split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"rsa-1"}').rstrip(b"=").decode()
    digest = hmac.digest(vendor_key.as_pem(private=False), f"{head}.{body}".encode(), "sha256")
    token = f"{head}.{body}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
    assert await asked(oidc, token) == UNKNOWN


async def test_a_key_that_has_just_been_changed_is_fetched_again_but_not_all_the_time(
    oidc: Any, vendor_key: RSAKey
) -> None:
    assert await asked(oidc, assertion(vendor_key, oidc)) == KNOWN
    new = RSAKey.generate_key(2048, {"kid": "rsa-2"})
    address = "https://lasning.test/jwks.json"
    oidc.answers[address] = httpx.Response(200, json={"keys": [new.as_dict(private=False)]})
    oidc.now += timedelta(seconds=11)
    fetched = len(oidc.fetched)
    for number in range(6):
        token = assertion(new, oidc, {"kid": f"made-up-{number}"}, jti=f"a-{number}")
        assert await asked(oidc, token) == UNKNOWN
    assert len(oidc.fetched) - fetched <= len(oidc.schools)
    oidc.now += timedelta(seconds=11)
    assert await asked(oidc, assertion(new, oidc, {"kid": "rsa-2"}, jti="b")) == KNOWN


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys": 3}',
        b'{"keys": [3, {}]}',
        b"[" * 20000,
        b'{"keys": [' + b"{}," * 90 + b"{}]}",
        b'{"keys": [{"kty": "RSA", "n": "AQ", "e": "AQAB"}]}',
        b'{"keys": [{"kty": "RSA", "n": 3, "e": "\xc3\xa5"}]}',
        b'{"keys": [{"kty": "oct", "k": "AQ"}]}',
    ],
)
async def test_keys_that_are_none(oidc: Any, vendor_key: RSAKey, document: bytes) -> None:
    oidc.answers["https://lasning.test/jwks.json"] = httpx.Response(200, content=document)
    assert await asked(oidc, assertion(vendor_key, oidc)) == UNKNOWN


async def test_a_vendor_that_does_not_answer(oidc: Any, vendor_key: RSAKey) -> None:
    oidc.answers["https://lasning.test/jwks.json"] = httpx.Response(500)
    assert await asked(oidc, assertion(vendor_key, oidc)) == UNKNOWN
