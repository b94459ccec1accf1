"""Whatever is sent is answered in SCIM's form, within bounds, and tells nobody what was in it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
from egil import CORE_USER, SCIM_TYPE, SIS, SKOLA, Receiver, ident, receiver, resource, user
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from sp_mocks.receiving import endpoints, holdings, problems, reading
from sp_mocks.receiving.kinds import KINDS
from sp_mocks.receiving.problems import Problem
from sp_mocks.receiving.reading import MAX_BODY, MAX_DEPTH, MAX_TEXT, MAX_VALUES, members_in

pytestmark = pytest.mark.anyio
SECRET = "Nurul-Tanud-20160101"


def nested(depth: int) -> bytes:
    return b'{"schemas":["' + CORE_USER.encode() + b'"],"userName":"a","x":' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"null", 400),
        (b"[]", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"a":1,"a":2}', 400),
        (b'{"a":NaN}', 400),
        (b'{"userName":"\\ud800"}', 400),
        (nested(MAX_DEPTH), 400),
        (nested(100_000), 400),
        (b" " * (MAX_BODY + 1), 413),
        (json.dumps(user("Anna", displayName="x" * (MAX_TEXT + 1))).encode(), 400),
        (json.dumps({**user("Anna"), "x" * (MAX_TEXT + 1): 1}).encode(), 400),
        (json.dumps(user("Anna", x=[0] * (MAX_VALUES + 1))).encode(), 400),
        (json.dumps(user("Anna", x=dict.fromkeys(map(str, range(MAX_VALUES + 1))))).encode(), 400),
        (json.dumps({**user("Anna"), "schemas": ["urn:x"]}).encode(), 400),
        (json.dumps({"schemas": [CORE_USER]}).encode(), 400),
        (json.dumps(user("Anna", userName=None)).encode(), 400),
        (json.dumps(user("Anna", userName={"value": SECRET})).encode(), 400),
        (json.dumps(user("Anna", emails="a@b.se")).encode(), 400),
        (json.dumps({**user("Anna"), f"{SIS}:User": [1]}).encode(), 400),
        (json.dumps({**user("Anna"), f"{SIS}:User": {"enrolments": [{"value": [SECRET]}]}}).encode(), 400),
    ],
    ids=range(22),
)
async def test_what_cannot_be_taken(vendor: Receiver, body: bytes, status: int) -> None:
    answer = await vendor.post("Users", body)
    assert (answer.status_code, answer.json()["status"]) == (status, str(status))
    assert answer.headers["content-type"] == SCIM_TYPE
    assert await vendor.listed("Users") == []


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/scim"])
async def test_another_media_type_is_refused(vendor: Receiver, kind: str) -> None:
    answer = await vendor.call("POST", "/egil/Users", json.dumps(user("A")).encode(), headers={"Content-Type": kind})
    assert answer.status_code == 415


@pytest.mark.parametrize("kind", ["application/json", "application/scim+json; charset=utf-8", "APPLICATION/SCIM+JSON"])
async def test_json_is_tolerated(vendor: Receiver, kind: str) -> None:
    answer = await vendor.call("POST", "/egil/Users", json.dumps(user("A")).encode(), headers={"Content-Type": kind})
    assert answer.status_code == 201


async def test_the_largest_group_is_taken(vendor: Receiver) -> None:
    members = [{"value": ident(str(number))} for number in range(MAX_VALUES)]
    answer = await vendor.post("StudentGroups", resource("StudentGroup", "alla", studentMemberships=members))
    assert answer.status_code == 201


async def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BODY_TIMEOUT_S", 0.01)

    async def never() -> dict[str, object]:
        await asyncio.Event().wait()
        raise AssertionError

    headers = [(b"content-type", SCIM_TYPE.encode())]
    request = Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, never)
    with pytest.raises(Problem) as problem:
        await members_in(request)
    assert problem.value.status == 408


async def test_there_is_an_end_to_what_is_held_and_none_to_changing_it(
    vendor: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdings, "MAX_HELD", 2)
    for name in ("Anna", "Bo"):
        assert (await vendor.post("Users", user(name))).status_code == 201
    assert (await vendor.post("Users", user("Cia"))).status_code == 507
    assert (await vendor.put("Users", "Anna", user("Anna"))).status_code == 200
    await vendor.delete("Users", "Bo")
    assert (await vendor.post("Users", user("Cia"))).status_code == 201


@pytest.mark.parametrize("attribute", ["userName", "name", "emails", "displayName", "externalId", SECRET])
async def test_a_refusal_names_attributes_of_the_schema_and_nothing_that_was_sent(
    vendor: Receiver, attribute: str
) -> None:
    sent = {**user("Anna"), attribute: {SECRET: [SECRET]}, "schemas": [CORE_USER, SECRET]}
    answer = await vendor.post("Users", sent)
    if answer.status_code == 400:
        assert SECRET not in answer.text
        assert attribute in answer.json()["detail"]
    else:
        assert (attribute, answer.status_code) in [(SECRET, 201), ("name", 201)]


NAMES = st.sampled_from(
    f"schemas externalId userName name emails displayName value $ref groups group owner {SIS}:User enrolments id NAME "
    "schoolYear studentMemberships teachers user employedAt".split()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(
    collection=st.sampled_from(sorted(KINDS)),
    members=st.dictionaries(NAMES, JSON, max_size=6),
    named=st.booleans(),
    fault=st.sampled_from([None, "follows-references", "forwards-roster", "keeps-old-memberships"]),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_sent_is_taken_or_refused_and_can_be_shown(
    collection: Any, members: dict[str, Any], named: bool, fault: str | None
) -> None:
    async def play() -> None:
        async with receiver(fault) as vendor:
            schemas = [str(one.__schema__) for one in KINDS[collection].described]
            sent = {**members, "schemas": schemas, "displayName": "x", "userName": "y"} if named else members
            created = await vendor.post(collection, sent)
            assert created.status_code in (201, 400), created.text
            if created.status_code == 201:
                one = created.json()["id"]
                again = await vendor.call("PUT", f"/egil/{collection}/{one}", sent)
                assert again.status_code in (200, 400), again.text
            assert len(await vendor.listed(collection)) == (created.status_code == 201)
            assert (await vendor.page()).status_code == 200

    asyncio.run(play())


@given(path=st.text(max_size=30), query=st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_whatever_is_asked_for_is_answered(path: str, query: str) -> None:
    async def play() -> None:
        async with receiver() as vendor:
            answer = await vendor.call("GET", f"/egil/{quote(path, safe='/')}?{quote(query, safe='=&')}", None, SKOLA)
            assert answer.status_code in (200, 400, 404)

    asyncio.run(play())


@pytest.mark.parametrize("query", ["", "?attributes=displayName", "?excludedAttributes=displayName"])
async def test_a_list_is_never_whole_in_memory(vendor: Receiver, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    count = 2 * problems.AT_ONCE + 3
    for number in range(count):
        await vendor.post("Organisations", resource("Organisation", f"owner {number}"))
    made, most = 0, 0
    shown, sent = endpoints.Endpoints._shown, problems._pieces

    def showing(*arguments: Any) -> Any:
        nonlocal made
        made += 1
        return shown(*arguments)

    async def sending(*arguments: Any) -> AsyncIterator[bytes]:
        nonlocal made, most
        async for piece in sent(*arguments):
            most, made = max(most, made), 0
            yield piece

    monkeypatch.setattr(endpoints.Endpoints, "_shown", showing)
    monkeypatch.setattr(problems, "_pieces", sending)
    answer = await vendor.get(f"Organisations{query}")
    assert most == problems.AT_ONCE
    assert answer.headers["content-type"] == SCIM_TYPE
    told = answer.json()
    assert told["totalResults"] == told["itemsPerPage"] == len(told["Resources"]) == count
    names = {one.get("displayName") for one in told["Resources"]}
    assert names == ({None} if "excluded" in query else {f"owner {number}" for number in range(count)})
