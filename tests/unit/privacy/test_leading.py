"""A browser is led by redirects, pages and whatever the recorder knows; a server acts for itself."""

from datetime import UTC, datetime

import pytest

from testbed.model.wire import BROWSER, Exchange, Request, Response
from testbed.privacy.leading import Leading

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)


def exchange(
    number: int,
    url: str = "https://b.test/x",
    location: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    sender: str = BROWSER,
    led_by: str = "",
) -> Exchange:
    answer = Response(302, (("Location", location),)) if location else Response(200)
    request = Request("GET", url, headers)
    return Exchange(number, "p", sender, request.host, request, answer, NOW, 1.0, led_by=led_by)


AT_A, AT_C = "https://a.test/start", "https://c.test/start"


def test_a_server_acts_for_itself() -> None:
    assert Leading([]).initiator(exchange(1, sender="app.test", led_by="x.test")) == "app.test"


def test_a_redirect_leads() -> None:
    one = exchange(2, headers=(("origin", "https://o.test"),))
    assert Leading([exchange(1, AT_A, "https://b.test/x"), one]).initiator(one) == "a.test"
    assert Leading([exchange(1, "https://b.test/y", "/x#top"), one]).initiator(one) == "b.test"


def test_the_last_redirect_before_it_leads() -> None:
    one = exchange(3)
    before = [exchange(1, AT_A, "https://b.test/x"), exchange(2, AT_C, "https://b.test/x")]
    later = exchange(4, "https://d.test/", "https://b.test/x")
    assert Leading([*before, one, later]).initiator(one) == "c.test"
    assert Leading([one, later]).initiator(one) == BROWSER


@pytest.mark.parametrize("location", ["https://b.test/other", "http://[", ""])
def test_a_redirect_elsewhere_leads_nowhere(location: str) -> None:
    one = exchange(2)
    assert Leading([exchange(1, AT_A, location), one]).initiator(one) == BROWSER


def test_what_a_server_was_led_to_leads_no_browser() -> None:
    one = exchange(2)
    assert Leading([exchange(1, AT_A, "https://b.test/x", sender="app.test"), one]).initiator(one) == BROWSER


def test_pages_lead_and_then_what_the_recorder_knows() -> None:
    origin, referer = ("origin", "https://o.test"), ("referer", "https://r.test/page")
    leading = Leading([])
    assert leading.initiator(exchange(1, headers=(referer, origin), led_by="k.test")) == "o.test"
    assert leading.initiator(exchange(1, headers=(referer,), led_by="k.test")) == "r.test"
    assert leading.initiator(exchange(1, headers=(("origin", "null"), referer), led_by="k.test")) == "r.test"
    assert leading.initiator(exchange(1, headers=(("origin", "null"),), led_by="k.test")) == "k.test"
    assert leading.initiator(exchange(1)) == BROWSER
