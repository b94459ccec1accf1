"""Who made a request happen: a browser does nothing by itself."""

from bisect import bisect_left
from collections.abc import Sequence
from urllib.parse import urljoin

from testbed.model.wire import BROWSER, Exchange, header, host_of

REDIRECT = range(300, 400)
SHOWN = range(200, 300)


class Leading:
    """The redirects of a play, found once: a recording may have hundreds of thousands of exchanges."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        led: dict[str, list[tuple[int, str]]] = {}
        for exchange in exchanges:
            if exchange.sender == BROWSER and (target := _target(exchange)):
                led.setdefault(target, []).append((exchange.number, exchange.receiver))
        self._pages = [(one.number, one.receiver) for one in exchanges if _is_page(one)]
        self._led = {url: sorted(by) for url, by in led.items()}

    def initiator(self, exchange: Exchange) -> str:
        """The host of the party that made a request happen.

        A server acts for itself. A browser is led: by the last redirect that named this URL, else by the page that its
        Origin or Referer tells of, else by the page that the recorder knows of or that was open, else by the person.
        """
        if exchange.sender != BROWSER:
            return exchange.sender
        by = self._led.get(exchange.request.url, ())
        earlier = bisect_left(by, (exchange.number, ""))
        if earlier:
            return by[earlier - 1][1]
        # NOTE: a browser that will not tell writes "Origin: null", and may tell by the Referer all the same.
        origin, referer = (host_of(exchange.request.header(name)) for name in ("origin", "referer"))
        return origin or referer or exchange.led_by or self._page_of(exchange) or BROWSER

    def _page_of(self, exchange: Exchange) -> str:
        """The host of the page that was open, for what only a page asks for (Fetch Metadata 2.1); else ""."""
        if exchange.request.header("sec-fetch-dest") in ("", "document"):
            return ""
        before = bisect_left(self._pages, (exchange.number, ""))
        return self._pages[before - 1][1] if before else ""


def _is_page(exchange: Exchange) -> bool:
    document = exchange.sender == BROWSER and exchange.request.header("sec-fetch-dest") == "document"
    return document and exchange.response is not None and exchange.response.status in SHOWN


def _target(exchange: Exchange) -> str:
    """Where an answer leads the browser; "" where it does not."""
    if exchange.response is None or exchange.response.status not in REDIRECT:
        return ""
    location = header(exchange.response.headers, "location")
    try:
        return urljoin(exchange.request.url, location).partition("#")[0] if location else ""
    except ValueError:
        return ""
