"""A vendor gives a token back (RFC 7009)."""

from starlette.requests import Request
from starlette.responses import Response

from idp.body import read_form
from idp.oidc.answering import OidcDesk
from idp.oidc.client_auth import ClientAuth
from idp.oidc.errors import NO_STORE, Rejected
from idp.oidc.params import read_params


class Revoke:
    """The endpoint /oidc/revoke. A refresh token takes along all that came of the same login (2.1)."""

    def __init__(self, desk: OidcDesk, authentication: ClientAuth) -> None:
        self._desk, self._authentication = desk, authentication

    async def revoke(self, request: Request) -> Response:
        """POST /oidc/revoke."""
        params = read_params(await read_form(request))
        client = await self._authentication.authenticate(request, params)
        presented = params.get("token")
        if not presented:
            raise Rejected("invalid_request", "token is missing")
        grants = self._desk.grants
        access, refresh = grants.access(presented), grants.refresh(presented)
        token = access or refresh
        if token is not None and token.grant.client_id != client.id:
            raise Rejected("invalid_grant", "the token is another client's")
        if access is not None:
            grants.revoke_access(presented)
        elif refresh is not None:
            grants.revoke_family(refresh.family)
        # NOTE: a token that nobody knows is as good as revoked (2.2).
        return Response(headers=NO_STORE)
