"""The API's side: whether a bearer token opens it, and for whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx

from idp.oidc.jose import Claims, Json, read_header, verified
from idp.token_service.asking import API_TYPE
from idp.token_service.keys import ServiceKeys
from idp.token_service.refused import TokenRefused

SCHEME = "bearer"
SKEW_S = 60
"""By which clocks may differ; not at the end of a token."""
LAST_SECOND = 253_402_300_799
"""Of the year 9999, after which no moment can be told."""
MAX_NAME = 1024


@dataclass(frozen=True, slots=True)
class Granted:
    """Who calls, as the token service found out."""

    entity_id: str
    organization_id: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class TokenTrust:
    """Which tokens open an API."""

    issuer: str
    jwks_url: str
    audience: str
    location: str
    """The API's own address, as the token names it: a token for another school must open nothing here."""
    type: str = API_TYPE


class BearerTokens:
    """Verifies tokens for one API.

    Args:
        trust: which tokens open it.
        http: the client that it was handed.
    """

    def __init__(self, trust: TokenTrust, http: httpx.AsyncClient) -> None:
        self._trust, self._keys = trust, ServiceKeys(trust.jwks_url, http)

    async def check(self, authorization: str, now: datetime) -> Granted:
        """Whom a call is from.

        Args:
            authorization: the header of that name; "" where there is none.
            now: the time.

        Raises:
            TokenRefused: the token does not open this API; says why.
        """
        scheme, _, token = authorization.partition(" ")
        token = token.strip(" ")
        if scheme.lower() != SCHEME or not token:
            raise TokenRefused("no-token")
        claims = await self._verified(token, now)
        if claims.get("iss") != self._trust.issuer:
            raise TokenRefused("issuer-other")
        audience = claims.get("aud")
        if self._trust.audience not in (audience if isinstance(audience, list) else [audience]):
            raise TokenRefused("audience-other")
        expires = _timely(claims, now)
        entity_id, organization_id = _name(claims, "entity_id"), _name(claims, "organization_id")
        self._must_be_for_here(claims)
        return Granted(entity_id, organization_id, expires)

    async def _verified(self, token: str, now: datetime) -> Claims:
        try:
            header = read_header(token)
        except ValueError as error:
            raise TokenRefused("not-readable") from error
        if header.algorithm != "ES256":
            raise TokenRefused("algorithm-not-allowed")
        if not header.kid:
            raise TokenRefused("key-not-known")
        key = await self._keys.find(header.kid, now)
        try:
            return verified(token, key, "ES256")
        except ValueError as error:
            raise TokenRefused("signature-not-good") from error

    def _must_be_for_here(self, claims: Claims) -> None:
        accesses = claims.get("requested_access")
        if not isinstance(accesses, list):
            raise TokenRefused("claims-not-valid")
        if not any(self._is_here(access) for access in accesses):
            raise TokenRefused("access-not-granted")

    def _is_here(self, access: Json) -> bool:
        """NOTE: type and place must stand in one access, or a token for another API here would open this one."""
        if not isinstance(access, dict) or access.get("type") != self._trust.type:
            return False
        locations = access.get("locations")
        return isinstance(locations, list) and self._trust.location in locations


def _timely(claims: Mapping[str, Json], now: datetime) -> datetime:
    expires, issued = _second(claims.get("exp")), _second(claims.get("iat"))
    if expires <= now.timestamp():
        raise TokenRefused("expired")
    if max(issued, _second(claims.get("nbf"))) > now.timestamp() + SKEW_S:
        raise TokenRefused("not-valid-yet")
    return datetime.fromtimestamp(expires, now.tzinfo)


def _second(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LAST_SECOND:
        raise TokenRefused("claims-not-valid")
    return value


def _name(claims: Mapping[str, Json], claim: str) -> str:
    value = claims.get(claim)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME:
        raise TokenRefused("claims-not-valid")
    return value
