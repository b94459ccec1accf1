"""The token service: ``POST /transaction`` by mutual TLS, and the keys that its tokens are verified with."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from idp.body import read_body
from idp.config import Clock
from idp.federated_tls.pins import peer_of
from idp.federated_tls.source import MachineSource
from idp.oidc.jose import Json, Signer, sign
from idp.openapi import DOCUMENT, KEPT
from idp.refused import Refused
from idp.token_service.asking import BEARER, AskedToken, Transaction
from idp.token_service.callers import Caller, KnownClients, TokenClient
from idp.token_service.document import document
from idp.token_service.refused import Denied

TRANSACTION, JWKS = "/transaction", "/.well-known/jwks.json"
MAX_BODY = 32 * 1024
MEDIA_TYPE = "application/json"
LIFETIME = timedelta(hours=10)
VERSION = 1
RETRY_AFTER_S = 60
"""When the federation is asked again."""
NOT_KEPT = {"Cache-Control": "no-store"}
KEYS_KEPT = {"Cache-Control": "max-age=600", "X-Content-Type-Options": "nosniff"}

log = logging.getLogger("idp")


@dataclass(frozen=True, slots=True)
class TokenServiceConfig:
    """One token service."""

    issuer: str
    """Its address, without a slash at the end."""
    audience: str
    """Whom all its tokens are for; which API each is for stands in ``requested_access``."""
    clients: tuple[TokenClient, ...]
    lifetime: timedelta = LIFETIME

    @property
    def jwks_url(self) -> str:
        """Where its keys stand."""
        return f"{self.issuer}{JWKS}"


class TokenService:
    """Gives tokens to machines.

    Args:
        config: who it is and what it has been told.
        signers: keys for ES256; the first signs, all are published.
        machines: the federation's, as it knows them.
        now: the time.

    Raises:
        ValueError: there is no key, one is for another algorithm, or two clients cannot be told apart.
    """

    app: Starlette

    def __init__(
        self, config: TokenServiceConfig, signers: tuple[Signer, ...], machines: MachineSource, now: Clock
    ) -> None:
        if not signers or any(signer.algorithm != "ES256" for signer in signers):
            raise ValueError("tokens for machines are signed by ES256")
        self._config, self._signers, self._now = config, signers, now
        self._callers = KnownClients(config.clients, machines, config.issuer)
        self.app = Starlette(
            routes=[
                Route(TRANSACTION, self._transaction, methods=["POST"]),
                Route(JWKS, self._jwks, methods=["GET"]),
                Route(DOCUMENT, self._describe, methods=["GET"]),
            ]
        )
        self.app.router.redirect_slashes = False

    def know(self, client: TokenClient) -> None:
        """From now on a member of the federation may ask for this."""
        self._callers.know(client)

    async def _transaction(self, request: Request) -> Response:
        try:
            return JSONResponse(await self._granted(request), headers=NOT_KEPT)
        except Denied as error:
            log.info("no token for a machine: %s", error)
            said = {"error": {"code": error.code, "description": error.cause}}
            return JSONResponse(said, error.status, {**NOT_KEPT, **self._again(error.status)})

    def _again(self, status: HTTPStatus) -> Mapping[str, str]:
        """Headers that say how, or when, to try again."""
        match status:
            case HTTPStatus.UNAUTHORIZED:
                # NOTE: HTTP wants a challenge with it, and RFC 9635 has one (9.1), though TLS is what has to be mended.
                return {"WWW-Authenticate": f'GNAP as_uri="{self._config.issuer}{TRANSACTION}"'}
            case HTTPStatus.SERVICE_UNAVAILABLE:
                return {"Retry-After": str(RETRY_AFTER_S)}
            case _:
                return {}

    async def _granted(self, request: Request) -> Mapping[str, Json]:
        """The answer.

        Raises:
            Denied: there is no token.
        """
        asked = await _read(request)
        now = self._now()
        caller = await self._callers.find(asked.client.key, peer_of(request.scope), now)
        (token,) = asked.access_token
        if token.flags != (BEARER,):
            raise Denied("invalid_flag", "tokens are bearer tokens, and nothing else")
        if len({place for access in token.access for place in access.locations}) > 1:
            raise Denied("request_denied", "a token is for one place, so that what opens one school's opens no other's")
        if not all(any(may.covers(access) for may in caller.client.may) for access in token.access):
            raise Denied("request_denied", "the client may not ask for this access")
        access = _written(token)
        value = sign(self._claims(caller, access, now), self._signers[0])
        lifetime_s = int(self._config.lifetime.total_seconds())
        given: Mapping[str, Json] = {"value": value, "access": access, "expires_in": lifetime_s, "flags": [BEARER]}
        return {"access_token": dict(given)}

    def _claims(self, caller: Caller, access: list[Json], now: datetime) -> Mapping[str, Json]:
        issued = int(now.timestamp())
        return {
            "aud": self._config.audience,
            "auth_source": caller.auth_source,
            "entity_id": caller.client.entity_id,
            "exp": issued + int(self._config.lifetime.total_seconds()),
            "iat": issued,
            "nbf": issued,
            "iss": self._config.issuer,
            "organization_id": caller.organization_id,
            "requested_access": access,
            "source": caller.source,
            "version": VERSION,
        }

    async def _jwks(self, _: Request) -> Response:
        return JSONResponse({"keys": [dict(signer.public) for signer in self._signers]}, headers=KEYS_KEPT)

    async def _describe(self, _: Request) -> Response:
        return JSONResponse(document(TRANSACTION, JWKS), headers=KEPT)


async def _read(request: Request) -> Transaction:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise Denied("invalid_request", "the body is no JSON", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        body = await read_body(request, MAX_BODY)
    except Refused as error:
        raise Denied("invalid_request", f"the body {error.cause}", HTTPStatus(error.status)) from error
    try:
        return Transaction.model_validate_json(body)
    except ValidationError as error:
        raise Denied("invalid_request", "the body is not a transaction") from error


def _written(token: AskedToken) -> list[Json]:
    return [{"type": access.type, "locations": list(access.locations)} for access in token.access]
