"""The public keys by which vendors sign for themselves: fetched from their ``jwks_uri``, bounded, and kept a while."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from idp.config import Clock
from idp.fetching import fetch
from idp.oidc.jose import Header, Json, PublicKey, public_key

MAX_JWKS = 64 * 1024
MAX_KEYS = 50
"""Of one vendor."""
MAX_VENDORS = 500
FETCH_TIMEOUT_S = 5.0
KEPT_FOR = timedelta(minutes=10)
NOT_AGAIN_WITHIN = timedelta(seconds=10)
"""A key that is not there is not looked for again before; however often somebody asks, the vendor is asked so often."""

log = logging.getLogger("idp")


@dataclass(frozen=True, slots=True)
class _Fetched:
    at: datetime
    keys: tuple[Mapping[str, Json], ...]


class ClientKeys:
    """What one worker knows of vendors' keys.

    Args:
        http: the client that the school was handed.
        now: the time.
    """

    def __init__(self, http: httpx.AsyncClient, now: Clock) -> None:
        self._http, self._now = http, now
        self._known: dict[str, _Fetched] = {}

    async def find(self, jwks_uri: str, header: Header) -> tuple[PublicKey, ...]:
        """The keys that may have signed a token with this header: the one it names, or all that fit where it names
        none. A key that is not known yet may be new: then they are fetched again.
        """
        known = self._known.get(jwks_uri)
        age = self._now() - known.at if known else KEPT_FOR
        if known and age < KEPT_FOR:
            found = _fitting(known.keys, header)
            if found or age < NOT_AGAIN_WITHIN:
                return found
        return _fitting((await self._fetch(jwks_uri)).keys, header)

    async def _fetch(self, jwks_uri: str) -> _Fetched:
        try:
            keys = read_jwks(await fetch(self._http, jwks_uri, MAX_JWKS, FETCH_TIMEOUT_S))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, RecursionError) as error:
            log.warning("the keys at %s cannot be had: %s", jwks_uri, str(error).replace("\n", " ")[:200])
            keys = ()
        while len(self._known) >= MAX_VENDORS:
            del self._known[next(iter(self._known))]
        self._known.pop(jwks_uri, None)
        self._known[jwks_uri] = fetched = _Fetched(self._now(), keys)
        return fetched


def read_jwks(document: bytes) -> tuple[Mapping[str, Json], ...]:
    """The members of a JWK Set (RFC 7517, 5).

    Raises:
        ValueError: it is none; completes "it ...".
    """
    content = json.loads(document)
    keys = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(keys, list) or len(keys) > MAX_KEYS:
        raise ValueError("is no JWK Set, or has too many keys")
    return tuple(key for key in keys if isinstance(key, dict))


def _fitting(keys: tuple[Mapping[str, Json], ...], header: Header) -> tuple[PublicKey, ...]:
    named = [key for key in keys if not header.kid or key.get("kid") == header.kid]
    found = (public_key(key, header.algorithm) for key in named)
    return tuple(key for key in found if key is not None)
