"""What one record of a school says of itself and of others, in the words of SS 12000, of the national tests'
provisioning, which are the same, and of EGIL."""

import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from testbed.model.exchange_messages import OF_PERSONS, DataRecord, Reference, Relation
from testbed.model.wire import Pointer
from testbed.wire.objects import Members, text

MAX_REFERENCES = 20_000
"""Of one record: no group has so many members."""
MAX_LISTED = 20_000
MAX_APART = 20_000
MAX_DEPTH = 12
MAX_ID = 1000
EXTENSION = "urn:"
"""How the name of a member begins that holds what a schema of SCIM adds (RFC 7643, 3.3)."""
ID_NAMES = ("id", "value")
NAMED = ("displayName", "securityMarking")
"""Members by which a reference tells more than an id."""

type _Path = tuple[str, ...]
_PATHS: Mapping[str, Sequence[tuple[Relation, _Path]]] = MappingProxyType(
    {
        "persons": (
            ("school-unit", ("enrolments", "enroledAt", "id")),
            ("guardian", ("responsibles", "person", "id")),
        ),
        "groups": (
            ("member", ("groupMemberships", "person", "id")),
            ("of-school-unit", ("organisation", "id")),
        ),
        "duties": (
            ("holder", ("person", "id")),
            ("employed-at", ("dutyAt", "id")),
            ("teaches", ("assignmentRole", "group", "id")),
        ),
        "activities": (("group", ("groups", "id")), ("duty", ("teachers", "duty", "id"))),
        "Users": (("school-unit", ("enrolments", "value")), ("guardian", ("userRelations", "value"))),
        "StudentGroups": (("member", ("studentMemberships", "value")), ("of-school-unit", ("owner", "value"))),
        "Employments": (("holder", ("user", "value")), ("employed-at", ("employedAt", "value"))),
        "Activities": (("group", ("groups", "value")), ("duty", ("teachers", "value"))),
    }
)
"""Where the records of a collection name others."""
_EXPANDED: Sequence[tuple[Relation, _Path]] = (("group", ("_embedded", "groupMemberships", "group", "id")),)
"""Where a person that was expanded names the groups that they belong to (SS 12000, expand)."""
_IDENTIFIERS: Mapping[str, Sequence[tuple[str, _Path]]] = MappingProxyType(
    {
        "persons": (
            ("eduPersonPrincipalName", ("eduPersonPrincipalNames",)),
            ("norEduPersonNIN", ("civicNo", "value")),
            ("mail", ("emails", "value")),
            ("givenName", ("givenName",)),
            ("sn", ("familyName",)),
        ),
        "Users": (
            ("eduPersonPrincipalName", ("userName",)),
            ("norEduPersonNIN", ("civicNo",)),
            ("mail", ("emails", "value")),
            ("displayName", ("displayName",)),
            ("givenName", ("name", "givenName")),
            ("sn", ("name", "familyName")),
        ),
    }
)


def record_of(where: Pointer, collection: str, record: object) -> DataRecord:
    """The reading of one record; of something that is none an empty one."""
    if not isinstance(record, dict):
        return DataRecord(where, "")
    members = with_extensions(record)
    is_person = collection in OF_PERSONS
    return DataRecord(
        where,
        id_of(record),
        title="" if is_person else text(members, "displayName"),
        unit_code=text(members, "schoolUnitCode"),
        identifiers=tuple(_identifiers(record, collection)),
        references=tuple(_references(record, collection)),
        marked=is_person and members.get("securityMarking") is True,
    )


def id_of(record: Members) -> str:
    """What the record is known by: in EGIL the sender's id, which is the receiver's too, so that either may stand."""
    return (text(record, "externalId") or text(record, "id"))[:MAX_ID]


def with_extensions(record: Members) -> Members:
    """The members, with those that extensions add among them; the record's own count where both have one."""
    added = {name: value for _, part in _parts(record) for name, value in part.items()}
    return {**added, **record}


def _parts(record: Members) -> Iterator[tuple[str, Members]]:
    """The record, and what extensions add to it, each with its JSON pointer."""
    yield "", record
    for name, value in record.items():
        if name.startswith(EXTENSION) and isinstance(value, dict):
            yield f"/{_escaped(name)}", value


def _identifiers(record: Members, collection: str) -> Iterator[tuple[str, str]]:
    for attribute, path in _IDENTIFIERS.get(collection, ()):
        for _, value in _found(record, path):
            if isinstance(value, str) and value:
                yield attribute, value[:MAX_ID]


def _found(record: Members, path: _Path) -> Iterator[tuple[str, object]]:
    for pointer, part in _parts(record):
        yield from _at(part, path, pointer)


def _references(record: Members, collection: str) -> Iterator[Reference]:
    paths = (*_PATHS.get(collection, ()), *(_EXPANDED if collection in OF_PERSONS else ()))
    left = MAX_REFERENCES
    for relation, path in paths:
        for place, value in _found(record, path):
            if not left:
                return
            if isinstance(value, str) and value:
                left -= 1
                yield Reference(relation, value[:MAX_ID], place)


def _at(found: object, path: _Path, place: str, lists: int = MAX_DEPTH) -> Iterator[tuple[str, object]]:
    """What stands at the path, each with its JSON pointer; a list on the way, or at the end, stands for each of it, and
    so do lists within lists, to a depth that no school needs."""
    if isinstance(found, list):
        for number, one in enumerate(found[:MAX_LISTED]) if lists else ():
            yield from _at(one, path, f"{place}/{number}", lists - 1)
    elif not path:
        yield place, found
    elif isinstance(found, dict) and path[0] in found:
        yield from _at(found[path[0]], path[1:], f"{place}/{path[0]}", lists)


def apart(place: str, record: object) -> tuple[tuple[str, bytes], ...]:
    """A record, and each reference in it that tells more than an id, in places of their own.

    What a reference tells is about somebody else: a guardian by name, a member's marking. Looked at together it would
    hide whose the record's own values are.
    """
    beside: list[tuple[str, object]] = []
    own = _without_named(record, "", beside, MAX_DEPTH)
    named = ((f"{place}{pointer}", written(one)) for pointer, one in beside)
    return ((place, written(own)), *named)


def _without_named(value: object, pointer: str, beside: list[tuple[str, object]], depth: int) -> object:
    if not depth or not isinstance(value, dict | list):
        return value
    if isinstance(value, list):
        return [_without_named(one, f"{pointer}/{number}", beside, depth - 1) for number, one in enumerate(value)]
    if pointer and len(beside) < MAX_APART and _is_named_reference(value):
        beside.append((pointer, value))
        return {name: value[name] for name in ID_NAMES if name in value}
    return {name: _without_named(one, f"{pointer}/{_escaped(name)}", beside, depth - 1) for name, one in value.items()}


def _is_named_reference(value: Mapping[str, object]) -> bool:
    has_id = any(isinstance(value.get(name), str) for name in ID_NAMES)
    return has_id and any(name in value for name in NAMED)


def _escaped(name: str) -> str:
    """As RFC 6901 writes it."""
    return name.replace("~", "~0").replace("/", "~1")


def written(value: object) -> bytes:
    """As JSON, for whoever looks for values in it."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
