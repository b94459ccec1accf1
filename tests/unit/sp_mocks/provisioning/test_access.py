"""Who is let in: by a good token for this very receiver, shown with a key of whom it was made for."""

import base64
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from tests.support.provisioning import API, GRANNE, SKOLA, STRANGER, Platform, person, uuid

pytestmark = pytest.mark.anyio
HOUR = 3600


def refused(answer: httpx.Response) -> bool:
    return answer.status_code == 403 and [entry["id"] for entry in answer.json()] == ["5002"]


async def test_a_good_token_with_the_key_of_its_entity_is_let_in(platform: Platform) -> None:
    assert (await platform.call("GET", "/persons")).status_code == 200


async def test_a_token_that_the_token_service_gave_is_let_in(platform: Platform) -> None:
    access = {"type": "provisioning-api", "locations": [API]}
    asked = {"access_token": [{"access": [access], "flags": ["bearer"]}], "client": {"key": SKOLA}}
    async with platform.http(SKOLA) as http:
        given = await http.post("https://auth.federation.test/transaction", json=asked)
    token = given.json()["access_token"]["value"]
    assert (await platform.call("GET", "/persons", token=token)).status_code == 200


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({}, {"exp": -1}),
        ({}, {"exp": None}),
        ({}, {"nbf": HOUR}),
        ({}, {"iat": HOUR}),
        ({}, {"iat": None}),
        ({}, {"iss": "https://auth.evil.test"}),
        ({}, {"aud": "somebody-else"}),
        ({}, {"aud": None}),
        ({}, {"entity_id": STRANGER}),
        ({}, {"entity_id": GRANNE}),
        ({}, {"entity_id": None}),
        ({}, {"organization_id": "SE2120000002"}),
        ({}, {"organization_id": None}),
        ({}, {"requested_access": [{"type": "provisioning-api", "locations": [f"{API}/"]}]}),
        ({}, {"requested_access": [{"type": "provisioning-api", "locations": ["https://annan.test/v1"]}]}),
        ({}, {"requested_access": [{"type": "ss12000-api", "locations": [API]}]}),
        (
            {},
            {
                "requested_access": [
                    {"type": "provisioning-api", "locations": ["https://annan.test/v1"]},
                    {"type": "ss12000-api", "locations": [API]},
                ]
            },
        ),
        ({}, {"requested_access": API}),
        ({}, {"requested_access": None}),
        ({"kid": "nobodys"}, {}),
        ({"crit": ["exp"], "exp": 1}, {}),
    ],
    ids=str,
)
async def test_a_token_that_breaks_a_rule_is_refused(
    platform: Platform, header: dict[str, Any], claims: dict[str, Any]
) -> None:
    second = int(platform.now.timestamp())
    times = {name: second + value for name, value in claims.items() if name in ("exp", "nbf", "iat") and value}
    token = _forged(platform, header) if "crit" in header else platform.token(SKOLA, header, **(claims | times))
    assert refused(await platform.call("GET", "/persons", token=token))


def _forged(platform: Platform, header: dict[str, Any]) -> str:
    first, payload, signature = platform.token(SKOLA).split(".")
    stated = json.loads(base64.urlsafe_b64decode(first + "==")) | header
    return ".".join((base64.urlsafe_b64encode(json.dumps(stated).encode()).decode().rstrip("="), payload, signature))


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer a.b.c", "Basic YTpi", "Bearer " + "x" * 40_000])
async def test_no_token_and_noise_are_refused(platform: Platform, authorization: str) -> None:
    assert refused(await platform.call("GET", "/persons", headers={"Authorization": authorization}))


async def test_a_token_signed_by_nobody_or_by_another_key_is_refused(platform: Platform) -> None:
    _, payload, _ = platform.token(SKOLA).split(".")
    plain = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": platform.signer.public["kid"]}).encode())
    for token in (f"{plain.decode().rstrip('=')}.{payload}.", f"{plain.decode().rstrip('=')}.{payload}.x"):
        assert refused(await platform.call("GET", "/persons", token=token))
    other = ECKey.generate_key("P-256")
    assert refused(await platform.call("GET", "/persons", token=platform.token(SKOLA, key=other)))


@pytest.mark.parametrize("shows", [None, GRANNE, STRANGER, "unknown"])
async def test_a_token_without_a_key_of_its_entity_opens_nothing(platform: Platform, shows: str | None) -> None:
    assert refused(await platform.call("GET", "/persons", shows=shows))
    assert refused(await platform.call("POST", "/persons/bulk", {"data": [person(1)]}, shows=shows))
    assert (await platform.call("GET", f"/persons/{uuid(1)}")).status_code == 404


async def test_one_who_has_no_agreement_is_refused(platform: Platform) -> None:
    assert refused(await platform.call("GET", "/persons", school=STRANGER))


async def test_a_key_that_the_federation_withdraws_opens_nothing_from_then_on(platform: Platform) -> None:
    assert (await platform.call("GET", "/persons")).status_code == 200
    platform.registry.revoke_pin(SKOLA, platform.pin(SKOLA))
    platform.now += timedelta(seconds=61)
    assert refused(await platform.call("GET", "/persons"))


async def test_what_cannot_be_told_is_no_fault_of_the_caller(platform: Platform) -> None:
    jwks = platform.apps.pop("auth.federation.test")

    async def gone(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    platform.apps["auth.federation.test"] = gone
    answer = await platform.call("GET", "/persons")
    assert (answer.status_code, answer.json()[0]["id"]) == (503, "5022")
    platform.apps["auth.federation.test"] = jwks
    assert (await platform.call("GET", "/persons", later_s=11)).status_code == 200


async def test_unknown_kids_do_not_make_it_ask_for_keys_over_and_over(platform: Platform) -> None:
    asked = 0
    jwks = platform.apps["auth.federation.test"]

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        nonlocal asked
        asked += 1
        await jwks(scope, receive, send)

    platform.apps["auth.federation.test"] = counting
    for number in range(9):
        assert refused(await platform.call("GET", "/persons", token=platform.token(SKOLA, {"kid": f"k{number}"})))
    assert asked == 1
