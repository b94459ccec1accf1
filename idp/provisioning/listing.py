"""What a receiver says that it holds, for a school whose own record is lost or doubted."""

import asyncio
import re
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from idp.provisioning.kinds import Kind
from idp.sending.calls import Calls
from idp.sending.limits import GivenUp, Patience, Why

PAGE = 100
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
"""As this school writes them."""


class _Item(BaseModel):
    """Of a resource its id alone is read."""

    model_config = ConfigDict(hide_input_in_errors=True)
    id: str = ""


class _Page(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)
    data: list[_Item]
    following: Annotated[str, StringConstraints(max_length=4000)] | None = Field(default=None, alias="pageToken")


async def listed(calls: Calls, kind: Kind, patience: Patience) -> frozenset[str]:
    """The ids of what the receiver holds of a type; what is none of this school's form is passed over.

    Raises:
        GivenUp: it cannot be read, or never comes to an end.
    """
    try:
        async with asyncio.timeout(patience.listing_s):
            return await _all(calls, kind, patience)
    except TimeoutError as error:
        raise GivenUp(Why.UNLISTABLE) from error


async def _all(calls: Calls, kind: Kind, patience: Patience) -> frozenset[str]:
    found: set[str] = set()
    path = f"/{kind.endpoint}?limit={PAGE}"
    asked = path
    while True:
        answer = await calls.ask("GET", asked)
        if answer.status != HTTPStatus.OK:
            raise GivenUp(Why.UNLISTABLE)
        try:
            page = _Page.model_validate_json(answer.body)
        except ValidationError as error:
            raise GivenUp(Why.UNLISTABLE) from error
        before = len(found)
        found |= {one.id for one in page.data if _UUID.fullmatch(one.id)}
        if not page.following:
            return frozenset(found)
        # NOTE: a page that brings nothing new may be followed by as many as the receiver likes.
        if len(found) == before or len(found) > patience.listed:
            raise GivenUp(Why.UNLISTABLE)
        asked = f"{path}&pageToken={quote(page.following, safe='')}"
