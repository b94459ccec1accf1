"""Read a request's body or query without letting it grow, or take longer, than a limit."""

import asyncio

from starlette.requests import Request

from idp.fields import Fields, read_fields
from idp.refused import malformed

MAX_QUERY = 32 * 1024
MAX_FORM = 1024 * 1024
BODY_TIMEOUT_S = 20.0
"""For a whole body, however slowly it drips."""
FORM_TYPE = "application/x-www-form-urlencoded"


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body.

    Args:
        request: the one that is being answered.
        limit: octets.

    Raises:
        Refused: there is more, or it is not there in time.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for part in request.stream():
                body += part
                if len(body) > limit:
                    raise malformed("is too large", 413)
    except TimeoutError as error:
        raise malformed("took too long", 408) from error
    return bytes(body)


def read_query(request: Request) -> Fields:
    """The fields of the query string, with the octets as they were sent.

    Raises:
        Refused: it is too long.
    """
    query: bytes = request.scope["query_string"]
    if len(query) > MAX_QUERY:
        raise malformed("is too large", 414)
    return read_fields(query)


async def read_form(request: Request) -> Fields:
    """The fields of an HTML form.

    Raises:
        Refused: it is none, or too large.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise malformed("is no HTML form", 415)
    return read_fields(await read_body(request, MAX_FORM))
