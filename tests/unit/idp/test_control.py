"""The control API: guarded, strict, and a spoiled message exactly once."""

import base64
import re
from typing import Any

import pytest
from lxml import etree

from testbed.model.release import RELEASE_RECORDS

pytestmark = pytest.mark.anyio
VENDOR = "https://lasning.test/saml/metadata"
AUDIENCE = {"op": "set-text", "xpath": "//saml:Audience", "value": "https://other.test"}


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def workers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def audience(page: Any) -> str:
    response = etree.fromstring(base64.b64decode(re.search(r'name="SAMLResponse" value="([^"]+)"', page.text)[1]))
    return next(response.iter("{*}Audience")).text


def order(*operations: object, entity_id: str = VENDOR) -> dict[str, object]:
    return {"order": "spoil", "entity_id": entity_id, "operations": list(operations)}


async def test_the_next_message_is_spoiled_exactly_once(lab: Any) -> None:
    assert (await lab.control.post("/orders", json=order(AUDIENCE))).status_code == 200
    assert audience(await lab.log_in()) == "https://other.test"
    assert audience(await lab.log_in(request=lab.vendor.request('ForceAuthn="true"'))) == VENDOR


async def test_orders_are_carried_out_in_their_order(lab: Any) -> None:
    for value in ("first", "second"):
        await lab.control.post("/orders", json=order(AUDIENCE | {"value": value}))
    forced = [lab.vendor.request('ForceAuthn="true"') for _ in range(3)]
    assert [audience(await lab.log_in(request=one)) for one in forced] == ["first", "second", VENDOR]


async def test_an_order_that_does_not_fit_the_message_is_told_to_who_logs_in(lab: Any) -> None:
    await lab.control.post("/orders", json=order({"op": "remove", "xpath": "//saml:Advice"}))
    page = await lab.log_in()
    assert page.status_code == 400
    assert "matches nothing" in page.text
    assert "SAMLResponse" not in page.text


async def test_an_assertion_without_id_cannot_be_signed_and_a_response_without_assertion_goes_out(lab: Any) -> None:
    await lab.control.post(
        "/orders", json=order({"op": "set-attribute", "xpath": "//saml:Assertion", "name": "ID", "value": ""})
    )
    assert "cannot be signed" in (await lab.log_in()).text
    await lab.control.post("/orders", json=order({"op": "remove", "xpath": "//saml:Assertion"}))
    page = await lab.log_in()
    assert page.status_code == 200
    assert b":Assertion" not in base64.b64decode(re.search(r'name="SAMLResponse" value="([^"]+)"', page.text)[1])


async def test_an_error_response_can_be_spoiled_too(lab: Any) -> None:
    await lab.control.post(
        "/orders",
        json=order({"op": "set-attribute", "xpath": "/samlp:Response", "name": "InResponseTo", "value": "_x"}),
    )
    page = await lab.to_login(lab.vendor.query(lab.vendor.request('IsPassive="true"')))
    assert b'InResponseTo="_x"' in base64.b64decode(re.search(r'name="SAMLResponse" value="([^"]+)"', page.text)[1])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (order(), "operations: "),
        (order(AUDIENCE, entity_id="https://stranger.test"), "knows no vendor"),
        (order({"op": "explode", "xpath": "/"}), "operations.0"),
        (order(AUDIENCE | {"more": 1}), "operations.0"),
        (order(AUDIENCE | {"xpath": "//saml:Audience["}), "cannot be read"),
        (order(AUDIENCE | {"value": "\u0001"}), "XML"),
        (order(*[AUDIENCE] * 51), "at most"),
        ({"order": "spoil", "entity_id": VENDOR}, "operations"),
        ({"entity_id": VENDOR}, "order"),
        ([], "the body"),
    ],
)
async def test_bad_orders_are_answered_in_a_sentence(lab: Any, body: Any, words: str) -> None:
    answer = await lab.control.post("/orders", json=body)
    assert answer.status_code == 400
    assert words in answer.text


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 200_000, b'{"a":' * 5000])
async def test_bad_json_is_answered_in_a_sentence(lab: Any, body: Any) -> None:
    assert (await lab.control.post("/orders", content=body)).status_code == 400


async def test_a_huge_body_is_refused(lab: Any) -> None:
    assert (await lab.control.post("/orders", content=b" " * 300_000)).status_code == 413


async def test_too_many_orders_are_refused(lab: Any) -> None:
    for _ in range(100):
        assert (await lab.control.post("/orders", json=order(AUDIENCE))).status_code == 200
    assert "wait" in (await lab.control.post("/orders", json=order(AUDIENCE))).text


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", "Basic control-token", "Bearer å"])
async def test_without_the_token_there_is_no_answer(lab: Any, authorization: str) -> None:
    headers = {"Authorization": authorization.encode()}
    assert (await lab.control.get("/health", headers=headers)).status_code == 401
    assert (await lab.control.post("/orders", json=order(AUDIENCE), headers=headers)).status_code == 401


async def test_health(lab: Any) -> None:
    assert (await lab.control.get("/health")).json() == {"ok": True}


async def test_the_public_side_has_no_control(lab: Any) -> None:
    assert (await lab.browser.post("/orders", json=order(AUDIENCE))).status_code == 404


async def test_the_account_of_a_login_is_given_once_and_to_the_lab_alone(lab: Any) -> None:
    assert (await lab.control.get("/releases")).json() == []
    await lab.log_in("elev-1")
    await lab.log_in("larare-1", lab.vendor.request('ForceAuthn="true"'))
    answer = await lab.control.get("/releases")
    assert answer.headers["content-type"] == "application/json"
    first, second = RELEASE_RECORDS.validate_json(answer.content)
    assert (first.person, first.refused) == ("elev-1", "")
    assert (second.person, second.refused, second.released) == ("larare-1", "no-subject", frozenset())
    assert (await lab.control.get("/releases")).json() == []
    assert (await lab.control.get("/releases", headers={"Authorization": "Bearer x"})).status_code == 401
    assert (await lab.browser.get("/releases")).status_code == 404
