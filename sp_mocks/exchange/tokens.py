"""Access tokens for a school's data API, from the token service of the federation.

The vendor proves who it is by the certificate of its connection (RFC 9932), and names itself as the federation's
metadata does; what it gets is a bearer token for one school's API.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from sp_mocks.oidc.reading import json_object, number_in, text_in
from sp_mocks.refusal import Refused

MAX_BYTES = 64 * 1024
TIMEOUT_S = 10.0
MARGIN = timedelta(seconds=60)
"""A token is asked for anew so long before its end."""
HTTP_OK, UNAUTHORIZED, FORBIDDEN = 200, 401, 403
API = "ss12000-api"


@dataclass(frozen=True, slots=True)
class _Held:
    value: str
    until: datetime


class Tokens:
    """The vendor's tokens for one API, asked for at first need and kept.

    Args:
        service: the address that tokens are asked for at.
        entity: what the federation calls the vendor.
        location: the address of the API.
        http: the client by which the vendor calls now; its connections show its certificate.
        now: the time, in aware UTC.
    """

    def __init__(
        self,
        service: str,
        entity: str,
        location: str,
        http: Callable[[], httpx.AsyncClient],
        now: Callable[[], datetime],
    ) -> None:
        self._service, self._entity, self._location, self._http, self._now = service, entity, location, http, now
        self._held: _Held | None = None
        self._asking = asyncio.Lock()

    async def token(self) -> str:
        """One that is good for a minute at least.

        Raises:
            Refused: the service gives none.
        """
        async with self._asking:
            if self._held is None or self._held.until <= self._now():
                self._held = await self._fetched()
            return self._held.value

    def forget(self) -> None:
        """Ask anew at next need: the API has not taken the last one."""
        self._held = None

    async def _fetched(self) -> _Held:
        began, question = self._now(), json.dumps(self._question()).encode()
        body, headers = bytearray(), {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        request = self._http().stream("POST", self._service, content=question, headers=headers, follow_redirects=False)
        try:
            async with asyncio.timeout(TIMEOUT_S), request as answer:
                if answer.status_code in (UNAUTHORIZED, FORBIDDEN):
                    raise Refused("data-key-not-taken")
                if answer.status_code != HTTP_OK or "content-encoding" in answer.headers:
                    raise Refused("access-token-not-had")
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > MAX_BYTES:
                        raise Refused("access-token-not-had")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise Refused("access-token-not-had") from error
        given = json_object(bytes(body), "access-token-not-had").get("access_token")
        if not isinstance(given, dict):
            raise Refused("access-token-not-had")
        lasts = timedelta(seconds=min(number_in(given, "expires_in", "access-token-not-had"), 10 * 24 * 3600))
        return _Held(text_in(given, "value", "access-token-not-had"), began + lasts - MARGIN)

    def _question(self) -> dict[str, object]:
        access = {"type": API, "locations": [self._location]}
        return {
            "access_token": [{"access": [access], "flags": ["bearer"]}],
            "client": {"key": self._entity},
        }
