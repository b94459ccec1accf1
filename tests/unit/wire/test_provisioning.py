"""Calls by which a school sends a roster as the national tests have it: what is one, what was sent, what came of it."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pushing import jwt, token

from testbed.model.exchange_messages import MachineToken, Reference, RosterCall
from testbed.model.wire import Exchange, Headers, Pointer, Request, Response
from testbed.wire import provisioning

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
BASE = "https://prov.test/provisioning/v1"
JSON = (("Content-Type", "application/json"), ("Accept", "application/json"))
PERSON = {
    "id": "0d9b4b1e-3f1c-4c44-9e4f-3f6f0a8f0c11",
    "givenName": "Anna",
    "familyName": "Berg",
    "eduPersonPrincipalNames": ["abc123@skola.test"],
    "civicNo": {"value": "201203142384", "nationality": "SE"},
    "enrolments": [{"enroledAt": {"id": "unit-1"}, "schoolYear": 4, "schoolType": "GR"}],
}


def called(
    method: str, path: str, body: object = None, status: int = 202, answer: object = None, headers: Headers = JSON
) -> Exchange:
    sent = b"" if body is None else json.dumps(body).encode()
    response = Response(status, JSON[:1], b"" if answer is None else json.dumps(answer).encode())
    return Exchange(
        3, "p", "api.skola.test", "prov.test", Request(method, f"{BASE}{path}", headers, sent), response, NOW, 1.0
    )


def read(exchange: Exchange) -> RosterCall:
    (message,) = provisioning.messages(exchange)
    return message


def test_many_are_sent_at_once() -> None:
    answer = {"jobId": "job-1", "message": "Uppgifterna har tagits emot."}
    one = read(called("POST", "/persons/bulk?updateIfExists=true", {"data": [PERSON, {"id": "b"}, 7]}, answer=answer))
    assert (one.protocol, one.collection, one.asked, one.job) == ("provisioning", "persons", "create", "job-1")
    assert [record.id for record in one.sent] == [PERSON["id"], "b", ""]
    assert one.sent[0].where == Pointer(3, "request.body/data/0")
    assert ("eduPersonPrincipalName", "abc123@skola.test") in one.sent[0].identifiers
    assert one.sent[0].references == (Reference("school-unit", "unit-1", "/enrolments/0/enroledAt/id"),)
    assert [json.loads(remark.text) for remark in one.remarks] == [answer]


def test_many_are_replaced_and_deleted() -> None:
    assert read(called("PUT", "/groups/bulk", {"data": []})).asked == "replace"
    gone = read(called("POST", "/duties/bulk/delete", {"data": ["a", "b", 3]}))
    assert (gone.asked, [record.id for record in gone.sent]) == ("delete", ["a", "b"])


def test_what_became_of_a_job() -> None:
    states = ["Success", "Warning", "Error", "Pending", "TemporaryError", "Strange"]
    responses = [{"id": str(n), "response": {"status": state}} for n, state in enumerate(states)]
    responses[2]["response"]["errors"] = [{"message": "fel för Anna Berg"}]  # type: ignore[index]
    one = read(called("GET", "/persons/bulk/jobs/j-1", status=200, answer={"jobId": "j-1", "responses": responses}))
    assert (one.asked, one.job) == ("job", "j-1")
    assert [(item.id, item.fate) for item in one.answered] == [
        ("0", "taken"),
        ("1", "taken"),
        ("2", "refused"),
        ("3", "waiting"),
        ("4", "waiting"),
        ("5", "unknown"),
    ]
    (remark,) = one.remarks
    assert remark.where == Pointer(3, "response.body/responses/2")
    assert "Anna Berg" in remark.text


def test_an_item_is_known_by_where_it_is_to_be_found() -> None:
    bare = [{"status": "Success", "location": f"{BASE}/persons/a-1/"}]
    one = read(called("GET", "/persons/bulk/jobs/j", status=200, answer=bare))
    assert [(item.id, item.fate) for item in one.answered] == [("a-1", "taken")]


def test_whether_a_job_is_done_names_nothing() -> None:
    one = read(called("GET", "/persons/bulk/jobs/j-1/isCompleted", status=200, answer=True))
    assert (one.asked, one.job, one.answered) == ("job", "j-1", ())


@pytest.mark.parametrize(
    ("method", "path", "answer", "asked", "ids"),
    [
        ("GET", "/persons?limit=100", {"data": [{"id": "a"}, {"id": "b"}], "pageToken": None}, "list", ["a", "b"]),
        ("GET", "/persons/a", {"id": "a"}, "one", ["a"]),
        ("POST", "/persons/lookup", [{"id": "a"}], "lookup", ["a"]),
    ],
)
def test_what_is_held_is_asked_for(method: str, path: str, answer: object, asked: str, ids: list[str]) -> None:
    one = read(called(method, path, None if method == "GET" else {"ids": ["a"]}, 200, answer))
    assert (one.asked, [item.id for item in one.answered]) == (asked, ids)
    assert one.sent == ()


def test_errors_stand_beside() -> None:
    entries = [{"id": "5020", "statusCode": 413, "message": "För mycket", "attributeValue": "Anna Åberg"}]
    one = read(called("POST", "/persons/bulk", {"data": [PERSON]}, 413, entries))
    assert "Anna Åberg" in one.remarks[0].text
    assert (one.answered, one.job) == ((), "")


def test_the_token_is_read() -> None:
    shown = (*JSON, ("Authorization", f"Bearer {jwt(**token())}"))
    said = read(called("GET", "/persons", status=200, answer={"data": []}, headers=shown)).token
    assert said is not None
    assert (said.entity_id, said.opens) == (
        "https://api.skola.test",
        (("provisioning-api", "https://register.test/scim"),),
    )
    assert said.ends is not None
    assert read(called("GET", "/persons", status=200, headers=(*JSON, ("Authorization", "Bearer x.y")))).token == (
        MachineToken()
    )
    assert read(called("GET", "/persons", status=200, headers=(*JSON, ("Authorization", "Basic eA==")))).token is None


def test_each_record_is_looked_at_by_itself() -> None:
    body = {"data": [PERSON, {"id": "b", "person": {"id": "c", "displayName": "Bo Berg"}}], "more": 1}
    places = dict(provisioning.records(called("POST", "/persons/bulk", body)))
    assert list(places) == [
        "request.body/data/0",
        "request.body/data/1",
        "request.body/data/1/person",
        "request.body",
    ]
    assert json.loads(places["request.body/data/1"]) == {"id": "b", "person": {"id": "c"}}
    assert json.loads(places["request.body"]) == {"more": 1}


@pytest.mark.parametrize(
    "exchange",
    [
        called("DELETE", "/persons/bulk"),
        called("GET", "/persons/bulk/delete/x/y"),
        called("POST", "/people/bulk", {"data": []}),
        called("POST", "/persons", {"data": []}),
        called("PUT", "/persons/bulk/delete", {"data": []}),
    ],
)
def test_what_is_no_call_of_provisioning(exchange: Exchange) -> None:
    assert provisioning.messages(exchange) == ()
    assert provisioning.records(exchange) == ()


def test_a_page_is_no_list() -> None:
    request = Request("GET", "https://www.test/groups", (("Accept", "text/html"),))
    page = Response(200, (("Content-Type", "text/html"),), b"<p>groups</p>")
    assert provisioning.messages(Exchange(1, "p", "a.test", "www.test", request, page, NOW, 1.0)) == ()


PATHS = ["/persons/bulk", "/persons/bulk/delete", "/persons/lookup", "/persons/bulk/jobs/j", "/persons", "/persons/x"]


@given(st.binary(max_size=300), st.sampled_from(PATHS), st.sampled_from(["GET", "POST", "PUT"]))
def test_whatever_octets_come_are_read_or_left(body: bytes, path: str, method: str) -> None:
    request = Request(method, f"{BASE}{path}", JSON, body)
    exchange = Exchange(1, "p", "a.test", "prov.test", request, Response(200, JSON[:1], body), NOW, 1.0)
    assert all(isinstance(message, RosterCall) for message in provisioning.messages(exchange))
    assert all(isinstance(data, bytes) for _, data in provisioning.records(exchange))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=10),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["data", "id", "responses", "response", "status", "jobId", "person", "enrolments"]),
                inner,
                max_size=5,
            )
        ),
    ),
    st.sampled_from(PATHS),
)
def test_whatever_json_comes_is_read_or_left(value: object, path: str) -> None:
    for method in ("GET", "POST"):
        for message in provisioning.messages(called(method, path, value, 200, value)):
            assert all(isinstance(item.id, str) for item in message.answered)
