"""The pages that show whom a vendor holds, as the person's browser leafed through them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import parse_qs, parse_qsl, urlsplit

from testbed.checks.probes import text_of
from testbed.model.verdict import Evidence
from testbed.model.wire import BROWSER, Exchange, Response
from testbed.wire.forms import MAX_TEXT, read_page
from testbed.wire.tables import Row, rows_in

PAGE = "page"
HTTP_OK = 200


@dataclass(frozen=True)
class Look:
    """One time that somebody looked whom the vendor holds: the pages that were opened one after the other."""

    pages: tuple[Exchange, ...]

    @property
    def begun(self) -> int:
        """The exchange of the first page."""
        return self.pages[0].number

    @cached_property
    def shown(self) -> frozenset[str]:
        """The words of all pages, ids among them."""
        return frozenset(self._first)

    @cached_property
    def _first(self) -> Mapping[str, Exchange]:
        """Each word with the first page that shows it."""
        return {word: page for page in reversed(self.pages) for word in words_of(page)}

    def covers(self, schools: Collection[str]) -> frozenset[str]:
        """Of these schools, by their hosts, those whose people the pages show: all, unless they name some."""
        named = frozenset(one for one in schools if any(f"{one}{sign}" in self.shown for sign in ("", ",", ";", ".")))
        return named or frozenset(schools)

    @cached_property
    def lacking(self) -> str:
        """Why not everything was seen, "" where it was."""
        opened = {number_of(page.request.url) for page in self.pages}
        for page in self.pages:
            if page.response is None or page.response.status != HTTP_OK:
                return f"{page.request.url} was not shown"
            if is_cut(page):
                return f"{page.request.url} is longer than what is looked at"
            for link in read_page(page.request.url, page.response).links:
                if _but_for_page(link.url) == _but_for_page(page.request.url) and number_of(link.url) not in opened:
                    return f"page {number_of(link.url)} was not opened"
        return ""

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows of their tables."""
        return tuple(row for page in self.pages if page.response for row in rows_in(page.response))

    def at(self, word: str) -> Exchange:
        """The page that shows a word; the last where none does."""
        return self._first.get(word, self.pages[-1])


def is_cut(page: Exchange) -> bool:
    """Whether a page is longer than what is looked at, and has no table that would tell all the same."""
    return page.response is not None and len(text_of(page)) >= MAX_TEXT and not rows_in(page.response)


@lru_cache(maxsize=64)
def _page_words(url: str, response: Response) -> frozenset[str]:
    """Those of the text, which is cut where it is very long, and those of the tables, which are not."""
    cells = (text for row in rows_in(response) for texts in row.values() for text in texts)
    return frozenset(word for text in (read_page(url, response).text, *cells) for word in text.split())


def words_of(page: Exchange) -> frozenset[str]:
    """What a page shows, ids among it, however long it is where it shows a table."""
    return _page_words(page.request.url, page.response) if page.response else frozenset()


def looks(evidence: Evidence) -> tuple[Look, ...]:
    """Every time, in order. A page that is opened again begins another, and so does one of another list."""
    found: list[list[Exchange]] = []
    for page in _opened(evidence):
        if not found or not _goes_on(found[-1], page, evidence):
            found.append([])
        found[-1].append(page)
    return tuple(Look(tuple(pages)) for pages in found)


def _goes_on(pages: Sequence[Exchange], page: Exchange, evidence: Evidence) -> bool:
    last = pages[-1].number
    new = number_of(page.request.url) not in {number_of(one.request.url) for one in pages}
    same = _but_for_page(page.request.url) == _but_for_page(pages[-1].request.url)
    # NOTE: whatever servers said to each other in between may have changed what is held.
    return new and same and all(one.sender == BROWSER for one in evidence.exchanges if last < one.number < page.number)


@lru_cache(maxsize=4096)
def number_of(url: str) -> int:
    """Of the page at an address; 1 where the address has none."""
    written = parse_qs(urlsplit(url).query).get(PAGE, ["1"])[0]
    return int(written) if written.isascii() and written.isdigit() and len(written) < len("1000000") else 0


def _opened(evidence: Evidence) -> Iterator[Exchange]:
    exchange = evidence.play.vendor.exchange
    roster = urlsplit((exchange.roster if exchange else None) or "")
    for one in evidence.exchanges if roster.netloc else ():
        parts = one.request.parts
        same = (parts.scheme, parts.netloc, parts.path) == (roster.scheme, roster.netloc, roster.path)
        if one.sender == BROWSER and one.response and same:
            yield one


@lru_cache(maxsize=4096)
def _but_for_page(url: str) -> tuple[str, ...]:
    """An address without the page's number."""
    parts = urlsplit(url)
    query = sorted((name, value) for name, value in parse_qsl(parts.query) if name != PAGE)
    return (parts.scheme, parts.netloc, parts.path, *(text for pair in query for text in pair))


def words(texts: Sequence[str]) -> frozenset[str]:
    """The texts of a cell as they are compared."""
    return frozenset(text.strip().casefold() for text in texts)
