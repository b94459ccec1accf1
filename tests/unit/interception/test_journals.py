"""Journals from elsewhere are read in spite of damage; what was read elsewhere is written as one."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.interception.journals import dump, exchanges_in, read_leniently, scan
from testbed.interception.recorded import JournalCorrupt, Recorded, read
from testbed.model.verdict import CAPTURE, Play
from testbed.model.wire import BROWSER, Exchange, Frame, Request, Response
from testbed.model.written import Scenario, Vendor

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
VENDOR = Vendor.model_validate(
    {
        "id": "app",
        "name": "Appen",
        "protocol": "saml",
        "metadata": "https://app.test/metadata",
        "login": "https://app.test/login",
        "probe": {"url": "https://app.test/me"},
    }
)
SCENARIO = Scenario.model_validate(
    {"id": "x", "title": {"sv": "X", "en": "X"}, "flow": "login", "vendor": "app", "expect": {"login": "accepted"}}
)
PLAYS = (
    Play("x", SCENARIO, VENDOR, "elev-1", "app-2026", NOW, NOW, captured=True),
    Play("y", SCENARIO, VENDOR, "", "", NOW, NOW, stopped="no page"),
)


def exchange(number: int, play: str) -> Exchange:
    return Exchange(
        number,
        play,
        BROWSER,
        "app.test",
        Request("POST", f"https://app.test/{number}", (("a", "å"),), b"\xff\x00" * number),
        Response(200, (), b"ok") if number % 2 else None,
        NOW,
        1.5,
        "" if number % 2 else "net::ERR_FAILED",
        (Frame(True, NOW, b"hej"), Frame(False, NOW, b"\xff", text=False)) if number == 3 else (),
        "page.test" if number == 1 else "",
    )


RECORDED = Recorded(
    CAPTURE, NOW, PLAYS, tuple(exchange(number, play) for number, play in enumerate(("x", "x", "y", ""), start=1)), ()
)
WHOLE = "".join(dump(RECORDED)).encode()


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "exchanges.jsonl"
    path.write_bytes(WHOLE)
    assert read(path) == RECORDED


def test_a_whole_journal_is_read_whole() -> None:
    found = read_leniently(io.BytesIO(WHOLE))
    assert (found.exchanges, found.plays, found.unreadable) == (RECORDED.exchanges, PLAYS, ())


@pytest.mark.parametrize("broken", [b"{broken", b"[]", b"7", b'{"kind": "moon"}', b'{"kind": "exchange"}', b"\xff\xfe"])
def test_a_line_that_is_none_costs_itself_alone(broken: bytes) -> None:
    lines = WHOLE.splitlines()
    found = read_leniently(io.BytesIO(b"\n".join([*lines[:2], broken, *lines[2:]])))
    assert (found.exchanges, found.plays) == (RECORDED.exchanges, PLAYS)
    assert len(found.unreadable) == 1
    assert found.unreadable[0].startswith("line 3 is no line of a journal")


def test_a_number_that_stands_twice_is_told() -> None:
    found = read_leniently(io.BytesIO(WHOLE + WHOLE))
    assert found.exchanges == RECORDED.exchanges
    assert len(found.unreadable) == len(RECORDED.exchanges) + len(RECORDED.exchanges[2].frames)


def test_lone_surrogates_are_no_text() -> None:
    lines = [json.loads(line) for line in WHOLE.splitlines()]
    for line in lines:
        if line["kind"] == "exchange":
            line["request"]["url"] += "\ud83d"
    found = read_leniently(io.BytesIO("\n".join(map(json.dumps, lines)).encode()))
    assert len(found.exchanges) == len(RECORDED.exchanges)
    assert all(one.request.url.endswith("?") for one in found.exchanges)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_damage_makes_it_fall_over(data: st.DataObject) -> None:
    octets = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(octets[: data.draw(st.integers(0, len(octets)))])
    found = read_leniently(io.BytesIO(damaged))
    lost = len(damaged.splitlines()) - len(found.exchanges) - len(found.unreadable)
    assert lost <= len(WHOLE.splitlines()) - len(RECORDED.exchanges)


def test_a_journal_that_is_too_large_to_be_held_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "exchanges.jsonl"
    path.write_bytes(WHOLE)
    assert [line["kind"] for line in scan(path)] == [json.loads(line)["kind"] for line in WHOLE.splitlines()]
    bare = tuple(replace(one, frames=()) for one in RECORDED.exchanges)
    assert tuple(exchanges_in(path)) == bare
    path.write_bytes(WHOLE + b'{"kind": "exchange", "num')
    assert tuple(exchanges_in(path)) == bare
    path.write_bytes(b"[1]\n" + WHOLE)
    with pytest.raises(JournalCorrupt, match="line 1"):
        tuple(scan(path))
    path.write_bytes(WHOLE + b'{"kind": "exchange"}\n')
    with pytest.raises(JournalCorrupt, match=f"line {len(WHOLE.splitlines()) + 1}"):
        tuple(exchanges_in(path))


def test_why_a_play_cannot_be_judged_is_written_too(tmp_path: Path) -> None:
    path = tmp_path / "exchanges.jsonl"
    lacking = replace(RECORDED, plays=(replace(PLAYS[0], lacking="it came to no end"),))
    path.write_text("".join(dump(lacking)), encoding="utf-8")
    assert read(path).plays == lacking.plays
