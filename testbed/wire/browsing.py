"""A browser without a network: honest about what a page makes it do, and handed each answer by whoever carries it.

It follows redirects, sends forms that send themselves, keeps cookies, and asks for what a page embeds with the Referer
that the page's policy allows, so that a tracking pixel is seen. What scripts do beyond that it cannot see. Each of its
methods is a generator that yields what is to be sent, is sent the response, and returns the page; one that raises an
error into it says that none came.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from testbed.model.pages import Form, Page, Resource
from testbed.model.wire import Response, header, header_values
from testbed.wire.cookies import CookieJar, site_of
from testbed.wire.forms import read_page
from testbed.wire.referrer import POLICIES, origin_header, origin_of, referrer


class BrowserError(RuntimeError):
    """A page could not be had at all: no answer, or redirects without end."""


class NoAnswerInTime(BrowserError):
    """No answer came in time: what the server makes of the request is not known."""


MAX_REDIRECTS = 20
MAX_AUTO_SUBMITS = 10
MAX_BODY = 16 * 1024 * 1024
"""Of an answer; whoever carries one stops there."""
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


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it goes out."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = b""


type Loading[Result] = Generator[Sent, Response, Result]
"""Yields each request and is sent its response; :class:`BrowserError` is raised into it where none came."""
type Reader = Callable[[str, Response], Page]
"""Makes a page of a URL and the response that it gave."""


class Browsing:
    """One person's browser.

    Args:
        now: the time, in aware UTC.
        language: what it asks pages to be in.
        reader: makes pages; one that looks for less is quicker.
        embeds: whether it asks for what pages embed.
    """

    __slots__ = ("_embeds", "_language", "_now", "_reader", "jar", "page")

    def __init__(
        self,
        now: Callable[[], datetime],
        language: str = "sv",
        reader: Reader = read_page,
        *,
        embeds: bool = True,
    ) -> None:
        self._now, self._language, self._reader, self._embeds = now, language, reader, embeds
        self.jar = CookieJar(now)
        self.page: Page | None = None

    def visit(self, url: str, stop_before: str = "") -> Loading[Page]:
        """Open a URL as if typed.

        Raises:
            BrowserError: it could not be had.
        """
        return self._open(_Fetch("GET", url, "document"), stop_before)

    def submit(self, form: Form, values: Sequence[tuple[str, str]] = (), stop_before: str = "") -> Loading[Page]:
        """Send a form of the open page, with these values in place of its own of the same names.

        Raises:
            BrowserError: what it leads to could not be had.
        """
        return self._open(self._sending(form, values), stop_before)

    def forget(self) -> None:
        """Be another browser from now on: without cookies, with no page open."""
        self.jar, self.page = CookieJar(self._now), None

    def _sending(self, form: Form, values: Sequence[tuple[str, str]] = ()) -> _Fetch:
        named = {name for name, _ in values}
        data = urlencode([*(field for field in form.fields if field[0] not in named), *values])
        page = self.page or Page("", 0)
        if form.method == "POST":
            return _Fetch("POST", form.action, "document", data.encode(), page.url, page.referrer_policy)
        target = urlunsplit((*urlsplit(form.action)[:3], data, ""))
        return _Fetch("GET", target, "document", b"", page.url, page.referrer_policy)

    def _open(self, fetch: _Fetch, stop_before: str = "") -> Loading[Page]:
        for _ in range(MAX_AUTO_SUBMITS):
            url, response = yield from self._load(fetch, stop_before)
            self.page = page = self._reader(url, response)
            if self._embeds:
                yield from self._embed(page, frames=True)
            form = next((form for form in page.forms if form.auto_submit and form.action), None)
            if form is None or (stop_before and form.action.startswith(stop_before)):
                return page
            fetch = self._sending(form)
        raise BrowserError(f"more than {MAX_AUTO_SUBMITS} forms sent themselves one after the other, last {fetch.url}")

    def _embed(self, page: Page, *, frames: bool) -> Loading[None]:
        """Fetch what the page embeds; what fails there does not keep anyone from reading the page."""
        for resource in page.resources:
            if resource.kind == "iframe" and not frames:
                continue
            try:
                url, response = yield from self._load(_embedded(page, resource))
            except BrowserError:
                continue
            if resource.kind == "iframe":
                yield from self._embed(self._reader(url, response), frames=False)

    def _load(self, fetch: _Fetch, stop_before: str = "") -> Loading[tuple[str, Response]]:
        for _ in range(MAX_REDIRECTS + 1):
            response = yield Sent(fetch.method, fetch.url, self._headers(fetch), fetch.body)
            for cookie in header_values(response.headers, "set-cookie"):
                context = fetch.destination == "document" or fetch.site != "cross-site"
                self.jar.store(fetch.url, cookie, same_site_context=context)
            location = header(response.headers, "location")
            if response.status not in REDIRECTS or not location:
                return fetch.url, response
            fetch = _redirected(fetch, response, location)
            if stop_before and fetch.url.startswith(stop_before):
                return fetch.url, response
        raise BrowserError(f"more than {MAX_REDIRECTS} redirects, last to {fetch.url[:200]}")

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
        cookies = self.jar.header(
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
