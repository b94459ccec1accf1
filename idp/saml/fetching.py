"""Fetch a metadata document, bounded in time and memory."""

import asyncio

import httpx

MAX_METADATA = 1024 * 1024
"""Bytes of one entity's metadata."""
FETCH_TIMEOUT_S = 10.0
HTTP_OK = 200


async def fetch_metadata(http: httpx.AsyncClient, url: str) -> bytes:
    """The document at ``url``; redirects are not followed.

    Raises:
        ValueError: the answer is no document; the text completes "it ...".
        httpx.HTTPError, TimeoutError: there is no answer, or not in time.
    """
    async with (
        asyncio.timeout(FETCH_TIMEOUT_S),
        # NOTE: a compressed answer could become large after the limit has let it pass.
        http.stream("GET", url, headers={"Accept-Encoding": "identity"}, follow_redirects=False) as answer,
    ):
        if answer.status_code != HTTP_OK:
            raise ValueError(f"was answered with status {answer.status_code}")
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise ValueError("came compressed though that was not accepted")
        body = bytearray()
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > MAX_METADATA:
                raise ValueError("is too large")
    return bytes(body)
