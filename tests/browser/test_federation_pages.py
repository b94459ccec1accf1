"""The federation's pages in a real browser: no barrier, in either language, and one press chooses a school."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from starlette.requests import Request

from idp.federation.config import Member
from idp.federation.entity import Entity
from idp.federation.pages import FederationPages, Question
from idp.federation.registry import LeftOut, Members
from testbed.model.pages import SCHOOL_FORM
from testbed.model.written import Bilingual

pytestmark = pytest.mark.browser
SCHOOLS = tuple(
    Entity(f"https://idp.{host}.test/saml/metadata", b"", Bilingual(sv=sv, en=en), True, (), None)
    for host, sv, en in (("skola", "Exempelkommuns skolor", "Schools"), ("granne", "Grannkommunens skolor", "Others"))
)
BROKEN = LeftOut(Member(f"https://{'lang' * 20}.test/saml/metadata", "https://a.test"), "was answered with status 500")
PAGES = FederationPages(Bilingual(sv="Låtsasfederationen (TEST)", en="The pretended federation (TEST)"))


def page(name: str, language: str) -> str:
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": f"lang={language}".encode(), "headers": []}
    request = Request(scope)
    if name == "status":
        answer = PAGES.status(request, Members(SCHOOLS, (BROKEN,)), "2026-11-30T12:00:00Z", ":".join(["AB"] * 32))
    else:
        vendor = Bilingual(sv="Lästjänsten", en="Reading service")
        answer = PAGES.choose(request, Question(vendor, (("entityID", "https://lasning.test"),), "", SCHOOLS, 2))
    return bytes(answer.body).decode()


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("name", ["choose", "status"])
def test_no_barrier_is_found_and_a_press_chooses_the_school(
    chromium: Browser, name: str, language: str, width: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    shown = context.new_page()
    content = page(name, language)
    shown.route("**/*", lambda route: route.fulfill(body=content, content_type="text/html; charset=utf-8"))
    shown.goto("https://ds.federation.test/ds")
    found = Axe().run(shown)
    assert found.violations_count == 0, found.generate_report()
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    if name == "choose":
        shown.locator(f"#{SCHOOL_FORM} button").nth(1).focus()
        with shown.expect_request(lambda request: request.method == "POST") as posted:
            shown.keyboard.press("Enter")
        assert posted.value.post_data == "entityID=https%3A%2F%2Fidp.granne.test%2Fsaml%2Fmetadata"
    context.close()
