"""The token service's keys, as an API knows them: fetched, bounded, kept a while."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from idp.fetching import fetch
from idp.oidc.client_keys import read_jwks
from idp.oidc.jose import Json, PublicKey, public_key
from idp.token_service.refused import TokenRefused

MAX_JWKS = 64 * 1024
TIMEOUT_S = 5.0
KEPT_FOR = timedelta(minutes=10)
NOT_AGAIN_WITHIN = timedelta(seconds=10)
"""However many tokens name a key that is not there, the service is asked for it so often."""
AT_MOST = timedelta(hours=24)
"""For so long keys serve while the service cannot be reached: a key that it has withdrawn must not last for ever."""

log = logging.getLogger("idp")


@dataclass(frozen=True, slots=True)
class _Fetched:
    at: datetime
    keys: tuple[Mapping[str, Json], ...]


class ServiceKeys:
    """What one API knows.

    Args:
        url: of the service's JWK Set.
        http: the client that the API was handed.
    """

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url, self._http = url, http
        self._known: _Fetched | None = None
        self._asked: datetime | None = None
        self._asking = asyncio.Lock()

    async def find(self, kid: str, now: datetime) -> PublicKey:
        """The key of this name.

        Raises:
            TokenRefused: the service has none, or cannot be asked.
        """
        # NOTE: before anybody waits: tokens that name keys which are not there must not hold up those that are good.
        found = self._fitting(kid, now)
        if found is not None and not self._is_old(now):
            return found
        async with self._asking:
            found = self._fitting(kid, now)
            if (found is None or self._is_old(now)) and self._may_ask(now):
                await self._fetch(now)
                found = self._fitting(kid, now)
        if found is not None:
            return found
        raise TokenRefused("keys-not-had" if self._usable(now) is None else "key-not-known")

    def _usable(self, now: datetime) -> _Fetched | None:
        return self._known if self._known is not None and now < self._known.at + AT_MOST else None

    def _is_old(self, now: datetime) -> bool:
        return self._known is None or now >= self._known.at + KEPT_FOR

    def _may_ask(self, now: datetime) -> bool:
        return self._asked is None or now >= self._asked + NOT_AGAIN_WITHIN

    def _fitting(self, kid: str, now: datetime) -> PublicKey | None:
        known = self._usable(now)
        named = (key for key in known.keys if key.get("kid") == kid) if known else ()
        return next(filter(None, (public_key(key, "ES256") for key in named)), None)

    async def _fetch(self, now: datetime) -> None:
        self._asked = now
        try:
            keys = read_jwks(await fetch(self._http, self._url, MAX_JWKS, TIMEOUT_S))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, RecursionError) as error:
            log.warning("the token service's keys cannot be had: %s", str(error).replace("\n", " ")[:200])
            return
        self._known = _Fetched(now, keys)
