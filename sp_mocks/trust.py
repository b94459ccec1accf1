"""The school as the vendor knows it: by its metadata, fetched with the client that the vendor was handed."""

import asyncio
import base64
import binascii
from dataclasses import dataclass

import httpx

from sp_mocks.refusal import Refused
from sp_mocks.signature import parse
from sp_mocks.xmlnames import BINDING_REDIRECT, NAMESPACES

MAX_BYTES = 1024 * 1024
TIMEOUT_S = 10.0
HTTP_OK = 200


@dataclass(frozen=True, slots=True)
class School:
    """What a vendor takes from a school's metadata."""

    entity_id: str
    sign_on: str
    """Where requests go by HTTP-Redirect."""
    certificates: tuple[bytes, ...]
    """DER, of its signing keys."""
    scopes: tuple[str, ...]
    """The only scopes that its user names may have (shibmd:Scope)."""


class Trust:
    """One school, fetched at first need and kept."""

    def __init__(self, entity_id: str, metadata_url: str, http: httpx.AsyncClient) -> None:
        self._entity_id, self._url, self._http = entity_id, metadata_url, http
        self._school: School | None = None
        self._fetching = asyncio.Lock()

    async def school(self) -> School:
        """The school.

        Raises:
            Refused: its metadata cannot be had or cannot be used.
        """
        async with self._fetching:
            if self._school is None:
                self._school = _read(await self._fetch(), self._entity_id)
            return self._school

    async def _fetch(self) -> bytes:
        try:
            async with self._http.stream("GET", self._url, timeout=TIMEOUT_S) as answer:
                if answer.status_code != HTTP_OK:
                    raise Refused("school-metadata-not-had")
                document = bytearray()
                async for chunk in answer.aiter_bytes():
                    document += chunk
                    if len(document) > MAX_BYTES:
                        raise Refused("school-metadata-too-large")
                return bytes(document)
        except httpx.HTTPError as error:
            raise Refused("school-metadata-not-had") from error


def _read(document: bytes, entity_id: str) -> School:
    root = parse(document)
    role = root.find("md:IDPSSODescriptor", NAMESPACES)
    if root.get("entityID") != entity_id or role is None:
        raise Refused("school-metadata-of-someone-else")
    places = [
        place.get("Location", "")
        for place in role.findall("md:SingleSignOnService", NAMESPACES)
        if place.get("Binding") == BINDING_REDIRECT
    ]
    certificates = tuple(
        der
        for key in role.findall("md:KeyDescriptor", NAMESPACES)
        if key.get("use") in (None, "signing")
        for text in key.findall(".//ds:X509Certificate", NAMESPACES)
        if (der := _der(text.text))
    )
    if not places or not certificates:
        raise Refused("school-metadata-not-usable")
    scopes = tuple((scope.text or "").strip() for scope in root.findall(".//shibmd:Scope", NAMESPACES))
    return School(entity_id, places[0], certificates, tuple(scope for scope in scopes if scope))


def _der(text: str | None) -> bytes:
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
