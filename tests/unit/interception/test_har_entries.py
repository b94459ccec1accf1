"""The entries of a HAR are found one by one, whatever became of the file."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.interception import har_entries
from testbed.interception.har_entries import CUT, GIVEN_UP, NO_LIST, TOO_MANY, Entries, Found

ENTRIES = [
    {
        "startedDateTime": "2026-09-01T07:00:00.000Z",
        "request": {"method": "GET", "url": f"https://app.test/{number}", "note": "å" * number},
        "response": {"status": 200, "content": {"text": '{"request": {"url": "no entry"}}'}},
    }
    for number in range(5)
]
PAGES = [{"startedDateTime": "2026-09-01T07:00:00.000Z", "id": "page_1", "title": '"entries": [{"request": {}}]'}]
DOCUMENT = {"log": {"version": "1.2", "pages": PAGES, "entries": ENTRIES, "comment": "whole"}}
WHOLE = json.dumps(DOCUMENT, ensure_ascii=False).encode()


def read(octets: bytes) -> list[tuple[int, Found]]:
    return list(Entries(io.BytesIO(octets)))


def values(octets: bytes) -> list[Any]:
    return [found.value for _, found in read(octets) if not found.problem]


def problems(octets: bytes) -> dict[int, str]:
    return {number: found.problem for number, found in read(octets) if found.problem}


@pytest.fixture(params=[64, 4 * 1024 * 1024], ids=["in pieces", "at once"])
def _chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(har_entries, "CHUNK", request.param)


@pytest.mark.usefixtures("_chunk")
@pytest.mark.parametrize("indent", [None, 1, 4])
def test_a_whole_file_is_read_whole(indent: int | None) -> None:
    document = json.dumps(DOCUMENT, ensure_ascii=False, indent=indent).encode()
    assert values(document) == ENTRIES
    assert problems(document) == {}


@pytest.mark.usefixtures("_chunk")
@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_tells_the_charset(charset: str) -> None:
    assert values(WHOLE.decode().encode(charset)) == ENTRIES


def test_a_list_without_entries_is_no_problem() -> None:
    assert read(b'{"log": {"entries": []}}') == []


@pytest.mark.usefixtures("_chunk")
def test_wherever_it_is_cut_the_entries_before_are_kept_and_the_cut_is_named() -> None:
    begins = WHOLE.index(b'"entries"') + len('"entries": [')
    for end in range(begins, WHOLE.rindex(b"]")):
        found = values(WHOLE[:end])
        assert found == ENTRIES[: len(found)]
        assert list(problems(WHOLE[:end])) == [len(found) + 1]
    assert problems(WHOLE[: begins - 5]) == {1: NO_LIST}


def test_a_cut_between_entries_is_a_cut() -> None:
    assert problems(b'{"log": {"entries": [' + json.dumps(ENTRIES[0]).encode()) == {2: CUT}


@pytest.mark.usefixtures("_chunk")
@pytest.mark.parametrize(
    "broken",
    [
        WHOLE.replace(b'"method": "GET", "url": "https://app.test/2"', b'"method": "GET "url": "https://app.test/2"'),
        WHOLE.replace(b"https://app.test/2", b'https://app.te"st/2'),
        WHOLE.replace(
            b'{"method": "GET", "url": "https://app.test/2"', b'"method": "GET", "url": "https://app.test/2"'
        ),
    ],
    ids=["a sign is missing", "a quotation mark too many", "a brace is missing"],
)
def test_one_broken_entry_costs_itself_alone(broken: bytes) -> None:
    assert values(broken) == [*ENTRIES[:2], *ENTRIES[3:]]
    assert list(problems(broken)) == [3]


def test_a_list_that_ends_too_early_hides_nothing() -> None:
    first = json.dumps(ENTRIES[0], ensure_ascii=False).encode()
    assert values(WHOLE.replace(first + b", ", first + b"] ")) == ENTRIES
    assert len(problems(WHOLE.replace(first + b", ", first + b"] "))) == 1


def test_a_list_that_is_not_where_it_belongs_is_found() -> None:
    assert values(WHOLE.replace(b'"entries": [{"started', b'"entires": [{"started')) == ENTRIES


def test_octets_that_are_not_utf_8_are_told_and_kept() -> None:
    ((_, found),) = read(b'{"log": {"entries": [{"request": {"url": "https://a.test/\xe5"}}]}}')
    assert found.foreign
    assert isinstance(found.value, dict)
    assert found.value["request"]["url"].encode("utf-8", "surrogateescape").endswith(b"\xe5")


@pytest.mark.parametrize(
    "entry",
    [b"[" * 200_000, b'{"request": ' * 200_000, b'{"request": {"x": ' + b"9" * 10_000 + b"}}"],
    ids=["arrays", "objects", "a number of ten thousand digits"],
)
def test_what_no_reader_stands_is_named(entry: bytes) -> None:
    found = problems(b'{"log": {"entries": [' + entry + b"]}}")
    assert 1 in found


def test_entries_beyond_the_bound_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(har_entries, "MAX_ENTRIES", 3)
    assert values(WHOLE) == ENTRIES[:3]
    assert problems(WHOLE) == {4: TOO_MANY}


def test_an_entry_beyond_the_bound_is_named_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(har_entries, "CHUNK", 256)
    monkeypatch.setattr(har_entries, "MAX_ENTRY", 4096)
    large = {"request": {"url": "https://app.test/", "body": "x" * 20_000}}
    document = json.dumps({"log": {"entries": [ENTRIES[0], large, ENTRIES[1]]}}).encode()
    assert values(document) == ENTRIES[:2]
    assert problems(document) == {2: "is damaged, or too large"}


def test_a_file_that_is_damaged_everywhere_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(har_entries, "MAX_ATTEMPTS", 10)
    assert GIVEN_UP in problems(b'{"log": {"entries": [' + b'{"time": 1, x' * 100).values()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damage_is_lost_in_silence(data: st.DataObject) -> None:
    octets = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(0, 3))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(octets[: data.draw(st.integers(0, len(octets)))])
    if len(values(damaged)) < len(ENTRIES):
        assert problems(damaged)
