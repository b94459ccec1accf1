"""Pages: language, markup that assistive technology can use, nothing that runs unless it is ours."""

import re

import pytest
from lxml import html
from starlette.requests import Request

from idp.directory import Hits
from idp.pages import Choice, Delivery, Pages, language_of
from testbed.model.pages import LOGIN_FORM
from testbed.model.written import Bilingual, Person

NAME = Bilingual(sv="Exempelskolan (TEST)", en="Example School (TEST)")
HOSTILE = '"><script>alert(1)</script>'


def request(query: str = "", accept: str = "") -> Request:
    headers = [(b"accept-language", accept.encode("latin-1"))]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": headers})


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages(NAME)


@pytest.fixture
def choice() -> Choice:
    people = (
        Person(
            id="elev-1",
            role="pupil",
            school_units=("00001101",),
            security_marking="Sekretessmarkering",
            attributes={"displayName": HOSTILE, "sisSchoolGrade": "5"},
        ),
    )
    return Choice("key", Bilingual(sv=HOSTILE, en="App"), HOSTILE, Hits(people, 1))


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [
        ("", "", "sv"),
        ("", "en", "en"),
        ("", "en-GB,en;q=0.9,sv;q=0.8", "en"),
        ("", "sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("", "fr, en;q=0.5", "en"),
        ("", "en;q=0", "sv"),
        ("", "en;q=zz,,;;", "en"),
        ("lang=en", "sv", "en"),
        ("lang=sv", "en", "sv"),
        ("lang=xx", "en", "en"),
    ],
)
def test_the_language_is_the_readers(query: str, accept: str, language: str) -> None:
    assert language_of(request(query, accept)) == language


def test_the_login_page_is_built_for_everyone(pages: Pages, choice: Choice) -> None:
    page = html.fromstring(pages.login(request(), choice).body.decode())
    assert page.get("lang") == "sv"
    assert len(page.findall(".//main")) == len(page.findall(".//h1")) == 1
    form = page.get_element_by_id(LOGIN_FORM)
    assert (form.get("method"), form.get("action")) == ("post", "/login")
    assert form.find("fieldset/legend").text_content().strip()
    assert [field.get("name") for field in form.findall("input")] == ["key"]
    button = form.find(".//button")
    assert (button.get("name"), button.get("value")) == ("person", "elev-1")
    assert "Sekretessmarkering" in button.text_content()
    assert "årskurs 5" in button.text_content()
    labelled = {label.get("for") for label in page.findall(".//label")}
    shown = [field for field in page.findall(".//input") if field.get("type") != "hidden"]
    assert {field.get("id") for field in shown} == labelled
    assert page.find(".//script") is None
    assert page.find(".//*[@onclick]") is None


def test_the_language_can_be_changed_without_losing_the_login(pages: Pages, choice: Choice) -> None:
    page = html.fromstring(pages.login(request(), choice).body.decode())
    link = page.find(".//nav/a")
    assert (link.get("hreflang"), link.get("lang")) == ("en", "en")
    assert link.get("href").startswith("?key=key&q=")
    assert link.get("href").endswith("&lang=en")


def test_nothing_that_a_vendor_or_person_is_called_becomes_markup(pages: Pages, choice: Choice) -> None:
    bodies = [
        pages.login(request(), choice).body,
        pages.delivery(request(), Delivery(HOSTILE, choice.vendor, {HOSTILE: HOSTILE})).body,
        pages.error(request(), 400, choice.vendor).body,
    ]
    assert all(b"<script>alert" not in body for body in bodies)


def test_the_delivery_posts_itself_and_can_be_posted_by_hand(pages: Pages) -> None:
    delivery = Delivery("https://lasning.test/acs", NAME, {"SAMLResponse": "PHg+"})
    response = pages.delivery(request(), delivery)
    page = html.fromstring(response.body.decode())
    nonce = re.search(r"script-src 'nonce-([^']+)'", response.headers["content-security-policy"])[1]
    assert [script.get("nonce") for script in page.findall(".//script")] == [nonce]
    assert "submit()" in page.find(".//script").text
    assert page.find(".//form//noscript//button") is not None
    assert [field.get("name") for field in page.findall(".//form/input")] == ["SAMLResponse"]
    assert response.headers["referrer-policy"] == "strict-origin"
    assert "form-action" not in response.headers["content-security-policy"]


def test_a_nonce_is_used_once(pages: Pages) -> None:
    policies = {pages.start(request()).headers["content-security-policy"] for _ in range(5)}
    assert len(policies) == 5


def test_an_empty_search_says_so(pages: Pages, choice: Choice) -> None:
    empty = Choice("key", NAME, "x", Hits((), 0))
    assert "Ingen person stämmer" in pages.login(request(), empty).body.decode()
    assert "No person matches" in pages.login(request("lang=en"), empty).body.decode()


def contrast(first: str, second: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_colours_can_be_told_apart(pages: Pages) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text; 1.4.11: 3 to 1 for what outlines a control."""
    style = pages.start(request()).body.decode()
    pairs = [
        ("#1b1b1f", "#ffffff"),
        ("#1b1b1f", "#e6ecf7"),
        ("#8a1c1c", "#e6ecf7"),
        ("#14438f", "#f4f5f8"),
        ("#8a1c1c", "#ffffff"),
    ]
    for text, ground in pairs:
        assert text in style
        assert contrast(text, ground) >= 4.5
    assert contrast("#5a5f6e", "#ffffff") >= 3
    assert ":focus-visible" in style


def test_every_header_can_be_sent(pages: Pages, choice: Choice) -> None:
    """A space at a header's end breaks the connection of a real server, which a test without one does not notice."""
    delivery = Delivery("https://lasning.test/acs", NAME, {"SAMLResponse": "PHg+"})
    every = (
        pages.start(request()),
        pages.login(request(), choice),
        pages.delivery(request(), delivery),
        pages.logout(request(), "Åsa", ()),
        pages.logged_out(request(), (), ()),
        pages.error(request(), 400, NAME),
    )
    for page in every:
        for name, value in page.headers.items():
            assert value, name
            assert value == value.strip(), name
