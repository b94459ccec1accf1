"""In which members a forged token, JSON document or query differs from the valid one: see :mod:`differences` for XML.

A member is named by the part of the message that it stands in, ``header`` or ``claims`` of a token and ``members`` of
everything else, and by the names that lead to it, with ``~1`` for a slash within one (RFC 6901). One that is written a
second time is ``claims/sub#2``. Objects, and lists of one length, are compared member by member, all else as a whole.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Object:
    """Of JSON, in pairs: a name may stand twice."""

    pairs: tuple[tuple[str, object], ...]


COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
PARTS = ("header", "claims")
SIGNATURE = "signature"


def json_differences(valid: str, forged: str, is_signed: Callable[[str], bool]) -> frozenset[str]:
    """The members in which they differ, and ``signature`` where the forged token is not signed as the valid one.

    Args:
        valid: a compact token, JSON, or the query of an answer.
        forged: the same, forged.
        is_signed: whether a token is signed by the school with the registered algorithm; that the signatures of two
            tokens are different octets means nothing.

    Raises:
        ValueError: one of them is none of these, or they are of two kinds.
    """
    if COMPACT.fullmatch(valid) and COMPACT.fullmatch(forged):
        mine, theirs = valid.split("."), forged.split(".")
        found = {
            path
            for part, one, other in zip(PARTS, mine, theirs, strict=False)
            for path in _differing(_decoded(one), _decoded(other), part)
        }
        return frozenset(found if is_signed(forged) else {*found, SIGNATURE})
    return frozenset(_differing(_read(valid), _read(forged), "members"))


def _read(document: str) -> object:
    if document.startswith("{"):
        return _parsed(document)
    return Object(tuple(parse_qsl(document, keep_blank_values=True)))


def _decoded(part: str) -> object:
    try:
        return _parsed(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode())
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("a part of the token is no JSON in base64url") from error


def _parsed(document: str) -> object:
    return json.loads(document, object_pairs_hook=lambda pairs: Object(tuple(pairs)))


def _differing(one: object, other: object, path: str) -> Iterator[str]:
    match one, other:
        case Object(), Object():
            mine, theirs = _named(one), _named(other)
            for name in dict.fromkeys((*mine, *theirs)):
                if name in mine and name in theirs:
                    yield from _differing(mine[name], theirs[name], f"{path}/{name}")
                else:
                    yield f"{path}/{name}"
        case list(), list() if len(one) == len(other):
            for number, (mine_, theirs_) in enumerate(zip(one, other, strict=True)):
                yield from _differing(mine_, theirs_, f"{path}/{number}")
        case _:
            # NOTE: with its type, for Python takes true and 1 for the same.
            if repr(one) != repr(other):
                yield path


def _named(members: Object) -> Mapping[str, object]:
    """By their names; those that come again are numbered."""
    found: dict[str, object] = {}
    for name, value in members.pairs:
        plain = name.replace("~", "~0").replace("/", "~1")
        times = 1 + sum(one == plain or one.startswith(f"{plain}#") for one in found)
        found[plain if times == 1 else f"{plain}#{times}"] = value
    return found
