"""The federation's pages: both languages, no script, usable without sight or mouse."""

import re
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from lxml import html

pytestmark = pytest.mark.anyio
VENDOR, BACK = "https://lasning.test/saml/metadata", "https://lasning.test/choose"
QUESTION = f"/ds?{urlencode({'entityID': VENDOR, 'return': f'{BACK}?a=1&b=2'})}"


async def pages(lab: Any, language: str) -> list[httpx.Response]:
    accept = {"Accept-Language": language}
    lab.network.answers[VENDOR.replace("lasning", "idp.granne")] = httpx.Response(500)
    return [
        await lab.ds.get(QUESTION, headers=accept),
        await lab.ds.get("/ds", headers=accept),
        await lab.ds.get("/nowhere", headers=accept),
        await lab.ds.put("/ds", headers=accept),
        await lab.md.get("/", headers=accept),
    ]


@pytest.mark.parametrize(("language", "words"), [("sv", "påhittad federation"), ("en", "invented federation")])
async def test_every_page_says_test_in_its_language(lab: Any, language: str, words: str) -> None:
    for page in await pages(lab, language):
        assert words in page.text
        assert "skolan finns bara" not in page.text
        assert f'<html lang="{language}">' in page.text
        assert page.headers["content-language"] == language


async def test_every_page_is_strict_about_scripts_caches_and_frames(lab: Any) -> None:
    for page in await pages(lab, "sv"):
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert "<script" not in page.text
        assert not re.search(r"\son[a-z]+=", page.text)


async def test_the_page_with_the_schools_has_no_form_action_rule(lab: Any) -> None:
    """A browser would hold the vendor's own redirects against it."""
    question, *others = await pages(lab, "sv")
    assert "form-action" not in question.headers["content-security-policy"]
    assert all("form-action 'none'" in page.headers["content-security-policy"] for page in others)


async def test_every_page_has_landmarks_one_heading_and_labels(lab: Any) -> None:
    for page in await pages(lab, "en"):
        root = html.fromstring(page.text)
        assert [len(root.xpath(f"//{tag}")) for tag in ("main", "h1", "header", "footer", "title")] == [1] * 5
        for field in root.xpath("//input[not(@type='hidden')]"):
            assert root.xpath(f"//label[@for='{field.get('id')}']")
        for fieldset in root.xpath("//fieldset"):
            assert fieldset.xpath("./legend")
        assert all(button.text_content().strip() for button in root.xpath("//button"))


async def test_the_language_can_be_changed_and_the_question_stays(lab: Any) -> None:
    page = await lab.ds.get(f"{QUESTION}&q=skolor")
    (link,) = html.fromstring(page.text).xpath("//nav//a/@href")
    changed = await lab.ds.get(f"/ds{link}")
    assert changed.status_code == 200
    assert "Choose your school" in changed.text
    assert f'value="{BACK}?a=1&amp;b=2"' in changed.text
    assert 'value="skolor"' in changed.text


async def test_the_status_page_names_who_is_published_and_who_is_not_and_why(lab: Any) -> None:
    *_, status = await pages(lab, "en")
    root = html.fromstring(status.text)
    assert "Schools of Exempelkommun" in status.text
    assert "was answered with status 500" in status.text
    assert "2026-11-30T12:00:00Z" in status.text
    published = [path for path in root.xpath("//main//a/@href") if path.startswith("/entities/")]
    assert len(published) == 2
    for path in published:
        assert (await lab.md.get(path)).status_code == 200
