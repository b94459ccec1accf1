"""A school's data API (SS 12000:2020), asked with the client that the vendor was handed."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from sp_mocks.oidc.reading import Json, json_object
from sp_mocks.refusal import Refused

MAX_BYTES = 8 * 1024 * 1024
"""Of one page."""
MAX_PAGES = 5000
MAX_RECORDS = 500_000
"""Of one collection."""
TIMEOUT_S = 30.0
HTTP_OK, TOO_MANY = 200, 429
PATIENCE = 4
"""So often it asks again when it was told that it asks too often."""
MAX_WAIT_S = 30.0

type Record = Mapping[str, object]
type Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class DataApi:
    """One school's API, and how this vendor asks it."""

    url: str
    """Without a slash at the end."""
    http: httpx.AsyncClient
    token: Callable[[], Awaitable[str]]
    """Brings an access token that is good for some time still."""
    page_size: int
    sleep: Sleep = field(default=asyncio.sleep)

    async def every(self, collection: str, query: Mapping[str, str]) -> AsyncIterator[Record]:
        """Each record of a collection, page by page.

        A page token is the school's own and says nothing to anybody else: it is sent back as it came, and without the
        query, which it stands for (SS 12000, pageToken).

        Raises:
            Refused: the school does not give it, or not in a form that can be read.
        """
        asked, came = {**query, "limit": str(self.page_size)}, 0
        for _ in range(MAX_PAGES):
            page = await self._asked(f"/{collection}", asked)
            records, following = page.get("data"), page.get("pageToken")
            if not isinstance(records, list) or not (following is None or isinstance(following, str)):
                raise Refused("data-answer-not-readable")
            came += len(records)
            if came > MAX_RECORDS:
                break
            for record in records:
                if not isinstance(record, dict):
                    raise Refused("data-answer-not-readable")
                yield record
            if not following:
                return
            asked = {"pageToken": following, "limit": str(self.page_size)}
        raise Refused("data-answer-too-large")

    async def gone(self, since: datetime) -> AsyncIterator[str]:
        """The ids of everything that is gone since then, of whatever kind.

        Raises:
            Refused: see :meth:`every`.
        """
        asked: Mapping[str, str] = {"after": instant(since)}
        for _ in range(MAX_PAGES):
            page = await self._asked("/deletedEntities", asked)
            kinds, following = page.get("data"), page.get("pageToken")
            if not isinstance(kinds, dict) or not (following is None or isinstance(following, str)):
                raise Refused("data-answer-not-readable")
            for ids in kinds.values():
                for one in ids if isinstance(ids, list) else ():
                    if isinstance(one, str):
                        yield one
            if not following:
                return
            asked = {"pageToken": following}
        raise Refused("data-answer-too-large")

    async def tell(self, path: str, entry: Record) -> None:
        """Post something that the school wants to know: statistics, say. What it answers changes nothing.

        Raises:
            Refused: it cannot be reached.
        """
        await self._sent("POST", path, {}, entry)

    async def _asked(self, path: str, query: Mapping[str, str]) -> Json:
        status, body = await self._sent("GET", path, query, None)
        if status != HTTP_OK:
            raise Refused("data-not-given")
        return json_object(body, "data-answer-not-readable")

    async def _sent(self, method: str, path: str, query: Mapping[str, str], entry: Record | None) -> tuple[int, bytes]:
        for left in reversed(range(PATIENCE + 1)):
            status, wait_s, body = await self._once(method, path, query, entry)
            if status != TOO_MANY or not left:
                break
            await self.sleep(wait_s)
        return status, body

    async def _once(
        self, method: str, path: str, query: Mapping[str, str], entry: Record | None
    ) -> tuple[int, float, bytes]:
        # NOTE: a compressed answer could become large after the limit has let it pass.
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Authorization": f"Bearer {await self.token()}",
        }
        content = None
        if entry is not None:
            headers["Content-Type"], content = "application/json", json.dumps(entry, ensure_ascii=False).encode()
        body = bytearray()
        request = self.http.stream(
            method, f"{self.url}{path}", params=query, content=content, headers=headers, follow_redirects=False
        )
        try:
            async with asyncio.timeout(TIMEOUT_S), request as answer:
                if "content-encoding" in answer.headers:
                    raise Refused("data-answer-not-readable")
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > MAX_BYTES:
                        raise Refused("data-answer-too-large")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise Refused("data-not-reached") from error
        return answer.status_code, _seconds(answer.headers.get("x-ratelimit-reset", "")), bytes(body)


def instant(moment: datetime) -> str:
    """As RFC 3339 writes it."""
    return moment.isoformat().replace("+00:00", "Z")


def _seconds(text: str) -> float:
    """How long the school asks to wait; a second where it does not say, and never longer than half a minute."""
    try:
        seconds = float(text)
    except ValueError:
        return 1.0
    return min(max(seconds, 0.0), MAX_WAIT_S) if seconds == seconds else 1.0  # noqa: PLR0124 - not a number
