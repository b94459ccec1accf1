"""Forged messages from the order to the account of what was made."""

import base64
from typing import Any

import httpx
import pytest
from lxml import etree

from idp.keys import SchoolKeys
from testbed.model.forgery import MADE, Made

pytestmark = pytest.mark.anyio
VENDOR = "https://lasning.test/saml/metadata"
NS = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
EVIL = {"op": "impersonate", "xpath": "//saml:Assertion"}


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def workers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def order(party: str = VENDOR, other: str = "elev-2", **forgery: Any) -> dict[str, object]:
    return {"order": "forge", "party": party, "other": other, "forgery": {"message": "response"} | forgery}


async def made(lab: Any) -> tuple[Made, ...]:
    return MADE.validate_json((await lab.control.get("/made")).content)


def sent(page: httpx.Response) -> bytes:
    field = etree.HTML(page.text).find(".//input[@name='SAMLResponse']")
    return base64.b64decode(field.get("value"))


async def test_a_forgery_is_made_once_and_told_once(lab: Any) -> None:
    assert (await lab.control.post("/orders", json=order(after=[EVIL]))).status_code == 200
    document = sent(await lab.log_in())
    (one,) = await made(lab)
    assert (one.party, one.message, one.document.encode(), one.fetched) == (VENDOR, "response", document, False)
    root = etree.fromstring(document)
    assert root.findtext(".//saml:NameID", namespaces=NS) == one.other["name-id"][0] != one.said["name-id"][0]
    assert one.said["eduPersonPrincipalName"] == ("nurul-tanud@skola.test",)
    assert one.other["eduPersonPrincipalName"] == ("b@skola.test",)
    assert await made(lab) == ()
    honest = await lab.to_login(lab.vendor.query(lab.vendor.request()))
    assert one.other["name-id"][0].encode() not in sent(honest)
    assert await made(lab) == ()


async def test_the_positive_twin_is_accounted_for_too(lab: Any, keys: SchoolKeys) -> None:
    await lab.control.post("/orders", json=order())
    document = sent(await lab.log_in())
    (one,) = await made(lab)
    assert one.document.encode() == document
    assert keys.current.certificate_base64.encode() in document


async def test_spoiling_leaves_no_account(lab: Any) -> None:
    operation = {"op": "remove", "xpath": "//saml:AudienceRestriction"}
    await lab.control.post("/orders", json={"order": "spoil", "entity_id": VENDOR, "operations": [operation]})
    assert b"AudienceRestriction" not in sent(await lab.log_in())
    assert await made(lab) == ()


async def test_a_refusal_can_be_forged_and_speaks_of_nobody(lab: Any) -> None:
    value = "urn:oasis:names:tc:SAML:2.0:status:Success"
    change = {"op": "set-attribute", "xpath": "//samlp:Status/samlp:StatusCode", "name": "Value", "value": value}
    await lab.control.post("/orders", json=order(before=[change]))
    document = sent(await lab.to_login(lab.vendor.query(lab.vendor.request('IsPassive="true"'))))
    (one,) = await made(lab)
    assert one.document.encode() == document
    assert (one.said, one.other) == ({}, {})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (order(other="nobody"), "knows no person"),
        (order(party="https://stranger.test"), "knows no vendor"),
        (order(key="second"), "lends its key"),
        (order(before=[{"op": "remove", "xpath": "//saml:Audience["}]), "cannot be read"),
        (order(after=[{"op": "fill", "xpath": "//saml:NameID", "xml": "<!--"}]), "not well-formed"),
        (order(message="parchment"), "forgery"),
        (order(document=[{"op": "replace", "text": "a", "by": "x" * 5000, "over": 5000}]), "more than"),
    ],
)
async def test_what_cannot_be_made_is_refused_in_a_sentence(lab: Any, body: Any, words: str) -> None:
    answer = await lab.control.post("/orders", json=body)
    assert answer.status_code == 400
    assert words in answer.text


@pytest.mark.parametrize("other", ["larare-1"])
async def test_the_other_person_must_be_one_who_may_log_in_there(lab: Any, other: str) -> None:
    await lab.control.post("/orders", json=order(other=other))
    page = await lab.log_in()
    assert (page.status_code, "other person" in page.text) == (400, True)


async def test_forged_metadata_goes_to_whoever_fetches_next(lab: Any) -> None:
    until = {"op": "set-attribute", "xpath": "/md:EntityDescriptor", "name": "validUntil", "value": "{now-600}"}
    await lab.control.post("/orders", json=order(message="metadata", after=[until]))
    first, second = await lab.browser.get("/saml/metadata"), await lab.browser.get("/saml/metadata")
    assert etree.fromstring(first.content).get("validUntil") == "2026-11-23T11:50:00Z"
    assert etree.fromstring(second.content).get("validUntil") == "2026-12-21T12:00:00Z"
    (one,) = await made(lab)
    assert (one.party, one.message, one.fetched) == (VENDOR, "metadata", True)
    assert one.document.encode() == first.content


async def test_the_account_is_for_the_lab_alone(lab: Any) -> None:
    assert (await lab.control.get("/made", headers={"Authorization": "Bearer x"})).status_code == 401
    assert (await lab.browser.get("/made")).status_code == 404
