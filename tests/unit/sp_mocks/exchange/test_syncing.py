"""A vendor that fetches rosters: to the last page, by changes, within bounds, and as its faults have it."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sp_mocks.exchange.api import PATIENCE, DataApi
from sp_mocks.exchange.behaviour import ExchangeBehaviour
from sp_mocks.exchange.faults import EXCHANGE_FAULTS
from sp_mocks.exchange.profiles import EXCHANGE_PROFILES
from sp_mocks.exchange.roster import Roster, at
from sp_mocks.exchange.subscribing import Subscribing
from sp_mocks.exchange.syncing import Syncing
from sp_mocks.refusal import REASONS, Refused

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
PROFILE = EXCHANGE_PROFILES["class-lists"].behaviour
UNIT = {"id": "o-1", "schoolUnitCode": "00001101", "displayName": "Skolan"}


def person(number: int) -> dict[str, object]:
    return {
        "id": f"p-{number}",
        "givenName": f"Namn{number}",
        "familyName": "Efternamn",
        "civicNo": {"value": "201001012384"},
        "eduPersonPrincipalNames": [f"user{number}@skola.test"],
        "enrolments": [{"enroledAt": {"id": "o-1"}, "schoolYear": 4}],
    }


@dataclass
class School:
    """A data API of a few lines, with pages of two."""

    collections: dict[str, list[dict[str, object]]]
    gone: list[str] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    told: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    busy: int = 0
    """So many requests are told to wait."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer token"
        path, query = request.url.path.removeprefix("/v2/"), dict(request.url.params)
        if self.busy:
            self.busy -= 1
            return httpx.Response(429, headers={"X-RateLimit-Reset": "2.5"}, json={"code": "busy", "message": ""})
        if request.method == "POST":
            self.told.append((path, json.loads(request.content)))
            return httpx.Response(201, json={})
        self.asked.append((path, query))
        if path == "deletedEntities":
            return httpx.Response(200, json={"data": {"persons": self.gone}, "pageToken": None})
        rows: Sequence[dict[str, object]] = self.collections.get(path, [])
        if "meta.modified.after" in query:
            rows = []
        start = int(query.get("pageToken", "0"))
        following = str(start + 2) if start + 2 < len(rows) else None
        return httpx.Response(200, json={"data": rows[start : start + 2], "pageToken": following})


class OneToken:
    """The same token every time."""

    async def token(self) -> str:
        return "token"

    def forget(self) -> None:
        pass


def syncing(school: Callable[[httpx.Request], httpx.Response], waits: list[float], **changes: object) -> Syncing:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    behaviour: ExchangeBehaviour = replace(PROFILE, **changes)  # type: ignore[arg-type]
    http = httpx.AsyncClient(transport=httpx.MockTransport(school))
    api = DataApi("https://api.skola.test/v2", lambda: http, OneToken(), behaviour, sleep)
    return Syncing(
        behaviour, api, Subscribing(api, "https://lists.test/webhook/x", ("persons",), lambda: NOW), lambda: NOW
    )


def five() -> School:
    groups: list[dict[str, object]] = [
        {"id": "g-1", "displayName": "4A", "groupMemberships": [{"person": {"id": "p-0"}}]}
    ]
    duties: list[dict[str, object]] = [
        {"id": "d-1", "person": {"id": "p-4"}, "assignmentRole": [{"group": {"id": "g-1"}}]}
    ]
    persons = [person(number) for number in range(5)]
    return School({"organisations": [UNIT], "persons": persons, "groups": groups, "duties": duties})


def rows(one: Syncing) -> dict[str, Mapping[str, tuple[str, ...]]]:
    return dict(one.roster.rows())


def test_every_page_comes_and_only_what_is_wanted_is_kept() -> None:
    school, waits = five(), list[float]()
    one = syncing(school, waits)
    asyncio.run(one.sync())
    held = rows(one)
    assert set(held) == {f"p-{number}" for number in range(5)}
    assert held["p-0"] == {
        "eduPersonPrincipalName": ("user0@skola.test",),
        "givenName": ("Namn0",),
        "sn": ("Efternamn",),
        "sisSchoolUnitCode": ("00001101",),
        "sisSchoolCourseStudent": ("4A",),
    }
    assert held["p-4"]["sisSchoolCourseTeacher"] == ("4A",)
    assert "201001012384" not in str(one.roster.persons)
    assert waits == []


def test_a_page_token_is_sent_back_alone() -> None:
    school = five()
    asyncio.run(syncing(school, []).sync())
    later = [query for _, query in school.asked if "pageToken" in query]
    assert later
    assert all(set(query) == {"pageToken", "limit"} for query in later)


def twice(school: School, **changes: object) -> Syncing:
    one = syncing(school, [], **changes)

    async def both() -> None:
        await one.sync()
        school.asked.clear()
        school.gone = ["p-1"]
        await one.sync()

    asyncio.run(both())
    return one


def test_the_second_round_asks_for_changes_and_drops_those_who_are_gone() -> None:
    school = five()
    held = rows(twice(school))
    assert set(held) == {"p-0", "p-2", "p-3", "p-4"}
    since = (NOW - timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    assert {query.get("meta.modified.after") for path, query in school.asked if path != "deletedEntities"} == {since}
    assert ("deletedEntities", {"after": since}) in school.asked


def test_one_who_does_not_come_with_everything_is_dropped() -> None:
    school = five()
    one = syncing(school, [], by_changes=False)
    asyncio.run(one.sync())
    del school.collections["persons"][0]
    asyncio.run(one.sync())
    assert set(rows(one)) == {"p-1", "p-2", "p-3", "p-4"}


def test_a_vendor_that_keeps_those_who_are_gone() -> None:
    assert "p-1" in rows(twice(five(), forgets=False))


def test_a_vendor_that_never_asks_who_is_gone() -> None:
    school = five()
    assert "p-1" in rows(twice(school, asks_who_is_gone=False))
    assert "deletedEntities" not in {path for path, _ in school.asked}


def test_reports_hold_numbers_and_no_names() -> None:
    school = five()
    asyncio.run(syncing(school, []).sync())
    assert {path for path, _ in school.told} == {"statistics", "subscriptions"}
    assert "Namn" not in str(school.told)
    assert {"resourceType": "Person", "newCount": 5, "updatedCount": 0}.items() <= school.told[1][1].items()


def test_a_vendor_that_reports_names() -> None:
    school = five()
    asyncio.run(syncing(school, [], reports_names=True).sync())
    assert any(path == "log" and "Namn0 Efternamn" in str(entry["message"]) for path, entry in school.told)


def test_it_waits_as_long_as_it_is_told_and_not_for_ever() -> None:
    school, waits = five(), list[float]()
    school.busy = PATIENCE
    asyncio.run(syncing(school, waits).sync())
    assert waits == [2.5] * PATIENCE
    school.busy = 1000
    with pytest.raises(Refused, match="data-not-given"):
        asyncio.run(syncing(school, waits).sync())
    assert len(waits) == 2 * PATIENCE


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.Response(200, content=b"not json"), "data-answer-not-readable"),
        (httpx.Response(200, json={"rows": []}), "data-answer-not-readable"),
        (httpx.Response(200, json={"data": ["text"]}), "data-answer-not-readable"),
        (httpx.Response(200, json={"data": [], "pageToken": 4}), "data-answer-not-readable"),
        (httpx.Response(200, json={"data": [], "pageToken": "x"}), "data-answer-too-large"),
        (httpx.Response(200, headers={"Content-Encoding": "br"}, content=b""), "data-answer-not-readable"),
        (httpx.Response(302, headers={"Location": "https://elsewhere.test/"}), "data-not-given"),
        (httpx.Response(403, json={"code": "no", "message": ""}), "data-forbidden"),
        (httpx.Response(401, json={"code": "no", "message": ""}), "data-key-not-taken"),
        (httpx.Response(404, json={"code": "no", "message": ""}), "data-not-given"),
        (httpx.Response(200, content=b"[" * 200_000), "data-answer-not-readable"),
        (httpx.Response(200, content=b" " * (8 * 1024 * 1024 + 1)), "data-answer-too-large"),
    ],
)
def test_bad_answers_are_refused_by_name(answer: httpx.Response, code: str) -> None:
    one = syncing(lambda _: answer, [])
    with pytest.raises(Refused, match=code):
        asyncio.run(one.sync())
    assert len(one.roster) == 0


def test_a_school_that_cannot_be_reached() -> None:
    def unreachable(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    with pytest.raises(Refused, match="data-not-reached"):
        asyncio.run(syncing(unreachable, []).sync())


def test_what_is_cut_in_the_middle_is_taken_up_again() -> None:
    """Wherever the school stops answering, the next round ends with everybody, each once."""
    whole = five()
    asyncio.run(syncing(whole, []).sync())
    for cut in range(1, len(whole.asked) + len(whole.told) + 1):
        school, left = five(), cut

        def failing(request: httpx.Request, school: School = school) -> httpx.Response:
            nonlocal left
            left -= 1
            if left == 0:
                raise httpx.ReadError("cut")
            return school(request)

        one = syncing(failing, [])
        with pytest.raises(Refused, match="data-not-reached"):
            asyncio.run(one.sync())
        asyncio.run(one.sync())
        assert set(rows(one)) == {f"p-{number}" for number in range(5)}


@pytest.mark.parametrize("fault", EXCHANGE_FAULTS.values(), ids=EXCHANGE_FAULTS)
def test_a_fault_changes_one_decision(fault: object) -> None:
    changed = EXCHANGE_FAULTS[fault.id].apply(PROFILE)  # type: ignore[attr-defined]
    differs = [name for name in PROFILE.__dataclass_fields__ if getattr(changed, name) != getattr(PROFILE, name)]
    assert len(differs) == 1


def test_each_refusal_has_words() -> None:
    codes = {"data-answer-not-readable", "data-not-reached", "data-not-given", "data-answer-too-large"}
    assert codes | {"access-token-not-had"} <= set(REASONS)


MEMBERS = st.sampled_from(["id", "enrolments", "emails", "givenName", "person", "groupMemberships"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("aö/0", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(["id", "enrolments", "emails", "givenName", "person", "groupMemberships"]), JSON)
)
def test_whatever_a_record_holds_it_can_be_shown(record: dict[str, object]) -> None:
    roster = Roster(PROFILE.wanted)
    for collection in ("persons", "groups", "duties", "organisations"):
        roster.take(collection, record)
    for _, values in roster.rows():
        assert all(isinstance(text, str) for told in values.values() for text in told)


@pytest.mark.parametrize(
    ("pointer", "found"),
    [("/a/0/b", 1), ("/a/1/b", None), ("/a/b", None), ("/x", None), ("", None), ("/a/0/b/c", None)],
)
def test_pointers(pointer: str, found: object) -> None:
    assert at({"a": [{"b": 1}]}, pointer) == found
