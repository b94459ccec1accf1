"""The tables of a page, as somebody reads them: rows of cells under the words at the head of their columns."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from lxml import html

from testbed.model.wire import Response
from testbed.wire.forms import parsed

MAX_ROWS = 100_000
MAX_COLUMNS = 100
MAX_LINES = 1000
MAX_CELL = 10_000

type Row = Mapping[str, tuple[str, ...]]
"""What stands in each column, a text for each block of it."""


def rows_in(response: Response) -> tuple[Row, ...]:
    """The rows of every table whose columns have heads; () where the page has none."""
    root = parsed(response)
    if root is None:
        return ()
    return tuple(islice((row for table in root.iter("table") for row in _rows(table)), MAX_ROWS))


def _rows(table: "html.HtmlElement") -> Iterator[Row]:
    heads = [_text(cell) for cell in islice(table.iterfind("./thead/tr/th"), MAX_COLUMNS)]
    if not heads:
        return
    for row in table.iterfind("./tbody/tr"):
        yield dict(zip(heads, (_lines(cell) for cell in row if cell.tag in ("td", "th")), strict=False))


def _lines(cell: "html.HtmlElement") -> tuple[str, ...]:
    blocks: Sequence[html.HtmlElement] = list(islice(cell.iter("div", "li", "p"), MAX_LINES)) or [cell]
    return tuple(text for text in map(_text, blocks) if text)


def _text(element: "html.HtmlElement") -> str:
    return " ".join(str(element.text_content())[:MAX_CELL].split())
