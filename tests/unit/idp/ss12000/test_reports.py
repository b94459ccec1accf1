"""Callers report what went wrong and how much they took in; what they write is kept, and goes to no log."""

import datetime as dt
import json
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio
WHEN = "2026-11-23T12:00:00Z"
ENTRY = {
    "message": "Person Arjun Andersson saknar e-post",
    "messageType": "Validering",
    "resourceType": "Person",
    "resourceId": "x",
    "severityLevel": "Warning",
}
COUNTS = {"resourceType": "Person", "newCount": 1, "updatedCount": 2, "deletedCount": 0}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("spelling", ["timeOfOccurance", "timeOfOccurence", "timeOfOccurrence"])
@pytest.mark.parametrize(("path", "body"), [("/log", ENTRY), ("/statistics", COUNTS)])
async def test_an_entry_is_kept_however_its_time_is_spelled(
    lab: Any, path: str, body: dict[str, Any], spelling: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = await lab.send("POST", path, body | {spelling: WHEN, "unknown": 1})
    assert (answer.status_code, answer.content) == (201, b"")
    (report,) = lab.api.reports.all()
    kept = json.loads(report.text)
    assert report.caller == "reading"
    assert kept["time_of_occurrence"] == WHEN
    assert "Arjun" not in caplog.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/log", ENTRY),
        ("/log", ENTRY | {"timeOfOccurance": "today"}),
        ("/log", ENTRY | {"timeOfOccurance": WHEN, "severityLevel": "Fatal"}),
        ("/log", ENTRY | {"timeOfOccurance": WHEN, "message": "x" * 5000}),
        ("/statistics", COUNTS | {"timeOfOccurance": WHEN, "newCount": -1}),
        ("/statistics", COUNTS | {"timeOfOccurance": WHEN, "newCount": "Arjun"}),
        ("/statistics", {"timeOfOccurance": WHEN}),
    ],
)
async def test_an_entry_that_is_none_is_refused_without_its_words(lab: Any, path: str, body: Any) -> None:
    answer = await lab.send("POST", path, body)
    assert answer.status_code == 400
    assert answer.json().keys() == {"code", "message"}
    assert "Arjun" not in answer.text
    assert lab.api.reports.all() == ()


@given(path=st.sampled_from(["/log", "/statistics", "/subscriptions", "/persons/lookup"]), body=JSON)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_json_ends_in_the_standards_form(lab: Any, path: str, body: Any) -> None:
    answer = await lab.send("POST", path, body)
    assert answer.status_code in (200, 201, 400, 415)
    if answer.status_code >= 400:
        assert answer.json().keys() == {"code", "message"}


@given(octets=st.binary(max_size=40) | st.sampled_from([b"[" * 50_000, b'{"ids":["\\ud800"]}', b'{"ids":[1e999]}']))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_octets_end_in_the_standards_form(lab: Any, octets: bytes) -> None:
    headers = {"x-caller": "reading", "content-type": "application/json"}
    answer = await lab.client.post("/persons/lookup", content=octets, headers=headers)
    assert answer.status_code == 400
    assert answer.json().keys() == {"code", "message"}


async def test_of_too_many_entries_the_oldest_make_room(lab: Any) -> None:
    for _ in range(1300):
        lab.now += dt.timedelta(seconds=1)
        await lab.send("POST", "/statistics", COUNTS | {"timeOfOccurance": WHEN})
    assert 1000 <= len(lab.api.reports.all()) <= 1200
