"""The browser that is a real Chromium: see :class:`testbed.interception.browser.Browser`."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urldefrag

from playwright.async_api import Browser as Process
from playwright.async_api import BrowserContext, Dialog, Error, Frame, Response
from playwright.async_api import Page as Sheet
from playwright.async_api import TimeoutError as TooSlow

from testbed.interception import ParticipantUnavailable
from testbed.interception.filling import send_form
from testbed.interception.settling import ANSWER_S, LEAD_S, Traffic
from testbed.model.pages import Form, Page
from testbed.model.wire import Response as Answer
from testbed.wire.browsing import MAX_BODY, REDIRECTS, BrowserError, NoAnswerInTime
from testbed.wire.cookies import Cookie
from testbed.wire.forms import read_page

CLOSE_S = 5.0
MOST_SHEETS = 10
"""A page may open so many others; more are shut at once."""
SHOWN = """(most) => [
  document.contentType,
  document.contentType.includes("html")
    ? (document.documentElement ? document.documentElement.outerHTML.slice(0, most) : "")
    : (document.documentElement ? document.documentElement.textContent.slice(0, most) : ""),
]"""
"""What a page is when its scripts have run."""


class ChromiumBrowser:
    """One person's browser: a profile of its own in a Chromium that runs, with one page."""

    def __init__(self, process: Process, proxy: str, language: str) -> None:
        self._process, self._proxy, self._language = process, proxy, language
        self._tab: _Tab | None = None

    async def visit(self, url: str, stop_before: str = "") -> Page:
        """See :class:`testbed.interception.browser.Browser`.

        Raises:
            BrowserError: it could not be had.
        """
        tab = await self._open()

        async def go() -> None:
            await tab.sheet.goto(url, wait_until="commit", timeout=LEAD_S * 1000)

        return await tab.lead(go, url, stop_before)

    async def submit(self, form: Form, values: Sequence[tuple[str, str]] = (), stop_before: str = "") -> Page:
        """See :class:`testbed.interception.browser.Browser`.

        With no page open it is a form that somebody kept, and is sent from a page that has it alone.

        Raises:
            BrowserError: the form is not there any more, or what it leads to could not be had.
        """
        tab = await self._open()
        if tab.page is None:
            await tab.sheet.set_content(_page_of(form), timeout=LEAD_S * 1000)
            shown = tab.sheet.locator("form").first
        elif form in tab.page.forms:
            shown = tab.sheet.locator("form").nth(tab.page.forms.index(form))
        else:
            raise BrowserError(f"the open page has no form to {form.action[:200]}")

        async def send() -> None:
            await send_form(shown, values)

        return await tab.lead(send, form.action, stop_before)

    async def cookies(self) -> tuple[Cookie, ...]:
        """See :class:`testbed.interception.browser.Browser`."""
        tab = await self._open()
        return tuple(map(_read_cookie, await tab.sheet.context.cookies()))

    async def restore(self, cookies: Sequence[Cookie]) -> None:
        """See :class:`testbed.interception.browser.Browser`."""
        await self.forget()
        tab = await self._open()
        # NOTE: Playwright does not publish the type of what add_cookies takes.
        written: Any = [_written_cookie(cookie) for cookie in cookies]
        await tab.sheet.context.add_cookies(written)

    async def drop(self, cookies: Sequence[Cookie]) -> None:
        """See :class:`testbed.interception.browser.Browser`."""
        tab = await self._open()
        for cookie in cookies:
            await tab.sheet.context.clear_cookies(name=cookie.name, domain=cookie.domain, path=cookie.path)

    async def forget(self) -> None:
        """See :class:`testbed.interception.browser.Browser`."""
        await self.close()

    async def close(self) -> None:
        """Leave the page, as a person does who shuts the window, and let go of everything."""
        tab, self._tab = self._tab, None
        if tab is not None:
            await tab.close()

    async def _open(self) -> "_Tab":
        """The open tab, or a new one.

        Raises:
            ParticipantUnavailable: Chromium opens none.
        """
        if self._tab is None:
            try:
                async with asyncio.timeout(LEAD_S):
                    context = await self._process.new_context(
                        proxy={"server": self._proxy, "bypass": "<-loopback>"},
                        locale=self._language,
                        accept_downloads=False,
                    )
                    self._tab = _Tab(context, await context.new_page())
            except Error as error:
                raise ParticipantUnavailable(f"Chromium opened no page: {_first_line(error)}") from error
            except TimeoutError as error:
                raise ParticipantUnavailable(f"Chromium opened no page within {LEAD_S:.0f} s") from error
        return self._tab


@dataclass(frozen=True, slots=True)
class _Stopped:
    """A request that was held back."""

    is_form: bool
    """A form that sent itself: the page goes on showing it."""
    url: str


class _Tab:
    """One context and its page."""

    def __init__(self, context: BrowserContext, sheet: Sheet) -> None:
        self.sheet = sheet
        self.page: Page | None = None
        self._context = context
        self._traffic = Traffic(context, sheet)
        self._document: Response | None = None
        """The last answer to a navigation of the page that leads nowhere else."""
        self._redirected = 0
        """The status of the last one that did."""
        self._landed = False
        """Whether the page shows that answer."""
        self._status = 0
        """Of the document that the page shows."""
        sheet.on("response", self._answered)
        sheet.on("framenavigated", self._arrived)
        context.on("dialog", _agree)
        context.on("page", self._another)

    async def lead(self, action: Callable[[], Awaitable[None]], target: str, stop_before: str = "") -> Page:
        """Do what leads to a page, wait until the page has come to rest, and read it.

        Raises:
            BrowserError: it could not be had.
        """
        self._document, self._landed = None, False
        trouble, late = "", False
        async with self._stopping(stop_before) as stopped:
            try:
                # NOTE: Playwright's own limits fail where its driver has died.
                async with asyncio.timeout(LEAD_S + ANSWER_S):
                    await action()
            except Error as error:
                trouble, late = _first_line(error), isinstance(error, TooSlow)
            except TimeoutError:
                late, trouble = True, f"nothing within {LEAD_S + ANSWER_S:.0f} s"
            await self._traffic.settled(target)
        if stopped and not stopped[0].is_form:
            self.page = Page(urldefrag(stopped[0].url).url, self._redirected)
        else:
            self.page = await self._read(target, trouble, late=late)
        return self.page

    async def close(self) -> None:
        """Leave the page first: what a page still sends when it is left is sent then."""
        with suppress(Error, BrowserError, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self.sheet.goto("about:blank", wait_until="commit")
                await self._traffic.settled("about:blank")
        with suppress(Error, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._context.close()

    async def _read(self, target: str, trouble: str, *, late: bool) -> Page:
        document = self._document
        if document is None and trouble:
            raise (NoAnswerInTime if late else BrowserError)(f"{target[:200]} gave no answer ({trouble})")
        headers = document.headers if document else {}
        policy = [("referrer-policy", value) for name, value in headers.items() if name == "referrer-policy"]
        if document is not None and (not self._landed or self.sheet.url.startswith("chrome-error:")):
            # NOTE: a download, or a status without a body: Chromium goes on showing what it showed, or a page of its
            # own.
            content = ("content-type", headers.get("content-type", ""))
            return read_page(urldefrag(document.url).url, Answer(document.status, (content, *policy)))
        if document is not None:
            self._status = document.status
        kind, text = await self._shown(target)
        answer = Answer(self._status, (("content-type", f"{kind}; charset=utf-8"), *policy), text.encode())
        return read_page(urldefrag(self.sheet.url).url, answer)

    async def _shown(self, target: str) -> tuple[str, str]:
        try:
            async with asyncio.timeout(ANSWER_S):
                kind, text = await self.sheet.evaluate(SHOWN, MAX_BODY)
        except (Error, TimeoutError) as error:
            raise BrowserError(f"the page of {target[:200]} could not be read ({error})") from error
        return str(kind), str(text)

    @asynccontextmanager
    async def _stopping(self, before: str) -> AsyncIterator[list["_Stopped"]]:
        """Let the page go to no address that begins so; yields a list that comes to hold it."""
        stopped: list[_Stopped] = []
        if not before:
            yield stopped
            return
        # NOTE: by Chromium's own protocol, for Playwright's routes do not see where redirects lead.
        session = await self._context.new_cdp_session(self.sheet)

        async def paused(event: dict[str, Any]) -> None:
            request, kept = event["request"], {"requestId": event["requestId"]}
            if not stopped:
                stopped.append(_Stopped(request["method"] == "POST", str(request["url"])))
                await session.send("Fetch.failRequest", {**kept, "errorReason": "Aborted"})
            else:
                await session.send("Fetch.continueRequest", kept)

        session.on("Fetch.requestPaused", paused)
        pattern = re.sub(r"([*?\\])", r"\\\1", before) + "*"
        await session.send("Fetch.enable", {"patterns": [{"urlPattern": pattern, "resourceType": "Document"}]})
        try:
            yield stopped
        finally:
            with suppress(Error):
                await session.detach()

    def _answered(self, response: Response) -> None:
        if not response.request.is_navigation_request() or response.frame != self.sheet.main_frame:
            return
        if response.status in REDIRECTS and "location" in response.headers:
            self._redirected = response.status
        else:
            self._document, self._landed = response, False

    def _arrived(self, frame: Frame) -> None:
        if frame == self.sheet.main_frame:
            self._landed = True

    async def _another(self, sheet: Sheet) -> None:
        if len(self._context.pages) > MOST_SHEETS:
            with suppress(Error):
                await sheet.close()


def _page_of(form: Form) -> str:
    """A page that has this form and nothing else."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in form.fields
    )
    return f'<form method="{escape(form.method)}" action="{escape(form.action)}">{fields}</form>'


def _read_cookie(cookie: Mapping[str, Any]) -> Cookie:
    domain, expires = str(cookie["domain"]), float(cookie["expires"])
    return Cookie(
        name=str(cookie["name"]),
        value=str(cookie["value"]),
        domain=domain.removeprefix("."),
        host_only=not domain.startswith("."),
        path=str(cookie["path"]),
        secure=bool(cookie["secure"]),
        same_site=str(cookie["sameSite"]).lower(),
        expires=None if expires < 0 else datetime.fromtimestamp(expires, UTC),
        http_only=bool(cookie["httpOnly"]),
    )


def _written_cookie(cookie: Cookie) -> dict[str, Any]:
    return {
        "name": cookie.name,
        "value": cookie.value,
        "domain": cookie.domain if cookie.host_only else f".{cookie.domain}",
        "path": cookie.path,
        "expires": -1 if cookie.expires is None else cookie.expires.timestamp(),
        "httpOnly": cookie.http_only,
        "secure": cookie.secure,
        "sameSite": cookie.same_site.capitalize(),
    }


async def _agree(dialog: Dialog) -> None:
    """Whatever a page asks, it is answered yes: nobody sits there."""
    with suppress(Error):
        await dialog.accept()


def _first_line(error: Error) -> str:
    return error.message.partition("\n")[0][:200]
