"""Which schools a vendor trusts, and how it learns of their keys and places.

A school's keys change: what it publishes is fetched anew when its time is over, and when a signature fits none of the
keys that are known. Of fetches that did not help there is at most one a minute for each school, so that nobody can
make a vendor fetch for every forged message.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import httpx

from sp_mocks.fetch import fetch
from sp_mocks.refusal import Refused
from sp_mocks.schools import School, read_school

VAIN_FETCH = timedelta(minutes=1)
"""How long after a fetch that did not help the next one is made."""
FAILED_FETCH = timedelta(seconds=1)
"""The same after one that brought nothing, for the school could not be reached: it may be there again."""
UNKNOWN_KEY = "signature-not-good"


@dataclass(frozen=True, slots=True)
class Known:
    """A school, and how long what is known of it is fresh."""

    school: School
    fresh_until: datetime | None
    """None where nothing is said (cacheDuration)."""


class Source(Protocol):
    """Whence a vendor learns of schools."""

    @property
    def schools(self) -> tuple[str, ...]:
        """The entity ids of all that it may trust."""

    async def fetch(self, entity_id: str) -> Mapping[str, Known]:
        """This school as it is now, and others if they come with it.

        Raises:
            Refused: it cannot be had or cannot be used.
        """


class Direct:
    """One school, by the metadata that it publishes itself."""

    def __init__(self, entity_id: str, metadata_url: str, http: httpx.AsyncClient) -> None:
        self.schools: tuple[str, ...] = (entity_id,)
        self._url, self._http = metadata_url, http

    async def fetch(self, entity_id: str) -> Mapping[str, Known]:
        """See :class:`Source`."""
        return {entity_id: Known(read_school(await fetch(self._http, self._url), entity_id), None)}


class Trust:
    """The schools that a vendor trusts, each fetched at first need.

    Args:
        source: whence it learns of them.
        now: the time, in aware UTC.
        refreshes: whether it ever fetches anew what it has once had.
    """

    def __init__(self, source: Source, now: Callable[[], datetime], *, refreshes: bool = True) -> None:
        self._source, self._now, self._refreshes = source, now, refreshes
        self._known: dict[str, Known] = {}
        self._vain: dict[str, datetime] = {}
        self._fetching = asyncio.Lock()

    @property
    def schools(self) -> tuple[str, ...]:
        """The entity ids of all that it may trust."""
        return self._source.schools

    async def school(self, entity_id: str = "") -> School:
        """A school; of requests that come at once, one fetches.

        Args:
            entity_id: "" where there is one alone.

        Raises:
            Refused: it is not trusted, or its metadata cannot be had or cannot be used.
        """
        name = self._trusted(entity_id)
        async with self._fetching:
            known = self._known.get(name)
            if known is None or (self._refreshes and self._is_over(known)):
                return await self._fetched(name)
            if self._refreshes and known.fresh_until is not None and known.fresh_until <= self._now():
                return await self._fetched_or(name, known.school)
            return known.school

    async def read[Read](self, entity_id: str, read: Callable[[School], Read]) -> Read:
        """Read a message of a school, and once more with its keys fetched anew when none of those known fits.

        Raises:
            Refused: by ``read``, or see :meth:`school`.
        """
        school = await self.school(entity_id)
        try:
            return read(school)
        except Refused as refused:
            if refused.code != UNKNOWN_KEY or not self._may_fetch(school.entity_id):
                raise
            renewed = await self._renewed(school)
            if renewed.certificates == school.certificates:
                raise
        message = read(renewed)
        del self._vain[school.entity_id]
        return message

    async def _renewed(self, school: School) -> School:
        """A school of which a key is not known, as it is now; a fetch in vain is remembered."""
        async with self._fetching:
            try:
                renewed = await self._fetched(school.entity_id)
            except Refused:
                self._vain[school.entity_id] = self._now() - VAIN_FETCH + FAILED_FETCH
                return school
            self._vain[school.entity_id] = self._now()
            return renewed

    def _trusted(self, entity_id: str) -> str:
        if not entity_id and len(self.schools) == 1:
            return self.schools[0]
        if entity_id not in self.schools:
            raise Refused("issuer")
        return entity_id

    def _may_fetch(self, name: str) -> bool:
        last = self._vain.get(name)
        return self._refreshes and (last is None or last + VAIN_FETCH <= self._now())

    async def _fetched(self, name: str) -> School:
        found = await self._source.fetch(name)
        if name not in found or self._is_over(found[name]):
            raise Refused("school-metadata-expired")
        self._known.update(found)
        return found[name].school

    async def _fetched_or(self, name: str, school: School) -> School:
        """As it is now, or as it was known where that cannot be had: that is still valid."""
        try:
            return await self._fetched(name)
        except Refused:
            return school

    def _is_over(self, known: Known) -> bool:
        return known.school.valid_until is not None and known.school.valid_until <= self._now()
