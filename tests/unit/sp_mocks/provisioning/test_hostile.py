"""Whatever is sent, every answer has the API's form, and what is held can be told and shown."""

import asyncio
import json
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from sp_mocks.provisioning import asking
from sp_mocks.provisioning.entries import Entry, Rejected
from sp_mocks.provisioning.resources import MODELS, Kind, read
from tests.support.provisioning import Platform, activity, duty, group, person, uuid

KINDS: tuple[Kind, ...] = ("persons", "duties", "groups", "activities")
GOOD: dict[Kind, dict[str, Any]] = {
    "persons": person(1),
    "duties": duty(2, 1),
    "groups": group(3, 1),
    "activities": activity(4, (3,), (2,)),
}
LEAF = (
    st.none()
    | st.booleans()
    | st.integers(-5, 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
)
JSON = st.recursive(
    LEAF | st.just(uuid(1)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "value", "person", "duty", "schoolYear", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[Kind, dict[str, Any]]:
    """A good resource, some members of which are something else."""
    kind = draw(st.sampled_from(KINDS))
    names = st.sampled_from(sorted(MODELS[kind].model_fields))
    return kind, GOOD[kind] | draw(st.dictionaries(names, JSON, min_size=1, max_size=3))


@given(spoiled())
def test_what_is_wrong_with_a_resource_is_told_by_our_names_alone(made: tuple[Kind, dict[str, Any]]) -> None:
    kind, sent = made
    found = read(kind, sent)
    if isinstance(found, tuple):
        assert found
        for entry in found:
            assert isinstance(entry, Entry)
            assert entry.attribute.partition(".")[0] in {"", *MODELS[kind].model_fields}
    else:
        json.dumps(found.model_dump(exclude_none=True), ensure_ascii=False).encode()


@given(spoiled())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_is_sent_the_platform_answers_and_shows_its_pages(made: tuple[Kind, dict[str, Any]]) -> None:
    kind, sent = made

    async def play() -> None:
        platform = Platform()
        answer = await platform.call("POST", f"/{kind}/bulk", {"data": [sent]})
        if answer.status_code == 202:
            where = f"/{kind}/bulk/jobs/{answer.json()['jobId']}"
            for _ in range(2):
                told = await platform.call("GET", where)
                assert told.status_code == 200
            assert told.json()["responses"][0]["response"]["status"] in ("Success", "Warning", "Error")
        else:
            assert (answer.status_code, answer.json()[0]["id"]) == (400, "2010")
        for path in ("/roster", "/results"):
            assert (await platform.page(path)).status_code == 200

    anyio.run(play)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"data": {}}',
        b'{"data": [1]}',
        b'{"data": [{"id": 1}]}',
        b'{"data": [], "data": []}',
        b'{"data": [NaN]}',
        b'{"data": ["\\ud800"]}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"data":' * 30_000,
    ],
)
async def test_a_body_that_is_none_is_refused(platform: Platform, body: bytes) -> None:
    for path in ("/persons/bulk", "/persons/bulk/delete", "/activities/lookup"):
        answer = await platform.call("POST", path, body)
        assert answer.status_code in (400, 413)
        assert answer.json()[0]["severityLevel"] == "Error"


@pytest.mark.anyio
async def test_a_body_that_is_said_to_be_something_else_is_refused(platform: Platform) -> None:
    headers = {"Content-Type": "text/plain"}
    assert (await platform.call("POST", "/persons/bulk", {"data": []}, headers=headers)).status_code == 400


@pytest.mark.anyio
@pytest.mark.parametrize("read_in", ["bulk", "bulk/delete"])
async def test_an_id_with_a_line_behind_it_is_none(platform: Platform, read_in: str) -> None:
    sent: list[Any] = [uuid(1) + "\n"] if read_in == "bulk/delete" else [person(1, id=uuid(1) + "\n")]
    answer = await platform.call("POST", f"/persons/{read_in}", {"data": sent})
    assert (answer.status_code, answer.json()[0]["id"]) == (400, "2010")


@pytest.mark.anyio
async def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "BODY_TIMEOUT_S", 0.01)

    async def never() -> dict[str, object]:
        await asyncio.Event().wait()
        raise AssertionError

    headers = [(b"content-type", b"application/json")]
    request = Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, never)
    with pytest.raises(Rejected) as rejected:
        await asking.body_of(request)
    assert rejected.value.entries[0].status == 408
