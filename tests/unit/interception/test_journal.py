"""The journal gives back what was written, and says so when it cannot."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.people import generate
from testbed.interception import journal as journal_module
from testbed.interception.journal import Journal
from testbed.interception.journals import dump
from testbed.interception.recorded import JournalCorrupt, read
from testbed.model.orders import ChangeMachine, PushRoster
from testbed.model.rolling import RollKeys
from testbed.model.verdict import Ordered, Play
from testbed.model.wire import Frame, Request, Response
from testbed.runner.catalogue import load_catalogue
from testbed.runner.plan import plays_of

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


SWITCHING = Response(101, (("upgrade", "websocket"),))
FRAMES = st.lists(
    st.builds(Frame, st.booleans(), st.just(NOW), TEXT.map(str.encode), st.just(True))
    | st.builds(Frame, st.booleans(), st.just(NOW), st.binary(max_size=50), st.just(False)),
    max_size=6,
)


def spoken(path: Path, *said: list[Frame]) -> None:
    """A socket for each list, with all that was said on it; the frames of all of them come in turns."""
    with Journal(path, "loopback", lambda: NOW) as journal:
        numbers = [journal.open("browser.test", Request("GET", "https://live.test/")) for _ in said]
        for number in numbers:
            journal.close(number, SWITCHING)
            journal.connect(number)
        for turn in range(max(map(len, said), default=0)):
            for number, frames in zip(numbers, said, strict=True):
                for frame in frames[turn : turn + 1]:
                    journal.frame(number, sent=frame.sent, data=frame.data, text=frame.text)


@settings(max_examples=50)
@given(st.lists(FRAMES, max_size=3))
def test_what_was_said_on_each_socket_is_read(said: list[list[Frame]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "exchanges.jsonl"
        spoken(path, *said)
        assert [list(exchange.frames) for exchange in read(path).exchanges] == said


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ([b"four", b"more", b"last"], [b"four", b"more"]),
        ([b"sixteen bytes it is"], [b"sixteen by"]),
        ([b"eight by", b"te\xc3\xa5"], [b"eight by", b"te"]),
        ([b"123456789\xc3\xa5", b"x"], [b"123456789"]),
    ],
)
def test_of_a_socket_without_end_the_beginning_is_kept_and_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[bytes], kept: list[bytes]
) -> None:
    monkeypatch.setattr(journal_module, "MAX_FRAMES", 2)
    monkeypatch.setattr(journal_module, "MAX_FRAMES_BYTES", 10)
    path = tmp_path / "exchanges.jsonl"
    spoken(path, [Frame(True, NOW, data) for data in said])
    (exchange,) = read(path).exchanges
    assert [frame.data for frame in exchange.frames] == kept
    assert exchange.error == "WebSocket cut after 2 frames or 10 bytes"


@pytest.mark.parametrize("kind", ["frame", "frames-cut"])
def test_a_frame_of_an_exchange_that_is_not_there_is_damage(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "exchanges.jsonl"
    spoken(path, [Frame(True, NOW, b"said")])
    first, _, frame = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([first, frame.replace(b'"frame"', f'"{kind}"'.encode()), b""]))
    with pytest.raises(JournalCorrupt, match="line 2"):
        read(path)


def test_a_text_that_is_not_utf_8_is_kept_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "exchanges.jsonl"
    spoken(path, [Frame(True, NOW, b"\xff", text=True)])
    assert read(path).exchanges[0].frames == (Frame(True, NOW, b"\xff", text=False),)


def test_silence_is_of_every_open_socket(tmp_path: Path) -> None:
    with Journal(tmp_path / "exchanges.jsonl", "loopback", lambda: NOW) as journal:
        assert journal.silent(3600)
        number = journal.open("browser.test", Request("GET", "https://live.test/"))
        journal.close(number, SWITCHING)
        journal.connect(number)
        assert journal.silent(0)
        assert not journal.silent(3600)
        journal.hang_up(number)
        assert journal.silent(3600)


@pytest.fixture
def play() -> Play:
    known = load_catalogue()
    (one,) = plays_of((known.scenarios["roster-class-lists"],), known, generate(1, 100).people, seed=1)
    return one


def test_what_the_school_was_ordered_in_an_exchange_stands_in_its_play(tmp_path: Path, play: Play) -> None:
    path = tmp_path / "exchanges.jsonl"
    sent = PushRoster(party="https://v.test")
    revoked = ChangeMachine(entity_id="https://api.skola.test", step="revoke")
    with Journal(path, "inprocess", lambda: NOW) as journal:
        journal.ordered(sent)
        journal.begin(play)
        journal.ordered(sent)
        # NOTE: what concerns logins alone, or holds a secret, is not kept.
        journal.ordered(RollKeys(step="announce"))
        journal.ordered(revoked)
        journal.end(play.id)
        journal.ordered(sent)
    recorded = read(path)
    (read_again,) = recorded.plays
    assert read_again.orders == (Ordered(NOW, sent), Ordered(NOW, revoked))
    again = tmp_path / "again.jsonl"
    again.write_text("".join(dump(recorded)), encoding="utf-8")
    assert read(again).plays == recorded.plays
