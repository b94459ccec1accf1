"""The browser that is a real Chromium, against pages that are well and pages that are not."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from testbed.interception import settling
from testbed.interception.browser import Browser
from testbed.interception.chromium_process import Chromium, launched
from testbed.model.pages import Form, Page
from testbed.model.wire import Exchange
from testbed.wire.browsing import BrowserError, NoAnswerInTime

pytestmark = [pytest.mark.browser, pytest.mark.anyio]
AT = "https://vendor.test"
FORM = """<form id="f" method="post" action="/sent"><input name="a" value="old">
<input type="hidden" name="key" value="k"><textarea name="t"></textarea>
<input type="radio" name="r" value="1" checked><input type="radio" name="r" value="2">
<select name="s"><option>x</option><option value="y">Y</option></select>
<button name="person" value="anna">Anna</button><button name="person" value="bo">Bo</button></form>"""
PAGES = {
    "/": "<title>Välkommen</title><p>Hej <b>där</b>",
    "/form": FORM,
    "/plain-form": '<form action="/sent"><input name="q"></form>',
    "/other-form": '<form method="post" action="/go"><button>Go</button></form>',
    "/auto": '<form method="post" action="/sent"><input name="by" value="script"></form>'
    "<script>document.forms[0].submit()</script>",
    "/script-form": "<title>before</title><form><button>Go</button></form><script>"
    "document.forms[0].addEventListener('submit', async (e) => { e.preventDefault(); await fetch('/ping');"
    "document.title = 'after' })</script>",
    "/late": "<script>setTimeout(() => fetch('https://late.tracker.test/'), 300)</script>",
    "/leaving": "<script>addEventListener('pagehide', () => navigator.sendBeacon('https://left.tracker.test/'))</script>",
    "/restless": "<title>restless</title><script>setInterval(() => fetch('/ping'), 100)</script>",
    "/waiting": "<title>waiting</title><script>fetch('/never')</script>",
    "/round": "<script>location = '/round?' + Math.random()</script>",
    "/busy": "<title>busy</title><script>setTimeout(() => { for (;;); }, 0)</script>",
    "/alert": "<script>alert('x'); document.title = confirm('sure?') ? 'agreed' : 'refused'</script>",
    "/popups": "<script>for (let i = 0; i < 15; i++) open('/?' + i)</script>",
    "/fragment": "<title>fragment</title><script>history.replaceState(null, '', '/elsewhere?x=1#who')</script>",
}


async def page(request: Request) -> Response:
    return HTMLResponse(PAGES[request.url.path])


async def sent(request: Request) -> Response:
    fields = await request.form() if request.method == "POST" else request.query_params
    return HTMLResponse(f"<title>{'&'.join(f'{name}={value}' for name, value in fields.multi_items())}</title>")


async def cookie(request: Request) -> Response:
    seen = request.cookies.get("c", "none")
    answer = HTMLResponse(f"<title>{seen} {request.headers['accept-language']}</title>")
    answer.set_cookie("c", "mine", secure=True)
    return answer


async def go(_: Request) -> Response:
    answer = RedirectResponse("/callback?code=c&state=*#x", 303)
    answer.set_cookie("went", "yes", secure=True)
    return answer


async def never(_: Request) -> Response:
    await asyncio.sleep(60)  # longer than any test waits
    return Response()


async def fixed(request: Request) -> Response:
    answers = {
        "/download": Response(b"<md/>", media_type="application/samlmetadata+xml"),
        "/nothing": Response(status_code=204),
        "/empty": Response(status_code=404),
        "/json": JSONResponse({"keys": ["å"]}),
        "/loop": RedirectResponse("/loop"),
        "/ping": Response("pong"),
        "/callback": HTMLResponse("<title>arrived</title>"),
    }
    return answers[request.url.path]


APP = Starlette(
    routes=[
        *(Route(path, page) for path in PAGES),
        *(Route(path, fixed) for path in ("/download", "/nothing", "/empty", "/json", "/loop", "/ping", "/callback")),
        Route("/sent", sent, methods=["GET", "POST"]),
        Route("/cookie", cookie),
        Route("/go", go, methods=["POST"]),
        Route("/never", never),
    ]
)


@dataclass(frozen=True)
class Place:
    """A proxy with a service behind it, and a Chromium before it."""

    proxy: Any
    chromium: Chromium

    async def calls(self, since: int = 0) -> list[Exchange]:
        assert await self.proxy.quiet()
        return [exchange for exchange in self.proxy.recorded().exchanges if exchange.number > since]

    async def last(self) -> int:
        return max((exchange.number for exchange in await self.calls()), default=0)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory, start_proxy: Any, serve_app: Any) -> AsyncIterator[Place]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no program 'chromium' is installed")
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(serve_app(APP, ("vendor.test",)))
        folder = tmp_path_factory.mktemp("chromium")
        proxy = await stack.enter_async_context(start_proxy({"vendor.test": address}, folder))
        chromium = await stack.enter_async_context(launched(Path(path), proxy.url(), proxy.ca_file))
        yield Place(proxy, chromium)


@pytest.fixture
async def browser(place: Place) -> AsyncIterator[Browser]:
    async with place.chromium.browser() as opened:
        yield opened


def form_of(page: Page) -> Form:
    (form,) = page.forms
    return form


async def test_a_page_is_read_as_it_is(browser: Browser) -> None:
    page = await browser.visit(f"{AT}/")
    assert (page.url, page.status, page.title, page.text) == (f"{AT}/", 200, "Välkommen", "Hej där")


async def test_a_page_that_is_no_html_is_read_too(browser: Browser) -> None:
    assert (await browser.visit(f"{AT}/json")).text == '{"keys":["å"]}'


@pytest.mark.parametrize(("path", "status"), [("/download", 200), ("/nothing", 204), ("/empty", 404)])
async def test_an_answer_without_a_page_has_its_status_and_nothing_of_the_page_before(
    browser: Browser, path: str, status: int
) -> None:
    await browser.visit(f"{AT}/")
    page = await browser.visit(AT + path)
    assert (page.url, page.status, page.title, page.text) == (AT + path, status, "", "")
    assert (await browser.visit(f"{AT}/")).title == "Välkommen"


async def test_a_host_outside_the_lab_is_answered_and_recorded(browser: Browser, place: Place) -> None:
    page = await browser.visit("https://nobody.test/x")
    assert page.status == 502
    assert "outside the laboratory" in page.text
    assert "https://nobody.test/x" in [call.request.url for call in await place.calls()]


@pytest.mark.parametrize("url", [f"{AT}/loop", "http://127.0.0.1:1/", "nonsense://x"])
async def test_a_page_that_cannot_be_had_is_an_error_in_a_sentence(browser: Browser, url: str) -> None:
    with pytest.raises(BrowserError, match="gave no answer"):
        await browser.visit(url)
    assert (await browser.visit(f"{AT}/")).title == "Välkommen"


@pytest.mark.parametrize(
    ("values", "arrives"),
    [
        ((), "a=old&key=k&r=1&t=&s=x&person=anna"),
        ((("a", "å&b"), ("person", "bo")), "a=å&b&key=k&r=1&t=&s=x&person=bo"),
        ((("key", "other"), ("r", "2"), ("t", "text"), ("s", "y")), "a=old&key=other&r=2&t=text&s=y&person=anna"),
        ((("person", "not shown"),), "a=old&key=k&r=1&t=&s=x&person=not shown"),
        ((("more", "1"),), "a=old&key=k&r=1&t=&s=x&more=1&person=anna"),
    ],
)
async def test_a_form_is_filled_in_and_its_button_pressed(
    browser: Browser, values: tuple[tuple[str, str], ...], arrives: str
) -> None:
    page = await browser.submit(form_of(await browser.visit(f"{AT}/form")), values)
    assert sorted(page.title.split("&")) == sorted(arrives.split("&"))
    assert page.url == f"{AT}/sent"


async def test_a_form_without_a_button_is_sent(browser: Browser) -> None:
    page = await browser.submit(form_of(await browser.visit(f"{AT}/plain-form")), (("q", "1 2"),))
    assert (page.url, page.title) == (f"{AT}/sent?q=1+2", "q=1 2")


async def test_a_form_that_a_script_sends_by_itself_leads_on(browser: Browser) -> None:
    assert (await browser.visit(f"{AT}/auto")).title == "by=script"


async def test_a_form_that_a_script_handles_leaves_the_page_as_the_script_made_it(browser: Browser) -> None:
    page = await browser.submit(form_of(await browser.visit(f"{AT}/script-form")))
    assert (page.url, page.status, page.title) == (f"{AT}/script-form", 200, "after")


async def test_a_form_of_another_page_cannot_be_sent(browser: Browser) -> None:
    form = form_of(await browser.visit(f"{AT}/form"))
    await browser.visit(f"{AT}/")
    with pytest.raises(BrowserError, match="has no form"):
        await browser.submit(form)


@pytest.mark.parametrize(
    ("stop_before", "status", "title"),
    [
        (f"{AT}/callback", 303, ""),
        (f"{AT}/callback?code=c&state=*", 303, ""),
        (f"{AT}/other", 200, "arrived"),
        ("", 200, "arrived"),
    ],
)
async def test_a_redirect_is_followed_unless_it_leads_where_the_browser_is_to_stop(
    browser: Browser, place: Place, stop_before: str, status: int, title: str
) -> None:
    form = form_of(await browser.visit(f"{AT}/other-form"))
    before = await place.last()
    page = await browser.submit(form, (), stop_before)
    assert (page.url, page.status, page.title) == (f"{AT}/callback?code=c&state=*", status, title)
    called = [call.request.parts.path for call in await place.calls(before)]
    assert called == (["/go"] if status == 303 else ["/go", "/callback"])


async def test_another_browser_has_no_cookies_and_no_page(browser: Browser) -> None:
    assert (await browser.visit(f"{AT}/cookie")).title == "none sv"
    assert (await browser.visit(f"{AT}/cookie")).title == "mine sv"
    await browser.forget()
    assert (await browser.visit(f"{AT}/cookie")).title == "none sv"


async def test_a_form_that_was_kept_is_sent_by_a_browser_with_no_page(browser: Browser, place: Place) -> None:
    form = form_of(await browser.visit(f"{AT}/form"))
    await browser.forget()
    before = await place.last()
    await browser.submit(form)
    sent = (await place.calls(before))[0].request
    assert (sent.method, f"{sent.parts.scheme}://{sent.parts.netloc}{sent.parts.path}") == (
        form.method,
        form.action.partition("?")[0],
    )


async def test_cookies_are_dropped_and_the_page_stays(browser: Browser) -> None:
    await browser.visit(f"{AT}/cookie")
    form = form_of(await browser.visit(f"{AT}/form"))
    await browser.drop(await browser.cookies())
    assert await browser.cookies() == ()
    await browser.submit(form)
    assert (await browser.visit(f"{AT}/cookie")).title == "none sv"


async def test_what_a_script_sends_a_little_later_is_seen(browser: Browser, place: Place) -> None:
    before = await place.last()
    await browser.visit(f"{AT}/late")
    assert "late.tracker.test" in [call.receiver for call in await place.calls(before)]


async def test_what_a_page_sends_when_it_is_left_is_seen_though_it_was_the_last(place: Place) -> None:
    before = await place.last()
    async with place.chromium.browser() as browser:
        await browser.visit(f"{AT}/leaving")
    assert "left.tracker.test" in [call.receiver for call in await place.calls(before)]


@pytest.mark.parametrize("path", ["/restless", "/waiting"])
async def test_a_page_that_never_rests_is_read_all_the_same(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(settling, "REST_S", 1.5)
    async with asyncio.timeout(10):
        assert (await browser.visit(AT + path)).title == path.strip("/")
        assert (await browser.visit(f"{AT}/")).title == "Välkommen"


async def test_a_page_that_leads_on_and_on_is_given_up(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "WHOLE_S", 2.0)
    with pytest.raises(BrowserError, match="still leading on"):
        await browser.visit(f"{AT}/round")
    assert (await browser.visit(f"{AT}/")).title == "Välkommen"


async def test_an_answer_that_never_comes_is_given_up(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testbed.interception.chromium_browser.LEAD_S", 1.0)
    monkeypatch.setattr(settling, "WHOLE_S", 2.0)
    with pytest.raises(NoAnswerInTime):
        await browser.visit(f"{AT}/never")
    assert (await browser.visit(f"{AT}/")).title == "Välkommen"


async def test_a_script_without_end_is_given_up(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "ANSWER_S", 2.0)
    async with asyncio.timeout(100), place.chromium.browser() as browser:
        with pytest.raises(BrowserError, match="gave no answer within"):
            await browser.visit(f"{AT}/busy")
    async with place.chromium.browser() as browser:
        assert (await browser.visit(f"{AT}/")).title == "Välkommen"


async def test_whatever_a_page_asks_is_agreed_to(browser: Browser) -> None:
    assert (await browser.visit(f"{AT}/alert")).title == "agreed"


async def test_a_page_may_open_others_but_not_without_end(browser: Browser, place: Place) -> None:
    before = await place.last()
    page = await browser.visit(f"{AT}/popups")
    assert page.url == f"{AT}/popups"
    assert (await browser.visit(f"{AT}/")).title == "Välkommen"
    assert len(await place.calls(before)) > 1


async def test_a_page_that_names_itself_otherwise_is_where_it_says(browser: Browser) -> None:
    page = await browser.visit(f"{AT}/fragment")
    assert (page.url, page.status, page.title) == (f"{AT}/elsewhere?x=1", 200, "fragment")


async def test_a_page_that_crashes_does_not_end_the_browser(browser: Browser) -> None:
    with pytest.raises(BrowserError, match="crashed"):
        await browser.visit("chrome://crash")
    await browser.forget()
    assert (await browser.visit(f"{AT}/")).title == "Välkommen"


async def test_chromium_itself_calls_nobody(place: Place) -> None:
    """Nothing but the pages' own requests, and the icons of their hosts, in all that this module has done."""
    ours = {"vendor.test", "nobody.test", "late.tracker.test", "left.tracker.test", "127.0.0.1:1"}
    calls = await place.calls()
    assert {call.receiver for call in calls} <= ours
    assert {call.sender for call in calls} == {"browser.test"}
