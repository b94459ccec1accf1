"""The browser stops where it is told to, and can be another one."""

import datetime as dt

import httpx
import pytest

from testbed.interception.http_browser import HttpBrowser
from testbed.model.pages import Form

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
