"""Pages: language, markup that assistive technology can use, nothing that runs."""

import re
from typing import Any

import pytest
from lxml import html
from starlette.requests import Request

from sp_mocks.pages import Pages, language_of
from testbed.model.written import Bilingual

HOSTILE = '"><script>alert(1)</script>'
TEXT = Bilingual(sv=HOSTILE, en="In English")
VALUES: dict[str, dict[str, Any]] = {
    "index.html": {"purpose": TEXT},
    "me.html": {"login": None},
    "start.html": {
        "login": None,
        "first_name": "",
        "heading": TEXT,
        "items": (TEXT,),
        "cover": "",
        "embedded": None,
    },
    "logout.html": {"outcome": "here"},
    "problem.html": {"words": TEXT, "code": HOSTILE, "said": HOSTILE, "during": "login"},
}


class HostileLogin:
    """Somebody whose school lets them choose any name."""

    user = HOSTILE
    attributes = {HOSTILE: (HOSTILE, HOSTILE)}  # noqa: RUF012 - read only


def request(query: str = "", accept: str = "") -> Request:
    headers = [(b"accept-language", accept.encode("latin-1"))]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": headers})


@pytest.fixture
def pages() -> Pages:
    return Pages(f"Läsning {HOSTILE}", [("img-src", "cdn.lasning.test"), ("frame-src", "chatt.hjalp.test")])


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [
        ("", "", "sv"),
        ("", "en", "en"),
        ("", "en-GB,en;q=0.9,sv;q=0.8", "en"),
        ("", "sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("", "en;q=0.5, sv;q=0.9", "sv"),
        ("", "fr, en;q=0.5", "en"),
        ("", "en;q=0", "sv"),
        ("", "en;q=zz,,;;", "en"),
        ("lang=en", "sv", "en"),
        ("lang=sv", "en", "sv"),
        ("lang=xx", "en", "en"),
    ],
)
def test_the_language_is_the_reader_s(query: str, accept: str, language: str) -> None:
    assert language_of(request(query, accept)) == language


@pytest.mark.parametrize("template", VALUES)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_page_can_be_read_by_everyone(pages: Pages, template: str, language: str) -> None:
    answer = pages.show(request(f"lang={language}"), template, values=VALUES[template])
    page = html.fromstring(answer.body.decode())
    assert page.get("lang") == answer.headers["content-language"] == language
    assert len(page.findall(".//main")) == len(page.findall(".//h1")) == 1
    assert page.findtext(".//title").strip()
    assert page.find(".//meta[@name='viewport']") is not None
    assert "TEST" in page.find(".//aside[@class='test']").text
    assert page.find(".//script") is None
    assert all(image.get("alt") is not None for image in page.iter("img"))
    assert all(link.text_content().strip() for link in page.iter("a"))


@pytest.mark.parametrize("template", ["index.html", "me.html", "start.html", "logout.html"])
def test_the_language_can_be_changed(pages: Pages, template: str) -> None:
    for language, other in (("sv", "en"), ("en", "sv")):
        answer = pages.show(request(f"lang={language}"), template, values=VALUES[template])
        link = html.fromstring(answer.body.decode()).find(".//nav/a")
        assert (link.get("href"), link.get("hreflang"), link.get("lang")) == (f"?lang={other}", other, other)


def test_a_problem_has_no_language_switch_for_its_address_may_not_be_opened_again(pages: Pages) -> None:
    body = pages.show(request(), "problem.html", 403, VALUES["problem.html"]).body
    assert b"?lang=" not in body


@pytest.mark.parametrize("template", VALUES)
def test_nothing_that_anyone_is_called_becomes_markup(pages: Pages, template: str) -> None:
    values = VALUES[template] | ({"login": HostileLogin, "first_name": HOSTILE} if "login" in VALUES[template] else {})
    body = pages.show(request(), template, values=values).body
    assert b"<script" not in body
    assert b"&lt;script" in body


def test_the_table_of_attributes_has_headings_and_a_caption(pages: Pages) -> None:
    page = html.fromstring(pages.show(request(), "me.html", values={"login": HostileLogin}).body.decode())
    assert page.findtext(".//table/caption").strip()
    assert [cell.get("scope") for cell in page.iter("th")] == ["col", "col", "row"]
    assert [cell.text for cell in page.findall(".//td/div")] == [HOSTILE, HOSTILE]


def test_the_headers_let_nothing_run_and_tell_others_nothing(pages: Pages) -> None:
    answer = pages.show(request(), "logout.html", values=VALUES["logout.html"])
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "img-src 'self' https://cdn.lasning.test;" in policy
    assert "frame-src https://chatt.hjalp.test;" in policy
    assert "script-src" not in policy
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_nonce_is_used_once_and_is_the_style_s(pages: Pages) -> None:
    seen = set()
    for _ in range(3):
        answer = pages.show(request(), "logout.html", values=VALUES["logout.html"])
        nonce = re.search(r"style-src 'nonce-([^']+)'", answer.headers["content-security-policy"])[1]
        assert html.fromstring(answer.body.decode()).find(".//style").get("nonce") == nonce
        seen.add(nonce)
    assert len(seen) == 3


def contrast(first: str, second: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_colours_can_be_told_apart(pages: Pages) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text."""
    style = pages.show(request(), "logout.html", values=VALUES["logout.html"]).body.decode()
    for text, ground in (("#1b1b1f", "#f4f5f8"), ("#14438f", "#f4f5f8"), ("#ffffff", "#8a1c1c")):
        short = "#fff" if text == "#ffffff" else text
        assert short in style
        assert ground in style
        assert contrast(text, ground) >= 4.5
    assert ":focus-visible" in style


@pytest.mark.parametrize(("outcome", "words"), [("everywhere", "de andra tjänster"), ("partly", "men inte överallt")])
def test_how_far_a_logout_reached_is_told_plainly(pages: Pages, outcome: str, words: str) -> None:
    body = pages.show(request(), "logout.html", values={"outcome": outcome}).body.decode()
    assert words in body
    assert f'id="{outcome}"' in body
    assert "hreflang" not in body
    assert "not everywhere" in pages.show(request("lang=en"), "logout.html", values={"outcome": "partly"}).body.decode()
