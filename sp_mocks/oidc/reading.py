"""JSON from outside, read within limits and to the letter."""

import json
from collections.abc import Mapping
from typing import NoReturn

from sp_mocks.refusal import Refused

type Json = Mapping[str, object]
MAX_TEXT = 2048
"""Characters of one value."""
MAX_VALUES = 500
LAST_SECOND = 253_402_300_799
"""Of the year 9999."""


def json_object(document: bytes, code: str, *, first_of_two: bool = False) -> Json:
    """A JSON object, no member of which stands twice (RFC 7519, 4).

    Args:
        document: UTF-8.
        code: of the refusal when it is none.
        first_of_two: what a vendor at fault does with a member that stands twice.

    Raises:
        Refused: it is no JSON, something else than an object, or nested beyond measure.
    """

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        members = dict(reversed(pairs) if first_of_two else pairs)
        if not first_of_two and len(members) != len(pairs):
            raise ValueError("a member stands twice")
        return members

    def refuse(_: str) -> NoReturn:
        raise ValueError("not a number of JSON")

    try:
        found = json.loads(document.decode("utf-8"), object_pairs_hook=once, parse_constant=refuse)
        # NOTE: half of a surrogate pair may stand in JSON, but can be written on no page.
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Refused(code) from error
    if not isinstance(found, dict):
        raise Refused(code)
    return found


def text_in(members: Json, name: str, code: str) -> str:
    """A member that must be a text with something in it.

    Raises:
        Refused: it is not.
    """
    value = members.get(name)
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT:
        raise Refused(code)
    return value


def number_in(members: Json, name: str, code: str) -> float:
    """A member that must be a number of seconds.

    Raises:
        Refused: it is not.
    """
    value = members.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LAST_SECOND:
        raise Refused(code)
    return value


def texts_in(value: object, code: str) -> tuple[str, ...]:
    """A text, or a list of texts, as a tuple; nothing for null.

    Raises:
        Refused: it is something else, or too much.
    """
    values: list[object] = value if isinstance(value, list) else [] if value is None else [value]
    texts = [one for one in values if isinstance(one, str) and len(one) <= MAX_TEXT]
    if len(values) > MAX_VALUES or len(texts) != len(values):
        raise Refused(code)
    return tuple(one for one in texts if one)
