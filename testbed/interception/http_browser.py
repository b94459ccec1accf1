"""A browser made of an HTTP client: honest about what a page makes it do, without running its scripts.

It follows redirects, sends forms that send themselves, keeps cookies, and fetches what a page embeds with the Referer
that the page's policy allows, so that a tracking pixel is seen. What scripts do beyond that it cannot see.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

import httpx

from testbed.interception.browser import BrowserError, NoAnswerInTime
from testbed.interception.cookies import Cookie, CookieJar, site_of
from testbed.interception.referrer import POLICIES, origin_header, origin_of, referrer
from testbed.model.pages import Form, Page, Resource
from testbed.model.wire import Response, header, header_values
from testbed.wire.forms import read_page

MAX_REDIRECTS = 20
MAX_AUTO_SUBMITS = 10
MAX_BODY = 16 * 1024 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEPS_METHOD = frozenset({307, 308})
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0 testbed"
ACCEPT = {
    "document": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "iframe": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "image": "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
    "style": "text/css,*/*;q=0.1",
    "script": "*/*",
}

type Destination = Literal["document", "iframe", "image", "style", "script"]
DESTINATIONS: dict[str, Destination] = {"img": "image", "link": "style", "script": "script", "iframe": "iframe"}


@dataclass(frozen=True, slots=True)
class _Fetch:
    """One request that the browser is about to make, and why."""

    method: str
    url: str
    destination: Destination
    body: bytes = b""
    page: str = ""
    """URL of the page that makes it; "" when the person typed it."""
    policy: str = ""

    @property
    def site(self) -> Literal["none", "same-origin", "same-site", "cross-site"]:
        """Sec-Fetch-Site."""
        if not self.page:
            return "none"
        if origin_of(self.page) == origin_of(self.url):
            return "same-origin"
        here, there = urlsplit(self.page), urlsplit(self.url)
        same = here.scheme == there.scheme and site_of(here.hostname or "") == site_of(there.hostname or "")
        return "same-site" if same else "cross-site"


class HttpBrowser:
    """One person's browser. The client that it is handed follows no redirects and keeps no cookies: it does."""

    def __init__(self, http: httpx.AsyncClient, now: Callable[[], datetime], language: str = "sv") -> None:
        self._http = http
        self._now = now
        self._jar = CookieJar(now)
        self._language = language
        self.page: Page | None = None

    async def visit(self, url: str, stop_before: str = "") -> Page:
        """See :class:`testbed.interception.browser.Browser`.

        Raises:
            BrowserError: it could not be had.
        """
        return await self._open(_Fetch("GET", url, "document"), stop_before)

    async def submit(self, form: Form, values: Sequence[tuple[str, str]] = (), stop_before: str = "") -> Page:
        """See :class:`testbed.interception.browser.Browser`.

        Raises:
            BrowserError: what it leads to could not be had.
        """
        return await self._open(self._sending(form, values), stop_before)

    async def cookies(self) -> tuple[Cookie, ...]:
        """See :class:`testbed.interception.browser.Browser`."""
        return self._jar.held

    async def restore(self, cookies: Sequence[Cookie]) -> None:
        """See :class:`testbed.interception.browser.Browser`."""
        await self.forget()
        self._jar.restore(cookies)

    async def drop(self, cookies: Sequence[Cookie]) -> None:
        """See :class:`testbed.interception.browser.Browser`."""
        self._jar.restore([cookie for cookie in self._jar.held if cookie not in cookies])

    async def forget(self) -> None:
        """See :class:`testbed.interception.browser.Browser`."""
        self._jar, self.page = CookieJar(self._now), None

    def _sending(self, form: Form, values: Sequence[tuple[str, str]] = ()) -> _Fetch:
        named = {name for name, _ in values}
        data = urlencode([*(field for field in form.fields if field[0] not in named), *values])
        page = self.page or Page("", 0)
        if form.method == "POST":
            return _Fetch("POST", form.action, "document", data.encode(), page.url, page.referrer_policy)
        target = urlunsplit((*urlsplit(form.action)[:3], data, ""))
        return _Fetch("GET", target, "document", b"", page.url, page.referrer_policy)

    async def _open(self, fetch: _Fetch, stop_before: str = "") -> Page:
        for _ in range(MAX_AUTO_SUBMITS):
            url, response = await self._load(fetch, stop_before)
            self.page = page = read_page(url, response)
            await self._embed(page, frames=True)
            form = next((form for form in page.forms if form.auto_submit and form.action), None)
            if form is None or (stop_before and form.action.startswith(stop_before)):
                return page
            fetch = self._sending(form)
        raise BrowserError(f"more than {MAX_AUTO_SUBMITS} forms sent themselves one after the other, last {fetch.url}")

    async def _embed(self, page: Page, *, frames: bool) -> None:
        """Fetch what the page embeds; what fails there does not keep anyone from reading the page."""
        for resource in page.resources:
            if resource.kind == "iframe" and not frames:
                continue
            try:
                url, response = await self._load(_embedded(page, resource))
            except BrowserError:
                continue
            if resource.kind == "iframe":
                await self._embed(read_page(url, response), frames=False)

    async def _load(self, fetch: _Fetch, stop_before: str = "") -> tuple[str, Response]:
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._send(fetch)
            for cookie in header_values(response.headers, "set-cookie"):
                context = fetch.destination == "document" or fetch.site != "cross-site"
                self._jar.store(fetch.url, cookie, same_site_context=context)
            location = header(response.headers, "location")
            if response.status not in REDIRECTS or not location:
                return fetch.url, response
            fetch = _redirected(fetch, response, location)
            if stop_before and fetch.url.startswith(stop_before):
                return fetch.url, response
        raise BrowserError(f"more than {MAX_REDIRECTS} redirects, last to {fetch.url[:200]}")

    async def _send(self, fetch: _Fetch) -> Response:
        # NOTE: httpx keeps cookies of its own, and would send those that this browser withholds.
        self._http.cookies.clear()
        headers = self._headers(fetch)
        try:
            request = self._http.build_request(fetch.method, fetch.url, headers=headers, content=fetch.body or None)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise BrowserError(f"a page leads to what is no web address, {fetch.url[:200]!r}: {error}") from error
        try:
            answer = await self._http.send(request, stream=True, follow_redirects=False)
            body = bytearray()
            try:
                async for chunk in answer.aiter_raw():
                    body += chunk
                    if len(body) > MAX_BODY:
                        raise BrowserError(f"{fetch.url[:200]} answers with more than {MAX_BODY} bytes")
            finally:
                await answer.aclose()
        except (httpx.InvalidURL, UnicodeError) as error:
            # NOTE: the address itself, where its host is none (IDNA), or the one that the answer leads to.
            raise BrowserError(f"{fetch.url[:200]!r} leads to what is no web address: {error}") from error
        except httpx.TimeoutException as error:
            raise NoAnswerInTime(f"{fetch.url[:200]} gave no answer in time ({type(error).__name__})") from error
        except httpx.HTTPError as error:
            raise BrowserError(f"{fetch.url[:200]} gave no answer ({type(error).__name__}: {error})") from error
        received = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw)
        return Response(answer.status_code, received, bytes(body))

    def _headers(self, fetch: _Fetch) -> dict[str, str]:
        document = fetch.destination == "document"
        headers = {
            "User-Agent": USER_AGENT,
            "Accept": ACCEPT[fetch.destination],
            "Accept-Language": f"{self._language},en;q=0.5" if self._language != "en" else "en",
            "Accept-Encoding": "gzip, deflate, br, zstd",
            "Sec-Fetch-Dest": fetch.destination,
            "Sec-Fetch-Mode": "navigate" if fetch.destination in ("document", "iframe") else "no-cors",
            "Sec-Fetch-Site": fetch.site,
        }
        came_from = referrer(fetch.page, fetch.url, fetch.policy) if fetch.page else ""
        if came_from:
            headers["Referer"] = came_from
        if fetch.method == "POST":
            headers["Origin"] = origin_header(fetch.page, fetch.url, fetch.policy)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        cookies = self._jar.header(
            fetch.url,
            same_site=fetch.site != "cross-site",
            safe_top_level=document and fetch.method in ("GET", "HEAD"),
        )
        return {**headers, "Cookie": cookies} if cookies else headers


def _embedded(page: Page, resource: Resource) -> _Fetch:
    policy = resource.referrer_policy or page.referrer_policy
    return _Fetch("GET", resource.url, DESTINATIONS[resource.kind], page=page.url, policy=policy)


def _redirected(fetch: _Fetch, response: Response, location: str) -> _Fetch:
    """Where a redirect leads, by which method, and what is still said of the page (Fetch 4.4)."""
    try:
        # NOTE: browsers take a backslash for a slash (WHATWG URL, 4.4).
        target = urlsplit(urljoin(fetch.url, location.replace("\\", "/")))
        url = urlunsplit((*target[:4], ""))
        readable = target.scheme in ("http", "https") and bool(target.hostname)
    except ValueError:
        readable, url = False, ""
    if not readable:
        raise BrowserError(f"{fetch.url[:200]} redirects to what is no web address: {location[:200]!r}")
    policies = [token.strip().lower() for token in header(response.headers, "referrer-policy").split(",")]
    policy = next((token for token in reversed(policies) if token in POLICIES), fetch.policy)
    if response.status in KEEPS_METHOD or fetch.method in ("GET", "HEAD"):
        return replace(fetch, url=url, policy=policy)
    return replace(fetch, url=url, policy=policy, method="GET", body=b"")
