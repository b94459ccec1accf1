"""The OpenID Foundation's tests of providers, by their names: the plans Basic and Config.

Each test does to the school in this process what the module of that name in the Foundation's suite does to a provider
on the network. ``docs/oidc-checklist.md`` lists all modules, with the test that stands for each or the reason why none
does. ``test_conformance_dynamic.py`` and ``test_conformance_logout.py`` have the other plans.
"""

import base64
import datetime as dt
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from idp.config import OidcParty, SchoolConfig
from testbed.model.assurance import MULTI_FACTOR
from testbed.model.pages import LOGIN_FORM
from testbed.model.written import Person

pytestmark = pytest.mark.anyio
ISSUER = "https://idp.skola.test"
CALLBACK = "https://lasning.test/oidc/callback"
VERIFIER = "v" * 43
"""Of the challenge that every request of :class:`OidcLab` carries."""
STANDARD = ("openid", "profile", "email", "address", "phone")
ATTRIBUTES: dict[str, str | tuple[str, ...]] = {
    "eduPersonPrincipalName": "alla@skola.test",
    "givenName": "Åsa",
    "sn": "Öster",
    "displayName": "Åsa Öster",
    "mail": "asa@skola.test",
    "telephoneNumber": "+46701740605",
    "street": "Skolgatan 1",
    "postalCode": "123 45",
    "l": "Exempelstad",
}
PROFILE = {"name": "Åsa Öster", "given_name": "Åsa", "family_name": "Öster"}
EMAIL = {"email": "asa@skola.test"}
PHONE = {"phone_number": "+46701740605"}
ADDRESS = {"address": {"street_address": "Skolgatan 1", "postal_code": "123 45", "locality": "Exempelstad"}}


@pytest.fixture
async def suite(
    open_oidc: Callable[..., Any], config: SchoolConfig, make_party: Callable[..., OidcParty]
) -> AsyncIterator[Any]:
    """A school with two clients that no agreement narrows, and a person about whom everything is known."""
    person = Person(id="alla", role="pupil", attributes=ATTRIBUTES)
    clients = (
        make_party("reading", None, scopes=(*STANDARD, "offline_access")),
        make_party("posting", None, token_endpoint_auth_method="client_secret_post"),
    )
    free = tuple(replace(client, release="requested") for client in clients)
    async with open_oidc(people={**config.people, person.id: person}, clients=free) as lab:
        yield lab


async def userinfo(suite: Any, **request: Any) -> dict[str, Any]:
    """What the userinfo endpoint says after a login, without ``sub``; the ID token must have none of it."""
    tokens = await suite.tokens("reading", "alla", **request)
    said = (await suite.userinfo(tokens["access_token"])).json()
    claims = (await suite.read(tokens["id_token"])).claims
    assert said.pop("sub") == claims["sub"]
    assert not set(said) & set(claims)
    return dict(said)


def asks_to_log_in(answer: Any) -> bool:
    return answer.status_code == 200 and f'id="{LOGIN_FORM}"' in answer.text


# --- the happy path ----------------------------------------------------------------------------------------------


async def test_oidcc_server(suite: Any) -> None:
    back = await suite.log_in("reading", "alla")
    answer = await suite.redeem(back["code"])
    body = answer.json()
    assert (answer.status_code, body["token_type"].lower()) == (200, "bearer")
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    claims = (await suite.read(body["id_token"])).claims
    now = int(suite.now.timestamp())
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, "reading", "n-1")
    assert claims["iat"] == now < claims["exp"]
    assert 0 < len(claims["sub"]) <= 255
    assert claims["sub"].isascii()


async def test_oidcc_response_type_missing(suite: Any) -> None:
    back = suite.returned(await suite.ask(response_type=None))
    assert back["error"] in ("invalid_request", "unsupported_response_type")
    assert back["state"] == "st&te"


async def test_oidcc_idtoken_signature(suite: Any) -> None:
    token = await suite.read((await suite.tokens("reading", "alla"))["id_token"])
    assert token.header["alg"] == "RS256"
    published = (await suite.browser.get("/oidc/jwks")).json()["keys"]
    assert [key["use"] for key in published if key["kid"] == token.header["kid"]] == ["sig"]


async def test_oidcc_idtoken_unsigned(suite: Any) -> None:
    told = (await suite.browser.get("/.well-known/openid-configuration")).json()
    assert "none" not in told["id_token_signing_alg_values_supported"]
    wanted = {"redirect_uris": [CALLBACK], "id_token_signed_response_alg": "none"}
    answer = await suite.browser.post("/oidc/register", json=wanted)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")


async def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(suite: Any) -> None:
    tokens = await suite.tokens("reading", "alla", nonce=None)
    assert "nonce" not in (await suite.read(tokens["id_token"])).claims


async def test_oidcc_ensure_request_with_valid_pkce_succeeds(suite: Any) -> None:
    for challenge in ({}, {"code_challenge": None, "code_challenge_method": None}):
        back = await suite.log_in("reading", "alla", **challenge)
        verifier = {"code_verifier": ""} if challenge else {}
        assert (await suite.redeem(back["code"], **verifier)).status_code == 200


async def test_oidcc_server_client_secret_post(suite: Any, make_party: Callable[..., OidcParty]) -> None:
    back = await suite.log_in("posting", "alla")
    sent = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": CALLBACK}
    sent |= {"client_id": "posting", "client_secret": make_party("posting", None).secret, "code_verifier": VERIFIER}
    assert (await suite.token(sent, auth={})).status_code == 200


async def test_oidcc_ensure_post_request_succeeds(suite: Any) -> None:
    fields = dict(parse_qsl(suite.query()))
    page = await suite.within(await suite.browser.post("/oidc/authorize", data=fields))
    assert "code" in suite.returned(await suite.choose(page, "alla"))


async def test_oidcc_alternate_happy_flow(suite: Any) -> None:
    """Scopes, and the parameters themselves, in the reverse order."""
    fields = parse_qsl(suite.query(scope="email openid"))
    page = await suite.within(await suite.browser.get(f"/oidc/authorize?{urlencode(fields[::-1])}"))
    back = suite.returned(await suite.choose(page, "alla"))
    tokens = (await suite.redeem(back["code"])).json()
    assert EMAIL.items() <= (await suite.userinfo(tokens["access_token"])).json().items()


async def test_oidcc_ensure_other_scope_order_succeeds(suite: Any) -> None:
    assert await userinfo(suite, scope="email openid") == EMAIL


# --- scopes, claims and userinfo ---------------------------------------------------------------------------------


async def test_oidcc_scope_profile(suite: Any) -> None:
    assert await userinfo(suite, scope="openid profile") == PROFILE


async def test_oidcc_scope_email(suite: Any) -> None:
    assert await userinfo(suite, scope="openid email") == EMAIL


async def test_oidcc_scope_address(suite: Any) -> None:
    assert await userinfo(suite, scope="openid address") == ADDRESS


async def test_oidcc_scope_phone(suite: Any) -> None:
    assert await userinfo(suite, scope="openid phone") == PHONE


async def test_oidcc_scope_all(suite: Any) -> None:
    assert await userinfo(suite, scope=" ".join(STANDARD)) == PROFILE | EMAIL | ADDRESS | PHONE


async def test_oidcc_claims_essential(suite: Any) -> None:
    wanted = json.dumps({"userinfo": {"name": {"essential": True}}})
    assert await userinfo(suite, claims=wanted) == {"name": "Åsa Öster"}


async def test_oidcc_claims_locales(suite: Any) -> None:
    assert await userinfo(suite, scope="openid profile", claims_locales="se") == PROFILE


async def test_oidcc_userinfo_get(suite: Any) -> None:
    tokens = await suite.tokens("reading", "alla", scope="openid email")
    answer = await suite.userinfo(tokens["access_token"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json()["email"] == EMAIL["email"]


async def test_oidcc_userinfo_post_header(suite: Any) -> None:
    tokens = await suite.tokens("reading", "alla", scope="openid email")
    answer = await suite.post("/oidc/userinfo", {}, auth={"authorization": f"Bearer {tokens['access_token']}"})
    assert answer.json()["email"] == EMAIL["email"]


async def test_oidcc_userinfo_post_body(suite: Any) -> None:
    tokens = await suite.tokens("reading", "alla", scope="openid email")
    answer = await suite.post("/oidc/userinfo", {"access_token": tokens["access_token"]}, auth={})
    assert answer.json()["email"] == EMAIL["email"]


# --- what a request may say --------------------------------------------------------------------------------------


async def test_oidcc_display_page(suite: Any) -> None:
    assert asks_to_log_in(await suite.ask(display="page"))


async def test_oidcc_display_popup(suite: Any) -> None:
    assert asks_to_log_in(await suite.ask(display="popup"))


async def test_oidcc_ui_locales(suite: Any) -> None:
    for asked, shown in (("se", ""), ("en", "en"), ("fi sv-SE en", "sv")):
        page = await suite.ask(ui_locales=asked)
        assert asks_to_log_in(page)
        assert not shown or f'lang="{shown}"' in page.text


async def test_oidcc_login_hint(suite: Any) -> None:
    page = await suite.ask(login_hint='buffy@openid.example"><script>')
    assert asks_to_log_in(page)
    assert "<script" not in page.text


async def test_oidcc_ensure_request_with_acr_values_succeeds(suite: Any) -> None:
    """Also where the school or the person has none of them: acr_values is a wish (OpenID Connect Core 3.1.2.1)."""
    for asked in ("1 2", MULTI_FACTOR):
        tokens = await suite.tokens("reading", "alla", acr_values=asked, prompt="login")
        assert (await suite.read(tokens["id_token"])).claims["acr"] not in asked.split(" ")


async def test_oidcc_ensure_request_with_unknown_parameter_succeeds(suite: Any) -> None:
    assert "code" in await suite.log_in("reading", "alla", extra="foobar")


async def test_oidcc_id_token_hint(suite: Any) -> None:
    first = await suite.tokens("reading", "alla")
    hint = {"prompt": "none", "id_token_hint": first["id_token"]}
    second = await suite.tokens("reading", "nobody has to log in", **hint)
    before, after = [(await suite.read(one["id_token"])).claims for one in (first, second)]
    assert before["sub"] == after["sub"]
    await suite.tokens("reading", "elev-1", prompt="login")
    assert (await suite.log_in("reading", "nobody", **hint))["error"] == "login_required"


async def test_oidcc_prompt_login(suite: Any) -> None:
    before = (await suite.read((await suite.tokens("reading", "alla"))["id_token"])).claims
    suite.now += dt.timedelta(seconds=5)
    page = await suite.ask(prompt="login")
    assert asks_to_log_in(page)
    back = suite.returned(await suite.choose(page, "alla"))
    after = (await suite.read((await suite.redeem(back["code"])).json()["id_token"])).claims
    assert after["auth_time"] == before["auth_time"] + 5


async def test_oidcc_prompt_none_not_logged_in(suite: Any) -> None:
    back = suite.returned(await suite.ask(prompt="none"))
    assert back["error"] in ("login_required", "interaction_required")
    assert back["state"] == "st&te"
    assert "code" not in back


async def test_oidcc_prompt_none_logged_in(suite: Any) -> None:
    first = await suite.tokens("reading", "alla")
    second = await suite.tokens("reading", "nobody has to log in", prompt="none")
    before, after = [(await suite.read(one["id_token"])).claims for one in (first, second)]
    assert (before["sub"], before["auth_time"]) == (after["sub"], after["auth_time"])


async def test_oidcc_max_age_1(suite: Any) -> None:
    await suite.tokens("reading", "alla")
    suite.now += dt.timedelta(seconds=2)
    page = await suite.ask(max_age="1")
    assert asks_to_log_in(page)
    back = suite.returned(await suite.choose(page, "alla"))
    claims = (await suite.read((await suite.redeem(back["code"])).json()["id_token"])).claims
    assert claims["auth_time"] == int(suite.now.timestamp())


async def test_oidcc_max_age_10000(suite: Any) -> None:
    first = await suite.tokens("reading", "alla", max_age="10000")
    suite.now += dt.timedelta(seconds=2)
    second = await suite.tokens("reading", "nobody has to log in", max_age="10000")
    before, after = [(await suite.read(one["id_token"])).claims for one in (first, second)]
    assert before["auth_time"] == after["auth_time"]


# --- codes and refresh tokens ------------------------------------------------------------------------------------


async def reused(suite: Any, after: dt.timedelta) -> None:
    back = await suite.log_in("reading", "alla")
    first = (await suite.redeem(back["code"])).json()
    suite.now += after
    again = await suite.redeem(back["code"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await suite.userinfo(first["access_token"])).status_code == 401


async def test_oidcc_codereuse(suite: Any) -> None:
    await reused(suite, dt.timedelta())


async def test_oidcc_codereuse_30seconds(suite: Any) -> None:
    await reused(suite, dt.timedelta(seconds=30))


async def test_oidcc_refresh_token(suite: Any) -> None:
    first = await suite.tokens("reading", "alla", scope="openid email offline_access")
    suite.now += dt.timedelta(seconds=10)
    second = (await suite.refresh(first["refresh_token"])).json()
    before, after = [(await suite.read(one["id_token"])).claims for one in (first, second)]
    same = ("iss", "sub", "aud", "auth_time")
    assert [before[name] for name in same] == [after[name] for name in same]
    assert after["iat"] == before["iat"] + 10
    assert first["access_token"] != second["access_token"]
    assert (await suite.userinfo(second["access_token"])).json()["email"] == EMAIL["email"]


# --- places and request objects ----------------------------------------------------------------------------------


async def test_oidcc_ensure_registered_redirect_uri(suite: Any) -> None:
    answer = await suite.ask(redirect_uri=f"{CALLBACK}/not-registered")
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "inte har anmält" in unescape(answer.text)


def request_object(**claims: str) -> str:
    """Unsigned (``alg`` none)."""
    parts = (
        {"alg": "none"},
        {"iss": "reading", "aud": ISSUER, "response_type": "code", "client_id": "reading", **claims},
    )
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    return f"{'.'.join(encoded)}."


async def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(suite: Any) -> None:
    back = suite.returned(await suite.ask(request=request_object(state="another", scope="openid")))
    assert (back["error"], back["state"]) == ("request_not_supported", "st&te")
    told = (await suite.browser.get("/.well-known/openid-configuration")).json()
    assert told["request_parameter_supported"] is False


async def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(suite: Any) -> None:
    back = suite.returned(await suite.ask(request_uri="https://lasning.test/request.jwt"))
    assert back["error"] == "request_uri_not_supported"
    assert suite.fetched == []
    told = (await suite.browser.get("/.well-known/openid-configuration")).json()
    assert told["request_uri_parameter_supported"] is False, "left out it would mean true (Discovery 3)"


async def test_oidcc_ensure_request_object_with_redirect_uri(suite: Any) -> None:
    """A place that stands in a request object is not gone to."""
    elsewhere = "https://evil.test/callback"
    back = suite.returned(await suite.ask(request=request_object(redirect_uri=elsewhere)))
    assert back["error"] == "request_not_supported"
    answer = await suite.ask(request=request_object(redirect_uri=elsewhere), redirect_uri=None)
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_oidcc_formpost(suite: Any) -> None:
    """The plan Form Post repeats Basic with ``response_mode=form_post``; what differs is how the answer comes."""
    page = await suite.choose(await suite.ask(response_mode="form_post"), "alla")
    assert page.status_code == 200
    assert f'action="{CALLBACK}"' in page.text
    assert all(f'name="{name}"' in page.text for name in ("code", "state", "iss"))
    refused = await suite.ask(response_mode="form_post", prompt="none", max_age="0")
    assert 'value="login_required"' in refused.text


# --- discovery ---------------------------------------------------------------------------------------------------

ENDPOINTS = ("authorization", "token", "userinfo", "registration", "introspection", "revocation", "end_session")


async def test_oidcc_discovery_endpoint_verification(suite: Any) -> None:
    answer = await suite.browser.get("/.well-known/openid-configuration")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    told = answer.json()
    assert told["issuer"] == ISSUER
    for address in (*(told[f"{name}_endpoint"] for name in ENDPOINTS), told["jwks_uri"]):
        assert address.startswith(f"{ISSUER}/")
        assert "#" not in address
    assert told["response_types_supported"] == ["code"]
    assert {"authorization_code", "refresh_token"} == set(told["grant_types_supported"])
    assert {"pairwise", "public"} == set(told["subject_types_supported"])
    assert {"RS256", "ES256"} == set(told["id_token_signing_alg_values_supported"])
    assert "openid" in told["scopes_supported"]
    assert {"sub", "name", "email"} <= set(told["claims_supported"])
    assert told["claims_parameter_supported"] is True
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True


async def test_oidcc_discovery_endpoint_verification_of_the_keys(suite: Any) -> None:
    keys = (await suite.browser.get("/oidc/jwks")).json()["keys"]
    assert {(key["kty"], key["alg"], key["use"]) for key in keys} == {("RSA", "RS256", "sig"), ("EC", "ES256", "sig")}
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & set(key)
