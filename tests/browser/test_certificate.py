"""The reports on certifying in a real browser: readable by everyone, on a phone and on paper, without a script."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from certificates import SUBJECTS, certificate, compliant, many, misconfigured, vendor
from playwright.sync_api import Browser, Page, expect

from testbed.model.certificate import Certificate
from testbed.model.verdict import Verdict
from testbed.reports import certificate_html, comparison

pytestmark = pytest.mark.browser

PAPER = {"width": 688, "height": 1017}
"""A sheet of A4 between its margins, in pixels."""
WORST = many(60, {Verdict.FAIL: 20, Verdict.WARNING: 6, Verdict.NOT_VERIFIED: 6, Verdict.SKIPPED: 6})
BESIDE = (
    replace(WORST, id="w"),
    replace(compliant(), vendor=vendor(id="maths", name="Matematik"), id="m"),
    replace(misconfigured(), vendor=vendor(id="words", name="Glosor"), id="g"),
)
PAGES: dict[str, Callable[[], str]] = {
    "failed": lambda: certificate_html.render(WORST),
    "hostile": lambda: certificate_html.render(certificate()),
    "compliant": lambda: certificate_html.render(compliant()),
    "misconfigured": lambda: certificate_html.render(misconfigured()),
    "comparison": lambda: comparison.render(BESIDE, {"w": "w/report.html"}),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("certificates")
    for name, render in PAGES.items():
        (folder / f"{name}.html").write_text(render(), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in PAGES}


@pytest.fixture(params=["light", "dark"])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    # NOTE: the policy of the page forbids the very script that looks for barriers; it is let in here alone.
    context = chromium.new_context(color_scheme=request.param, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_no_barrier_is_found(page: Page, written: dict[str, Path], name: str, language: str) -> None:
    page.goto(written[name].as_uri())
    page.check(f"#lang-{language}")
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_it_asks_for_nothing_complains_of_nothing_and_fits_a_phone(
    chromium: Browser, written: dict[str, Path], name: str
) -> None:
    context = chromium.new_context(viewport={"width": 375, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(written[name].as_uri())
    assert asked == [written[name].as_uri()]
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    context.close()


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("one", [WORST, certificate(), misconfigured()], ids=["failed", "hostile", "misconfigured"])
def test_the_summary_fits_on_one_sheet_of_paper(
    chromium: Browser, tmp_path: Path, one: Certificate, language: str
) -> None:
    (tmp_path / "report.html").write_text(certificate_html.render(one), encoding="utf-8")
    context = chromium.new_context(viewport=PAPER)
    page = context.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    page.check(f"#lang-{language}")
    page.emulate_media(media="print")
    assert page.evaluate("document.querySelector('.sheet').getBoundingClientRect().bottom + scrollY") < PAPER["height"]
    context.close()


def test_a_harm_leads_to_the_case_and_the_case_to_its_message(page: Page, written: dict[str, Path]) -> None:
    page.goto(written["failed"].as_uri())
    page.check("#lang-en")
    harm = page.locator(".harms li").first
    expect(harm).to_contain_text(SUBJECTS[0][4], use_inner_text=True)
    target = harm.locator("a").get_attribute("href")
    assert target
    article = page.locator("article", has=page.locator(target))
    expect(article).to_contain_text("anna.larare@skola.test", use_inner_text=True)
    article.locator("summary").click()
    expect(article.locator("pre")).to_contain_text("<!-- -->.evil.example")


def test_the_outcome_is_the_first_thing_that_is_read(page: Page, written: dict[str, Path]) -> None:
    page.goto(written["compliant"].as_uri())
    expect(page.locator("main h2").first).to_have_text("Uppfyller kraven", use_inner_text=True)
    page.check("#lang-en")
    expect(page.locator("main h2").first).to_have_text("Meets the requirements", use_inner_text=True)


def test_a_vendor_leads_to_its_own_report(page: Page, written: dict[str, Path]) -> None:
    page.goto(written["comparison"].as_uri())
    expect(page.locator(".vendors a")).to_have_attribute("href", "w/report.html")
