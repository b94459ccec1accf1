"""What careless vendors do with a message beside reading it: fetch what it names, and let it use them up."""

import asyncio
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType

import httpx

from sp_mocks.lax import Fetching, Lax
from sp_mocks.schools import School

HUGE = 64 * 1024 * 1024
"""Octets that a vendor takes which takes anything; more would harm the machine that plays it."""
LONG_S = 16.0
"""How long a vendor is busy that entities have used up. It sleeps: the machine that plays it must not suffer."""
MANY_ENTITIES = re.compile(rb"(?:&\w+;){10}")
URL = rb"(https?://[^\"'<>\s]+)"
NAMED: Mapping[Fetching, re.Pattern[bytes]] = MappingProxyType(
    {
        "entities": re.compile(rb"SYSTEM\s+[\"']" + URL),
        "includes": re.compile(rb"include[^>]*href=\"" + URL),
        "schemas": re.compile(rb"schemaLocation=\"\S+ " + URL),
        "styles": re.compile(rb"<\?xml-stylesheet[^>]*href=\"" + URL),
        "keys": re.compile(rb"RetrievalMethod URI=\"" + URL),
        "references": re.compile(rb"Reference URI=\"" + URL),
        "transforms": re.compile(rb"document\('" + URL),
    }
)
MOST = 3


async def meddle(encoded: str, lax: Lax, http: httpx.AsyncClient) -> None:
    """Do what a message wants done, if the vendor is one that lets itself be told."""
    if lax.fetches is None and lax.bombs != "entities":
        return
    try:
        document = b64decode(encoded)
    except ValueError:
        return
    if lax.bombs == "entities" and b"<!ENTITY" in document and MANY_ENTITIES.search(document):
        await asyncio.sleep(LONG_S)
    if lax.fetches is not None:
        for url in NAMED[lax.fetches].findall(document)[:MOST]:
            with suppress(httpx.HTTPError, httpx.InvalidURL):
                await http.get(url.decode("ascii", "replace"))


def together(school: School, every: Sequence[School]) -> School:
    """A school whose name anybody's key can sign for; itself, where there is no list of others."""
    if not every:
        return school
    scopes = frozenset[str]().union(*(one.scopes or () for one in every))
    return replace(school, certificates=tuple(der for one in every for der in one.certificates), scopes=scopes)
