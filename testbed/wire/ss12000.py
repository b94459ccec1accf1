"""What a school's data API and its callers say to each other (SS 12000:2020), by the paths that the standard gives."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from testbed.model.exchange_messages import Asked, DataAnswer, DataRecord, DataReport, ExchangeMessage
from testbed.model.wire import Exchange, Pointer, Response
from testbed.wire.bodies import decoded, form_fields
from testbed.wire.objects import Members, object_of, text
from testbed.wire.school_records import apart, record_of, written
from testbed.wire.sent import path_of
from testbed.wire.xml import Unreadable

COLLECTIONS = frozenset(
    {
        "organisations", "persons", "placements", "duties", "groups", "programmes", "studyplans", "syllabuses",
        "schoolUnitOfferings", "activities", "calendarEvents", "attendances", "attendanceEvents", "attendanceSchedule",
        "grades", "absences", "resources", "rooms",
    }
)  # fmt: skip
REPORTS: dict[str, Literal["log", "statistics"]] = {"log": "log", "statistics": "statistics"}
DELETED, LOOKUP = "deletedEntities", "lookup"
MAX_PAGE = 16 * 1024 * 1024
MAX_RECORDS = 100_000
HTTP_OK = 200
SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
MAX_WAIT_S = 24 * 3600
BEARER = "bearer "
ANSWER, REPORT = "response.body", "request.body"


def messages(exchange: Exchange) -> tuple[ExchangeMessage, ...]:
    """The message that the exchange carried; none where it was no call of a data API.

    A call is one with a bearer token to a path of the standard, which many other APIs have too: whether the vendor
    speaks this protocol at all is for a check to ask. An answer with data that is not in the standard's form is none.
    """
    request, path = exchange.request, path_of(exchange.request)
    if path and path[-1] in REPORTS and request.method == "POST" and _has_token(exchange):
        body = decoded(request.headers, request.body).decode("utf-8", "replace")
        answer = exchange.response
        status, wait_s = (answer.status, _seconds(answer.header("x-ratelimit-reset"))) if answer else (0, None)
        where = Pointer(exchange.number, REPORT)
        return (DataReport(where, REPORTS[path[-1]], body, exchange.receiver, status, wait_s),)
    asked = call(exchange)
    if asked is None or exchange.response is None:
        return ()
    try:
        return (_answer(exchange, exchange.response, *asked),)
    except Unreadable:
        return ()


def call(exchange: Exchange) -> tuple[str, Asked] | None:
    """The collection that was asked for, and how; None where it was no call of a data API."""
    return _called(exchange.request.method, path_of(exchange.request)) if _has_token(exchange) else None


def _has_token(exchange: Exchange) -> bool:
    return exchange.request.header("authorization").lower().startswith(BEARER)


def records(exchange: Exchange) -> tuple[tuple[str, bytes], ...]:
    """The records of an answer one by one, and what stands beside them, each with its place; () where it is none.

    What a record says is about one person, or about what belongs together, so that its values tell together whose
    they are; what it says of others by reference stands apart (:func:`testbed.wire.school_records.apart`).
    """
    asked, response = call(exchange), exchange.response
    if asked is None or response is None or response.status != HTTP_OK:
        return ()
    try:
        members = _members(decoded(response.headers, response.body), asked[1])
    except Unreadable:
        return ()
    data = members.get("data") if asked[1] != "one" else None
    if not isinstance(data, list) or len(data) > MAX_RECORDS:
        return apart(ANSWER, members)
    beside = {name: value for name, value in members.items() if name != "data"}
    listed = (place for number, record in enumerate(data) for place in apart(f"{ANSWER}/data/{number}", record))
    return (*listed, (ANSWER, written(beside)))


def _called(method: str, path: Sequence[str]) -> tuple[str, Asked] | None:
    """The collection, and how it was asked for."""
    last, before = (path[-1] if path else ""), (path[-2] if len(path) > 1 else "")
    match method:
        case "GET" if last == DELETED:
            return last, "deleted"
        case "GET" if last in COLLECTIONS:
            return last, "list"
        case "GET" if before in COLLECTIONS:
            return before, "one"
        case "POST" if last == LOOKUP and before in COLLECTIONS:
            return before, "lookup"
        case _:
            return None


def _answer(exchange: Exchange, response: Response, collection: str, asked: Asked) -> DataAnswer:
    where, host = Pointer(exchange.number, ANSWER), exchange.receiver
    query, wait_s = tuple(form_fields(exchange.request.parts.query)), _seconds(response.header("x-ratelimit-reset"))
    if response.status != HTTP_OK:
        return DataAnswer(where, host, collection, asked, query, response.status, wait_s=wait_s)
    members = _members(decoded(response.headers, response.body), asked)
    records = tuple(_gone(members, where) if asked == "deleted" else _records(members, collection, asked, where))
    return DataAnswer(
        where, host, collection, asked, query, response.status, records, text(members, "pageToken"), wait_s
    )


def _members(body: bytes, asked: Asked) -> Members:
    """The answer as an object; a lookup answers with a bare list, which is put into one.

    Raises:
        Unreadable: it is neither.
    """
    if asked == LOOKUP:
        members = object_of(b'{"data":' + body + b"}", MAX_PAGE + len(b'{"data":}'))
        if members.keys() != {"data"} or not isinstance(members["data"], list):
            raise Unreadable("is no list")
        return members
    members = object_of(body, MAX_PAGE)
    if asked == "list" and not isinstance(members.get("data"), list):
        raise Unreadable("has no list 'data'")
    if asked == "deleted" and not isinstance(members.get("data"), dict):
        raise Unreadable("has no object 'data'")
    return members


def _records(members: Members, collection: str, asked: Asked, where: Pointer) -> Iterator[DataRecord]:
    if asked == "one":
        yield record_of(where, collection, members)
        return
    data = members.get("data")
    for number, record in enumerate(data[:MAX_RECORDS] if isinstance(data, list) else ()):
        yield record_of(Pointer(where.exchange, f"{where.locator}/data/{number}"), collection, record)


def _gone(members: Members, where: Pointer) -> Iterator[DataRecord]:
    data = members.get("data")
    for kind, ids in data.items() if isinstance(data, dict) else ():
        for number, one in enumerate(ids[:MAX_RECORDS] if isinstance(ids, list) else ()):
            if isinstance(one, str):
                yield DataRecord(Pointer(where.exchange, f"{where.locator}/data/{kind}/{number}"), one)


def _seconds(written: str) -> float | None:
    """A number of seconds that may have a fraction; None for anything else, as the moment that others write there."""
    match = SECONDS.fullmatch(written.strip())
    seconds = float(match[0]) if match else None
    return seconds if seconds is not None and seconds <= MAX_WAIT_S else None
