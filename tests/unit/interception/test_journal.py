"""The journal gives back what was written, and says so when it cannot."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.interception.journal import Journal, JournalCorrupt, read
from testbed.model.wire import Request, Response

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
HEADERS = st.lists(st.tuples(TEXT, TEXT), max_size=4).map(tuple)


def written(path: Path, exchanges: list[tuple[Request, Response | None]]) -> None:
    with Journal(path, "inprocess", lambda: NOW) as journal:
        numbers = [journal.open("browser.test", request) for request, _ in exchanges]
        for number, (_, response) in reversed(list(zip(numbers, exchanges, strict=True))):
            journal.close(number, response, "" if response else "no answer")


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.builds(Request, TEXT, TEXT, HEADERS, st.binary(max_size=50)),
            st.none() | st.builds(Response, st.integers(100, 599), HEADERS, st.binary(max_size=50)),
        ),
        max_size=4,
    )
)
def test_what_was_written_is_read(exchanges: list[tuple[Request, Response | None]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "exchanges.jsonl"
        written(path, exchanges)
        recorded = read(path)
    assert [(e.request, e.response) for e in recorded.exchanges] == exchanges
    assert [e.number for e in recorded.exchanges] == list(range(1, len(exchanges) + 1))
    assert recorded.problems == ()


def test_wherever_the_recorder_dies_the_lines_before_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "exchanges.jsonl"
    written(path, [(Request("GET", f"https://a.test/{n}"), Response(200)) for n in range(3)])
    content = path.read_bytes()
    ends = [place for place, octet in enumerate(content) if octet == ord("\n")]
    for cut in range(ends[-2] + 2, len(content) - 1, 7):
        path.write_bytes(content[:cut])
        recorded = read(path)
        assert len(recorded.exchanges) == 2
        assert len(recorded.problems) == 1


def test_damage_in_the_middle_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "exchanges.jsonl"
    written(path, [(Request("GET", "https://a.test/"), Response(200))])
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([lines[0], b"{broken", lines[1], b""]))
    with pytest.raises(JournalCorrupt, match="line 2"):
        read(path)


def test_it_is_its_owner_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "exchanges.jsonl"
    written(path, [])
    assert path.stat().st_mode & 0o077 == 0
