"""What a vendor does while the school does not answer its server: one that does well, and each fault."""

import asyncio
import datetime as dt
from dataclasses import fields
from typing import Any

import httpx
import pytest

from sp_mocks.fragile import FRAGILE_FAULTS, OIDC_FRAGILE_FAULTS
from sp_mocks.oidc.profiles import OIDC_PROFILES
from sp_mocks.profiles import PROFILES

from .conftest import SUB

pytestmark = pytest.mark.anyio
GONE = httpx.ConnectError("refused")


async def with_outage(vendor: Any) -> httpx.Response:
    """Somebody logs in and out; then a login meets a school that does not answer."""
    await vendor.log_in()
    await vendor.browser.get("/logout")
    assert await vendor.who() == ""
    asked = await vendor.begin()
    vendor.school.instead["/oidc/token"] = GONE
    vendor.school.calls.clear()
    answer: httpx.Response = await vendor.answer(asked["state"])
    return answer


async def test_a_vendor_that_does_well_says_so_and_lets_nobody_in(vendor: Any) -> None:
    answer = await with_outage(vendor)
    assert answer.status_code == 502
    assert "Ingen har loggats in" in answer.text
    assert await vendor.who() == ""
    assert len(vendor.school.called("/oidc/token")) == 1
    vendor.school.instead.clear()
    assert (await vendor.log_in()).status_code == 303
    assert await vendor.who() == SUB


async def test_lets_in_whoever_was_there_last(open_vendor: Any) -> None:
    async with open_vendor(fault="lets-in-the-last-person-in-an-outage") as vendor:
        assert (await with_outage(vendor)).status_code == 303
        assert await vendor.who() == SUB


async def test_and_nobody_where_nobody_was(open_vendor: Any) -> None:
    async with open_vendor(fault="lets-in-the-last-person-in-an-outage") as vendor:
        asked = await vendor.begin()
        vendor.school.instead["/oidc/token"] = GONE
        assert (await vendor.answer(asked["state"])).status_code == 502
        assert await vendor.who() == ""


async def test_sends_the_code_once_more(open_vendor: Any) -> None:
    async with open_vendor(fault="redeems-a-code-again") as vendor:
        assert (await with_outage(vendor)).status_code == 502
        first, second = vendor.school.called("/oidc/token")
        assert first.content == second.content


async def test_shows_a_blank_page(open_vendor: Any) -> None:
    async with open_vendor(fault="shows-a-blank-page-in-an-outage") as vendor:
        answer = await with_outage(vendor)
        assert (answer.status_code, answer.content) == (502, b"")


async def test_stays_shut_when_the_school_is_back(open_vendor: Any) -> None:
    async with open_vendor(fault="stays-shut-after-an-outage") as vendor:
        assert (await with_outage(vendor)).status_code == 502
        vendor.school.instead.clear()
        assert (await vendor.browser.get("/login")).status_code == 502


async def test_hangs_until_the_school_answers(open_vendor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sp_mocks.oidc.outage.ASK_EVERY_S", 0.01)
    async with open_vendor(fault="hangs-until-the-school-answers") as vendor:
        await vendor.log_in()
        await vendor.browser.get("/logout")
        asked = await vendor.begin()
        vendor.school.instead |= {"/oidc/token": GONE, "/.well-known/openid-configuration": GONE}
        waiting = asyncio.create_task(vendor.answer(asked["state"]))
        done, _ = await asyncio.wait({waiting}, timeout=0.3)
        assert not done
        vendor.school.instead.clear()
        assert (await waiting).status_code == 502


@pytest.mark.parametrize("fault", OIDC_FRAGILE_FAULTS)
@pytest.mark.parametrize("profile", OIDC_PROFILES)
def test_a_fault_changes_exactly_one_decision(fault: str, profile: str) -> None:
    compliant = OIDC_PROFILES[profile].behaviour
    faulty = OIDC_FRAGILE_FAULTS[fault].apply(compliant)
    assert [f.name for f in fields(compliant) if getattr(compliant, f.name) != getattr(faulty, f.name)] == ["outage"]


@pytest.mark.parametrize("profile", PROFILES)
def test_so_does_that_of_vendors_of_saml(profile: str) -> None:
    compliant = PROFILES[profile].behaviour
    (fault,) = FRAGILE_FAULTS.values()
    faulty = fault.apply(compliant)
    assert [f.name for f in fields(compliant) if getattr(compliant, f.name) != getattr(faulty, f.name)] == ["debugs"]


@pytest.mark.parametrize("fault", [*FRAGILE_FAULTS.values(), *OIDC_FRAGILE_FAULTS.values()], ids=lambda one: one.id)
def test_every_fault_says_what_it_does_and_who_must_notice(fault: Any) -> None:
    assert fault.breaks
    assert fault.title.sv != fault.title.en
    assert ": " in fault.title.sv
    assert ": " in fault.title.en


async def test_keys_that_could_not_be_fetched_are_asked_for_again_soon(vendor: Any) -> None:
    await vendor.log_in()
    vendor.school.header = {"kid": "new"}
    vendor.school.instead["/oidc/jwks"] = GONE
    assert (await vendor.log_in()).status_code == 502
    vendor.school.instead.clear()
    (key,) = [one for one in vendor.school.published_keys()["keys"] if one["kty"] == "RSA"]
    vendor.school.jwks = {"keys": [{**key, "kid": "new"}]}
    assert (await vendor.log_in()).status_code == 403
    vendor.now += dt.timedelta(seconds=1)
    assert (await vendor.log_in()).status_code == 303
