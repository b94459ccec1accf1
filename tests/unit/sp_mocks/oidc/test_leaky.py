"""Vendors of OpenID Connect with a leak: they pass on what userinfo told, at the same places as those of SAML."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from .conftest import SUB

pytestmark = pytest.mark.anyio


def elsewhere(vendor: Any) -> list[Any]:
    return [call for call in vendor.school.calls if call.url.host != "idp.skola.test"]


async def test_the_identifier_of_this_service_is_its_sub(open_vendor: Any) -> None:
    async with open_vendor(fault="tells-tracker-the-identifier-of-this-service") as faulty:
        await faulty.log_in()
        (call,) = elsewhere(faulty)
        assert json.loads(call.content)["userId"] == SUB


async def test_the_company_for_reminders_gets_one_letter_as_agreed_and_one_too_many(open_vendor: Any) -> None:
    async with open_vendor("swimming-lessons", "mailer-learns-the-name") as faulty:
        await faulty.log_in()
        agreed, too_much = elsewhere(faulty)
        assert {agreed.url.host, too_much.url.host} == {"utskick.rakneresan.test"}
        assert json.loads(agreed.content) == {"to": "asa@skola.test", "template": "reminder"}
        assert "Åsa Öster" in json.loads(too_much.content)["text"]


async def test_the_company_for_reminders_answers_in_the_same_service(open_vendor: Any) -> None:
    async with open_vendor("swimming-lessons") as compliant:
        mailer = {"Host": "utskick.rakneresan.test"}
        assert (await compliant.browser.post("/send", headers=mailer, json={"to": "x"})).status_code == 202
        assert (await compliant.browser.post("/send", json={"to": "x"})).status_code == 404


async def test_a_landing_page_bears_the_address_and_the_session_is_set(open_vendor: Any) -> None:
    async with open_vendor("news-for-schools", "mail-in-own-address-with-foreign-font") as faulty:
        landed = await faulty.log_in()
        assert urlsplit(landed.headers["location"])[2:4] == ("/start", "epost=asa%40skola.test")
        assert await faulty.who() == SUB


async def test_a_cookie_is_set_at_the_login(open_vendor: Any) -> None:
    async with open_vendor("news-for-schools", "cookie-for-all-hosts") as faulty:
        landed = await faulty.log_in()
        assert any("Domain=rakneresan.test" in cookie for cookie in landed.headers.get_list("set-cookie"))


async def test_a_frame_of_another_company_is_shown(open_vendor: Any) -> None:
    async with open_vendor("school-library", "name-in-address-of-chat") as faulty:
        await faulty.log_in()
        start = await faulty.browser.get("/start")
        assert '<iframe src="https://chatt.hjalp.test/chatt?namn=%C3%85sa+%C3%96ster&amp;sida=start"' in start.text
        assert "frame-src https://chatt.hjalp.test" in start.headers["content-security-policy"]
