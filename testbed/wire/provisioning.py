"""What a school and a vendor say to each other where the school sends it a roster as the national tests have it
(Skolverket's provisioning API): many records at once, and jobs that tell later what became of each."""

from collections.abc import Iterator

from testbed.model.exchange_messages import AnsweredItem, DataRecord, Fate, Remark, RosterAsked, RosterCall
from testbed.model.wire import Exchange, Pointer, Response
from testbed.wire.machine_tokens import token_shown
from testbed.wire.objects import Members, text
from testbed.wire.school_records import apart, record_of, written
from testbed.wire.sent import (
    ANSWER,
    MAX_BODY,
    MAX_RECORDS,
    MAX_REMARK,
    REQUEST,
    addresses_in,
    answered_text,
    asked_body,
    error_remarks,
    listed,
    members_of,
    names_in,
    path_of,
)

COLLECTIONS = frozenset({"persons", "duties", "groups", "activities"})
COMPLETED = "isCompleted"
SUCCESS = range(200, 300)
_FATES: dict[str, Fate] = {
    "success": "taken",
    "warning": "taken",
    "error": "refused",
    "pending": "waiting",
    "temporaryerror": "waiting",
}
"""By the status of a job's item; what was taken with a warning was taken."""
LISTS = ("data", "responses")
"""Where a list has its records, and a job its items, where it is no bare list."""


def messages(exchange: Exchange) -> tuple[RosterCall, ...]:
    """The call; none where it is no call of a provisioning API.

    Lists, single records and lookups have the form of SS 12000 too, by which vendors fetch: whose host it is that was
    called tells the two apart, and is for a check to ask. What of a call cannot be read is left out of it.
    """
    called = call(exchange)
    if called is None:
        return ()
    collection, asked, named = called
    response = exchange.response
    members = _answer(response)
    return (
        RosterCall(
            where=Pointer(exchange.number, "request"),
            protocol="provisioning",
            host=exchange.receiver,
            caller=exchange.sender,
            at=exchange.started,
            collection=collection,
            asked=asked,
            status=response.status if response else 0,
            sent=tuple(_sent(exchange, collection, asked)),
            answered=tuple(_answered(exchange, asked, members)),
            job=named if asked == "job" else text(members, "jobId") if isinstance(members, dict) else "",
            remarks=tuple(_remarks(exchange, asked, members)),
            addresses=addresses_in(asked_body(exchange), ""),
            token=token_shown(exchange.request),
            shown=exchange.shown,
        ),
    )


def call(exchange: Exchange) -> tuple[str, RosterAsked, str] | None:
    """The collection, what was asked, and the id in the path ("" where there is none); None where it is no call."""
    path, method = path_of(exchange.request), exchange.request.method
    if path and path[-1] == COMPLETED:
        path = path[:-1]
    match path:
        case [*_, name, "bulk"] if method in ("POST", "PUT"):
            found: tuple[str, RosterAsked, str] = (name, "create" if method == "POST" else "replace", "")
        case [*_, name, "bulk", "delete"] if method == "POST":
            found = (name, "delete", "")
        case [*_, name, "bulk", "jobs", job] if method == "GET":
            found = (name, "job", job)
        case [*_, name, "lookup"] if method == "POST":
            found = (name, "lookup", "")
        case [*_, name] if method == "GET" and name in COLLECTIONS and _is_no_page(exchange):
            found = (name, "list", "")
        case [*_, name, one] if method == "GET" and _is_no_page(exchange):
            found = (name, "one", one)
        case _:
            return None
    return found if found[0] in COLLECTIONS else None


def records(exchange: Exchange) -> tuple[tuple[str, bytes], ...]:
    """The records that were sent one by one, and what stands beside them, each with its place; () where none was."""
    called = call(exchange)
    body = asked_body(exchange) if called is not None and called[1] in ("create", "replace") else None
    data = listed(body, "data") if body is not None else None
    if body is None or data is None:
        return ()
    beside = {name: value for name, value in body.items() if name != "data"}
    each = (place for number, record in enumerate(data) for place in apart(f"{REQUEST}/data/{number}", record))
    return (*each, (REQUEST, written(beside)))


def _is_no_page(exchange: Exchange) -> bool:
    response = exchange.response
    kinds = (exchange.request.header("accept"), response.header("content-type") if response else "")
    return not any("html" in kind.lower() for kind in kinds)


def _sent(exchange: Exchange, collection: str, asked: RosterAsked) -> Iterator[DataRecord]:
    if asked not in ("create", "replace", "delete"):
        return
    body = asked_body(exchange)
    for number, one in enumerate((listed(body, "data") if body is not None else None) or ()):
        where = Pointer(exchange.number, f"{REQUEST}/data/{number}")
        if asked != "delete":
            yield record_of(where, collection, one)
        elif isinstance(one, str):
            yield DataRecord(where, one)


def _answer(response: Response | None) -> Members | None:
    """What came of a call that went well; a bare list is put into an object, as ``data``."""
    if response is None or response.status not in SUCCESS:
        return None
    body = answered_text(response)
    if not body.lstrip().startswith(b"["):
        return members_of(body)
    members = members_of(b'{"data":' + body + b"}") if len(body) < MAX_BODY else None
    return members if members is not None and members.keys() == {"data"} else None


def _answered(exchange: Exchange, asked: RosterAsked, members: Members | None) -> Iterator[AnsweredItem]:
    if members is None:
        return
    if asked == "one":
        yield AnsweredItem(Pointer(exchange.number, ANSWER), text(members, "id"), members=names_in(members))
        return
    if asked not in ("list", "lookup", "job"):
        return
    for where, one in _items(exchange.number, members):
        yield AnsweredItem(where, _named(one), _FATES.get(text(_said(one), "status").lower(), "unknown"), names_in(one))


def _items(number: int, members: Members) -> Iterator[tuple[Pointer, Members]]:
    name = next((name for name in LISTS if isinstance(members.get(name), list)), "")
    for place, one in enumerate((listed(members, name) or ())[:MAX_RECORDS] if name else ()):
        if isinstance(one, dict):
            yield Pointer(number, f"{ANSWER}/{name}/{place}"), one


def _named(item: Members) -> str:
    """The id of what an item is about: its own, or the end of where it is to be found."""
    return text(item, "id") or text(_said(item), "location").rstrip("/").rpartition("/")[2]


def _said(item: Members) -> Members:
    """What became of an item of a job: in a member of its own, or beside its id."""
    response = item.get("response")
    return response if isinstance(response, dict) else item


def _remarks(exchange: Exchange, asked: RosterAsked, members: Members | None) -> Iterator[Remark]:
    yield from error_remarks(exchange)
    if members is None:
        return
    if asked == "job":
        for where, one in _items(exchange.number, members):
            said = {name: _said(one)[name] for name in ("errors", "warnings", "message") if _said(one).get(name)}
            if said:
                yield Remark(where, written(said).decode("utf-8", "replace")[:MAX_REMARK])
    elif asked in ("create", "replace", "delete"):
        yield Remark(Pointer(exchange.number, ANSWER), written(members).decode("utf-8", "replace")[:MAX_REMARK])
