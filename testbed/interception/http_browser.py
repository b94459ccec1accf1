"""The browser of :mod:`testbed.wire.browsing`, carried by an HTTP client."""

from collections.abc import Callable, Sequence
from datetime import datetime

import httpx

from testbed.model.pages import Form, Page
from testbed.model.wire import Response
from testbed.wire.browsing import MAX_BODY, BrowserError, Browsing, Loading, NoAnswerInTime, Sent
from testbed.wire.cookies import Cookie


class HttpBrowser:
    """One person's browser. The client that it is handed follows no redirects and keeps no cookies: it does."""

    def __init__(self, http: httpx.AsyncClient, now: Callable[[], datetime], language: str = "sv") -> None:
        self._http = http
        self._browsing = Browsing(now, language)

    @property
    def page(self) -> Page | None:
        """The one that is open."""
        return self._browsing.page

    async def visit(self, url: str, stop_before: str = "") -> Page:
        """See :class:`testbed.interception.browser.Browser`.

        Raises:
            BrowserError: it could not be had.
        """
        return await self._carry(self._browsing.visit(url, stop_before))

    async def submit(self, form: Form, values: Sequence[tuple[str, str]] = (), stop_before: str = "") -> Page:
        """See :class:`testbed.interception.browser.Browser`.

        Raises:
            BrowserError: what it leads to could not be had.
        """
        return await self._carry(self._browsing.submit(form, values, stop_before))

    async def cookies(self) -> tuple[Cookie, ...]:
        """See :class:`testbed.interception.browser.Browser`."""
        return self._browsing.jar.held

    async def restore(self, cookies: Sequence[Cookie]) -> None:
        """See :class:`testbed.interception.browser.Browser`."""
        await self.forget()
        self._browsing.jar.restore(cookies)

    async def drop(self, cookies: Sequence[Cookie]) -> None:
        """See :class:`testbed.interception.browser.Browser`."""
        jar = self._browsing.jar
        jar.restore([cookie for cookie in jar.held if cookie not in cookies])

    async def forget(self) -> None:
        """See :class:`testbed.interception.browser.Browser`."""
        self._browsing.forget()

    async def _carry[Result](self, loading: Loading[Result]) -> Result:
        try:
            sent = next(loading)
            while True:
                try:
                    response = await self._send(sent)
                except BrowserError as error:
                    sent = loading.throw(error)
                else:
                    sent = loading.send(response)
        except StopIteration as end:
            result: Result = end.value
            return result

    async def _send(self, sent: Sent) -> Response:
        # NOTE: httpx keeps cookies of its own, and would send those that this browser withholds.
        self._http.cookies.clear()
        try:
            request = self._http.build_request(sent.method, sent.url, headers=sent.headers, content=sent.body or None)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise BrowserError(f"a page leads to what is no web address, {sent.url[:200]!r}: {error}") from error
        try:
            answer = await self._http.send(request, stream=True, follow_redirects=False)
            body = bytearray()
            try:
                async for chunk in answer.aiter_raw():
                    body += chunk
                    if len(body) > MAX_BODY:
                        raise BrowserError(f"{sent.url[:200]} answers with more than {MAX_BODY} bytes")
            finally:
                await answer.aclose()
        except (httpx.InvalidURL, UnicodeError) as error:
            # NOTE: the address itself, where its host is none (IDNA), or the one that the answer leads to.
            raise BrowserError(f"{sent.url[:200]!r} leads to what is no web address: {error}") from error
        except httpx.TimeoutException as error:
            raise NoAnswerInTime(f"{sent.url[:200]} gave no answer in time ({type(error).__name__})") from error
        except httpx.HTTPError as error:
            raise BrowserError(f"{sent.url[:200]} gave no answer ({type(error).__name__}: {error})") from error
        received = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw)
        return Response(answer.status_code, received, bytes(body))
