"""A recorder that was killed is followed by another: nothing answered is lost, nothing under way is forgotten."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.people import generate
from testbed.interception import underway as underway_module
from testbed.interception.encoding import exchange_to_json
from testbed.interception.recorded import JournalCorrupt, read
from testbed.interception.resuming import resumed
from testbed.interception.underway import Underway, read_underway
from testbed.model.breaking import Kill, Mend
from testbed.model.verdict import Broken, Play, Seen
from testbed.model.wire import KILLED, Exchange, Request, Response
from testbed.runner.catalogue import load_catalogue
from testbed.runner.plan import plays_of

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
MOVES = st.lists(st.one_of(st.just("open"), st.integers(0, 5)), max_size=25)
"""Open an exchange, or close one of those that are open."""


def play() -> Play:
    catalogue = load_catalogue()
    (one,) = plays_of(catalogue.named(["provider-dies-maths-app"]), catalogue, generate(1, 100).everybody, 1)
    return one


class Folder:
    """The files of one journal, written to by one recorder after the other."""

    def __init__(self, path: Path) -> None:
        self.journal, self.underway = path / "exchanges.jsonl", path / "underway.jsonl"
        self.recorder = resumed(self.journal, "loopback", lambda: NOW, self.underway)

    def close(self) -> None:
        self.recorder.__exit__()

    def kill(self, cut: int = 0) -> None:
        """The recorder is gone, perhaps in the middle of a line, and another one takes its place."""
        self.close()
        content = self.journal.read_bytes()
        self.journal.write_bytes(content + b'{"kind":"exchange","number":99,"pl'[:cut])
        self.underway.write_bytes(self.underway.read_bytes() + b'{"number":98,'[:cut])
        self.recorder = resumed(self.journal, "loopback", lambda: NOW, self.underway)


@settings(max_examples=60, deadline=None)
@given(MOVES, st.lists(st.integers(0, 24), max_size=3), st.integers(0, 20))
def test_wherever_it_is_killed_each_exchange_stands_there_once_answered_or_told_as_lost(
    tmp_path_factory: pytest.TempPathFactory, moves: list[str | int], kills: list[int], cut: int
) -> None:
    folder = Folder(tmp_path_factory.mktemp("journal"))
    opened: list[int] = []
    answered: set[int] = set()
    every: set[int] = set()
    for place, move in enumerate(moves):
        if place in kills:
            folder.kill(cut)
            opened.clear()
        if isinstance(move, str):
            opened.append(folder.recorder.open("browser.test", Request("GET", f"https://a.test/{place}")))
            assert opened[-1] not in every
            every.add(opened[-1])
        elif opened:
            number = opened.pop(move % len(opened))
            folder.recorder.close(number, Response(200))
            answered.add(number)
    folder.kill(cut)
    folder.close()
    recorded = read(folder.journal)
    assert [exchange.number for exchange in recorded.exchanges] == sorted(every)
    assert {exchange.number for exchange in recorded.exchanges if exchange.response} == answered
    lost = [exchange for exchange in recorded.exchanges if exchange.number not in answered]
    assert all(exchange.error == KILLED for exchange in lost)
    lines = [json.loads(line) for line in folder.journal.read_text(encoding="utf-8").splitlines()]
    assert len([line for line in lines if line["kind"] == "exchange"]) == len(every)
    assert [line["kind"] for line in lines].count("journal") == 1


def test_the_play_under_way_goes_on_and_one_that_ended_does_not(tmp_path: Path) -> None:
    folder, one = Folder(tmp_path), play()
    folder.recorder.begin(one)
    folder.recorder.broke(Broken(NOW, NOW, Kill(participant="school")))
    folder.kill()
    folder.recorder.saw(Seen(NOW, "https://a.test/", 0, "", "gave no answer"))
    folder.recorder.broke(Broken(NOW, NOW, Mend()))
    number = folder.recorder.open("browser.test", Request("GET", "https://a.test/"))
    folder.recorder.close(number, Response(200))
    folder.recorder.end(one.id)
    folder.kill()
    number = folder.recorder.open("browser.test", Request("GET", "https://b.test/"))
    folder.recorder.close(number, Response(200))
    folder.close()
    recorded = read(folder.journal)
    (played,) = recorded.plays
    assert [exchange.play for exchange in recorded.exchanges] == [one.id, ""]
    assert [broken.order for broken in played.broken] == [Kill(participant="school"), Mend()]
    assert played.seen == (Seen(NOW, "https://a.test/", 0, "", "gave no answer"),)
    assert (played.finished, played.error) == (NOW, "")


def test_a_journal_that_is_damaged_before_its_end_is_not_written_on(tmp_path: Path) -> None:
    path = tmp_path / "exchanges.jsonl"
    path.write_text('{"kind": "journal"\n{}\n', encoding="utf-8")
    with pytest.raises(JournalCorrupt, match="line 1"):
        resumed(path, "loopback", lambda: NOW)


def test_the_file_of_what_is_under_way_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(underway_module, "MAX_BYTES", 4_000)
    path = tmp_path / "underway.jsonl"
    kept = Underway(path)
    kept.left(waiting(1))
    for number in range(2, 200):
        kept.left(waiting(number))
        kept.over(number)
        assert path.stat().st_size < 4_000 + 2 * len(json.dumps(exchange_to_json(waiting(1))))
    assert [exchange.number for exchange in read_underway(path)] == [1]
    kept.over(1)
    assert path.stat().st_size == 0
    assert path.stat().st_mode & 0o077 == 0
    kept.close()


def waiting(number: int) -> Exchange:
    request = Request("POST", "https://a.test/", (), b"x" * 100)
    return Exchange(number, "", "browser.test", "a.test", request, None, NOW, 0.0, KILLED)
