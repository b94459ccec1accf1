"""What a receiver says that it holds (RFC 7644, 3.4.2), for a school whose own record is lost."""

import asyncio
import logging
import re
from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from idp.sending.calls import Calls
from idp.sending.limits import GivenUp, Patience, Why

PAGE = 500
MAX_PAGES = 20_000
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
"""As this school writes them."""

log = logging.getLogger("idp.scim")


class _Item(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)
    id: str = ""


class _Page(BaseModel):
    """Of a resource its id alone is read."""

    model_config = ConfigDict(hide_input_in_errors=True)
    total: Annotated[int, Field(ge=0, alias="totalResults")]
    resources: Annotated[list[_Item], Field(alias="Resources")] = []


async def listed(calls: Calls, endpoint: str, patience: Patience) -> frozenset[str]:
    """The ids of what the receiver holds at an endpoint, page by page where it pages.

    What is no id of the kind that this school gives is passed over: it is nobody's here, and no part of an address.

    Args:
        calls: to the receiver.
        endpoint: below its address.
        patience: with it.

    Raises:
        GivenUp: it cannot be read, or never comes to an end.
    """
    try:
        async with asyncio.timeout(patience.listing_s):
            return await _all(calls, endpoint, patience)
    except TimeoutError as error:
        raise GivenUp(Why.UNLISTABLE) from error


async def _all(calls: Calls, endpoint: str, patience: Patience) -> frozenset[str]:
    found: set[str] = set()
    received, foreign = 0, 0
    for _ in range(MAX_PAGES):
        page = await _page(calls, f"/{endpoint}?startIndex={received + 1}&count={PAGE}")
        received += len(page.resources)
        if max(page.total, received) > patience.listed:
            break
        ours = {one.id for one in page.resources if _UUID.fullmatch(one.id)}
        foreign += len(page.resources) - len(ours)
        if received >= page.total:
            if foreign:
                log.warning("the receiver lists %d resources of %s that this school never sent", foreign, endpoint)
            return frozenset(found | ours)
        if not ours - found:
            break
        found |= ours
    raise GivenUp(Why.UNLISTABLE)


async def _page(calls: Calls, path: str) -> _Page:
    answer = await calls.ask("GET", path)
    if answer.status != HTTPStatus.OK or not answer.sound:
        raise GivenUp(Why.UNLISTABLE)
    try:
        return _Page.model_validate_json(answer.body)
    except ValidationError as error:
        raise GivenUp(Why.UNLISTABLE) from error
