"""Long lists of people, so many at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import Request

from sp_mocks import leafing
from sp_mocks.leafing import SHOWN, Row, asked_number, leaf


def asking(query: str) -> Request:
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": query.encode()})


def people(count: int) -> list[Row]:
    return [(str(number), {}) for number in range(count)]


def test_a_large_school_stands_on_one_page_and_a_municipality_on_several() -> None:
    assert leaf(asking(""), people(SHOWN))["following"] == ""
    second = leaf(asking("page=2"), people(SHOWN + 5))
    assert second["rows"] == people(SHOWN + 5)[SHOWN:]
    assert (second["total"], second["first"]) == (SHOWN + 5, SHOWN + 1)
    assert (second["previous"], second["following"]) == ("?page=1", "")


@given(count=st.integers(0, 40), shown=st.integers(1, 9))
def test_whoever_leafs_from_the_first_page_on_sees_everybody_once(count: int, shown: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leafing, "SHOWN", shown)
        seen, query = [], "?page=1"
        while query:
            page = leaf(asking(query[1:]), people(count), {"school": "2"})
            rows, query = page["rows"], str(page["following"])
            assert isinstance(rows, list)
            assert page["first"] == len(seen) + 1
            assert not query or query.startswith("?school=2&page=")
            seen += rows
        assert seen == people(count)
        with pytest.raises(HTTPException):
            leaf(asking(f"page={max(1, -(-count // shown)) + 1}"), people(count))


@pytest.mark.parametrize(
    ("query", "number"),
    [("", 1), ("n=7", 7), ("n=", 0), ("n=-1", 0), ("n=1e3", 0), ("n=%D9%A3", 0), ("n=1234567", 0), ("n=2&n=3", 3)],
)
def test_a_number_in_an_address(query: str, number: int) -> None:
    assert asked_number(asking(query), "n") == number
