"""Read what another party's server answers, within limits of time and size."""

import asyncio
from collections.abc import Collection, Mapping

import httpx

HTTP_OK = 200
IDENTITY = "identity"


async def fetch(
    http: httpx.AsyncClient,
    url: str,
    limit: int,
    timeout_s: float,
    post: tuple[bytes, Mapping[str, str]] | None = None,
    accepted: Collection[int] = (HTTP_OK,),
) -> bytes:
    """The body of an answer with an accepted status; redirects are not followed.

    Args:
        http: the client that the school was handed.
        url: whom to ask.
        limit: octets.
        timeout_s: for all of it.
        post: a body with its headers; None asks with GET.
        accepted: the statuses of HTTP that are no refusal.

    Raises:
        ValueError: the answer has another status, comes compressed, or is too large; the text completes "it ...".
        httpx.HTTPError, TimeoutError: there is no answer.
    """
    body, headers = post or (None, {})
    # NOTE: a compressed answer could become large after the limit has let it pass.
    headers = {**headers, "Accept-Encoding": IDENTITY}
    method = "POST" if post else "GET"
    asking = http.stream(method, url, content=body, headers=headers, follow_redirects=False)
    async with asyncio.timeout(timeout_s), asking as answer:
        if answer.status_code not in accepted:
            raise ValueError(f"was answered with status {answer.status_code}")
        if answer.headers.get("content-encoding", IDENTITY) != IDENTITY:
            raise ValueError("came compressed though that was not accepted")
        received = bytearray()
        async for part in answer.aiter_bytes():
            received += part
            if len(received) > limit:
                raise ValueError("is too large")
    return bytes(received)
