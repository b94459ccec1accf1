"""Vendors that register themselves (OpenID Connect Dynamic Client Registration 1.0, RFC 7591, RFC 7592).

Anybody may: the laboratory has nobody who could hand out initial access tokens, and its people are invented. What such
a vendor gets is bounded: a registration lasts a week, there are so many at most, and it may ask for the claims of the
standard scopes alone, since no agreement speaks for it. A real school would demand an initial access token.
"""

import json
import secrets
from collections.abc import Mapping
from http import HTTPStatus

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from idp.body import read_body
from idp.config import Clock
from idp.fetching import fetch
from idp.oidc.clients import Clients, Registration, digest_of
from idp.oidc.errors import NO_STORE, Rejected
from idp.oidc.metadata import ClientMetadata, read_metadata
from idp.oidc.names import AUTHORIZATION_CODE, REFRESH_TOKEN, REGISTER
from idp.state import TOKEN_BYTES
from testbed.model.wire import host_of
from testbed.model.written import OidcClient

MAX_BODY = 32 * 1024
MAX_SECTOR = 64 * 1024
FETCH_TIMEOUT_S = 5.0


class Registrations:
    """The endpoint /oidc/register.

    Args:
        clients: where they are kept.
        http: the client that the school was handed.
        issuer: the school.
        now: the time.
    """

    def __init__(self, clients: Clients, http: httpx.AsyncClient, issuer: str, now: Clock) -> None:
        self._clients, self._http, self._issuer, self._now = clients, http, issuer, now

    async def register(self, request: Request) -> Response:
        """POST /oidc/register."""
        metadata = read_metadata(await _json_object(request))
        sector = await self._sector(metadata)
        secret = "" if metadata.has_no_secret else secrets.token_urlsafe(TOKEN_BYTES)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        client = OidcClient(
            client_id=secrets.token_urlsafe(TOKEN_BYTES),
            redirect_uris=metadata.redirect_uris,
            scopes=metadata.scopes,
            post_logout_redirect_uris=metadata.post_logout_redirect_uris,
            backchannel_logout_uri=metadata.backchannel_logout_uri,
            frontchannel_logout_uri=metadata.frontchannel_logout_uri,
            jwks_uri=metadata.jwks_uri,
            token_endpoint_auth_method=metadata.token_endpoint_auth_method,
            id_token_signed_response_alg=metadata.id_token_signed_response_alg,
            subject_type=metadata.subject_type,
            sector_identifier=sector,
        )
        issued = int(self._now().timestamp())
        registration = Registration(client, metadata.client_name, issued, secret, digest_of(token))
        self._clients.register(registration)
        return self._described(registration, token, HTTPStatus.CREATED)

    async def show(self, request: Request) -> Response:
        """GET /oidc/register/{client_id} (RFC 7592, 2.1)."""
        registration, token = self._managed(request)
        return self._described(registration, token, HTTPStatus.OK)

    async def forget(self, request: Request) -> Response:
        """DELETE /oidc/register/{client_id} (RFC 7592, 2.3)."""
        registration, _ = self._managed(request)
        self._clients.forget(registration.client.client_id)
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=NO_STORE)

    def _managed(self, request: Request) -> tuple[Registration, str]:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        registration = self._clients.registration(str(request.path_params["client_id"]))
        if registration is None or scheme.lower() != "bearer" or not registration.is_managed_by(token.strip()):
            challenge = {"WWW-Authenticate": 'Bearer realm="school", error="invalid_token"'}
            raise Rejected("invalid_token", "this token manages no such client", HTTPStatus.UNAUTHORIZED, challenge)
        return registration, token.strip()

    def _described(self, registration: Registration, token: str, status: HTTPStatus) -> Response:
        client = registration.client
        body: dict[str, object] = {
            **client.model_dump(mode="json", exclude={"scopes", "sector_identifier"}, exclude_none=True),
            "client_name": registration.name,
            "scope": " ".join(client.scopes),
            "response_types": ["code"],
            "grant_types": [AUTHORIZATION_CODE, *([REFRESH_TOKEN] if "offline_access" in client.scopes else [])],
            "client_id_issued_at": registration.issued,
            "registration_access_token": token,
            "registration_client_uri": f"{self._issuer}{REGISTER}/{client.client_id}",
        }
        if registration.secret:
            body |= {"client_secret": registration.secret, "client_secret_expires_at": registration.expires}
        return JSONResponse(body, status, headers=NO_STORE)

    async def _sector(self, metadata: ClientMetadata) -> str | None:
        """The sector of its pairwise subs; None where the redirect URIs have one host, which is it then.

        Raises:
            Rejected: the sector's document does not name every redirect URI (OpenID Connect Core 8.1).
        """
        url = metadata.sector_identifier_uri
        if not url:
            return None
        try:
            named = json.loads(await fetch(self._http, url, MAX_SECTOR, FETCH_TIMEOUT_S))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, RecursionError) as error:
            raise Rejected("invalid_client_metadata", "sector_identifier_uri cannot be read") from error
        if not isinstance(named, list) or any(uri not in named for uri in metadata.redirect_uris):
            raise Rejected("invalid_client_metadata", "sector_identifier_uri does not name every redirect URI")
        return host_of(url)


async def _json_object(request: Request) -> Mapping[str, object]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Rejected("invalid_client_metadata", "the body is no JSON", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    body = await read_body(request, MAX_BODY)
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Rejected("invalid_client_metadata", "the body is no JSON") from error
    if not isinstance(content, dict):
        raise Rejected("invalid_client_metadata", "the body is no JSON object")
    return content
