"""Calls by which a school sends a roster as EGIL has it: what is one, what was sent, and what came of it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.exchange_messages import AnsweredItem, Reference, RosterCall
from testbed.model.wire import Exchange, Headers, Pointer, Request, Response
from testbed.wire import scim
from testbed.wire.messages import messages

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
BASE = "https://register.test/egil/v1"
SCIM = (("Content-Type", "application/scim+json"),)
EXTENSION = "urn:scim:schemas:extension:sis:school:1.0:User"
PUPIL: dict[str, Any] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", EXTENSION],
    "externalId": "9f2d1bd6-2c0a-4d3e-8a5e-0f6b1c2d3e4f",
    "userName": "abc123@skola.test",
    "displayName": "Anna Berg",
    "name": {"givenName": "Anna", "familyName": "Berg"},
    "emails": [{"value": "anna.berg@skola.test", "type": "work"}],
    EXTENSION: {
        "civicNo": "201203142384",
        "securityMarking": False,
        "enrolments": [{"value": "unit-1", "$ref": "SchoolUnits/unit-1", "schoolYear": 4, "schoolType": "GR"}],
        "userRelations": [
            {"value": "g-1", "$ref": "Users/g-1", "relationType": "Vårdnadshavare", "displayName": "Bo Berg"}
        ],
    },
}
"""A user in the form of RFC 7643, 8.2 and 8.3, with the extension of EGIL."""


def called(
    method: str,
    path: str,
    body: object = None,
    status: int = 201,
    answer: object = None,
    *,
    headers: Headers = SCIM,
    answered: Headers = SCIM,
) -> Exchange:
    sent = b"" if body is None else json.dumps(body).encode()
    response = Response(status, answered, b"" if answer is None else json.dumps(answer).encode())
    request = Request(method, f"{BASE}{path}", headers, sent)
    return Exchange(5, "p", "api.skola.test", "register.test", request, response, NOW, 1.0, shown="pin")


def read(exchange: Exchange) -> RosterCall:
    (message,) = scim.messages(exchange)
    assert messages(exchange) == (message,)
    return message


def test_a_user_that_is_created() -> None:
    one = read(called("POST", "/Users", PUPIL, answer={**PUPIL, "id": PUPIL["externalId"], "meta": {}}))
    assert (one.collection, one.asked, one.status, one.shown) == ("Users", "create", 201, "pin")
    assert (one.host, one.caller, one.at, one.token) == ("register.test", "api.skola.test", NOW, None)
    (record,) = one.sent
    assert (record.where, record.id, record.title) == (Pointer(5, "request.body"), PUPIL["externalId"], "")
    assert dict(record.identifiers) == {
        "eduPersonPrincipalName": "abc123@skola.test",
        "norEduPersonNIN": "201203142384",
        "mail": "anna.berg@skola.test",
        "displayName": "Anna Berg",
        "givenName": "Anna",
        "sn": "Berg",
    }
    assert record.references == (
        Reference("school-unit", "unit-1", f"/{EXTENSION}/enrolments/0/value"),
        Reference("guardian", "g-1", f"/{EXTENSION}/userRelations/0/value"),
    )
    assert not record.marked
    assert one.answered[0].id == PUPIL["externalId"]
    assert one.remarks == ()
    assert set(one.addresses) == {f"{BASE}/SchoolUnits/unit-1", f"{BASE}/Users/g-1"}


@pytest.mark.parametrize(
    ("collection", "body", "told"),
    [
        (
            "StudentGroups",
            {"displayName": "1A", "owner": {"value": "u"}, "studentMemberships": [{"value": "a"}, {"value": "b"}]},
            {("member", "a"), ("member", "b"), ("of-school-unit", "u")},
        ),
        (
            "Employments",
            {"employedAt": {"value": "u"}, "user": {"value": "t"}, "employmentRole": "Lärare"},
            {("employed-at", "u"), ("holder", "t")},
        ),
        (
            "Activities",
            {"displayName": "Ma", "groups": [{"value": "g"}], "teachers": [{"value": "e"}], "owner": {"value": "u"}},
            {("group", "g"), ("duty", "e")},
        ),
        ("SchoolUnits", {"displayName": "Björkskolan", "schoolUnitCode": "00001101"}, set()),
    ],
)
def test_what_each_type_says_of_others(collection: str, body: dict[str, Any], told: set[tuple[str, str]]) -> None:
    one = read(called("PUT", f"/{collection}/x-1", {"externalId": "x-1", **body}, status=200))
    (record,) = one.sent
    assert {(ref.relation, ref.id) for ref in record.references} == told
    assert (one.asked, record.id) == ("replace", "x-1")
    assert (record.title, record.unit_code) == (body.get("displayName", ""), body.get("schoolUnitCode", ""))


def test_the_address_says_what_is_replaced_and_deleted() -> None:
    assert read(called("PUT", "/Users/a%2Fb", {**PUPIL}, 200)).sent[0].id == "a/b"
    gone = read(called("DELETE", "/Users/a-1", status=204, headers=(), answered=()))
    assert (gone.asked, [record.id for record in gone.sent]) == ("delete", ["a-1"])
    assert gone.answered == ()


def test_a_list_and_one() -> None:
    answer = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 2,
        "Resources": [{"id": "a", "externalId": "a"}, {"id": "b"}, "text"],
    }
    one = read(called("GET", "/Users?startIndex=1", status=200, answer=answer, headers=()))
    assert (one.asked, [item.id for item in one.answered]) == ("list", ["a", "b"])
    assert one.answered[0] == AnsweredItem(Pointer(5, "response.body/Resources/0"), "a", members=("id", "externalId"))
    single = read(called("GET", "/Users/a", status=200, answer={"id": "a"}))
    assert (single.asked, single.answered[0].id) == ("one", "a")


def test_what_an_error_says_stands_beside() -> None:
    error = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "detail": "Anna Åberg finns redan",
        "status": "409",
    }
    one = read(called("POST", "/Users", PUPIL, 409, error))
    (remark,) = one.remarks
    assert remark.where == Pointer(5, "response.body")
    assert "Anna Åberg" in remark.text
    assert not one.answered_well


def test_what_comes_back_of_what_was_sent_is_no_remark() -> None:
    back = {**PUPIL, "id": "x", "warnings": ["Anna Berg saknar klass"], "civicNo": "201203142384"}
    (remark,) = read(called("POST", "/Users", PUPIL, answer=back)).remarks
    assert json.loads(remark.text) == {"warnings": ["Anna Berg saknar klass"]}


def test_a_marking_that_is_true_is_told() -> None:
    marked = {**PUPIL, EXTENSION: {"securityMarking": True}}
    assert read(called("POST", "/Users", marked)).sent[0].marked
    assert not read(called("POST", "/Users", {**PUPIL, EXTENSION: {"securityMarking": "true"}})).sent[0].marked


def test_json_is_put_up_with_where_a_schema_says_what_it_is() -> None:
    kinds = (("Content-Type", "application/json"),)
    assert read(called("POST", "/Users", PUPIL, headers=kinds, answered=kinds)).sent[0].id == PUPIL["externalId"]
    assert scim.messages(called("POST", "/Users", {"userName": "a"}, headers=kinds, answered=kinds)) == ()
    assert scim.records(called("POST", "/Users", {"userName": "a"}, headers=kinds, answered=kinds)) == ()


def test_no_answer_is_no_status() -> None:
    exchange = called("POST", "/Users", PUPIL)
    silent = Exchange(1, "p", "a.test", "b.test", exchange.request, None, NOW, 1.0, "gone")
    assert read(silent).status == 0


def test_a_record_is_looked_at_apart_from_those_that_it_names() -> None:
    places = dict(scim.records(called("POST", "/Users", PUPIL)))
    guardian = f"request.body/{EXTENSION}/userRelations/0"
    assert list(places) == ["request.body", guardian]
    assert b"Bo Berg" not in places["request.body"]
    assert b"Anna Berg" in places["request.body"]
    assert json.loads(places[guardian])["displayName"] == "Bo Berg"


@pytest.mark.parametrize(
    "exchange",
    [
        called("PATCH", "/Users/a", PUPIL),
        called("POST", "/People", PUPIL),
        called("POST", "/Users/a", PUPIL),
        called("GET", "/"),
        called("DELETE", "/Users/a", {"body": 1}, headers=(), answered=()),
    ],
    ids=["patch", "no-such-path", "post-to-one", "no-path", "delete-with-a-body"],
)
def test_what_is_no_call_of_scim(exchange: Exchange) -> None:
    assert scim.messages(exchange) == ()
    assert scim.records(exchange) == ()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a":1,"a":2}', b"\xff", b"[" * 100_000])
def test_what_cannot_be_read_is_left_out(body: bytes) -> None:
    for method, path, sent in (("POST", "/Users", []), ("PUT", "/Users/a", ["a"]), ("GET", "/Users", [])):
        request = Request(method, f"{BASE}{path}", SCIM, body)
        exchange = Exchange(1, "p", "a.test", "b.test", request, Response(200, SCIM, body), NOW, 1.0)
        (one,) = scim.messages(exchange)
        assert ([record.id for record in one.sent], one.answered) == (sent, ())


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "schemas",
                    "externalId",
                    "enrolments",
                    "value",
                    "$ref",
                    "studentMemberships",
                    EXTENSION,
                    "name",
                    "emails",
                ]
            )
            | st.text(max_size=8),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON_VALUES, st.sampled_from(sorted(scim.COLLECTIONS)), st.sampled_from(["POST", "PUT", "GET", "DELETE"]))
def test_whatever_is_sent_and_answered_is_read_or_left(value: object, collection: str, method: str) -> None:
    path = f"/{collection}" if method in ("POST", "GET") else f"/{collection}/x"
    exchange = called(method, path, value, 200, value)
    for message in scim.messages(exchange):
        assert message.collection == collection
        assert all(isinstance(record.id, str) for record in message.sent)
    assert all(isinstance(data, bytes) for _, data in scim.records(exchange))


@given(st.binary(max_size=300))
def test_whatever_octets_come_are_read_or_left(body: bytes) -> None:
    request = Request("POST", f"{BASE}/Users", SCIM, body)
    exchange = Exchange(1, "p", "a.test", "b.test", request, Response(201, SCIM, body), NOW, 1.0)
    assert all(isinstance(message, RosterCall) for message in scim.messages(exchange))
