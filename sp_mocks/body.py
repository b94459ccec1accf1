"""What somebody posts, read within a limit."""

from starlette.requests import Request

from sp_mocks.refusal import Refused


def media_type(request: Request) -> str:
    """Of what is posted, without parameters; "" where nobody says."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(request: Request, limit: int) -> bytes:
    """All of it.

    Args:
        request: nobody has read its body yet.
        limit: octets.

    Raises:
        Refused: it is longer.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Refused("message-too-large")
    return bytes(body)
