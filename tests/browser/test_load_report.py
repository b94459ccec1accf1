"""The report of a load in a real browser: readable, accessible, in two languages, on a phone, without a request."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

import loads
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from testbed.cli.load_outcome import PAGE, read_report, write_load_reports
from testbed.reports import load_comparison
from testbed.runner.folder import RunFolder
from testbed.runner.load_compare import compare

pytestmark = pytest.mark.browser
FULL = [
    replace(one, cpu=0.97) if one.participant == "school" and one.at_s > 10 else one
    for one in loads.samples(40, generator=0.3, school=0.6, vendors=0.5, proxy=0.1)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A load in which all goes wrong that can: a stall, persons mixed up, and flows that fail."""
    records = [
        mixed if mixed.shown else gone if gone.why else stalled
        for mixed, gone, stalled in zip(loads.mixed_up(900), loads.dead(900, from_s=25), loads.stalled(), strict=True)
    ]
    made = RunFolder.at(tmp_path_factory.mktemp("load"))
    write_load_reports(made, loads.run(records, FULL))
    return made


@pytest.fixture(scope="module", params=["report", "comparison"])
def page_of(request: pytest.FixtureRequest, folder: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "report":
        return folder.path / PAGE
    before = RunFolder.at(tmp_path_factory.mktemp("before"))
    write_load_reports(before, loads.run(loads.steady(), FULL))
    path = folder.path / "comparison.html"
    told = compare(read_report(before), read_report(folder))
    path.write_text(load_comparison.render(told), encoding="utf-8")
    return path


@pytest.fixture
def page(chromium: Browser, folder: RunFolder) -> Iterator[Page]:
    page = chromium.new_page()
    page.goto((folder.path / PAGE).as_uri())
    yield page
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_barrier_is_found(chromium: Browser, page_of: Path, scheme: Literal["light", "dark"], language: str) -> None:
    # NOTE: the policy of the page forbids the very script that looks for barriers; it is let in here alone.
    page = chromium.new_page(color_scheme=scheme, bypass_csp=True)
    page.goto(page_of.as_uri())
    page.check(f"#lang-{language}")
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    found = Axe().run(page)
    page.close()
    assert found.violations_count == 0, found.generate_report()


def test_a_phone_is_not_scrolled_sideways_and_its_texts_keep_their_size(chromium: Browser, page_of: Path) -> None:
    page = chromium.new_page(viewport={"width": 375, "height": 800})
    page.goto(page_of.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    heights = page.eval_on_selector_all(".along text", "all => all.map(one => one.getBoundingClientRect().height)")
    assert heights
    assert min(heights) >= 11
    boxes = page.eval_on_selector_all(
        ".frame text:not(.en)", "all => all.map(one => one.getBoundingClientRect()).map(box => [box.left, box.right])"
    )
    assert all(left >= 0 and right <= 375 for left, right in boxes)
    page.close()


def test_the_texts_along_an_axis_do_not_overlap_on_a_phone(chromium: Browser, page_of: Path) -> None:
    page = chromium.new_page(viewport={"width": 375, "height": 800})
    page.goto(page_of.as_uri())
    for axis in page.locator(".along").all():
        boxes = axis.locator("text").evaluate_all("all => all.map(one => one.getBoundingClientRect())")
        assert len(boxes) >= 3
        assert all(one["right"] < other["left"] for one, other in pairwise(boxes))
    page.close()


def test_the_first_screen_says_what_happened(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.check("#lang-en")
    outcome = page.locator(".outcome")
    expect(outcome).to_be_in_viewport(ratio=1)
    expect(outcome).to_contain_text("9 saw what was somebody else's.", use_inner_text=True)
    expect(outcome).to_contain_text("The first part to be full was the school's identity provider", use_inner_text=True)
    expect(page.locator("#mend + ol li").first).to_contain_text("Do not put the service into use", use_inner_text=True)


def test_one_language_is_shown_at_a_time(page: Page) -> None:
    heading = page.locator("h1")
    expect(heading).to_have_text("Höll det när alla kom?", use_inner_text=True)
    page.check("#lang-en")
    expect(heading).to_have_text("Did it hold when everybody came?", use_inner_text=True)


def test_every_line_of_a_plot_is_seen(page: Page) -> None:
    for figure in page.locator("figure").all():
        lines = figure.locator(".area polyline")
        assert lines.count() > 0
        area = figure.locator(".area").bounding_box()
        assert area
        for line in lines.all():
            box = line.bounding_box()
            assert box
            assert box["width"] > 0
            assert area["y"] - 2 <= box["y"] <= box["y"] + box["height"] <= area["y"] + area["height"] + 2


def test_the_numbers_of_a_plot_are_one_click_away(page: Page) -> None:
    figure = page.locator("figure", has=page.locator("#plot-latency"))
    figure.locator("summary").click()
    expect(figure.locator("tbody tr").first).to_be_visible()


def test_the_page_asks_for_nothing_and_complains_of_nothing(chromium: Browser, page_of: Path) -> None:
    page = chromium.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(page_of.as_uri())
    assert (asked, said) == ([page_of.as_uri()], [])
    page.close()
