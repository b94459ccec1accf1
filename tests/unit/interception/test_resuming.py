"""A journal that another recorder left is written on: nothing that was answered is lost, and no number comes twice."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from idp.people import generate
from testbed.interception.journal import Journal
from testbed.interception.recorded import JournalCorrupt, read
from testbed.interception.resuming import resumed
from testbed.model.verdict import Play
from testbed.model.wire import Request, Response
from testbed.runner.catalogue import load_catalogue
from testbed.runner.plan import plays_of

ASKED, ANSWERED = Request("GET", "https://a.test/"), Response(200, (), b"here")


def now() -> datetime:
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def play() -> Play:
    known = load_catalogue()
    (one,) = plays_of((known.scenarios["login-reading-service"],), known, generate(1, 100).people, seed=1)
    return one


@pytest.fixture
def left(tmp_path: Path, play: Play) -> Path:
    """A journal whose recorder ended in the middle of a play."""
    path = tmp_path / "exchanges.jsonl"
    with Journal(path, "docker", now) as journal:
        journal.begin(play)
        for _ in range(3):
            journal.close(journal.open("b.test", ASKED), ANSWERED)
    return path


def test_exchanges_are_numbered_on_in_the_play_that_was_under_way(left: Path, play: Play) -> None:
    with resumed(left, "docker", now) as journal:
        journal.close(journal.open("b.test", ASKED), ANSWERED)
        journal.end(play.id)
    recorded = read(left)
    assert [(e.number, e.play) for e in recorded.exchanges] == [(n, play.id) for n in (1, 2, 3, 4)]
    assert [one.error for one in recorded.plays] == [""]
    assert left.read_bytes().count(b'"kind":"journal"') == 1


def test_wherever_the_other_one_died_its_last_line_is_whole_or_gone(left: Path) -> None:
    whole = left.read_bytes()
    lines = whole.splitlines(keepends=True)
    for size in range(len(whole) - len(lines[-1]), len(whole)):
        left.write_bytes(whole[:size])
        with resumed(left, "docker", now) as journal:
            number = journal.open("b.test", ASKED)
            journal.close(number, ANSWERED)
        assert number == 3
        assert [e.number for e in read(left).exchanges] == [1, 2, 3]


def test_after_a_play_has_ended_exchanges_belong_to_none(left: Path, play: Play) -> None:
    with resumed(left, "docker", now) as journal:
        journal.end(play.id)
    with resumed(left, "docker", now) as journal:
        journal.close(journal.open("b.test", ASKED), ANSWERED)
    assert read(left).exchanges[-1].play == ""


def test_where_there_is_nothing_it_is_begun(tmp_path: Path) -> None:
    path = tmp_path / "exchanges.jsonl"
    path.touch()
    with resumed(path, "docker", now) as journal:
        assert journal.open("b.test", ASKED) == 1
    assert read(path).lab == "docker"


def test_damage_in_the_middle_is_named_and_not_written_over(left: Path) -> None:
    damaged = left.read_bytes().replace(b'"kind":"play"', b'"kind":"plea"', 1)
    left.write_bytes(damaged)
    with pytest.raises(JournalCorrupt, match="line 2"):
        resumed(left, "docker", now)
    assert left.read_bytes() == damaged
