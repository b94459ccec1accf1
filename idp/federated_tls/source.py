"""What one participant knows of the federation's machines: fetched, and kept no longer than the federation says."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from idp.federated_tls.refused import Untrusted
from idp.federated_tls.verifying import MAX_DOCUMENT, FederationKey, Trusted, verified_machines
from idp.fetching import fetch

TIMEOUT_S = 30.0
RETRY = timedelta(seconds=60)
"""After a fetch that failed; meanwhile what is known serves on until it expires."""
LEAST_KEPT = timedelta(seconds=1)
"""However short the federation's cache_ttl is."""

log = logging.getLogger("idp")


@dataclass(frozen=True, slots=True)
class _Kept:
    trusted: Trusted | None
    ask_again: datetime
    why: Untrusted | None = None
    """The newest could not be had or must not be used."""


class MachineSource:
    """A federation's machines, as one participant knows them.

    Args:
        url: where the federation publishes.
        key: handed over out of band.
        http: the client that the participant was handed.
    """

    def __init__(self, url: str, key: FederationKey, http: httpx.AsyncClient) -> None:
        self._url, self._key, self._http = url, key, http
        self._kept: _Kept | None = None
        self._asking = asyncio.Lock()

    async def machines(self, now: datetime) -> Trusted:
        """What may be used now.

        Raises:
            Untrusted: there is nothing.
        """
        kept = self._kept
        # NOTE: whoever comes while the federation is being asked does not wait for it as long as there is something.
        if kept is None or not self._usable(kept, now) or not self._asking.locked():
            async with self._asking:
                if self._kept is None or self._kept.ask_again <= now:
                    self._kept = await self._asked(now)
                kept = self._kept
        if kept.trusted is None or not self._usable(kept, now):
            raise kept.why or Untrusted("expired")
        return kept.trusted

    @staticmethod
    def _usable(kept: _Kept, now: datetime) -> bool:
        return kept.trusted is not None and now < kept.trusted.expires

    async def _asked(self, now: datetime) -> _Kept:
        known = self._kept.trusted if self._kept else None
        try:
            trusted = verified_machines(await self._fetched(), self._key, now)
        except Untrusted as error:
            log.warning("the federation's machines cannot be used: %s", error.code)
            return _Kept(known, now + RETRY, error)
        kept_for = max(timedelta(seconds=trusted.machines.cache_ttl), LEAST_KEPT)
        return _Kept(trusted, min(now + kept_for, trusted.expires))

    async def _fetched(self) -> bytes:
        try:
            return await fetch(self._http, self._url, MAX_DOCUMENT, TIMEOUT_S)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            raise Untrusted("not-had") from error
