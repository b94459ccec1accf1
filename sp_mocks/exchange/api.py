"""A school's data API (SS 12000:2020), asked with the client that the vendor was handed."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from sp_mocks.exchange.behaviour import ExchangeBehaviour
from sp_mocks.oidc.reading import Json, json_object
from sp_mocks.refusal import Refused

MAX_BYTES = 8 * 1024 * 1024
"""Of one page."""
MAX_PAGES = 5000
MAX_RECORDS = 500_000
"""Of one collection."""
TIMEOUT_S = 30.0
HTTP_OK, UNAUTHORIZED, TOO_MANY = 200, 401, 429
PATIENCE = 4
"""So often it asks again when it was told that it asks too often."""
MAX_WAIT_S = 30.0
SAYS_NOTHING: Mapping[str, str] = {"expandReferenceNames": "false"}
"""What a vendor that filters beside page tokens has for a filter where it fetches everything."""
IMPATIENCE, HASTE_S = 100, 0.1
"""The same of a vendor that does not wait as long as it is told, and how long that one waits."""

type Record = Mapping[str, object]
type Query = Mapping[str, str]
type Sleep = Callable[[float], Awaitable[None]]


class Bearer(Protocol):
    """Where access tokens come from."""

    async def token(self) -> str:
        """One that is good for some time still.

        Raises:
            Refused: there is none.
        """

    def forget(self) -> None:
        """The school has not taken it: the next one is another."""


@dataclass(frozen=True, slots=True)
class DataApi:
    """One school's API, and how this vendor asks it."""

    url: str
    """Without a slash at the end."""
    http: Callable[[], httpx.AsyncClient]
    """The client by which the vendor calls now."""
    bearer: Bearer
    behaviour: ExchangeBehaviour
    sleep: Sleep = field(default=asyncio.sleep)

    async def every(self, collection: str, query: Query) -> AsyncIterator[Record]:
        """Each record of a collection, page by page.

        A page token is the school's own and says nothing to anybody else: it is sent back as it came, and without the
        query, which it stands for (SS 12000, pageToken).

        Raises:
            Refused: the school does not give it, or not in a form that can be read.
        """
        limit = {"limit": str(self.behaviour.page_size)}
        page, came = await self._page(f"/{collection}", {**query, **limit}), 0
        for _ in range(MAX_PAGES):
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
            if not following or not self.behaviour.every_page:
                return
            page = await self._next(f"/{collection}", {"pageToken": following, **limit}, query)
        raise Refused("data-answer-too-large")

    async def gone(self, since: datetime) -> AsyncIterator[str]:
        """The ids of everything that is gone since then, of whatever kind.

        Raises:
            Refused: see :meth:`every`.
        """
        asked: Query = {"after": instant(since)}
        for _ in range(MAX_PAGES):
            page = await self._page("/deletedEntities", asked)
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
        query = {"access_token": await self.bearer.token()} if self.behaviour.token_in_address else {}
        await self.send("POST", path, query, entry)

    async def send(self, method: str, path: str, query: Query, entry: Record | None) -> tuple[int, bytes]:
        """Ask, and ask again when told to wait or when the token is not taken; returns status and body.

        Raises:
            Refused: the school cannot be reached, or no token be had.
        """
        return await self._sent(method, f"{self.url}{path}", query, entry)

    async def _next(self, path: str, asked: Query, query: Query) -> Json:
        """The page that a page token stands for."""
        behaviour, token = self.behaviour, asked["pageToken"]
        if behaviour.opens_page_tokens and urlsplit(token).scheme == "https":
            try:
                status, body = await self._sent("GET", token, {}, None)
                if status == HTTP_OK:
                    return json_object(body, "data-answer-not-readable")
            except Refused:
                pass
        if behaviour.filters_with_token:
            status, body = await self.send("GET", path, {**(query or SAYS_NOTHING), **asked}, None)
            if status == HTTP_OK:
                return json_object(body, "data-answer-not-readable")
        return await self._page(path, asked)

    async def _page(self, path: str, query: Query) -> Json:
        status, body = await self.send("GET", path, query, None)
        match status:
            case 200:
                return json_object(body, "data-answer-not-readable")
            case 401:
                raise Refused("data-key-not-taken")
            case 403:
                raise Refused("data-forbidden")
            case _:
                raise Refused("data-not-given")

    async def _sent(self, method: str, url: str, query: Query, entry: Record | None) -> tuple[int, bytes]:
        patient, fresh = self.behaviour.waits_when_told, False
        for left in reversed(range(PATIENCE + 1 if patient else IMPATIENCE + 1)):
            status, wait_s, body = await self._once(method, url, query, entry)
            if status == UNAUTHORIZED and not fresh and left:
                # NOTE: it may have been withdrawn, or be for a key that the vendor shows no longer.
                self.bearer.forget()
                fresh = True
            elif status == TOO_MANY and left:
                await self.sleep(wait_s if patient else min(HASTE_S, wait_s))
            else:
                break
        return status, body

    async def _once(self, method: str, url: str, query: Query, entry: Record | None) -> tuple[int, float, bytes]:
        # NOTE: a compressed answer could become large after the limit has let it pass.
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Authorization": f"Bearer {await self.bearer.token()}",
        }
        content = None
        if entry is not None:
            headers["Content-Type"], content = "application/json", json.dumps(entry, ensure_ascii=False).encode()
        body = bytearray()
        try:
            request = self.http().stream(
                method, url, params=query or None, content=content, headers=headers, follow_redirects=False
            )
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
