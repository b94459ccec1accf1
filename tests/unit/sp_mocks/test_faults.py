"""Each fault changes exactly one decision, whatever the profile, and does what it says."""

import json
from dataclasses import fields
from typing import Any

import httpx
import pytest

from sp_mocks.faults import FAULTS
from sp_mocks.profiles import PROFILES

pytestmark = pytest.mark.anyio
PUPIL, MAIL = "nurul-tanud@skola.test", "nurul.tanud@elev.skola.test"
CHANGES = {
    "takes-more-than-agreed": "required",
    "mails-pupils-address-to-tracker": "leak",
    "eppn-in-partner-redirect": "leak",
    "accepts-any-audience": "checks_audience",
    "ignores-the-level-of-assurance": "checks_context",
    "accepts-scope-of-another-school": "checks_scope",
    "takes-assertions-in-the-clear": "wants_encrypted",
    "keeps-session-after-front-channel-logout": "ends_on_front_channel",
    "keeps-session-after-back-channel-logout": "ends_on_back_channel",
    "signs-no-logout": "signs_logout",
    "never-refreshes-metadata": "refreshes_metadata",
    "keeps-old-attributes": "keeps_up",
}
NEEDS = {"takes-assertions-in-the-clear": {"support-plans"}}
"""Faults that only some kinds of vendor can have."""


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("profile", PROFILES)
def test_a_fault_changes_exactly_one_decision(fault: str, profile: str) -> None:
    compliant = PROFILES[profile].behaviour
    faulty = FAULTS[fault].apply(compliant)
    differing = [f.name for f in fields(compliant) if getattr(compliant, f.name) != getattr(faulty, f.name)]
    assert differing == ([CHANGES[fault]] if profile in NEEDS.get(fault, PROFILES) else [])


def test_every_fault_says_what_it_does_and_who_must_notice() -> None:
    assert set(FAULTS) == set(CHANGES)
    for name, fault in FAULTS.items():
        assert fault.id == name
        assert fault.breaks
        assert fault.title.sv != fault.title.en
        assert ": " in fault.title.sv
        assert ": " in fault.title.en


async def log_in(vendor: Any, school: Any, **attributes: str) -> httpx.Response:
    return await vendor.deliver(school.signed(await vendor.begin(), **attributes))


async def test_takes_more_than_agreed_keeps_it_in_the_session(open_vendor: Any, school: Any) -> None:
    more = {"norEduPersonNIN": "201201012384", "norEduPersonBirthDate": "20120101"}
    async with open_vendor("learning-material", "takes-more-than-agreed") as faulty:
        await log_in(faulty, school, **more)
        page = (await faulty.browser.get("/me")).text
        assert all(value in page for value in more.values())
        metadata = (await faulty.browser.get("/saml/metadata")).text
        assert metadata.count('isRequired="true"') == 6
        assert "norEduPersonNIN" in metadata
    async with open_vendor("learning-material") as compliant:
        await log_in(compliant, school, **more)
        page = (await compliant.browser.get("/me")).text
        assert PUPIL in page
        assert not [value for value in more.values() if value in page]
        assert "norEduPersonNIN" not in (await compliant.browser.get("/saml/metadata")).text


def broken(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody is there")


@pytest.mark.parametrize("answer", [None, lambda _: httpx.Response(200), broken])
async def test_mails_pupils_address_to_tracker_before_the_next_page(
    open_vendor: Any, school: Any, answer: object
) -> None:
    async with open_vendor(fault="mails-pupils-address-to-tracker", answer=answer) as faulty:
        landed = await log_in(faulty, school, mail=MAIL)
        assert landed.status_code == 303
        (call,) = [call for call in faulty.calls if call.url.host == "metrics.tracker.test"]
        assert (call.method, str(call.url)) == ("POST", "https://metrics.tracker.test/collect")
        assert json.loads(call.content) == {"event": "login", "email": MAIL}
        assert await faulty.who() == PUPIL


async def test_the_tracker_hears_nothing_of_a_pupil_without_mail_or_of_a_refused_login(
    open_vendor: Any, school: Any
) -> None:
    async with open_vendor(fault="mails-pupils-address-to-tracker") as faulty:
        await log_in(faulty, school)
        assert await faulty.who() == PUPIL
        await faulty.deliver(school.signed("_unasked", mail=MAIL))
        assert {call.url.host for call in faulty.calls} == {"idp.skola.test"}


async def test_eppn_in_partner_redirect_is_reached_by_an_image_of_its_own(open_vendor: Any, school: Any) -> None:
    async with open_vendor(fault="eppn-in-partner-redirect") as faulty:
        assert (await faulty.browser.get("/partner.gif")).status_code == 404
        await log_in(faulty, school)
        start = await faulty.browser.get("/start")
        assert '<img src="/partner.gif"' in start.text
        assert "https://partner.annons.test" in start.headers["content-security-policy"]
        answer = await faulty.browser.get("/partner.gif")
        assert answer.status_code == 302
        assert answer.headers["location"] == "https://partner.annons.test/sync?uid=nurul-tanud%40skola.test"


async def test_accepts_any_audience_lets_in_with_a_message_for_another_service(open_vendor: Any, school: Any) -> None:
    def for_another(message: Any) -> None:
        next(message.iter("{*}Audience")).text = "https://other.test/saml/metadata"

    async with open_vendor(fault="accepts-any-audience") as faulty:
        await faulty.deliver(school.signed(await faulty.begin(), for_another))
        assert await faulty.who() == PUPIL
        await faulty.browser.get("/logout")
        message = school.signed(await faulty.begin(), for_another)
        next(message.iter("{*}AttributeValue")).text = "lolek-mirad@skola.test"
        assert (await faulty.deliver(message)).status_code == 403
        assert await faulty.who() == ""


@pytest.mark.parametrize("fault", [None, "ignores-the-level-of-assurance"])
async def test_ignores_the_level_of_assurance_lets_in_with_a_password(
    open_vendor: Any, school: Any, fault: str | None
) -> None:
    async with open_vendor("staff-tests", fault) as vendor:
        await log_in(vendor, school)
        assert await vendor.who() == (PUPIL if fault else "")


@pytest.mark.parametrize("fault", [None, "accepts-scope-of-another-school"])
async def test_accepts_scope_of_another_school_lets_its_people_in(
    open_vendor: Any, school: Any, fault: str | None
) -> None:
    async with open_vendor(fault=fault) as vendor:
        message = school.message(await vendor.begin(), "rektor@granne.test")
        school.sign(next(message.iter("{*}Assertion")))
        await vendor.deliver(message)
        assert await vendor.who() == ("rektor@granne.test" if fault else "")


@pytest.mark.parametrize("fault", [None, "takes-assertions-in-the-clear"])
async def test_takes_assertions_in_the_clear_though_it_was_agreed_otherwise(
    open_vendor: Any, school: Any, encryption: Any, fault: str | None
) -> None:
    async with open_vendor("support-plans", fault) as vendor:
        await log_in(vendor, school)
        assert await vendor.who() == (PUPIL if fault else "")
        await vendor.deliver(encryption.hide(school.signed(await vendor.begin())))
        assert await vendor.who() == PUPIL


@pytest.mark.parametrize("fault", [None, "keeps-old-attributes"])
async def test_keeps_old_attributes_shows_what_was_true_at_the_first_login(
    open_vendor: Any, school: Any, fault: str | None
) -> None:
    async with open_vendor(fault=fault) as vendor:
        for unit in ("00001101", "00009901"):
            await log_in(vendor, school, sisSchoolUnitCode=unit)
        page = (await vendor.browser.get("/me")).text
        assert ("00001101" in page, "00009901" in page) == ((True, False) if fault else (False, True))


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_compliant_vendor_tells_nobody(open_vendor: Any, school: Any, encryption: Any, profile: str) -> None:
    async with open_vendor(profile) as compliant:
        request = await compliant.begin()
        await compliant.deliver(school.fitting(profile, request, encryption, mail=MAIL, givenName="Åsa"))
        start = await compliant.browser.get("/start")
        assert "partner" not in start.text + start.headers["content-security-policy"]
        assert (await compliant.browser.get("/partner.gif")).status_code == 404
        metadata = "md.federation.test" if profile == "encyclopedia" else "idp.skola.test"
        assert {call.url.host for call in compliant.calls} == {metadata}
