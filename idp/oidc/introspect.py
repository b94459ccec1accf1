"""What a token is good for, for the vendor that has it (RFC 7662)."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from idp.body import read_form
from idp.oidc.answering import OidcDesk
from idp.oidc.client_auth import ClientAuth
from idp.oidc.errors import NO_STORE, Rejected
from idp.oidc.grants import ACCESS_FOR, REFRESH_FOR, Token
from idp.oidc.params import read_params

INACTIVE = {"active": False}


class Introspect:
    """The endpoint /oidc/introspect. Of another vendor's token nothing is told, not even that there is one (4)."""

    def __init__(self, desk: OidcDesk, authentication: ClientAuth, issuer: str) -> None:
        self._desk, self._authentication, self._issuer = desk, authentication, issuer

    async def show(self, request: Request) -> Response:
        """POST /oidc/introspect."""
        params = read_params(await read_form(request))
        client = await self._authentication.authenticate(request, params)
        if client.is_public:
            raise Rejected("invalid_client", "only who authenticates may ask", HTTPStatus.UNAUTHORIZED)
        presented = params.get("token")
        if not presented:
            raise Rejected("invalid_request", "token is missing")
        grants = self._desk.grants
        access, refresh = grants.access(presented), grants.refresh(presented)
        token, lasts = (access, ACCESS_FOR) if access else (refresh, REFRESH_FOR)
        if token is None or token.grant.client_id != client.id or (refresh and grants.is_spent(presented)):
            return JSONResponse(INACTIVE, headers=NO_STORE)
        expires = token.issued + int(lasts.total_seconds())
        kind = {"token_type": "Bearer"} if access else {}
        return JSONResponse({**self._described(token, expires), **kind}, headers=NO_STORE)

    def _described(self, token: Token, expires: int) -> dict[str, object]:
        grant = token.grant
        return {
            "active": True,
            "iss": self._issuer,
            "client_id": grant.client_id,
            "aud": grant.client_id,
            "sub": grant.sub,
            "scope": " ".join(grant.wanted.scopes),
            "iat": token.issued,
            "exp": expires,
            "auth_time": grant.auth_time,
            "acr": grant.acr,
        }
