"""Tables of pages, as somebody reads them."""

from hypothesis import given
from hypothesis import strategies as st

from testbed.model.wire import Response
from testbed.wire.tables import rows_in

HTML = (("Content-Type", "text/html; charset=utf-8"),)


def rows(html: str) -> list[dict[str, tuple[str, ...]]]:
    return [dict(row) for row in rows_in(Response(200, HTML, html.encode()))]


def test_cells_stand_under_the_heads_of_their_columns() -> None:
    table = (
        "<table><thead><tr><th>id</th><th> grupper </th></tr></thead><tbody>"
        "<tr><th>a</th><td><div>1A</div><div>1A  matte</div></td></tr><tr><th>b</th><td></td><td>more</td></tr>"
        "</tbody></table>"
    )
    assert rows(table) == [{"id": ("a",), "grupper": ("1A", "1A matte")}, {"id": ("b",), "grupper": ()}]


def test_a_table_without_heads_and_a_text_say_nothing() -> None:
    assert rows("<table><tbody><tr><td>a</td></tr></tbody></table>") == []
    assert rows_in(Response(200, (("Content-Type", "text/plain"),), b"<table>")) == ()
    assert rows("") == []


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_left(body: bytes) -> None:
    assert isinstance(rows_in(Response(200, HTML, b"<table><thead><tr><th>id" + body)), tuple)
