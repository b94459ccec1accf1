"""More than a password: who is asked for it, when, and what is stated then."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree

from testbed.model.assurance import (
    DNP_E_LEG,
    PASSWORD_PROTECTED,
    SKOLFEDERATION_BASIC,
    SKOLFEDERATION_TWO_FACTORS,
    UNCERTIFIED_LOA2,
)
from testbed.model.written import DataClause

pytestmark = pytest.mark.anyio
NS = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion", "samlp": "urn:oasis:names:tc:SAML:2.0:protocol"}
STAFF = DataClause(
    subjects=("pupil", "teacher"), required=("eduPersonPrincipalName",), optional=("eduPersonAssurance",)
)


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def workers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
async def lab(open_lab: Any, agreement: Any) -> AsyncIterator[Any]:
    async with open_lab(party={"agreement": agreement.model_copy(update={"data": (STAFF,)})}) as opened:
        yield opened


def asking(lab: Any, *classes: str, attributes: str = "", **more: str) -> str:
    references = "".join(f"<saml:AuthnContextClassRef>{name}</saml:AuthnContextClassRef>" for name in classes)
    wanted = f"<samlp:RequestedAuthnContext>{references}</samlp:RequestedAuthnContext>" if classes else ""
    return str(lab.vendor.query(lab.vendor.request(attributes, wanted, **more)))


def response(page: Any) -> Any:
    found = re.search(r'name="SAMLResponse" value="([^"]+)"', page.text)
    assert found, page.text
    return etree.fromstring(base64.b64decode(found[1]))


def codes(page: Any) -> list[str]:
    return [code.get("Value").rpartition(":")[2] for code in response(page).iter(f"{{{NS['samlp']}}}StatusCode")]


def context(page: Any) -> str:
    return str(response(page).findtext(".//saml:AuthnContextClassRef", namespaces=NS))


def assurance(page: Any) -> list[str]:
    path = ".//saml:Attribute[@FriendlyName='eduPersonAssurance']/saml:AttributeValue"
    return [value.text for value in response(page).iterfind(path, NS)]


async def confirm(lab: Any, page: Any) -> Any:
    assert 'id="testbed-step-up"' in page.text
    key = re.search(r'name="key" value="([^"]+)"', page.text)[1]
    return await lab.browser.post("/login/confirm", data={"key": key})


async def test_a_vendor_that_wants_more_gets_it_from_whoever_has_it(lab: Any) -> None:
    page = await lab.choose(await lab.to_login(asking(lab, *DNP_E_LEG)), "larare-2")
    assert "Två Faktorer" in page.text
    page = await confirm(lab, page)
    assert context(page) == UNCERTIFIED_LOA2
    assert assurance(page) == [SKOLFEDERATION_BASIC, SKOLFEDERATION_TWO_FACTORS]


async def test_a_pupil_is_refused_where_a_second_factor_is_demanded(lab: Any) -> None:
    page = await lab.choose(await lab.to_login(asking(lab, SKOLFEDERATION_TWO_FACTORS)), "elev-1")
    assert codes(page) == ["Responder", "NoAuthnContext"]


async def test_nobody_is_asked_for_more_than_is_wanted(lab: Any) -> None:
    page = await lab.choose(await lab.to_login(asking(lab)), "larare-2")
    assert context(page) == PASSWORD_PROTECTED
    assert assurance(page) == [SKOLFEDERATION_BASIC]


async def test_a_session_is_stepped_up_without_a_new_password_and_stays_strong(lab: Any) -> None:
    await lab.choose(await lab.to_login(asking(lab)), "larare-2")
    page = await lab.to_login(asking(lab, SKOLFEDERATION_TWO_FACTORS))
    page = await confirm(lab, page)
    assert context(page) == SKOLFEDERATION_TWO_FACTORS
    again = await lab.to_login(asking(lab, SKOLFEDERATION_TWO_FACTORS))
    assert context(again) == SKOLFEDERATION_TWO_FACTORS
    weaker = await lab.to_login(asking(lab, SKOLFEDERATION_BASIC))
    assert context(weaker) == SKOLFEDERATION_BASIC
    assert assurance(weaker) == [SKOLFEDERATION_BASIC, SKOLFEDERATION_TWO_FACTORS]


async def test_a_password_alone_makes_a_strong_session_weak_again(lab: Any) -> None:
    await confirm(lab, await lab.choose(await lab.to_login(asking(lab, SKOLFEDERATION_TWO_FACTORS)), "larare-2"))
    await lab.choose(await lab.to_login(asking(lab, attributes='ForceAuthn="true"')), "larare-2")
    page = await lab.to_login(asking(lab, SKOLFEDERATION_TWO_FACTORS))
    assert 'id="testbed-step-up"' in page.text


async def test_a_forced_login_wants_both_factors_anew(lab: Any) -> None:
    await confirm(lab, await lab.choose(await lab.to_login(asking(lab, SKOLFEDERATION_TWO_FACTORS)), "larare-2"))
    page = await lab.to_login(asking(lab, SKOLFEDERATION_TWO_FACTORS, attributes='ForceAuthn="true"'))
    assert 'id="testbed-login"' in page.text
    page = await lab.choose(page, "larare-2")
    assert context(await confirm(lab, page)) == SKOLFEDERATION_TWO_FACTORS


async def test_a_passive_request_asks_for_no_second_factor(lab: Any) -> None:
    await lab.choose(await lab.to_login(asking(lab)), "larare-2")
    page = await lab.to_login(asking(lab, SKOLFEDERATION_TWO_FACTORS, attributes='IsPassive="true"'))
    assert codes(page) == ["Responder", "NoPassive"]


async def test_a_second_factor_alone_logs_nobody_in(lab: Any) -> None:
    page = await lab.to_login(asking(lab, SKOLFEDERATION_TWO_FACTORS))
    key = re.search(r'name="key" value="([^"]+)"', page.text)[1]
    assert (await lab.browser.post("/login/confirm", data={"key": key})).status_code == 400
    assert (await lab.browser.post("/login/confirm", data={"key": "x"})).status_code == 400


async def test_a_login_that_is_answered_is_not_asked_for_a_second_factor(lab: Any) -> None:
    """Of two who answer one login at once, the one who comes second must not bring it back to life."""
    await lab.to_login(asking(lab))
    lab.now += timedelta(minutes=50)
    issued = lab.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    page = await lab.to_login(asking(lab, SKOLFEDERATION_TWO_FACTORS, issued=issued))
    # NOTE: from now on the vendor's metadata is fetched anew, and both wait for it.
    lab.now += timedelta(minutes=10)
    first, second = await asyncio.gather(lab.choose(page, "elev-1"), lab.choose(page, "larare-2"))
    assert codes(first) == ["Responder", "NoAuthnContext"]
    assert (second.status_code, "redan klar" in second.text) == (400, True)


async def test_the_second_factor_gives_no_more_time(lab: Any) -> None:
    page = await lab.to_login(asking(lab, SKOLFEDERATION_TWO_FACTORS))
    lab.now += timedelta(minutes=14)
    page = await lab.choose(page, "larare-2")
    lab.now += timedelta(minutes=2)
    assert (await confirm(lab, page)).status_code == 400


async def test_another_browser_cannot_confirm(lab: Any) -> None:
    page = await lab.choose(await lab.to_login(asking(lab, SKOLFEDERATION_TWO_FACTORS)), "larare-2")
    lab.browser.cookies.clear()
    stolen = await confirm(lab, page)
    assert stolen.status_code == 400
    assert "SAMLResponse" not in stolen.text


async def test_a_login_that_begins_at_the_school(lab: Any) -> None:
    answer = await lab.browser.get("/saml/unsolicited", params={"providerId": lab.vendor.entity_id, "target": "/a?b&c"})
    assert answer.status_code == 303
    page = await lab.choose(await lab.browser.get(answer.headers["location"]), "elev-1")
    assert 'name="RelayState" value="/a?b&amp;c"' in page.text
    message = response(page)
    assert "InResponseTo" not in message.attrib
    assert "InResponseTo" not in message.find(".//saml:SubjectConfirmationData", NS).attrib
    assert message.get("Destination") == "https://lasning.test/saml/acs"


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({}, 400),
        ({"providerId": "https://stranger.test"}, 400),
        ({"providerId": "https://lasning.test/saml/metadata", "target": "x" * 3000}, 400),
        ({"providerId": "x" * 40_000}, 414),
    ],
)
async def test_the_school_begins_no_login_to_a_stranger(lab: Any, parameters: Any, status: int) -> None:
    answer = await lab.browser.get("/saml/unsolicited", params=parameters)
    assert answer.status_code == status
    assert "location" not in answer.headers


async def test_a_request_works_once(lab: Any) -> None:
    query = asking(lab)
    assert (await lab.browser.get(f"/saml/sso?{query}")).status_code == 303
    again = await lab.browser.get(f"/saml/sso?{query}")
    assert again.status_code == 400
    assert "redan använts" in again.text


async def test_a_person_who_changes_school_is_known_by_the_new_one(lab: Any, open_lab: Any) -> None:
    async with open_lab() as plain:
        order = {
            "order": "change-person",
            "person": "elev-1",
            "school_units": ["00001102"],
            "attributes": {"sisSchoolUnitCode": ["00001102"]},
        }
        assert (await plain.control.post("/orders", json=order)).status_code == 200
        page = await plain.log_in("elev-1")
        path = ".//saml:Attribute[@FriendlyName='sisSchoolUnitCode']/saml:AttributeValue"
        assert [value.text for value in response(page).iterfind(path, NS)] == ["00001102"]
        bad = await plain.control.post("/orders", json=order | {"person": "nobody"})
        assert (bad.status_code, "nobody has the id" in bad.text) == (400, True)
