"""The userinfo endpoint: claims for an access token (OpenID Connect Core 5.3, RFC 6750)."""

import json
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from idp.body import FORM_TYPE, read_form
from idp.oidc.answering import OidcDesk
from idp.oidc.errors import NO_STORE, Rejected
from idp.oidc.forging import Forger
from idp.oidc.params import read_params

REALM = 'Bearer realm="school"'


class Userinfo:
    """The endpoint /oidc/userinfo."""

    def __init__(self, desk: OidcDesk, forger: Forger) -> None:
        self._desk, self._forger = desk, forger

    async def show(self, request: Request) -> Response:
        """GET and POST /oidc/userinfo: what was released at the login, whatever has changed since."""
        presented = await _presented(request)
        token = self._desk.grants.access(presented)
        client = self._desk.clients.find(token.grant.client_id) if token else None
        if token is None or client is None:
            raise _challenged(HTTPStatus.UNAUTHORIZED, "invalid_token", "the access token is not good")
        answer, forged = token.grant.userinfo, self._forger.asked(client, "userinfo", token.grant)
        if forged:
            answer = self._forger.json(forged, client, json.loads(forged.of_access(token.grant).userinfo))
        return Response(answer, media_type="application/json", headers=NO_STORE)


async def _presented(request: Request) -> str:
    """The access token: in the header, or in a form, and not in both (RFC 6750, 2). Never in the address, which is
    written down in many places.
    """
    headers = request.headers.getlist("authorization")
    in_body = ""
    if request.method == "POST" and request.headers.get("content-type", "").lower().startswith(FORM_TYPE):
        params = read_params(await read_form(request))
        in_body = params.get("access_token")
        if params.repeated:
            raise _challenged(HTTPStatus.BAD_REQUEST, "invalid_request", "a parameter stands there more than once")
    if len(headers) + bool(in_body) > 1:
        raise _challenged(HTTPStatus.BAD_REQUEST, "invalid_request", "the access token comes in one way")
    if in_body:
        return in_body
    scheme, _, token = (headers[0] if headers else "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        # NOTE: to whoever brought no token, no error is told (RFC 6750, 3.1).
        raise Rejected(
            "invalid_token", "an access token is needed", HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": REALM}
        )
    return token.strip()


def _challenged(status: HTTPStatus, error: str, description: str) -> Rejected:
    challenge = f'{REALM}, error="{error}", error_description="{description}"'
    return Rejected(error, description, status, {"WWW-Authenticate": challenge})
