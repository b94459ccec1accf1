"""The school's login page in a real browser: no barrier, in either language, and one press logs in."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from starlette.requests import Request

from idp.directory import Hits
from idp.pages import Choice, Pages
from idp.people import generate
from testbed.model.written import Bilingual

pytestmark = pytest.mark.browser
URL = "https://idp.skola.test/login"


def login_page(language: str) -> str:
    people = tuple(generate(1, 100).people.values())[:30]
    choice = Choice("key", Bilingual(sv="Lästjänsten", en="Reading service"), "", Hits(people, len(people)))
    scope = {"type": "http", "method": "GET", "path": "/login", "query_string": f"lang={language}".encode()}
    answer = Pages(Bilingual(sv="Exempelskolan (TEST)", en="Example School (TEST)")).login(
        Request({**scope, "headers": []}), choice
    )
    return bytes(answer.body).decode()


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("width", [375, 1280])
def test_no_barrier_is_found_and_a_press_chooses_the_person(chromium: Browser, language: str, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    page = context.new_page()
    sent: list[str] = []
    page.route("**/*", lambda route: route.fulfill(body=login_page(language), content_type="text/html; charset=utf-8"))
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.goto(URL)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    person = page.locator("ul.people button").nth(2)
    chosen = person.get_attribute("value")
    person.focus()
    with page.expect_request(lambda request: request.method == "POST"):
        page.keyboard.press("Enter")
    assert f"person={chosen}" in sent[-1]
    context.close()
