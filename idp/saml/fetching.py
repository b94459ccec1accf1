"""Fetch a metadata document, bounded in time and memory."""

import httpx

from idp.fetching import fetch

MAX_METADATA = 1024 * 1024
"""Bytes of one entity's metadata."""
FETCH_TIMEOUT_S = 10.0


async def fetch_metadata(http: httpx.AsyncClient, url: str) -> bytes:
    """The document at ``url``; redirects are not followed.

    Raises:
        ValueError: the answer is no document; the text completes "it ...".
        httpx.HTTPError, TimeoutError: there is no answer, or not in time.
    """
    return await fetch(http, url, MAX_METADATA, FETCH_TIMEOUT_S)
