"""Long lists of people on pages: so many at a time, and links to those before and after."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request

SHOWN = 20_000
"""So many people stand on one page: whoever looks one up in a large school need not leaf."""
PAGE = "page"
MAX_DIGITS = 6
NOT_FOUND = 404

type Row = tuple[str, Mapping[str, tuple[str, ...]]]
"""A person: the school's id, and what is held of them by canonical name."""


def leaf(request: Request, rows: Iterable[Row], kept: Mapping[str, str] | None = None) -> dict[str, object]:
    """What the template of a list of people needs, for the page that the address asks for by ``?page=``.

    Args:
        request: of the browser.
        rows: all people.
        kept: what else stands in the query of the pages before and after.

    Raises:
        HTTPException: there is no such page.
    """
    every = list(rows)
    last = max(1, -(-len(every) // SHOWN))
    number = asked_number(request, PAGE)
    if not 1 <= number <= last:
        raise HTTPException(NOT_FOUND)

    def address(to: int) -> str:
        return f"?{urlencode({**(kept or {}), PAGE: to})}" if 1 <= to <= last else ""

    first = (number - 1) * SHOWN
    return {
        "rows": every[first : first + SHOWN],
        "total": len(every),
        "first": first + 1,
        "previous": address(number - 1),
        "following": address(number + 1),
    }


def asked_number(request: Request, name: str) -> int:
    """The number in a query; 1 where there is none, 0 for what is no number."""
    text = request.query_params.get(name, "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else 0
