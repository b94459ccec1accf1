"""Schools as a federation publishes them: its signature is verified, and only what it covers is read."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
from lxml import etree

from sp_mocks.config import FederationPlace
from sp_mocks.fetch import MAX_AGGREGATE, fetch
from sp_mocks.refusal import Refused
from sp_mocks.schools import ENTITY, School, school_in, valid_until
from sp_mocks.signature import covered, parse
from sp_mocks.trust import Known
from sp_mocks.xmlnames import MD

ENTITIES = f"{{{MD}}}EntitiesDescriptor"
LONGEST = timedelta(days=31)
"""How far off the end of a publication may lie, for keys that were withdrawn must not be used for ever."""
LONGEST_CACHE = timedelta(days=7)
_DURATION = re.compile(
    r"P(?:(?P<days>\d{1,4})D)?(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9})(?:\.\d+)?S)?)?",
    re.ASCII,
)


class Aggregate:
    """All members in one signed document (SAML Metadata 2.3.1)."""

    def __init__(self, place: FederationPlace, http: httpx.AsyncClient, now: Callable[[], datetime]) -> None:
        self.schools = place.schools
        self._place, self._http, self._now = place, http, now

    async def fetch(self, entity_id: str) -> Mapping[str, Known]:
        """See :class:`sp_mocks.trust.Source`; every school that can be used comes with it."""
        document = await fetch(self._http, self._place.aggregate_url, MAX_AGGREGATE)
        root = published(document, self._place.certificate_der, self._now())
        if root.tag != ENTITIES:
            raise Refused("school-metadata-not-readable")
        found = {name: known for name in self.schools if (known := self._usable(root, name)) is not None}
        if entity_id not in found:
            found[entity_id] = _known(root, school_in(root, entity_id), self._now())
        return found

    def _usable(self, root: etree._Element, name: str) -> Known | None:
        """None for a member that is left out or described badly: the others must not suffer by it."""
        try:
            return _known(root, school_in(root, name), self._now())
        except Refused:
            return None


class MetadataQuery:
    """One member at a time (Metadata Query Protocol)."""

    def __init__(self, place: FederationPlace, http: httpx.AsyncClient, now: Callable[[], datetime]) -> None:
        self.schools = place.schools
        self._place, self._http, self._now = place, http, now

    async def fetch(self, entity_id: str) -> Mapping[str, Known]:
        """See :class:`sp_mocks.trust.Source`."""
        document = await fetch(self._http, f"{self._place.mdq_url}/entities/{quote(entity_id, safe='')}")
        root = published(document, self._place.certificate_der, self._now())
        if root.tag != ENTITY:
            raise Refused("school-metadata-not-readable")
        return {entity_id: _known(root, school_in(root, entity_id), self._now())}


def published(document: bytes, certificate: bytes, now: datetime) -> etree._Element:
    """The root of what a federation publishes, parsed anew from the octets that its signature covers.

    Args:
        document: as fetched.
        certificate: DER, handed over out of band.
        now: the time.

    Raises:
        Refused: it is not signed by the federation, is over, or says no end that is near enough.
    """
    try:
        root = covered(parse(document), (certificate,))
    except Refused as error:
        raise Refused("school-metadata-not-signed") from error
    end = valid_until(root)
    if end is None or end > now + LONGEST:
        raise Refused("school-metadata-without-end")
    if end <= now:
        raise Refused("school-metadata-expired")
    return root


def _known(root: etree._Element, school: School, now: datetime) -> Known:
    stated = root.get("cacheDuration")
    return Known(school, None if stated is None else (now + min(duration(stated), LONGEST_CACHE)).astimezone(UTC))


def duration(written: str) -> timedelta:
    """A length of time as XML Schema writes it, without years and months, whose length varies.

    Raises:
        Refused: it is none.
    """
    found = _DURATION.fullmatch(written)
    if found is None or not any(found.groupdict().values()):
        raise Refused("school-metadata-not-usable")
    return timedelta(**{unit: int(number) for unit, number in found.groupdict().items() if number})
