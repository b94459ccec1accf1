"""The report in a real browser: readable, accessible, in two languages, without a script or a request."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser


SOME_KINDS = [f"equal-access-{v}-{k}" for v in ("national-tests", "reading-service") for k in ("pupil", "guardian")]

OF_EACH_KIND = (
    "login-tracked-reading",
    "login-overreaching-material",
    "login-news-for-schools",
    "login-referring-listening",
    "roster-class-lists",
    *SOME_KINDS,
)
"""Everything that a report may hold, a few times each: who looks for barriers takes minutes for the whole tour."""


def played(folder: Path, *names: str) -> Path:
    """The report of a run of these."""
    command = [sys.executable, "-m", "testbed.cli", "run", *names, "--lab", "inprocess", "--pupils", "200"]
    ended = subprocess.run(
        [*command, "--out", str(folder / "runs")],
        env={**os.environ, "TESTBED_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return next((folder / "runs").glob("*/report.html"))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("report"), "tour", *SOME_KINDS)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Few enough plays for every one to be shown whole."""
    return played(tmp_path_factory.mktemp("small"), *SOME_KINDS)


@pytest.fixture(params=["light", "dark"])
def page(chromium: Browser, report: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(color_scheme=request.param)
    page = context.new_page()
    page.goto(report.as_uri())
    yield page
    context.close()


@pytest.fixture(scope="module")
def of_each_kind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("kinds"), *OF_EACH_KIND)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_barrier_is_found(
    chromium: Browser, of_each_kind: Path, scheme: Literal["light", "dark"], language: str
) -> None:
    # NOTE: the policy of the page forbids the very script that looks for barriers; it is let in here alone.
    page = chromium.new_page(color_scheme=scheme, bypass_csp=True)
    page.goto(of_each_kind.as_uri())
    page.check(f"#lang-{language}")
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    found = Axe().run(page)
    page.close()
    assert found.violations_count == 0, found.generate_report()


def test_one_language_is_shown_at_a_time(page: Page) -> None:
    heading = page.locator("h1")
    expect(heading).to_have_text("Vem fick vilka uppgifter?", use_inner_text=True)
    page.check("#lang-en")
    expect(heading).to_have_text("Who got which data?", use_inner_text=True)


def test_a_finding_leads_to_the_exchange_and_its_body(page: Page) -> None:
    finding = page.locator("section:has(#vendor-tracked-reading) .finding")
    expect(finding).to_have_count(1)
    target = finding.locator("a").first.get_attribute("href")
    assert target
    row = page.locator(target.replace(".", "\\."))
    expect(row).to_be_visible()
    row.locator("summary").click()
    expect(row.locator("pre")).to_contain_text('"email"')


def test_the_assertion_is_one_click_away(page: Page) -> None:
    play = page.locator("#play-login-overreaching-material")
    details = play.locator("details").first
    details.locator("summary").first.click()
    expect(details.locator("table")).to_contain_text("norEduPersonNIN")


def test_the_id_token_and_what_was_fetched_are_one_click_away_and_show_no_secret(page: Page) -> None:
    play = page.locator("#play-login-news-for-schools")
    token = play.locator("details", has=page.locator("summary", has_text="ID-token som skolan lämnade")).first
    token.locator("summary").click()
    expect(token.locator("table")).to_contain_text("https://idp.skola.test")
    expect(token.locator("pre")).to_contain_text('"nonce": "[')
    fetched = play.locator("details", has=page.locator("summary", has_text="userinfo")).first
    fetched.locator("summary").click()
    row = fetched.locator("tr", has=page.locator("th", has_text="displayName"))
    expect(row.locator("td").first).to_have_text("name")
    asked = play.locator("details", has=page.locator("summary", has_text="begäran om inloggning")).first
    asked.locator("summary").click()
    expect(asked.locator("dl")).to_contain_text("userinfo: name")


def test_a_code_that_reached_another_company_is_told_without_the_code(chromium: Browser, of_each_kind: Path) -> None:
    # NOTE: of the tour, which has more vendors than a report shows whole, this one is counted alone.
    page = chromium.new_page()
    page.goto(of_each_kind.as_uri())
    finding = page.locator("section:has(#vendor-referring-listening) .finding").first
    expect(finding).to_contain_text("oidc.token-not-in-url")
    target = finding.locator("a").first.get_attribute("href")
    assert target
    row = page.locator(target.replace(".", "\\."))
    row.locator("summary").click()
    expect(row.locator("pre")).to_contain_text("code=[")
    page.close()


def test_the_table_of_equal_access_says_in_words_who_got_in(chromium: Browser, small: Path) -> None:
    page = chromium.new_page()
    page.goto(small.as_uri())
    table = page.locator("table.access")
    expect(table.locator("caption")).to_have_text("Slags person och leverantör", use_inner_text=True)
    row = table.locator("tr", has=page.locator("th[scope=row]", has_text="Vårdnadshavare"))
    expect(row.locator("td")).to_have_text(["– nekad, enligt avtalet"] * 2, use_inner_text=True)
    page.check("#lang-en")
    row = table.locator("tr", has=page.locator("th[scope=row]", has_text="Pupil"))
    expect(row.locator("td")).to_have_text(["✓ logged in"] * 2, use_inner_text=True)
    target = row.locator("td a").first.get_attribute("href")
    assert target
    expect(page.locator(target.replace(".", "\\."))).to_be_visible()
    page.close()


def test_the_table_of_equal_access_scrolls_by_itself_from_the_keyboard(chromium: Browser, report: Path) -> None:
    context = chromium.new_context(viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.goto(report.as_uri())
    region = page.locator(".scroll", has=page.locator("table.access"))
    region.focus()
    expect(region).to_be_focused()
    assert region.evaluate("one => one.clientWidth") <= 375
    page.eval_on_selector("table.access", "one => { one.style.width = '900px' }")
    assert region.evaluate("one => one.scrollWidth > one.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    context.close()


def test_a_narrow_screen_is_not_scrolled_sideways(chromium: Browser, report: Path) -> None:
    context = chromium.new_context(viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.goto(report.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    context.close()


def test_the_page_asks_for_nothing_and_complains_of_nothing(chromium: Browser, report: Path) -> None:
    context = chromium.new_context()
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(report.as_uri())
    assert asked == [report.as_uri()]
    assert said == []
    context.close()
