"""Requests that no client of good will sends: each ends in the standard's form, and changes nothing."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.ss12000.ids import organisation_id
from idp.ss12000.kinds import SINGULAR
from idp.ss12000.paging import PageTokens, Position
from idp.ss12000.query import (
    EXPANDABLE,
    MAX_REPEATED,
    MAX_TOKEN,
    MAX_VALUE,
    META,
    NAME_CONTAINS,
    PERSON_FILTERS,
    Query,
)

pytestmark = pytest.mark.anyio
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
JSON = {"x-caller": "reading", "content-type": "application/json"}
WISH = {
    "name": "Läsappen",
    "target": "https://lasning.test/hook",
    "resourceTypes": [{"resource": "Person"}],
}
ENTRY = {"message": "m", "timeOfOccurance": "2026-11-23T12:00:00Z"}
COUNTS = {"resourceType": "Person", "timeOfOccurance": "2026-11-23T12:00:00Z"}
SAME_LAB = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def is_refused(answer: Any, status: int = 400) -> bool:
    return bool(answer.status_code == status and answer.json().keys() == {"code", "message"})


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("/persons", "DELETE", "GET, HEAD"),
        ("/persons", "POST", "GET, HEAD"),
        ("/persons/lookup", "GET", "POST"),
        ("/persons/lookup", "DELETE", "POST"),
        (f"/persons/{UUID(int=1)}", "PUT", "GET, HEAD"),
        ("/subscriptions", "PUT", "GET, HEAD, POST"),
        (f"/subscriptions/{UUID(int=1)}", "POST", "DELETE, GET, HEAD, PATCH"),
        ("/log", "GET", "POST"),
        ("/statistics", "OPTIONS", "POST"),
        ("/openapi.json", "POST", "GET, HEAD"),
        ("/groups", "SPOIL", "GET, HEAD"),
    ],
)
async def test_another_method_is_told_which_there_are(lab: Any, path: str, method: str, allowed: str) -> None:
    """RFC 9110, 15.5.6: Allow names all of them."""
    answer = await lab.send(method, path, {})
    assert is_refused(answer, 405)
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/persons", "/deletedEntities", "/subscriptions", "/openapi.json"])
async def test_head_is_answered_as_get_is(lab: Any, path: str) -> None:
    got, head = await lab.get(path), await lab.send("HEAD", path)
    assert head.status_code == got.status_code == 200
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize(
    "path", ["/persons/", "//persons", "/persons/x/y", "/Persons", "/", "/persons;x", "/persons%2f"]
)
async def test_a_path_that_is_nearly_right_is_not_there(lab: Any, path: str) -> None:
    answer = await lab.client.get(f"https://api.skola.test{path}", headers={"x-caller": "reading"})
    assert is_refused(answer, 404)
    assert "location" not in answer.headers


@pytest.mark.parametrize("name", [*META, *PERSON_FILTERS, "limit", "sortkey", "expandReferenceNames"])
async def test_a_parameter_that_stands_there_twice_is_refused(lab: Any, name: str) -> None:
    if name != "nameContains":
        assert is_refused(await lab.client.get(f"/persons?{name}=1&{name}=1", headers={"x-caller": "reading"}))
        assert is_refused(await lab.client.get(f"/persons?{name}=1&{name}[]=1", headers={"x-caller": "reading"}))


async def test_one_that_can_hold_several_values_holds_ten(lab: Any) -> None:
    assert (await lab.get("/persons", nameContains=["a"] * 10)).status_code == 200
    assert is_refused(await lab.get("/persons", nameContains=["a"] * 11))
    assert is_refused(await lab.get("/persons", expand=["duties"] * 11))
    assert is_refused(await lab.get("/deletedEntities", entities=["Person"] * 11))


async def test_all_that_a_list_has_can_be_asked_at_once(lab: Any) -> None:
    moment, day = "2026-11-23T12:00:00Z", "2026-11-23"
    asked: dict[str, Any] = dict.fromkeys(PERSON_FILTERS, "x") | dict.fromkeys(META, moment)
    asked |= {name: day for name in asked if "Date.onOr" in name}
    asked |= {"relationship.entity.type": "duty", "relationship.organisation": organisation_id("1")}
    asked |= {"nameContains": ["a"] * 10, "expand": ["duties"] * 10, "limit": "1", "sortkey": "ModifiedAsc"}
    assert (await lab.get("/persons", **asked, expandReferenceNames="true")).status_code == 200


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_parameter_that_an_endpoint_does_not_have_is_refused(lab: Any, method: str) -> None:
    """A filter that nobody applies would answer more than was asked."""
    paths = {
        "POST": {"/persons/lookup": {"ids": []}, "/subscriptions": WISH, "/log": ENTRY, "/statistics": COUNTS},
        "GET": {"/persons": None, "/subscriptions": None, "/deletedEntities": None, f"/groups/{UUID(int=1)}": None},
    }[method]
    for path, body in paths.items():
        answer = await lab.send(method, f"{path}?shoeSize=38", body)
        assert is_refused(answer), path
    assert lab.api.reports.all() == ()
    assert (await lab.get("/subscriptions")).json()["data"] == []


@pytest.mark.parametrize(
    ("moment", "everybody"),
    [("0001-01-01T00:00:00+14:00", True), ("9999-12-31T23:59:59-14:00", False), ("9999-12-31T23:59:59.999999Z", False)],
)
async def test_a_moment_at_the_edge_of_time_is_one(lab: Any, moment: str, everybody: bool) -> None:
    assert bool(await lab.everything("/persons", **{"meta.modified.after": moment})) is everybody
    assert bool(await lab.everything("/persons", **{"meta.modified.before": moment})) is not everybody
    assert (await lab.get("/deletedEntities", after=moment)).status_code == 200


@pytest.mark.parametrize(
    "moment",
    [
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T12:00:00",
        "2026-11-23T12:00:00+25:00",
        "2026-11-23T12:00:00Z\0",
        "2026-11-23T12:00:00Z\n",
        "٢٠٢٦-11-23T12:00:00Z",
        "2026-W48-1T12:00:00Z",
        "1795348800",
    ],
)
async def test_a_moment_that_is_none_is_refused_wherever_it_stands(lab: Any, moment: str) -> None:
    for name in META:
        assert is_refused(await lab.get("/persons", **{name: moment}))
    assert is_refused(await lab.get("/deletedEntities", after=moment))
    assert is_refused(await lab.send("POST", "/log", ENTRY | {"timeOfOccurance": moment}))
    made = (await lab.send("POST", "/subscriptions", WISH)).json()["id"]
    assert is_refused(await lab.send("PATCH", f"/subscriptions/{made}", {"expires": moment}))


@pytest.mark.parametrize("value", ["x", "", "\0", organisation_id("1")[:-1], organisation_id("1") + "\n", "{}", "%00"])
async def test_an_organisation_is_asked_for_by_an_id(lab: Any, value: str) -> None:
    assert is_refused(await lab.get("/persons", **{"relationship.organisation": value}))


async def test_the_letters_of_an_id_are_of_any_case(lab: Any) -> None:
    name = organisation_id("00001101")
    found = await lab.everything("/persons", **{"relationship.organisation": name})
    assert found
    assert await lab.everything("/persons", **{"relationship.organisation": name.upper()}) == found
    assert (await lab.get(f"/persons/{found[0]['id'].upper()}")).json() == found[0]


@given(limit=st.integers(1, 10**99))
@SAME_LAB
async def test_any_number_is_a_limit(lab: Any, limit: int) -> None:
    assert (await lab.get("/groups", limit=limit)).status_code == 200


@pytest.mark.parametrize("limit", ["1" * 101, "+1", "1_000", " 1", "0x1", "NaN"])
async def test_what_only_python_reads_as_a_number_is_no_limit(lab: Any, limit: str) -> None:
    assert is_refused(await lab.get("/groups", limit=limit))


@pytest.mark.parametrize("sign", ["a", "\u0001", "\U0001f600"])
def test_a_token_of_the_longest_query_can_be_taken_back(sign: str) -> None:
    """Of control characters, each of which JSON writes in six octets, and of those that take four."""
    longest = sign * MAX_VALUE
    names = [NAME_CONTAINS] * MAX_REPEATED + [name for name in (*META, *PERSON_FILTERS) if name != NAME_CONTAINS]
    filters = tuple((name, longest) for name in names)
    query = Query("persons", filters, "EduPersonPrincipalNameDesc", EXPANDABLE["persons"], names=True)
    tokens = PageTokens(b"secret of a test")
    token = tokens.make(Position("https://lasning.test", query, (longest, organisation_id("1"))), NOW)
    assert len(token) < MAX_TOKEN
    assert tokens.read(token, "https://lasning.test", "persons", NOW).query == query


async def test_a_token_is_good_for_an_hour_and_in_no_other_order(lab: Any) -> None:
    token = (await lab.get("/persons", limit=1)).json()["pageToken"]
    changed = (token[:-1], token[1:], token[:10], token + "A", token + "=", token[:9] + "!" + token[9:])
    for part in (*changed, token.swapcase(), token.replace("=", "")):
        if part != token:
            assert is_refused(await lab.get("/persons", pageToken=part)), part
    lab.now += dt.timedelta(seconds=3600)
    assert (await lab.get("/persons", pageToken=token)).status_code == 200
    lab.now += dt.timedelta(seconds=1)
    assert is_refused(await lab.get("/persons", pageToken=token))
    lab.now -= dt.timedelta(days=2)
    assert is_refused(await lab.get("/persons", pageToken=token)), "made in the future"


async def test_a_token_opens_nothing_that_is_no_longer_agreed(new_lab: Any, agreed: Any) -> None:
    lab = new_lab()
    token = (await lab.get("/persons", limit=1, sortkey="CivicNoAsc", expand="duties")).json()["pageToken"]
    reading = lab.callers["reading"]
    less = agreed({"subjects": ("pupil",), "required": ("givenName",)})
    lab.callers["reading"] = type(reading)("reading", less, reading.hosts)
    assert is_refused(await lab.get("/persons", pageToken=token), 403)
    lab.callers["reading"] = type(reading)("reading", reading.agreement, reading.hosts, frozenset({"persons"}))
    assert is_refused(await lab.get("/persons", pageToken=token), 403)


async def test_a_token_of_one_list_opens_no_other(lab: Any) -> None:
    for _ in range(2):
        await lab.send("POST", "/subscriptions", WISH)
    for name in ("elev-0001", "elev-0002"):
        lab.api.roll.leave(name)
    lists = [*(f"/{kind}" for kind in SINGULAR), "/subscriptions", "/deletedEntities"]
    tokens = {path: (await lab.get(path, limit=1)).json()["pageToken"] for path in lists}
    assert all(tokens.values())
    for path, token in tokens.items():
        for other in lists:
            answer = await lab.get(other, limit=1, pageToken=token)
            assert answer.status_code == (200 if other == path else 400), (path, other)


async def test_a_caller_pages_through_its_own_subscriptions(lab: Any) -> None:
    made = {(await lab.send("POST", "/subscriptions", WISH)).json()["id"] for _ in range(7)}
    await lab.send("POST", "/subscriptions", WISH, "other")
    listed = await lab.everything("/subscriptions", limit=3)
    assert [one["id"] for one in listed] == sorted(made)
    assert is_refused(await lab.get("/subscriptions", limit=0))


@pytest.mark.parametrize(
    ("path", "body"),
    [("/persons/lookup", {"ids": []}), ("/subscriptions", WISH), ("/log", ENTRY), ("/statistics", COUNTS)],
)
async def test_a_body_is_json_and_says_so(lab: Any, path: str, body: Any) -> None:
    sent = json.dumps(body).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json-patch+json", "application/jsonx"):
        answer = await lab.client.post(path, content=sent, headers=JSON | {"content-type": kind})
        assert is_refused(answer, 415)
        assert answer.headers["x-ratelimit-limit"]
    for kind in ("application/json; charset=utf-8", "APPLICATION/JSON", "application/json;charset=latin-1"):
        answer = await lab.client.post(path, content=sent, headers=JSON | {"content-type": kind})
        assert answer.is_success
    for octets in (b"", b"\xef\xbb\xbf" + sent, sent.decode().encode("utf-16"), sent + b"x", b"[" * 60_000, sent[:-1]):
        assert is_refused(await lab.client.post(path, content=octets, headers=JSON))


async def test_a_body_that_comes_in_pieces_is_read_no_further_than_its_bound(lab: Any) -> None:
    asked_for = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal asked_for
        while True:
            asked_for += 1
            assert asked_for < 1000
            yield b" " * 1024

    async def pieces() -> AsyncIterator[bytes]:
        for octet in json.dumps({"ids": []}).encode():
            yield bytes([octet])

    assert (await lab.client.post("/groups/lookup", content=pieces(), headers=JSON)).json() == []
    refused = await lab.client.post("/groups/lookup", content=endless(), headers=JSON)
    assert is_refused(refused, 413)
    assert refused.headers["x-ratelimit-limit"]


async def test_a_query_that_is_too_long_is_refused_in_the_same_form(lab: Any) -> None:
    answer = await lab.client.get("/persons?" + "x" * 40_000, headers={"x-caller": "reading"})
    assert is_refused(answer, 414)
    assert answer.headers["x-ratelimit-limit"]


@pytest.mark.parametrize(
    "body",
    [
        '{"ids": ["\\ud800"]}',
        '{"ids": [1e999]}',
        '{"ids": {"0": "x"}}',
        '{"ids": [["x"]]}',
        '{"ids": "00000000-0000-0000-0000-000000000001"}',
        '{"ids": ["00000000-0000-0000-0000-000000000001\\n"]}',
        '{"ids": ["00000000-0000-0000-0000-000000000001\\u0000"]}',
        '{"ids": ["{00000000-0000-0000-0000-000000000001}"]}',
        '{"ids": ["urn:uuid:00000000-0000-0000-0000-000000000001"]}',
        '{"ids": [], "ids": [1]}',
        '{"civicNos": [200901272385]}',
        "{'ids': []}",
        '{"ids": [NaN]}',
        "NaN",
    ],
)
async def test_a_lookup_of_what_is_no_id_is_refused(lab: Any, body: str) -> None:
    assert is_refused(await lab.client.post("/persons/lookup", content=body.encode(), headers=JSON))


async def test_a_refusal_names_the_field_that_is_wrong_by_its_spelling(lab: Any) -> None:
    for spelling in ("timeOfOccurance", "timeOfOccurence", "timeOfOccurrence"):
        answer = await lab.send("POST", "/log", {"message": "m", spelling: "today"})
        assert spelling in answer.json()["message"]
        assert "today" not in answer.text
    answer = await lab.send("POST", "/log", {"message": "m", "Arjun": 1})
    assert answer.json()["message"].endswith("timeOfOccurance")


@pytest.mark.parametrize(
    ("count", "status"),
    [(2, 201), (2.0, 201), (1e9, 201), (2.5, 400), (-1, 400), (1e10, 400), (True, 400), ("2", 400), (None, 400)],
)
async def test_a_count_is_a_whole_number_as_json_has_them(lab: Any, count: Any, status: int) -> None:
    assert (await lab.send("POST", "/statistics", COUNTS | {"newCount": count})).status_code == status


async def test_subscriptions_that_were_made_to_end_take_no_room(lab: Any) -> None:
    for _ in range(3):
        for _ in range(20):
            made = (await lab.send("POST", "/subscriptions", WISH)).json()["id"]
            ends = (lab.now + dt.timedelta(seconds=1)).isoformat()
            assert (await lab.send("PATCH", f"/subscriptions/{made}", {"expires": ends})).status_code == 200
        assert is_refused(await lab.send("POST", "/subscriptions", WISH), 409)
        lab.now += dt.timedelta(seconds=2)
    await lab.send("POST", "/subscriptions", WISH)
    assert len(lab.api._subscriptions._kept.names("")) == 1


async def test_what_was_made_is_where_the_answer_says(lab: Any) -> None:
    answer = await lab.send("POST", "/subscriptions", WISH)
    assert (await lab.get(answer.headers["location"])).json() == answer.json()


@pytest.mark.parametrize("sent", ["Bearer", "Bearer x", "Basic eDp4", "bearer \x80".encode("latin-1")])
async def test_a_token_that_is_no_good_is_told_so(lab: Any, sent: Any) -> None:
    """RFC 6750, 3.1: no error code where there was no token."""
    answer = await lab.client.get("/persons", headers={"authorization": sent})
    assert is_refused(answer, 401)
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert (await lab.client.get("/persons")).headers["www-authenticate"] == "Bearer"
