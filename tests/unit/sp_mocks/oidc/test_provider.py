"""What a vendor believes of a school's discovery document and keys, and how often it asks."""

import datetime as dt
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey

from .conftest import ISSUER, SUB

pytestmark = pytest.mark.anyio
DISCOVERY, KEYS = "/.well-known/openid-configuration", "/oidc/jwks"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"issuer": f"{ISSUER}/"}, "provider-of-someone-else"),
        ({"issuer": "https://IDP.skola.test"}, "provider-of-someone-else"),
        ({"issuer": "https://evil.test"}, "provider-of-someone-else"),
        ({"issuer": None}, "provider-of-someone-else"),
        ({"issuer": [ISSUER]}, "provider-of-someone-else"),
        ({"authorization_endpoint": None}, "provider-not-usable"),
        ({"authorization_endpoint": "http://idp.skola.test/oidc/authorize"}, "provider-not-usable"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "provider-not-usable"),
        ({"authorization_endpoint": "https://idp.skola.test/a#b"}, "provider-not-usable"),
        ({"authorization_endpoint": "https://user@idp.skola.test/a"}, "provider-not-usable"),
        ({"authorization_endpoint": "https://idp.skola.test/a\r\nSet-Cookie: a=b"}, "provider-not-usable"),
        ({"token_endpoint": "http://idp.skola.test/oidc/token"}, "provider-not-usable"),
        ({"token_endpoint": ["https://idp.skola.test/oidc/token"]}, "provider-not-usable"),
        ({"userinfo_endpoint": None}, "provider-not-usable"),
        ({"userinfo_endpoint": "https://" + "x" * 3000}, "provider-not-usable"),
        ({"jwks_uri": "file:///etc/passwd"}, "provider-not-usable"),
        ({"end_session_endpoint": "http://idp.skola.test/out"}, "provider-not-usable"),
        ({"response_types_supported": ["id_token"]}, "provider-not-usable"),
        ({"response_types_supported": None}, "provider-not-usable"),
        ({"id_token_signing_alg_values_supported": ["ES256", "none"]}, "provider-not-usable"),
        ({"id_token_signing_alg_values_supported": 7}, "provider-not-usable"),
        ({"code_challenge_methods_supported": ["plain"]}, "provider-not-usable"),
    ],
)
async def test_a_discovery_document_that_is_not_fit_leads_nowhere(
    vendor: Any, changed: dict[str, Any], code: str
) -> None:
    vendor.school.discovery = changed
    answer = await vendor.browser.get("/login")
    assert answer.status_code == 502
    assert code in answer.text


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, json={}),
        httpx.Response(302, headers={"location": "https://evil.test/"}, json={}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, content=b"[" * 200_000, headers={"content-type": "application/json"}),
        httpx.Response(200, content=b'{"issuer":"a","issuer":"b"}', headers={"content-type": "application/json"}),
        httpx.Response(200, content=b'{"a":"' + b"x" * 300_000 + b'"}', headers={"content-type": "application/json"}),
        httpx.ConnectError("nobody is there"),
    ],
)
async def test_what_is_no_discovery_document_leads_nowhere(vendor: Any, answer: Any) -> None:
    vendor.school.instead[DISCOVERY] = answer
    page = await vendor.browser.get("/login")
    assert page.status_code == 502
    assert "provider-" in page.text
    assert {call.url.host for call in vendor.school.calls} == {"idp.skola.test"}
    del vendor.school.instead[DISCOVERY]
    assert (await vendor.browser.get("/login")).status_code == 302


async def test_the_document_is_fetched_once_an_hour_and_the_keys_too(vendor: Any) -> None:
    for hours in (0, 0, 0.9, 0.1, 0):
        vendor.now += dt.timedelta(hours=hours)
        assert (await vendor.log_in()).status_code == 303
    assert len(vendor.school.called(DISCOVERY)) == 2
    assert len(vendor.school.called(KEYS)) == 2


async def test_a_new_key_is_fetched_when_a_token_names_it(vendor: Any) -> None:
    await vendor.log_in()
    vendor.school.rsa = RSAKey.generate_key(2048, {"kid": "rsa-2"})
    assert (await vendor.log_in()).status_code == 303
    assert await vendor.who() == SUB
    assert len(vendor.school.called(KEYS)) == 2


async def test_unknown_keys_make_the_vendor_fetch_once_a_minute_at_most(vendor: Any) -> None:
    await vendor.log_in()
    vendor.school.header = {"kid": "unknown"}
    for after, fetched in ((0, 2), (0, 2), (59, 2), (1, 3), (1, 3)):
        vendor.now += dt.timedelta(seconds=after)
        assert "token-key-not-known" in (await vendor.log_in()).text
        assert len(vendor.school.called(KEYS)) == fetched


async def test_a_token_without_a_key_s_name_is_read_where_there_is_one_key_alone(vendor: Any) -> None:
    vendor.school.header = {"kid": None}
    assert (await vendor.log_in()).status_code == 303
    second = RSAKey.generate_key(2048, {"kid": "rsa-2"})
    vendor.school.jwks = {"keys": [key.as_dict(private=False) for key in (vendor.school.rsa, second)]}
    vendor.now += dt.timedelta(hours=1)
    assert "token-key-not-known" in (await vendor.log_in()).text


def member(key: RSAKey | ECKey, **changed: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), **changed}


@pytest.mark.parametrize(
    "changed",
    [
        {"kty": "oct", "k": "c2VjcmV0"},
        {"use": "enc"},
        {"alg": "RS512"},
        {"alg": "HS256"},
        {"kid": None},
        {"kid": 7},
        {"n": 7},
        {"n": "!"},
        {"n": ""},
        {"n": "x" * 5000},
        {"n": "AQAB"},
        {"e": "AA"},
        {"e": "x" * 7},
        {"n": "x" * 2000},
    ],
)
async def test_a_key_that_is_for_something_else_or_unfit_is_passed_over(vendor: Any, changed: dict[str, Any]) -> None:
    vendor.school.jwks = {"keys": [member(vendor.school.rsa, **changed)]}
    answer = await vendor.log_in()
    assert answer.status_code == 403
    assert "token-key-not-known" in answer.text


@pytest.mark.parametrize("changed", [{"crv": "P-384"}, {"x": "AAAA"}, {"y": None}, {"crv": None}])
async def test_a_point_that_is_not_on_the_curve_is_passed_over(open_vendor: Any, changed: dict[str, Any]) -> None:
    async with open_vendor("news-for-schools", id_token_signed_response_alg="ES256") as vendor:
        vendor.school.jwks = {"keys": [member(vendor.school.ec, **changed)]}
        assert "token-key-not-known" in (await vendor.log_in()).text


async def test_a_short_key_is_passed_over(vendor: Any) -> None:
    # NOTE: nobody makes such a key any more without being told that it is too short.
    with pytest.warns(match="2048"):
        short = RSAKey.generate_key(1024, {"kid": "rsa-1"})
    vendor.school.jwks = {"keys": [short.as_dict(private=False)]}
    assert "token-key-not-known" in (await vendor.log_in()).text


@pytest.mark.parametrize("keys", [None, {}, "x", [{}] * 21, "twice"])
async def test_what_is_no_key_set_is_refused(vendor: Any, keys: Any) -> None:
    vendor.school.jwks = {"keys": [member(vendor.school.rsa)] * 2 if keys == "twice" else keys}
    answer = await vendor.log_in()
    assert answer.status_code == 502
    assert "provider-keys-not-usable" in answer.text


async def test_members_that_are_no_objects_are_passed_over(vendor: Any) -> None:
    vendor.school.jwks = {"keys": [None, 7, [], member(vendor.school.rsa)]}
    assert (await vendor.log_in()).status_code == 303
