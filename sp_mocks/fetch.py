"""Fetch a document with the client that the vendor was handed, within limits of time and size."""

import asyncio

import httpx

from sp_mocks.refusal import Refused

MAX_BYTES = 1024 * 1024
"""Of one school's metadata."""
MAX_AGGREGATE = 16 * 1024 * 1024
TIMEOUT_S = 10.0
HTTP_OK = 200


async def fetch(http: httpx.AsyncClient, url: str, limit: int = MAX_BYTES) -> bytes:
    """The document at this address.

    Raises:
        Refused: it cannot be had, or is larger than the limit.
    """
    # NOTE: a compressed answer could become large after the limit has let it pass.
    headers = {"Accept-Encoding": "identity"}
    document = bytearray()
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            http.stream("GET", url, headers=headers, follow_redirects=False) as answer,
        ):
            if answer.status_code != HTTP_OK or "content-encoding" in answer.headers:
                raise Refused("school-metadata-not-had")
            async for chunk in answer.aiter_bytes():
                document += chunk
                if len(document) > limit:
                    raise Refused("school-metadata-too-large")
    except (httpx.HTTPError, TimeoutError) as error:
        raise Refused("school-metadata-not-had") from error
    return bytes(document)
