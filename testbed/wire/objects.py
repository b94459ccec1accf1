"""JSON from outside, and the claims in it, within bounds: what cannot be read is :class:`Unreadable`, nothing else."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NoReturn

from testbed.model.oidc_messages import Claim
from testbed.wire.xml import Unreadable

type Members = Mapping[str, object]

MAX_JSON = 1024 * 1024
MAX_SHOWN = 60_000
"""Characters of an object that a report shows."""
MAX_CLAIMS = 500
MAX_VALUES = 500
HALF_A_CHARACTER = b"\\ud"
"""An escape that may stand for half a character, which no text can be written with."""
MAX_DEPTH = 4
"""Objects within objects that are taken apart; what lies deeper is one value."""


def object_of(data: bytes, limit: int = MAX_JSON) -> Members:
    """The one object that the text is.

    Raises:
        Unreadable: larger than ``limit`` bytes, not JSON, no object, or an object that names a member twice: whoever
            reads it could take the one or the other (RFC 7519, 4).
    """
    if len(data) > limit:
        raise Unreadable(f"is larger than {limit} bytes")
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
        if HALF_A_CHARACTER in data.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise Unreadable("is nested too deeply") from error
    except Unreadable:
        raise
    except UnicodeEncodeError as error:
        raise Unreadable("holds half a character") from error
    except ValueError as error:
        raise Unreadable("is not JSON") from error
    if not isinstance(value, dict):
        raise Unreadable("is no JSON object")
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Unreadable("names a member twice")
    return members


def _no_number(name: str) -> NoReturn:
    raise Unreadable(f"holds {name}, which is not JSON")


def text(members: Members, name: str) -> str:
    """The string of this name; "" where there is none, or something else than a string."""
    value = members.get(name)
    return value if isinstance(value, str) else ""


def texts(members: Members, name: str) -> tuple[str, ...]:
    """The strings of a member that is a string or a list of them."""
    value = members.get(name)
    if isinstance(value, str):
        return (value,)
    return tuple(one for one in value[:MAX_VALUES] if isinstance(one, str)) if isinstance(value, list) else ()


def moment(members: Members, name: str) -> datetime | None:
    """A NumericDate (RFC 7519, 2); None where there is none that a clock can show."""
    value = members.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def pretty(members: Members) -> str:
    """For a person to read, at most :data:`MAX_SHOWN` characters."""
    return json.dumps(members, ensure_ascii=False, indent=1)[:MAX_SHOWN]


def claims_in(members: Members, known: frozenset[str]) -> tuple[Claim, ...]:
    """The claims of an object but for these, at most :data:`MAX_CLAIMS`; an empty one tells nothing and is left out."""
    found: list[Claim] = []
    for name, value in members.items():
        if name not in known:
            found += _claims(name, f"/{_escaped(name)}", value, MAX_DEPTH)
    return tuple(found[:MAX_CLAIMS])


def _claims(name: str, place: str, value: object, depth: int) -> Iterator[Claim]:
    if isinstance(value, dict) and depth:
        for key, inner in value.items():
            yield from _claims(f"{name}.{key}", f"{place}/{_escaped(key)}", inner, depth - 1)
    elif isinstance(value, list) and depth and any(isinstance(one, dict) for one in value):
        for number, inner in enumerate(value[:MAX_VALUES]):
            yield from _claims(name, f"{place}/{number}", inner, depth - 1)
    else:
        listed = value[:MAX_VALUES] if isinstance(value, list) else [value]
        values = tuple(_written(one) for one in listed if one not in (None, ""))
        if values:
            yield Claim(name, values, place)


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _escaped(name: str) -> str:
    """As RFC 6901 writes it."""
    return name.replace("~", "~0").replace("/", "~1")
