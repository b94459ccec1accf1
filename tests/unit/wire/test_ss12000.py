"""Calls of a data API: what is one, what it asked for, and what came of it."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.exchange_messages import DataAnswer, DataRecord, DataReport
from testbed.model.wire import Exchange, Pointer, Request, Response
from testbed.wire import ss12000

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
API = "https://api.skola.test/v2"
BEARER = (("Authorization", "Bearer a-token"),)


def called(
    path: str,
    answer: object = None,
    *,
    method: str = "GET",
    status: int = 200,
    body: bytes = b"",
    headers: tuple[tuple[str, str], ...] = BEARER,
    answered: tuple[tuple[str, str], ...] = (),
) -> Exchange:
    response = Response(status, answered, json.dumps(answer).encode())
    return Exchange(
        7, "p", "vendor.test", "api.skola.test", Request(method, f"{API}{path}", headers, body), response, NOW, 1.0
    )


def answer_of(exchange: Exchange) -> DataAnswer:
    (message,) = ss12000.messages(exchange)
    assert isinstance(message, DataAnswer)
    return message


def test_a_page_of_a_list() -> None:
    page = {"data": [{"id": "a"}, {"id": "b"}, {}], "pageToken": "next"}
    one = answer_of(called("/persons?limit=3", page))
    assert (one.collection, one.asked, one.query, one.status) == ("persons", "list", (("limit", "3"),), 200)
    assert one.records == tuple(
        DataRecord(Pointer(7, f"response.body/data/{number}"), name) for number, name in enumerate(("a", "b", ""))
    )
    assert one.following == "next"
    assert one.whole


@pytest.mark.parametrize(
    ("query", "whole"),
    [
        ("", True),
        ("?limit=10&expand=duties&expandReferenceNames=true&sortkey=ModifiedDesc", True),
        ("?meta.modified.after=2026-08-01T00:00:00Z", False),
        ("?pageToken=next", False),
    ],
)
def test_whole_is_what_no_filter_narrows(query: str, whole: bool) -> None:
    assert answer_of(called(f"/groups{query}", {"data": [], "pageToken": None})).whole is whole


def test_one_record_and_a_lookup() -> None:
    assert answer_of(called("/persons/a", {"id": "a"})).records == (DataRecord(Pointer(7, "response.body"), "a"),)
    found = answer_of(called("/persons/lookup", [{"id": "a"}, {"id": "b"}], method="POST"))
    assert (found.asked, [record.id for record in found.records]) == ("lookup", ["a", "b"])


def test_what_is_gone() -> None:
    gone = answer_of(called("/deletedEntities?after=x", {"data": {"persons": ["a"], "activitites": ["c", 4]}}))
    assert (gone.asked, [record.id for record in gone.records]) == ("deleted", ["a", "c"])


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0.5", 0.5),
        ("3", 3.0),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("true", None),
        ("1e999", None),
        ("1" * 400, None),
        ("1764190000", None),
        ("1764190000000", None),
    ],
)
def test_how_long_to_wait(written: str, seconds: float | None) -> None:
    one = answer_of(called("/persons", status=429, answered=(("X-RateLimit-Reset", written),)))
    assert (one.status, one.wait_s, one.records) == (429, seconds, ())


@pytest.mark.parametrize("body", [b'[],"x":["Anna"]', b'[]}, {"y": 1', b"[] []"])
def test_a_lookup_hides_nothing_behind_its_list(body: bytes) -> None:
    request = Request("POST", f"{API}/persons/lookup", BEARER)
    exchange = Exchange(1, "p", "v.test", "a.test", request, Response(200, (), body), NOW, 1.0)
    assert ss12000.messages(exchange) == ()
    assert ss12000.records(exchange) == ()


def test_every_record_and_what_stands_beside_is_looked_at() -> None:
    apart = ss12000.records(called("/persons", {"data": [{"id": "a"}, "text"], "pageToken": "t", "more": 1}))
    assert [(place, json.loads(data)) for place, data in apart] == [
        ("response.body/data/0", {"id": "a"}),
        ("response.body/data/1", "text"),
        ("response.body", {"pageToken": "t", "more": 1}),
    ]


def test_a_report() -> None:
    (report,) = ss12000.messages(called("/statistics", method="POST", body=b'{"newCount":1}'))
    where = Pointer(7, "request.body")
    assert report == DataReport(where, "statistics", '{"newCount":1}', host="api.skola.test", status=200)


@pytest.mark.parametrize(
    "exchange",
    [
        called("/persons", {"data": []}, headers=()),
        called("/people", {"data": []}),
        called("/persons", {"rows": []}),
        called("/persons", ["a"]),
        called("/persons/lookup", {"data": []}, method="POST"),
        called("/deletedEntities", {"data": []}),
        called("/persons", {"data": []}, method="DELETE"),
        called("/log", method="GET"),
    ],
    ids=[
        "no-token",
        "no-such-path",
        "no-data",
        "no-object",
        "lookup-of-an-object",
        "list-of-gone",
        "no-such-method",
        "log-read",
    ],
)
def test_what_is_no_call_of_a_data_api(exchange: Exchange) -> None:
    assert ss12000.messages(exchange) == ()


@given(st.binary(max_size=200), st.sampled_from(["/persons", "/persons/x", "/persons/lookup", "/deletedEntities"]))
def test_whatever_is_answered_is_read_or_left(body: bytes, path: str) -> None:
    method = "POST" if path.endswith("lookup") else "GET"
    request = Request(method, f"{API}{path}", BEARER)
    exchange = Exchange(1, "p", "v.test", "a.test", request, Response(200, (), body), NOW, 1.0)
    assert all(isinstance(message, DataAnswer) for message in ss12000.messages(exchange))
