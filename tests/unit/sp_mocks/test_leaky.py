"""Vendors with a leak, of both protocols: what leaves them at a login and from their pages, and what never does."""

from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

import pytest

from sp_mocks.every import EVERY_FAULT, EVERY_PROFILE, OIDC_FAULTS_AND_LEAKS, SAML_FAULTS_AND_LEAKS
from sp_mocks.exchange.profiles import EXCHANGE_PROFILES
from sp_mocks.leaks.every import LEAKS
from sp_mocks.leaks.leak import ByAddress, ByPage, ByServer
from sp_mocks.oidc.profiles import OIDC_PROFILES
from sp_mocks.profiles import PROFILES
from sp_mocks.provisioning.profiles import PROVISIONING_PROFILES
from sp_mocks.receiving.profiles import RECEIVING_PROFILES

pytestmark = pytest.mark.anyio
MAIL = "nurul.tanud@elev.skola.test"
TOLD = {"mail": MAIL, "givenName": "Nurul", "sn": "Tanud"}
BY_SERVER = [name for name, row in LEAKS.items() if isinstance(row.leak.way, ByServer)]
BY_PAGE = [name for name, row in LEAKS.items() if isinstance(row.leak.way, ByPage)]


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_changes_one_decision_of_any_vendor_that_people_log_in_to(leak: str) -> None:
    saml = [(one.behaviour, SAML_FAULTS_AND_LEAKS[leak].apply(one.behaviour)) for one in PROFILES.values()]
    oidc = [(one.behaviour, OIDC_FAULTS_AND_LEAKS[leak].apply(one.behaviour)) for one in OIDC_PROFILES.values()]
    fed = (EXCHANGE_PROFILES, PROVISIONING_PROFILES, RECEIVING_PROFILES)
    assert len(saml) + len(oidc) + sum(map(len, fed)) == len(EVERY_PROFILE)
    for good, faulty in (*saml, *oidc):
        assert [f.name for f in fields(good) if getattr(good, f.name) != getattr(faulty, f.name)] == ["leak"]
        assert faulty.leak is LEAKS[leak].leak


def test_every_leak_is_a_fault_with_its_title() -> None:
    assert set(LEAKS) <= set(EVERY_FAULT)
    assert all(EVERY_FAULT[name].title == row.title for name, row in LEAKS.items())


async def logged_in(vendor: Any, school: Any) -> Any:
    return await vendor.deliver(school.signed(await vendor.begin(), **TOLD))


@pytest.mark.parametrize("leak", BY_SERVER)
async def test_what_the_server_passes_on_goes_to_one_host_once(open_vendor: Any, school: Any, leak: str) -> None:
    async with open_vendor("learning-material", leak) as faulty:
        assert (await logged_in(faulty, school)).status_code == 303
        elsewhere = [call for call in faulty.calls if call.url.host != "idp.skola.test"]
        has_it = set(LEAKS[leak].leak.attributes) <= {*TOLD, "user"}
        assert [call.url.host for call in elsewhere] == ([LEAKS[leak].leak.at("lasning.test")] if has_it else [])
        assert await faulty.who() == "nurul-tanud@skola.test"


@pytest.mark.parametrize("leak", BY_PAGE)
async def test_what_a_page_has_the_browser_fetch_is_allowed_there_and_for_whoever_is_logged_in(
    open_vendor: Any, school: Any, leak: str
) -> None:
    row = LEAKS[leak].leak
    if not set(row.attributes) <= {*TOLD, "user"}:
        return
    async with open_vendor("learning-material", leak) as faulty:
        assert "://" not in (await faulty.browser.get("/start")).text.partition("<main>")[2]
        await logged_in(faulty, school)
        start = await faulty.browser.get("/start")
        assert isinstance(row.way, ByPage)
        host = row.at("lasning.test")
        assert f"<{row.way.element} " in start.text.partition("<main>")[2]
        assert f"https://{host}" in start.headers["content-security-policy"]
        assert f"{host}/" in start.text
        assert start.headers["referrer-policy"] == "same-origin"
        assert not [call for call in faulty.calls if call.url.host != "idp.skola.test"]


async def test_a_page_with_the_address_in_its_own_address(open_vendor: Any, school: Any) -> None:
    name = "mail-in-own-address-with-foreign-font"
    assert isinstance(LEAKS[name].leak.way, ByAddress)
    async with open_vendor("learning-material", name) as faulty:
        place = (await logged_in(faulty, school)).headers["location"]
        assert (urlsplit(place).path, urlsplit(place).query) == ("/start", "epost=nurul.tanud%40elev.skola.test")
        page = await faulty.browser.get(place)
        assert page.headers["referrer-policy"] == "unsafe-url"
        assert 'href="https://css.typsnitt.test/css?family=Inter"' in page.text
        assert "https://css.typsnitt.test;" in page.headers["content-security-policy"]


async def test_a_cookie_goes_to_every_host_of_the_vendor(open_vendor: Any, school: Any) -> None:
    async with open_vendor(fault="cookie-for-all-hosts") as faulty:
        landed = await logged_in(faulty, school)
        (cookie,) = [c for c in landed.headers.get_list("set-cookie") if c.startswith("visitor=")]
        assert "Domain=lasning.test" in cookie
        assert "bnVydWwudGFudWRAZWxldi5za29sYS50ZXN0" in cookie
    async with open_vendor() as compliant:
        landed = await logged_in(compliant, school)
        assert all("Domain=" not in cookie for cookie in landed.headers.get_list("set-cookie"))


async def test_nothing_is_passed_on_about_a_refused_login_or_of_what_was_not_told(
    open_vendor: Any, school: Any
) -> None:
    async with open_vendor("learning-material", "sha256-of-mail-to-advertiser") as faulty:
        message = school.signed(await faulty.begin(), **TOLD)
        async with faulty.another_browser() as other:
            assert (await faulty.deliver(message, other)).status_code == 403
        await faulty.deliver(school.signed(await faulty.begin()))
        assert await faulty.who() == "nurul-tanud@skola.test"
        assert {call.url.host for call in faulty.calls} == {"idp.skola.test"}
