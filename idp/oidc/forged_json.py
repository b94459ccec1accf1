"""JSON as an attacker writes it: a member may stand twice, which no dictionary of Python can hold."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from idp.oidc.jose import Json
from idp.oidc.places import Places, must_be_places
from testbed.model.forgery import JsonOperation, RemoveMember, SetMember, Twice

MAX_OPERATIONS = 50
MAX_PATH = 500
END = "-"
"""Behind the last one of a list (RFC 6901, 4)."""

type Node = "Members | tuple[Node, ...] | bool | int | float | str | None"


@dataclass(frozen=True, slots=True)
class Members:
    """An object, its members in their order."""

    pairs: tuple[tuple[str, Node], ...]

    def first(self, name: str) -> Node:
        """The first member of this name; None when there is none."""
        return next((value for one, value in self.pairs if one == name), None)


def parsed(value: Json) -> Node:
    """What Python holds, as this module does."""
    match value:
        case dict():
            return Members(tuple((name, parsed(one)) for name, one in value.items()))
        case list():
            return tuple(parsed(one) for one in value)
        case _:
            return value


def written(node: Node) -> str:
    """JSON without white space."""
    match node:
        case Members(pairs=pairs):
            return "{" + ",".join(f"{_scalar(name)}:{written(value)}" for name, value in pairs) + "}"
        case tuple():
            return "[" + ",".join(map(written, node)) + "]"
        case _:
            return _scalar(node)


def changed(document: Members, operations: Iterable[JsonOperation], places: Places) -> Members:
    """The document once the operations have been carried out on it, one after the other.

    Raises:
        ValueError: a path leads nowhere, an operation changes nothing, or a place cannot be filled; says which.
    """
    for operation in operations:
        before = document
        document = _changed_within(document, _steps(operation.path), operation, places)
        # NOTE: as text, for Python takes true and 1 for the same.
        if written(document) == written(before):
            raise ValueError(f"the operation at {operation.path!r} changes nothing")
    return document


def check(operations: Sequence[JsonOperation]) -> None:
    """Find out all that can be known about operations before there is a document.

    Raises:
        ValueError: there are too many, a path is none, or a value has a place that there is not.
    """
    if len(operations) > MAX_OPERATIONS:
        raise ValueError(f"at most {MAX_OPERATIONS} operations change one document, not {len(operations)}")
    for operation in operations:
        if not operation.path or len(operation.path) > MAX_PATH:
            raise ValueError(f"a path has from 1 to {MAX_PATH} characters")
        if not isinstance(operation, RemoveMember):
            must_be_places(operation.value)


def _steps(path: str) -> tuple[str, ...]:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in path.split("/"))


def _changed_within(document: Members, steps: tuple[str, ...], operation: JsonOperation, places: Places) -> Members:
    found = _changed(document, steps, operation, places)
    if not isinstance(found, Members):
        raise ValueError("the document itself cannot be changed")
    return found


def _changed(node: Node, steps: tuple[str, ...], operation: JsonOperation, places: Places) -> Node:
    step, rest = steps[0], steps[1:]
    match node:
        case Members(pairs=pairs) if rest:
            _must_be(step in dict(pairs), operation)
            return Members(
                tuple(
                    (name, _changed(value, rest, operation, places) if name == step else value) for name, value in pairs
                )
            )
        case Members(pairs=pairs):
            return Members(_with(pairs, step, operation, places))
        case tuple():
            return _in_list(node, steps, operation, places)
        case _:
            _must_be(False, operation)
            return node


def _with(
    pairs: tuple[tuple[str, Node], ...], name: str, operation: JsonOperation, places: Places
) -> tuple[tuple[str, Node], ...]:
    is_there = any(one == name for one, _ in pairs)
    match operation:
        case RemoveMember():
            _must_be(is_there, operation)
            return tuple(pair for pair in pairs if pair[0] != name)
        case Twice(value=value):
            _must_be(is_there, operation)
            return (*pairs, (name, parsed(places.fill(value))))
        case SetMember(value=value):
            new = parsed(places.fill(value))
            if not is_there:
                return (*pairs, (name, new))
            return tuple((one, new if one == name else old) for one, old in pairs)


def _in_list(
    nodes: tuple[Node, ...], steps: tuple[str, ...], operation: JsonOperation, places: Places
) -> tuple[Node, ...]:
    step, rest = steps[0], steps[1:]
    if step == END and not rest and isinstance(operation, SetMember):
        return (*nodes, parsed(places.fill(operation.value)))
    _must_be(step.isdecimal() and int(step) < len(nodes), operation)
    number = int(step)
    before, node, behind = nodes[:number], nodes[number], nodes[number + 1 :]
    if rest:
        return (*before, _changed(node, rest, operation, places), *behind)
    match operation:
        case RemoveMember():
            return (*before, *behind)
        case SetMember(value=value):
            return (*before, parsed(places.fill(value)), *behind)
        case Twice(value=value):
            return (*nodes, parsed(places.fill(value)))


def _must_be(there: bool, operation: JsonOperation) -> None:
    if not there:
        raise ValueError(f"the path {operation.path!r} leads nowhere in the document")


def _scalar(value: bool | float | str | None) -> str:
    return json.dumps(value, ensure_ascii=False)
