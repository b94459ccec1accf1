"""The school as the vendor knows it: by its metadata, fetched with the client that the vendor was handed."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import httpx

from sp_mocks.refusal import Refused
from sp_mocks.schools import School, read_school

MAX_BYTES = 1024 * 1024
TIMEOUT_S = 10.0
HTTP_OK = 200


class Trust:
    """One school, fetched at first need and kept for as long as its metadata is valid."""

    def __init__(self, entity_id: str, metadata_url: str, http: httpx.AsyncClient, now: Callable[[], datetime]) -> None:
        self._entity_id, self._url, self._http, self._now = entity_id, metadata_url, http, now
        self._known: School | None = None
        self._fetching = asyncio.Lock()

    async def school(self) -> School:
        """The school; of requests that come at once, one fetches.

        Raises:
            Refused: its metadata cannot be had or cannot be used.
        """
        async with self._fetching:
            if self._known is None or _is_over(self._known, self._now()):
                known = read_school(await self._fetch(), self._entity_id)
                if _is_over(known, self._now()):
                    raise Refused("school-metadata-expired")
                self._known = known
            return self._known

    async def _fetch(self) -> bytes:
        # NOTE: a compressed answer could become large after the limit has let it pass.
        headers = {"Accept-Encoding": "identity"}
        document = bytearray()
        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                self._http.stream("GET", self._url, headers=headers, follow_redirects=False) as answer,
            ):
                if answer.status_code != HTTP_OK or "content-encoding" in answer.headers:
                    raise Refused("school-metadata-not-had")
                async for chunk in answer.aiter_bytes():
                    document += chunk
                    if len(document) > MAX_BYTES:
                        raise Refused("school-metadata-too-large")
        except (httpx.HTTPError, TimeoutError) as error:
            raise Refused("school-metadata-not-had") from error
        return bytes(document)


def _is_over(school: School, now: datetime) -> bool:
    return school.valid_until is not None and school.valid_until <= now
