"""The browser stops where it is told to, and can be another one."""

import contextlib
import datetime as dt

import httpx
import pytest

from testbed.interception.http_browser import HttpBrowser
from testbed.model.pages import Form
from testbed.wire.browsing import BrowserError, NoAnswerInTime

pytestmark = pytest.mark.anyio
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
FORM = Form("https://idp.test/login", "POST", (("key", "k"),))


def answer(request: httpx.Request) -> httpx.Response:
    if request.url.host == "idp.test":
        headers = {"location": "https://v.test/callback?code=c", "set-cookie": "school=1; Secure; Path=/"}
        return httpx.Response(302, headers=headers, stream=httpx.ByteStream(b""))
    page = f"<title>{request.headers.get('cookie', 'no cookie')}</title>"
    headers = {"set-cookie": "vendor=1; Secure; Path=/", "content-type": "text/html"}
    return httpx.Response(200, headers=headers, stream=httpx.ByteStream(page.encode()))


@pytest.mark.parametrize(
    ("stop_before", "status", "visited"),
    [("https://v.test/callback", 302, 1), ("https://v.test/other", 200, 2), ("", 200, 2)],
)
async def test_a_redirect_is_followed_unless_it_leads_where_the_browser_is_to_stop(
    stop_before: str, status: int, visited: int
) -> None:
    calls: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return answer(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(record)) as http:
        page = await HttpBrowser(http, lambda: NOW).submit(FORM, stop_before=stop_before)
        assert (page.url, page.status, len(calls)) == ("https://v.test/callback?code=c", status, visited)


async def test_another_browser_has_no_cookies_and_no_page() -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        browser = HttpBrowser(http, lambda: NOW)
        assert (await browser.visit("https://v.test/")).title == "no cookie"
        assert (await browser.visit("https://v.test/")).title == "vendor=1"
        await browser.forget()
        assert browser.page is None
        assert (await browser.visit("https://v.test/")).title == "no cookie"


HOSTILE = "https://v.test/hostile"


def hostile(headers: dict[str, str], body: str = "") -> httpx.MockTransport:
    """One page of a vendor that means no good; any other is empty."""

    def told(request: httpx.Request) -> httpx.Response:
        there = str(request.url) == HOSTILE
        status = 302 if there and "location" in headers else 200
        wanted = {"content-type": "text/html", **(headers if there else {})}
        return httpx.Response(status, headers=wanted, stream=httpx.ByteStream(body.encode() if there else b""))

    return httpx.MockTransport(told)


@pytest.mark.parametrize("host", ["xn--", "xn--a", "v.test:port", "[::1", "v.test:99999"])
async def test_a_page_that_leads_to_what_is_no_address_is_no_fault_of_the_browser(host: str) -> None:
    async with httpx.AsyncClient(transport=hostile({"location": f"https://{host}/"})) as http:
        browser = HttpBrowser(http, lambda: NOW)
        with contextlib.suppress(BrowserError):
            await browser.visit(HOSTILE)
    embeds = f"<img src='https://{host}/'><iframe src='https://{host}/'></iframe><p>Me</p>"
    async with httpx.AsyncClient(transport=hostile({}, embeds)) as http:
        assert (await HttpBrowser(http, lambda: NOW).visit(HOSTILE)).text == "Me"


async def test_a_cookie_that_ends_in_a_year_without_bounds_is_a_cookie_all_the_same() -> None:
    cookie = f"a=b; Path=/; Expires=Mon, 01 Jan {'9' * 30} 00:00:00 GMT"
    async with httpx.AsyncClient(transport=hostile({"set-cookie": cookie})) as http:
        browser = HttpBrowser(http, lambda: NOW)
        await browser.visit(HOSTILE)
        assert [one.name for one in await browser.cookies()] == ["a"]


async def test_an_answer_that_does_not_come_in_time_is_told_apart_from_none() -> None:
    def never(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("", request=request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(never)) as http:
        with pytest.raises(NoAnswerInTime):
            await HttpBrowser(http, lambda: NOW).visit(HOSTILE)
