"""Read a request's body without letting it grow beyond a limit."""

from starlette.requests import Request

from idp.refused import malformed


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body.

    Args:
        request: the one that is being answered.
        limit: octets.

    Raises:
        Refused: there is more.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise malformed("is too large", 413)
    return bytes(body)
