"""What callers send, read within limits: queries and bodies."""

import asyncio
import re
from collections.abc import Mapping, Sequence

from starlette.requests import Request

from sp_mocks.body import media_type, read_body
from sp_mocks.oidc.reading import Json, json_object
from sp_mocks.provisioning.entries import (
    BAD_BODY,
    BAD_BOOLEAN,
    BAD_ID_IN_BODY,
    BAD_ID_IN_PATH,
    BAD_LIMIT,
    TOO_LARGE,
    TOO_SLOW,
    Rejected,
)
from sp_mocks.provisioning.resources import SINGULAR, UUID, Kind
from sp_mocks.refusal import Refused

MAX_BODY = 200 * 1024
"""Of every request (Skolverket, since January 2026)."""
BODY_TIMEOUT_S = 20.0
LIMIT, MAX_LIMIT = 50, 100
MAX_KEYS = 1000
"""Of one lookup."""
JSON_TYPE = "application/json"
_UUID = re.compile(UUID)
_NUMBER = re.compile(r"[0-9]{1,3}", re.ASCII)


async def body_of(request: Request) -> Json:
    """The body, a JSON object.

    Raises:
        Rejected: it is too large, takes too long, or is none.
    """
    if media_type(request) != JSON_TYPE:
        raise Rejected((BAD_BODY,))
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            octets = await read_body(request, MAX_BODY)
    except Refused as error:
        raise Rejected((TOO_LARGE,)) from error
    except TimeoutError as error:
        raise Rejected((TOO_SLOW,)) from error
    try:
        return json_object(octets, "answer-not-readable")
    except Refused as error:
        raise Rejected((BAD_BODY,)) from error


def data_in(body: Json, kind: Kind) -> Sequence[Json]:
    """The resources of a body, each an object with a good id: by that a job tells of it.

    Raises:
        Rejected: they are not; says so of the first alone.
    """
    found: list[Json] = []
    for one in _list_in(body, "data"):
        if not isinstance(one, dict) or not _is_uuid(one.get("id")):
            raise Rejected((BAD_ID_IN_BODY.at("data").about(SINGULAR[kind]),))
        found.append(one)
    return found


def ids_in(body: Json, name: str) -> Sequence[str]:
    """A list of ids, in lower case.

    Raises:
        Rejected: it is none.
    """
    ids = _list_in(body, name)
    texts = [one.lower() for one in ids if isinstance(one, str) and _is_uuid(one)]
    if len(texts) != len(ids):
        raise Rejected((BAD_ID_IN_BODY.at(name),))
    return texts


def keys_in(body: Json, name: str) -> Sequence[str]:
    """A list of texts; none where there is no list.

    Raises:
        Rejected: it is something else.
    """
    keys = _list_in(body, name) if name in body else []
    texts = [one for one in keys if isinstance(one, str)]
    if len(texts) != len(keys) or len(keys) > MAX_KEYS:
        raise Rejected((BAD_BODY.at(name),))
    return texts


def id_in(request: Request, kind: Kind) -> str:
    """The id in the path, in lower case.

    Raises:
        Rejected: it is none.
    """
    one = str(request.path_params["id"])
    if not _is_uuid(one):
        raise Rejected((BAD_ID_IN_PATH.about(SINGULAR[kind]),))
    return one.lower()


def limit_in(query: Mapping[str, str]) -> int:
    """How many are asked for.

    Raises:
        Rejected: fewer than one, more than allowed, or no number.
    """
    text = query.get("limit", str(LIMIT))
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MAX_LIMIT:
        raise Rejected((BAD_LIMIT,))
    return int(text)


def flag_in(query: Mapping[str, str], name: str) -> bool:
    """A parameter that is true or false, and false where it is left out.

    Raises:
        Rejected: it is something else.
    """
    text = query.get(name, "false")
    if text not in ("true", "false"):
        raise Rejected((BAD_BOOLEAN.at(name),))
    return text == "true"


def _list_in(body: Json, name: str) -> list[object]:
    found = body.get(name)
    if not isinstance(found, list):
        raise Rejected((BAD_BODY.at(name),))
    return found


def _is_uuid(one: object) -> bool:
    return isinstance(one, str) and _UUID.fullmatch(one) is not None
