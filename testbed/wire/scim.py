"""What a school and a vendor say to each other where the school sends it a roster as EGIL has it (SCIM 2.0, RFC 7643
and 7644)."""

from collections.abc import Iterator
from dataclasses import replace

from testbed.model.exchange_messages import AnsweredItem, DataRecord, Remark, RosterAsked, RosterCall
from testbed.model.wire import Exchange, Pointer, Response
from testbed.wire.machine_tokens import token_shown
from testbed.wire.objects import Members, texts
from testbed.wire.school_records import apart, id_of, record_of, with_extensions
from testbed.wire.sent import (
    ANSWER,
    REQUEST,
    addresses_in,
    answered_text,
    asked_body,
    beside,
    error_remarks,
    listed,
    members_of,
    names_in,
    path_of,
)

COLLECTIONS = frozenset(
    {"Organisations", "SchoolUnitGroups", "SchoolUnits", "Users", "Employments", "StudentGroups", "Activities"}
)
MEDIA_TYPE = "application/scim+json"
SCHEMA = "scim:schemas:"
"""What the names of all schemas of resources have, those of EGIL and those of RFC 7643."""
MESSAGE = "urn:ietf:params:scim:api:messages:2.0:"
SUCCESS = range(200, 300)
OF_THE_RECEIVER = ("id", "meta", "schemas")
"""Members that a receiver adds to what it was sent (RFC 7643, 3.1)."""


def messages(exchange: Exchange) -> tuple[RosterCall, ...]:
    """The call; none where it is no call of SCIM.

    A call is one below a path that ends as those of EGIL do, in SCIM's media type or with a schema of SCIM in its
    body. What of it cannot be read is left out of it.
    """
    called = call(exchange)
    if called is None:
        return ()
    collection, asked, named = called
    body, response = asked_body(exchange), exchange.response
    return (
        RosterCall(
            where=Pointer(exchange.number, "request"),
            protocol="scim",
            host=exchange.receiver,
            caller=exchange.sender,
            at=exchange.started,
            collection=collection,
            asked=asked,
            status=response.status if response else 0,
            sent=tuple(_sent(exchange, collection, asked, named, body)),
            answered=tuple(_answered(exchange, asked)),
            remarks=tuple(_remarks(exchange, asked, body)),
            addresses=addresses_in(body, _base(exchange.request.url, collection)),
            token=token_shown(exchange.request),
            shown=exchange.shown,
        ),
    )


def call(exchange: Exchange) -> tuple[str, RosterAsked, str] | None:
    """The collection, what was asked, and the id in the path ("" where there is none); None where it is no call."""
    path = path_of(exchange.request)
    last, before = (path[-1] if path else ""), (path[-2] if len(path) > 1 else "")
    match exchange.request.method:
        case "POST" if last in COLLECTIONS:
            found: tuple[str, RosterAsked, str] = (last, "create", "")
        case "GET" if last in COLLECTIONS:
            found = (last, "list", "")
        case "GET" if before in COLLECTIONS:
            found = (before, "one", last)
        case "PUT" if before in COLLECTIONS:
            found = (before, "replace", last)
        case "DELETE" if before in COLLECTIONS:
            found = (before, "delete", last)
        case _:
            return None
    return found if _speaks_scim(exchange) else None


def records(exchange: Exchange) -> tuple[tuple[str, bytes], ...]:
    """The resource that was sent, and what it names apart, each with its place; () where none was."""
    called = call(exchange)
    if called is None or called[1] not in ("create", "replace"):
        return ()
    body = asked_body(exchange)
    return apart(REQUEST, body) if body is not None else ()


def _base(url: str, collection: str) -> str:
    """The address below which the receiver has its collections."""
    return url.partition("?")[0].rpartition(f"/{collection}")[0] + "/"


def _speaks_scim(exchange: Exchange) -> bool:
    request, response = exchange.request, exchange.response
    answered = response.header("content-type") if response else ""
    kinds = (request.header("content-type"), request.header("accept"), answered)
    if any(MEDIA_TYPE in kind.lower() for kind in kinds):
        return True
    if request.method == "DELETE":
        return not request.body
    if request.method == "GET":
        # NOTE: whoever asks without saying in which form, or is turned away, asked all the same.
        return not any("html" in kind.lower() for kind in kinds)
    bodies = [asked_body(exchange), members_of(answered_text(response)) if response else None]
    return any(_has_schema(body) for body in bodies if body is not None)


def _has_schema(members: Members) -> bool:
    return any(SCHEMA in one or one.startswith(MESSAGE) for one in texts(members, "schemas"))


def _sent(
    exchange: Exchange, collection: str, asked: RosterAsked, named: str, body: Members | None
) -> Iterator[DataRecord]:
    if asked == "delete":
        yield DataRecord(Pointer(exchange.number, "request.url"), named)
    elif asked == "replace" or (asked == "create" and body is not None):
        record = record_of(Pointer(exchange.number, REQUEST), collection, body)
        # NOTE: the address decides what is replaced, whatever the body says of itself.
        yield replace(record, id=named) if named else record


def _answered(exchange: Exchange, asked: RosterAsked) -> Iterator[AnsweredItem]:
    members = _members(exchange.response)
    if members is None:
        return
    where = Pointer(exchange.number, ANSWER)
    if asked == "list":
        for number, one in enumerate(listed(members, "Resources") or ()):
            if isinstance(one, dict):
                yield AnsweredItem(
                    Pointer(exchange.number, f"{ANSWER}/Resources/{number}"), id_of(one), members=names_in(one)
                )
    elif asked != "delete":
        yield AnsweredItem(where, id_of(members), members=names_in(members))


def _members(response: Response | None) -> Members | None:
    return members_of(answered_text(response)) if response and response.status in SUCCESS else None


def _remarks(exchange: Exchange, asked: RosterAsked, body: Members | None) -> Iterator[Remark]:
    yield from error_remarks(exchange)
    members = _members(exchange.response)
    if members is not None and asked in ("create", "replace", "delete"):
        echoed = with_extensions(body or {}).keys() | (body or {}).keys() | set(OF_THE_RECEIVER)
        yield from beside(Pointer(exchange.number, ANSWER), members, echoed)
