"""The school as the vendor knows it: by its metadata, fetched with the client that the vendor was handed."""

import asyncio
import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx
from lxml import etree

from sp_mocks.refusal import Refused
from sp_mocks.signature import parse
from sp_mocks.xmlnames import BINDING_REDIRECT, MD, NAMESPACES

MAX_BYTES = 1024 * 1024
TIMEOUT_S = 10.0
MAX_CERTIFICATES = 10
HTTP_OK = 200
ENTITY = f"{{{MD}}}EntityDescriptor"


@dataclass(frozen=True, slots=True)
class School:
    """What a vendor takes from a school's metadata."""

    entity_id: str
    sign_on: str
    """Where requests go by HTTP-Redirect."""
    certificates: tuple[bytes, ...]
    """DER, of its signing keys."""
    scopes: frozenset[str] | None
    """The only domains that its user names may have (shibmd:Scope); None when its metadata names none."""
    valid_until: datetime | None


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


def read_school(document: bytes, entity_id: str) -> School:
    """One school of a metadata document, which may hold others too (SAML Metadata 2.3).

    Raises:
        Refused: it is not in it, or lacks what a login needs.
    """
    try:
        root = parse(document)
    except Refused as error:
        raise Refused("school-metadata-not-readable") from error
    found = [entity for entity in root.iter(ENTITY) if entity.get("entityID") == entity_id]
    role = found[0].find("md:IDPSSODescriptor", NAMESPACES) if len(found) == 1 else None
    if role is None:
        raise Refused("school-metadata-of-someone-else")
    places = [
        place.get("Location", "")
        for place in role.findall("md:SingleSignOnService", NAMESPACES)
        if place.get("Binding") == BINDING_REDIRECT
    ]
    certificates = _certificates(role)
    if not places or not places[0].startswith(("https://", "http://")) or not certificates:
        raise Refused("school-metadata-not-usable")
    return School(entity_id, places[0], certificates, _scopes(role), _valid_until(role))


def _certificates(role: etree._Element) -> tuple[bytes, ...]:
    texts = (
        text.text or ""
        for key in role.findall("md:KeyDescriptor", NAMESPACES)
        if key.get("use") in (None, "signing")
        for text in key.findall("ds:KeyInfo/ds:X509Data/ds:X509Certificate", NAMESPACES)
    )
    try:
        found = [base64.b64decode("".join(text.split()), validate=True) for text in texts]
    except (binascii.Error, ValueError) as error:
        raise Refused("school-metadata-not-usable") from error
    return tuple(der for der in found if der)[:MAX_CERTIFICATES]


def _scopes(role: etree._Element) -> frozenset[str] | None:
    paths = ("md:Extensions/shibmd:Scope", "../md:Extensions/shibmd:Scope")
    scopes = [scope for path in paths for scope in role.xpath(path, namespaces=NAMESPACES)]
    if not scopes:
        return None
    # NOTE: patterns (regexp="true") match nothing here: Skolfederation and the national tests allow none.
    return frozenset((scope.text or "").strip() for scope in scopes if scope.get("regexp", "false") in ("false", "0"))


def _valid_until(role: etree._Element) -> datetime | None:
    """The earliest end of the role and of all that it stands in."""
    stated = [element.get("validUntil") for element in (role, *role.iterancestors())]
    try:
        ends = [datetime.fromisoformat(text) for text in stated if text is not None]
    except ValueError as error:
        raise Refused("school-metadata-not-usable") from error
    if any(end.tzinfo is None for end in ends):
        raise Refused("school-metadata-not-usable")
    return min(ends, default=None)


def _is_over(school: School, now: datetime) -> bool:
    return school.valid_until is not None and school.valid_until <= now
