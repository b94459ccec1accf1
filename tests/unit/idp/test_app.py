"""The school as a browser and a vendor meet it."""

import datetime as dt
import logging
from dataclasses import replace
from typing import Any

import httpx
import pytest
from lxml import etree

from idp.app import School, SchoolConfig
from idp.keys import SchoolKeys

pytestmark = pytest.mark.anyio
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
MD = {
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "mdui": "urn:oasis:names:tc:SAML:metadata:ui",
    "shibmd": "urn:mace:shibboleth:metadata:1.0",
}


async def test_the_start_page_says_test_in_both_languages(lab: Any) -> None:
    for language, words in (("sv", "påhittad skola"), ("en", "invented school")):
        page = await lab.browser.get("/", headers={"Accept-Language": language})
        assert page.status_code == 200
        assert "TEST" in page.text
        assert words in page.text
        assert f'<html lang="{language}">' in page.text


async def test_every_page_is_strict_about_scripts_caches_and_frames(lab: Any) -> None:
    pages = [await lab.browser.get("/"), await lab.browser.get("/nowhere"), await lab.log_in()]
    for page in pages:
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["referrer-policy"] in ("no-referrer", "strict-origin")
    assert pages[1].status_code == 404


async def test_the_metadata_has_what_the_federation_asks_for(lab: Any) -> None:
    answer = await lab.browser.get("/saml/metadata")
    root = etree.fromstring(answer.content)
    assert answer.headers["content-type"] == "application/samlmetadata+xml"
    assert root.get("entityID") == "https://idp.skola.test/saml/metadata"
    idp = root.find("md:IDPSSODescriptor", MD)
    assert "ERRORURL_CODE" in idp.get("errorURL")
    assert idp.find("md:KeyDescriptor", MD).get("use") == "signing"
    assert idp.findtext(".//shibmd:Scope", namespaces=MD) == "skola.test"
    assert len(idp.findall("md:SingleSignOnService", MD)) == 2
    for path in (".//mdui:DisplayName", ".//mdui:Description", "md:Organization/md:OrganizationName"):
        texts = root.findall(path, MD)
        assert [text.get("{http://www.w3.org/XML/1998/namespace}lang") for text in texts] == ["sv", "en"]
        assert all("TEST" in text.text for text in texts)
    assert [c.get("contactType") for c in root.findall("md:ContactPerson", MD)] == ["technical", "support"]


async def test_the_error_url_leads_to_a_page(lab: Any) -> None:
    page = await lab.browser.get("/error?code=AUTHORIZATION_FAILURE&rp=%3Cscript%3E")
    assert page.status_code == 200
    assert "<script>" not in page.text


async def test_a_method_that_is_not_served_is_refused_in_words(lab: Any) -> None:
    page = await lab.browser.put("/login")
    assert page.status_code == 405
    assert "GET" in page.headers["allow"]


async def test_the_first_log_line_says_test(open_lab: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "idp"):
        async with open_lab():
            assert "TEST school" in caplog.messages[0]
            assert "invented people only" in caplog.messages[0]


async def test_our_own_failure_is_said_without_a_traceback(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("idp.pages.Pages.start", fails)
    transport = httpx.ASGITransport(lab.school.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://idp.skola.test") as browser:
        page = await browser.get("/")
    assert page.status_code == 500
    assert "secret detail" not in page.text
    assert "Traceback" not in page.text


def test_a_school_without_a_control_token_is_not_made(config: SchoolConfig, keys: SchoolKeys) -> None:
    with pytest.raises(ValueError, match="needs a token"):
        School(replace(config, control_token=""), keys, httpx.AsyncClient(), lambda: NOW)
