"""A resource from outside, read within bounds and to the letter of its schema."""

import asyncio
from collections.abc import Mapping

from pydantic import ValidationError
from scim2_models import Context, ScimPolicy
from starlette.requests import Request

from sp_mocks.body import media_type, read_body
from sp_mocks.oidc.reading import json_object
from sp_mocks.receiving.kinds import KINDS, Collection
from sp_mocks.receiving.problems import BAD_REQUEST, NOT_THIS_TYPE, SCIM_TYPE, TIMEOUT, TOO_LARGE, Problem
from sp_mocks.refusal import Refused

MEDIA_TYPES = (SCIM_TYPE, "application/json")
"""The second one is tolerated, as EGIL has it."""
MAX_BODY = 1024 * 1024
"""Octets: a group of some thousand members."""
BODY_TIMEOUT_S = 20.0
MAX_DEPTH = 8
MAX_TEXT = 1000
"""Characters of one value, and of one name."""
MAX_VALUES = 10_000
"""Of one list, and members of one object."""
TOLERANT = ScimPolicy(unknown=ScimPolicy.Unknown.ignore)
"""What it does not know it leaves out: the next version of EGIL brings new attributes."""

type Resource = dict[str, object]


async def members_in(request: Request) -> Mapping[str, object]:
    """What was posted, whatever it is about.

    Raises:
        Problem: it is no JSON object, or too large, deep or long-winded.
    """
    if media_type(request) not in MEDIA_TYPES:
        raise Problem(NOT_THIS_TYPE, f"send {SCIM_TYPE}")
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            body = await read_body(request, MAX_BODY)
    except Refused as error:
        raise Problem(TOO_LARGE, f"send no more than {MAX_BODY} octets") from error
    except TimeoutError as error:
        raise Problem(TIMEOUT, f"send a resource within {BODY_TIMEOUT_S:g} s") from error
    try:
        members = json_object(body, "answer-not-readable")
    except Refused as error:
        raise Problem(BAD_REQUEST, "the body is no JSON object that can be read", "invalidSyntax") from error
    _must_be_within_bounds(members)
    return members


def resource_in(collection: Collection, members: Mapping[str, object]) -> Resource:
    """The resource that was sent, of what its schemas know; as it is written in JSON, without id and meta.

    Raises:
        Problem: it is none of this collection.
    """
    known = {**members, "groups": [members["group"]]} if _says_group(collection, members) else members
    model = KINDS[collection].model
    try:
        # NOTE: id and meta are the receiver's to give, and what stands there is passed over (RFC 7643, 3.1).
        read = model.model_validate(known, scim_ctx=Context.RESOURCE_CREATION_REQUEST, scim_policy=TOLERANT)
    except ValidationError as error:
        raise Problem(BAD_REQUEST, _words_for(collection, error), "invalidValue") from error
    return read.model_dump(scim_ctx=Context.RESOURCE_CREATION_REQUEST)


def _says_group(collection: Collection, members: Mapping[str, object]) -> bool:
    """Activities of EGIL's own client name one group, and not groups."""
    return collection == "Activities" and "group" in members and "groups" not in members


def _words_for(collection: Collection, error: ValidationError) -> str:
    """Which attribute is at fault, where it is one of the schema's: any other name is the caller's own text."""
    fields = KINDS[collection].model.model_fields
    names = {name.casefold(): info.serialization_alias or name for name, info in fields.items()}
    names |= {name.casefold(): name for name in names.values()}
    first = next((str(step) for one in error.errors() for step in one["loc"][:1]), "")
    name = names.get(first.casefold())
    return f"{name or 'an attribute'} is not as /Schemas has it, or is missing"


def _must_be_within_bounds(members: object) -> None:
    """Step by step and not by recursion: how deep it is somebody else decides."""
    level: list[object] = [members]
    for _ in range(MAX_DEPTH):
        following: list[object] = []
        for one in level:
            inside: list[object] = []
            if isinstance(one, dict):
                inside = [*one, *one.values()]
            elif isinstance(one, list):
                inside = one
            elif isinstance(one, str) and len(one) > MAX_TEXT:
                raise Problem(BAD_REQUEST, f"no text has more than {MAX_TEXT} characters", "invalidValue")
            if isinstance(one, dict | list) and len(one) > MAX_VALUES:
                raise Problem(BAD_REQUEST, f"no list and no object has more than {MAX_VALUES} values", "invalidValue")
            following += inside
        if not following:
            return
        level = following
    raise Problem(BAD_REQUEST, f"nothing is nested deeper than {MAX_DEPTH}", "invalidSyntax")
