"""The members of the federation, as they describe themselves just now."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from idp.config import Clock
from idp.federation.config import Member
from idp.federation.entity import Entity, read_entity
from idp.saml.fetching import fetch_metadata

FRESH_FOR = timedelta(minutes=1)
FETCHED_AT_ONCE = 16
MAX_CAUSE = 300

log = logging.getLogger("idp.federation")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A member that is not published."""

    member: Member
    cause: str
    """In English, for those who run the lab; completes "its metadata ..."."""


@dataclass(frozen=True, slots=True)
class Members:
    """What the federation knows at some moment."""

    entities: tuple[Entity, ...]
    """In the order of the registration; none has expired."""
    left_out: tuple[LeftOut, ...]

    def find(self, entity_id: str) -> Entity | None:
        """The published member of this name."""
        return next((entity for entity in self.entities if entity.entity_id == entity_id), None)

    @property
    def schools(self) -> tuple[Entity, ...]:
        """Those that people can log in with."""
        return tuple(entity for entity in self.entities if entity.is_school)


class Registry:
    """Fetches the metadata of all members when someone asks, and keeps it for :data:`FRESH_FOR`.

    A member whose metadata cannot be fetched or read is left out, and so is one whose metadata has expired: the
    federation publishes only what it has seen and found in order.
    """

    def __init__(self, members: tuple[Member, ...], http: httpx.AsyncClient, now: Clock) -> None:
        self._members, self._http, self._now = members, http, now
        self._seen: tuple[Entity | LeftOut, ...] = ()
        self._at: datetime | None = None
        self._fetching = asyncio.Lock()

    async def members(self, anew: bool = False) -> Members:
        """All of them; of requests that come at once, one fetches.

        Args:
            anew: fetch even what is fresh, but once for all who asked before the fetching began.
        """
        asked = self._now()
        async with self._fetching:
            now = self._now()
            if self._at is None or not timedelta() <= now - self._at < FRESH_FOR or (anew and self._at <= asked):
                await self._fetch_all()
                self._at = now
        return self._valid(now)

    async def _fetch_all(self) -> None:
        few = asyncio.Semaphore(FETCHED_AT_ONCE)

        async def one(member: Member) -> Entity | LeftOut:
            async with few:
                return await self._fetch(member)

        self._seen = tuple(await asyncio.gather(*(one(member) for member in self._members)))

    async def _fetch(self, member: Member) -> Entity | LeftOut:
        try:
            return read_entity(await fetch_metadata(self._http, member.metadata_url), member)
        except (ValueError, httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            said = str(error) if type(error) is ValueError else f"could not be fetched ({type(error).__name__})"
            cause = " ".join(said.split())[:MAX_CAUSE]
            log.warning("%s is left out: its metadata %s", member.entity_id, cause)
            return LeftOut(member, cause)

    def _valid(self, now: datetime) -> Members:
        entities: list[Entity] = []
        left_out: list[LeftOut] = []
        for member, seen in zip(self._members, self._seen, strict=True):
            if isinstance(seen, LeftOut):
                left_out.append(seen)
            elif seen.valid_until is not None and seen.valid_until <= now:
                log.warning("%s is left out: its metadata has expired", member.entity_id)
                left_out.append(LeftOut(member, "has expired (validUntil)"))
            else:
                entities.append(seen)
        return Members(tuple(entities), tuple(left_out))
