"""Tokens for machines: given to whoever shows the right certificate, and to nobody else."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet
from token_lab import API, AUTH, FEDERATION, LONER, NAMELESS, OTHER_API, VENDOR, access, asking

from idp import body as reading
from idp.keys import SigningKey
from idp.oidc.jose import signer_of
from idp.token_service.app import TokenService
from idp.token_service.asking import Transaction
from idp.token_service.callers import TokenClient, certificate_digest

pytestmark = pytest.mark.anyio


async def keys(lab: Any) -> KeySet:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(lab.service.app)) as http:
        return KeySet.import_key_set((await http.get(f"{AUTH}/.well-known/jwks.json")).json())


def denied(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()["error"]["code"]


async def test_another_library_verifies_the_token_of_a_member(lab: Any) -> None:
    answer = await lab.ask(asking())
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    given_ = answer.json()["access_token"]
    token = jwt.decode(given_.pop("value"), await keys(lab), algorithms=["ES256"])
    assert given_ == {"access": [access()], "expires_in": 36000, "flags": ["bearer"]}
    assert token.header == {"alg": "ES256", "typ": "JWT", "kid": lab.first.kid}
    now = int(lab.now.timestamp())
    assert token.claims == {
        "aud": "nutid",
        "auth_source": "tlsfed",
        "entity_id": VENDOR,
        "exp": now + 36000,
        "iat": now,
        "nbf": now,
        "iss": AUTH,
        "organization_id": "SE5560000001",
        "requested_access": [access()],
        "source": FEDERATION,
        "version": 1,
    }


async def test_a_caller_in_no_federation_is_known_by_its_certificate(lab: Any) -> None:
    key = {"proof": "mtls", "cert#S256": certificate_digest(lab.peer(LONER))}
    answer = await lab.ask(asking(key), LONER)
    token = jwt.decode(answer.json()["access_token"]["value"], await keys(lab), algorithms=["ES256"])
    wanted = {"auth_source": "config", "entity_id": LONER, "organization_id": "SE5560000002", "source": AUTH}
    assert {name: token.claims[name] for name in wanted} == wanted


@pytest.mark.parametrize("shows", [None, "stranger", LONER, NAMELESS])
async def test_whoever_does_not_show_the_entity_s_key_gets_none(lab: Any, shows: str | None) -> None:
    assert denied(await lab.ask(asking(), shows)) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("named", "shows"),
    [(LONER, None), (LONER, "stranger"), ("stranger", "stranger"), (VENDOR, VENDOR), (LONER, VENDOR)],
)
async def test_whoever_does_not_show_the_certificate_that_it_names_gets_none(
    lab: Any, named: str, shows: str | None
) -> None:
    key = {"proof": "mtls", "cert#S256": certificate_digest(lab.peer(named))}
    assert denied(await lab.ask(asking(key), shows)) == (401, "invalid_client")


async def test_a_pin_is_not_taken_for_the_digest_of_a_certificate(lab: Any) -> None:
    key = {"proof": "mtls", "cert#S256": lab.peer(LONER).digest}
    assert denied(await lab.ask(asking(key), LONER)) == (401, "invalid_client")


async def test_a_certificate_that_is_over_gets_none(lab: Any) -> None:
    key = {"proof": "mtls", "cert#S256": certificate_digest(lab.peer(LONER))}
    lab.now = lab.peer(LONER).certificate.not_valid_after_utc
    assert denied(await lab.ask(asking(key), LONER)) == (401, "invalid_client")


async def test_an_entity_whose_organisation_nobody_knows_gets_none(lab: Any) -> None:
    assert denied(await lab.ask(asking(NAMELESS), NAMELESS)) == (401, "invalid_client")


async def test_keys_are_changed_and_revoked(lab: Any) -> None:
    assert denied(await lab.ask(asking(), "stranger")) == (401, "invalid_client")
    lab.registry.announce_pin(VENDOR, lab.peer("stranger").digest)
    lab.now += timedelta(seconds=60)
    assert [(await lab.ask(asking(), shows)).status_code for shows in (VENDOR, "stranger")] == [200, 200]
    lab.registry.revoke_pin(VENDOR, lab.peer(VENDOR).digest)
    lab.now += timedelta(seconds=60)
    assert [(await lab.ask(asking(), shows)).status_code for shows in (VENDOR, "stranger")] == [401, 200]
    lab.registry.revoke_pin(VENDOR, lab.peer("stranger").digest)
    lab.now += timedelta(seconds=60)
    assert denied(await lab.ask(asking(), "stranger")) == (401, "invalid_client")


async def test_without_the_federation_s_metadata_members_get_none_and_others_do(lab: Any) -> None:
    lab.federation_answers = httpx.Response(500)
    assert denied(await lab.ask(asking())) == (503, "request_denied")
    key = {"proof": "mtls", "cert#S256": certificate_digest(lab.peer(LONER))}
    assert (await lab.ask(asking(key), LONER)).status_code == 200


@pytest.mark.parametrize(
    "accesses",
    [
        [access(OTHER_API)],
        [access(API, OTHER_API)],
        [access(), access(OTHER_API)],
        [access(kind="provisioning-api")],
        [access(f"{API}/")],
        [access(API.upper().replace("HTTPS", "https"))],
    ],
)
async def test_nobody_gets_more_than_the_service_has_been_told(lab: Any, accesses: list[dict[str, Any]]) -> None:
    assert denied(await lab.ask(asking(VENDOR, *accesses))) == (403, "request_denied")


async def test_a_member_of_which_the_service_was_told_nothing_gets_nothing(lab: Any) -> None:
    lab.config = type(lab.config)(AUTH, "nutid", ())
    lab.roll(lab.first)
    assert denied(await lab.ask(asking())) == (403, "request_denied")


def changed(**changes: Any) -> dict[str, Any]:
    return asking() | changes


TOKEN = asking()["access_token"][0]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        changed(access_token=TOKEN),
        changed(access_token=[]),
        changed(access_token=[TOKEN, TOKEN]),
        changed(access_token=[TOKEN | {"flags": [], "label": "mine"}]),
        changed(access_token=[TOKEN | {"access": []}]),
        changed(access_token=[TOKEN | {"access": [access()] * 11}]),
        changed(access_token=[TOKEN | {"access": ["ss12000-api"]}]),
        changed(access_token=[TOKEN | {"access": [access() | {"locations": []}]}]),
        changed(access_token=[TOKEN | {"access": [access() | {"locations": API}]}]),
        changed(access_token=[TOKEN | {"access": [access("http://api.skola.test")]}]),
        changed(access_token=[TOKEN | {"access": [access() | {"actions": ["read"]}]}]),
        changed(client=VENDOR),
        changed(client={"key": 7}),
        changed(client={"key": "no uri"}),
        changed(client={"key": VENDOR, "more": 1}),
        changed(client={"key": {"proof": "httpsig", "cert#S256": "A" * 43 + "="}}),
        changed(client={"key": {"proof": "mtls", "cert#S256": "short"}}),
        changed(client={"key": {"proof": "mtls", "digest": "A" * 43 + "="}}),
        changed(subject={}),
    ],
)
async def test_a_body_that_is_no_transaction(lab: Any, body: Any) -> None:
    assert denied(await lab.ask(body)) == (400, "invalid_request")


@pytest.mark.parametrize(
    "token",
    [
        TOKEN | {"flags": []},
        TOKEN | {"flags": ["durable"]},
        TOKEN | {"flags": ["bearer", "bearer"]},
        TOKEN | {"flags": ["bearer", "durable"]},
        {"access": TOKEN["access"]},
    ],
)
async def test_a_token_that_is_not_a_bearer_token_alone_is_not_to_be_had(lab: Any, token: Any) -> None:
    """RFC 9635, 3.6: "The flag configuration is not valid."."""
    assert denied(await lab.ask(changed(access_token=[token]))) == (400, "invalid_flag")


async def test_whoever_has_not_proven_who_it_is_is_told_where_to(lab: Any) -> None:
    answer = await lab.ask(asking(), None)
    assert denied(answer) == (401, "invalid_client")
    assert answer.headers["www-authenticate"] == f'GNAP as_uri="{AUTH}/transaction"'
    assert "www-authenticate" not in (await lab.ask(asking(VENDOR, access(OTHER_API)))).headers


async def test_when_the_federation_cannot_be_asked_a_caller_is_told_when_to_come_back(lab: Any) -> None:
    lab.federation_answers = httpx.Response(500)
    answer = await lab.ask(asking())
    assert denied(answer) == (503, "request_denied")
    assert answer.headers["retry-after"] == "60"


async def test_bodies_of_another_kind_or_size(lab: Any) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert denied(await lab.ask(b"a=b", headers=form)) == (415, "invalid_request")
    assert denied(await lab.ask(b"{}")) == (415, "invalid_request")
    json_ = {"Content-Type": "application/json; charset=utf-8"}
    assert denied(await lab.ask(b" " * 40_000, headers=json_)) == (413, "invalid_request")
    for body in (b"", b"\xff", b"[" * 20_000, b'{"a":1'):
        assert denied(await lab.ask(body, headers=json_)) == (400, "invalid_request")
    sent = json.dumps(asking()).encode()
    assert (await lab.ask(sent, headers=json_)).status_code == 200


async def test_a_body_that_never_ends_is_given_up(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BODY_TIMEOUT_S", 0.05)

    async def dripping() -> AsyncIterator[bytes]:
        yield b'{"access_token":'
        await asyncio.Event().wait()

    headers = {"Content-Type": "application/json"}
    assert denied(await lab.ask(None, content=dripping(), headers=headers)) == (408, "invalid_request")


@given(body=st.binary(max_size=300))
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_comes_is_denied_in_the_protocol_s_form(lab: Any, body: bytes) -> None:
    answer = await lab.ask(body, headers={"Content-Type": "application/json"})
    assert denied(answer) == (400, "invalid_request")


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=10) | st.sampled_from([API, VENDOR, "bearer", "ss12000-api"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["access_token", "access", "flags", "client", "key", "locations"]), inner)
        ),
    )
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_stands_in_a_body_no_server_error_comes_of_it(lab: Any, made: Any) -> None:
    answer = await lab.ask(json.dumps(made).encode(), headers={"Content-Type": "application/json"})
    assert denied(answer) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["/transaction/", "/", "/.well-known/jwks.json/"])
async def test_nothing_is_anywhere_else(lab: Any, path: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(lab.service.app)) as http:
        assert (await http.get(f"{AUTH}{path}")).status_code == 404
        assert (await http.get(f"{AUTH}/transaction")).status_code == 405
        answer = await http.get(f"{AUTH}/.well-known/jwks.json")
    (key,) = answer.json()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert answer.headers["cache-control"] == "max-age=600"


def test_a_service_needs_keys_for_its_algorithm_and_clients_that_can_be_told_apart(lab: Any, tmp_path: Any) -> None:
    rsa = signer_of(SigningKey.load_or_make(tmp_path / "k.pem", "x", lab.now, "rsa"))
    for signers in ((), (rsa,), (lab.first, rsa)):
        with pytest.raises(ValueError, match="ES256"):
            TokenService(lab.config, signers, lab.source, lambda: lab.now)
    twice = (TokenClient(VENDOR, ()), TokenClient(VENDOR, ()))
    with pytest.raises(ValueError, match="one name"):
        TokenService(type(lab.config)(AUTH, "nutid", twice), (lab.first,), lab.source, lambda: lab.now)


def test_a_transaction_is_read_as_it_is_written_on_the_wire() -> None:
    read = Transaction.model_validate_json(json.dumps(asking({"proof": "mtls", "cert#S256": "A" * 43 + "="})))
    assert not isinstance(read.client.key, str)
    assert read.client.key.digest == "A" * 43 + "="
