"""Which tokens open an API, and each way in which one does not."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.token_service.refused import TokenRefused

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())
API, OTHER_API = "https://api.skola.test/v2.0", "https://api.granne.test/v2.0"
VENDOR = "https://lasning.test"


def access(*locations: str, kind: str = "ss12000-api") -> dict[str, Any]:
    return {"type": kind, "locations": list(locations or (API,))}


REFUSALS = {"issuer-other", "audience-other", "claims-not-valid", "access-not-granted", "expired", "not-valid-yet"}


async def tried(lab: Any, token: str, now: datetime = NOW) -> str:
    """For whom it opens the API, or why it does not."""
    try:
        return str((await lab.bearer.check(f"Bearer {token}", now)).entity_id)
    except TokenRefused as refused:
        return refused.code


async def refusal(lab: Any, token: str, scheme: str = "Bearer ", now: datetime = NOW) -> str:
    with pytest.raises(TokenRefused) as caught:
        await lab.bearer.check(f"{scheme}{token}", now)
    return caught.value.code


async def test_what_the_service_gave_opens_the_api(lab: Any) -> None:
    granted = await lab.bearer.check(f"Bearer {await lab.token()}", NOW)
    assert (granted.entity_id, granted.organization_id) == (VENDOR, "SE5560000001")
    assert granted.expires == NOW + timedelta(hours=10)


async def test_what_another_library_signs_opens_it_too(lab: Any) -> None:
    for claims in ({}, {"aud": ["other", "nutid"]}, {"more": 1}, {"iat": SECOND + 60, "nbf": SECOND + 60}):
        assert (await lab.bearer.check(f"bearer {lab.signed(**claims)}", NOW)).entity_id == VENDOR


async def test_a_token_for_more_than_this_opens_it(lab: Any) -> None:
    several = [access(OTHER_API, kind="provisioning-api"), {"type": "scim-api", "scope": "x"}, access(OTHER_API, API)]
    assert (await lab.bearer.check(f"Bearer {lab.signed(requested_access=several)}", NOW)).entity_id == VENDOR


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iss": None}, "issuer-other"),
        ({"iss": "https://auth.evil.test"}, "issuer-other"),
        ({"aud": None}, "audience-other"),
        ({"aud": "other"}, "audience-other"),
        ({"aud": ["other"]}, "audience-other"),
        ({"aud": {"nutid": 1}}, "audience-other"),
        ({"exp": SECOND}, "expired"),
        ({"exp": None}, "claims-not-valid"),
        ({"exp": True}, "claims-not-valid"),
        ({"exp": 2**50}, "claims-not-valid"),
        ({"exp": 253_402_300_800}, "claims-not-valid"),
        ({"exp": str(SECOND + 60)}, "claims-not-valid"),
        ({"nbf": None}, "claims-not-valid"),
        ({"nbf": SECOND + 61}, "not-valid-yet"),
        ({"iat": SECOND + 61}, "not-valid-yet"),
        ({"entity_id": None}, "claims-not-valid"),
        ({"entity_id": ""}, "claims-not-valid"),
        ({"entity_id": "x" * 2000}, "claims-not-valid"),
        ({"organization_id": None}, "claims-not-valid"),
        ({"organization_id": 7}, "claims-not-valid"),
        ({"requested_access": None}, "claims-not-valid"),
        ({"requested_access": access()}, "claims-not-valid"),
        ({"requested_access": []}, "access-not-granted"),
        ({"requested_access": ["ss12000-api", 7, None]}, "access-not-granted"),
        ({"requested_access": [{"type": "ss12000-api", "locations": API}]}, "access-not-granted"),
        ({"requested_access": [access(OTHER_API)]}, "access-not-granted"),
        ({"requested_access": [access(f"{API}/")]}, "access-not-granted"),
        ({"requested_access": [access(kind="provisioning-api"), access(OTHER_API)]}, "access-not-granted"),
    ],
)
async def test_claims_that_open_nothing_here(lab: Any, claims: dict[str, Any], code: str) -> None:
    assert await refusal(lab, lab.signed(**claims)) == code


async def test_a_token_is_worth_nothing_at_its_end(lab: Any) -> None:
    token = lab.signed(exp=SECOND + 10)
    assert (await lab.bearer.check(f"Bearer {token}", NOW + timedelta(seconds=9))).entity_id == VENDOR
    assert await refusal(lab, token, now=NOW + timedelta(seconds=10)) == "expired"


@pytest.mark.parametrize("scheme", ["", "Basic ", "Bearer", "Bearerx "])
async def test_another_scheme_is_no_token(lab: Any, scheme: str) -> None:
    assert await refusal(lab, lab.signed(), scheme) == "no-token"


async def test_no_header_and_no_token(lab: Any) -> None:
    for token in ("", " ", "   "):
        assert await refusal(lab, token) == "no-token"
        assert await refusal(lab, token, "") == "no-token"


async def test_signatures_that_are_none(lab: Any) -> None:
    token = lab.signed()
    head, body, seal = token.split(".")
    forged = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": lab.first.kid}).encode()).rstrip(b"=").decode()
    hashed = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "k"}).encode()).rstrip(b"=").decode()
    rsa = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": "k"}).encode()).rstrip(b"=").decode()
    other = lab.signed(entity_id="https://evil.test").split(".")[1]
    assert await refusal(lab, f"{forged}.{body}.") == "not-readable"
    assert await refusal(lab, f"{hashed}.{body}.{seal}") == "not-readable"
    assert await refusal(lab, f"{rsa}.{body}.{seal}") == "algorithm-not-allowed"
    assert await refusal(lab, f"{head}.{other}.{seal}") == "signature-not-good"
    assert await refusal(lab, f"{head}.{body}.") == "signature-not-good"
    assert await refusal(lab, lab.signed({"kid": lab.first.kid}, lab.second)) == "signature-not-good"
    assert await refusal(lab, lab.signed({"kid": ""})) == "key-not-known"
    assert await refusal(lab, lab.signed({"kid": "other"})) == "key-not-known"
    assert await refusal(lab, f"{head}.{'A' * 20_000}.{seal}") == "not-readable"


async def test_the_status_tells_a_bad_token_from_keys_that_are_not_there() -> None:
    codes = ("expired", "access-not-granted", "keys-not-had")
    assert [TokenRefused(code).status for code in codes] == [401, 401, 503]


async def test_the_service_s_keys_roll(lab: Any) -> None:
    old = await lab.token()
    await lab.bearer.check(f"Bearer {old}", NOW)
    lab.roll(lab.first, lab.second)
    lab.roll(lab.second, lab.first)
    new = await lab.token()
    assert await refusal(lab, new) == "key-not-known", "asked a moment ago"
    later = NOW + timedelta(seconds=10)
    for token in (new, old):
        assert (await lab.bearer.check(f"Bearer {token}", later)).entity_id == VENDOR
    assert lab.asked_for_keys == 2
    lab.roll(lab.second)
    assert (await lab.bearer.check(f"Bearer {old}", later)).entity_id == VENDOR
    assert await refusal(lab, old, now=later + timedelta(minutes=10)) == "key-not-known"
    assert lab.asked_for_keys == 3


async def test_however_many_tokens_name_unknown_keys_the_service_is_asked_once_in_a_while(lab: Any) -> None:
    for number in range(20):
        assert await refusal(lab, lab.signed({"kid": f"k{number}"})) == "key-not-known"
    assert lab.asked_for_keys == 1


async def test_a_good_token_does_not_wait_while_keys_are_looked_for(lab: Any) -> None:
    token = lab.signed()
    await lab.bearer.check(f"Bearer {token}", NOW)
    over, asked = asyncio.Event(), asyncio.Event()

    async def slow(_: httpx.Request) -> httpx.Response:
        asked.set()
        await over.wait()
        return httpx.Response(500)

    lab.bearer._keys._http = httpx.AsyncClient(transport=httpx.MockTransport(slow))
    later = NOW + timedelta(seconds=10)
    asking = asyncio.create_task(tried(lab, lab.signed({"kid": "other"}), later))
    await asked.wait()
    assert (await lab.bearer.check(f"Bearer {token}", later)).entity_id == VENDOR
    over.set()
    assert await asking == "key-not-known"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("no"),
        httpx.Response(500),
        httpx.Response(200, content=b"[]"),
        httpx.Response(200, content=b"[" * 60_000),
        httpx.Response(200, content=b" " * 70_000),
        httpx.Response(200, json={"keys": [{}] * 51}),
    ],
)
async def test_keys_that_cannot_be_had_are_looked_for_again_and_old_ones_serve_meanwhile(lab: Any, answer: Any) -> None:
    token = lab.signed(exp=SECOND + 10**6)
    lab.keys_answer = answer
    assert await refusal(lab, token) == "keys-not-had"
    assert await refusal(lab, token) == "keys-not-had"
    assert lab.asked_for_keys == 1
    lab.keys_answer = None
    at = NOW + timedelta(seconds=10)
    assert (await lab.bearer.check(f"Bearer {token}", at)).entity_id == VENDOR
    lab.keys_answer = answer
    assert (await lab.bearer.check(f"Bearer {token}", at + timedelta(hours=23))).entity_id == VENDOR
    assert await refusal(lab, token, now=at + timedelta(hours=24)) == "keys-not-had"


@given(st.text(max_size=200) | st.lists(st.binary(max_size=40), max_size=4).map(
    lambda parts: ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
))  # fmt: skip
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_comes_is_refused_by_name(lab: Any, token: str) -> None:
    assert await refusal(lab, token) in ("not-readable", "no-token", "key-not-known", "algorithm-not-allowed")


@given(
    st.dictionaries(
        st.sampled_from(["iss", "aud", "exp", "nbf", "iat", "entity_id", "organization_id", "requested_access"]),
        st.recursive(st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)),
        min_size=1,
    )
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_claimed_is_refused_by_name_or_opens_for_who_it_says(lab: Any, claims: Any) -> None:
    outcome = await tried(lab, lab.signed(**claims))
    assert outcome in REFUSALS or outcome == claims.get("entity_id", VENDOR)
