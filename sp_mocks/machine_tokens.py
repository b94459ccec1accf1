"""Which access tokens of machines open a vendor's endpoints: those that the federation's token service made for them,
while they last.

A token can be stolen, so the key that the caller shows counts beside it (:mod:`sp_mocks.federated_tls`).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from sp_mocks.config import ReceivingPlace
from sp_mocks.fetch import fetch
from sp_mocks.jose import PublicKey, read_header, verified_claims
from sp_mocks.oidc.provider import read_keys
from sp_mocks.oidc.reading import Json, json_object, number_in, text_in
from sp_mocks.refusal import Refused

PROVISIONING, NOTICES = "provisioning-api", "ss12000-client"
"""What a token may be for: to send rosters as the national tests have it, or to say that something has changed."""
SKEW_S = 60
"""By which clocks may differ; not at the end of a token."""
KEPT_FOR, NOT_AGAIN_WITHIN = timedelta(minutes=10), timedelta(seconds=10)
AT_MOST = timedelta(hours=24)
"""For so long keys serve while the service cannot be reached."""
MAX_KEYS = 64 * 1024
SCHEME = "bearer"


class KeysNotHad(Exception):
    """The token service's keys cannot be had just now, so that nobody can tell whether a token is good."""


@dataclass(frozen=True, slots=True)
class Granted:
    """Whom a token was made for, as the token service found out."""

    entity: str
    organisation: str


class MachineTokens:
    """Verifies tokens for one vendor.

    Args:
        place: the vendor, and whose tokens it takes.
        kind: what a token must be for.
        http: the client that the vendor was handed.
        now: the time.
        checks_expiry: whether it looks when a token ends; a vendor that does well does.
        checks_location: whether it looks where a token may be used; the same.
    """

    def __init__(
        self,
        place: ReceivingPlace,
        kind: str,
        http: httpx.AsyncClient,
        now: Callable[[], datetime],
        *,
        checks_expiry: bool = True,
        checks_location: bool = True,
    ) -> None:
        self._place, self._kind, self._http, self._now = place, kind, http, now
        self._checks_expiry, self._checks_location = checks_expiry, checks_location
        self._keys: tuple[PublicKey, ...] = ()
        self._fetched: datetime | None = None
        self._asked: datetime | None = None
        self._asking = asyncio.Lock()

    async def check(self, authorization: str) -> Granted:
        """Whom a call's token was made for.

        Args:
            authorization: the header of that name, "" where there is none.

        Raises:
            Refused: the token does not open this vendor's endpoints; says why.
            KeysNotHad: nobody can tell.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != SCHEME:
            raise Refused("token-not-readable")
        token = token.strip(" ")
        header = read_header(token)
        if header.algorithm != "ES256":
            raise Refused("token-algorithm-not-registered")
        claims = verified_claims(token, await self._key(header.kid))
        if text_in(claims, "iss", "token-not-readable") != self._place.token_issuer:
            raise Refused("token-of-someone-else")
        audience = claims.get("aud")
        if self._place.token_audience not in (audience if isinstance(audience, list) else [audience]):
            raise Refused("token-for-someone-else")
        self._must_be_timely(claims)
        if self._checks_location and not self._is_for_here(claims):
            raise Refused("token-for-someone-else")
        entity = text_in(claims, "entity_id", "token-names-nobody")
        return Granted(entity, text_in(claims, "organization_id", "token-names-nobody"))

    def _must_be_timely(self, claims: Json) -> None:
        second = self._now().timestamp()
        ends = number_in(claims, "exp", "token-not-readable")
        begins = max(number_in(claims, name, "token-not-readable") for name in ("iat", "nbf"))
        if begins > second + SKEW_S:
            raise Refused("token-not-valid-yet")
        if self._checks_expiry and ends <= second:
            raise Refused("token-expired")

    def _is_for_here(self, claims: Json) -> bool:
        """NOTE: type and place must stand in one access, or a token for another API here would open this one."""
        accesses = claims.get("requested_access")
        for access in accesses if isinstance(accesses, list) else ():
            if isinstance(access, dict) and access.get("type") == self._kind:
                locations = access.get("locations")
                if isinstance(locations, list) and self._place.base_url in locations:
                    return True
        return False

    async def _key(self, kid: str) -> PublicKey:
        # NOTE: before anybody waits: tokens that name keys which are not there must not hold up those that are good.
        found = self._named(kid)
        if found is None or self._is_old():
            async with self._asking:
                found = self._named(kid)
                if (found is None or self._is_old()) and self._may_ask():
                    await self._fetch()
                    found = self._named(kid)
        if found is None and (self._fetched is None or self._now() >= self._fetched + AT_MOST):
            raise KeysNotHad
        if found is None:
            raise Refused("token-key-not-known")
        return found

    def _named(self, kid: str) -> PublicKey | None:
        if not kid or self._fetched is None or self._now() >= self._fetched + AT_MOST:
            return None
        return next((key for key in self._keys if key.kid == kid), None)

    def _is_old(self) -> bool:
        return self._fetched is None or self._now() >= self._fetched + KEPT_FOR

    def _may_ask(self) -> bool:
        return self._asked is None or self._now() >= self._asked + NOT_AGAIN_WITHIN

    async def _fetch(self) -> None:
        self._asked = self._now()
        try:
            document = await fetch(self._http, self._place.token_jwks_url, MAX_KEYS)
            self._keys = read_keys(json_object(document, "provider-keys-not-usable"), "ES256")
        except Refused:
            return
        self._fetched = self._asked
