"""Logout at a vendor: it asks the school, the school leads back, and the school tells it of logouts elsewhere."""

import logging
from dataclasses import replace
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from sp_mocks.cookies import NO_STORE
from sp_mocks.lax import SKEW
from sp_mocks.oidc.logout_token import OLDEST, TYPE, Demand, read_logout_token
from sp_mocks.oidc.memory import OidcLogin
from sp_mocks.oidc.parts import OidcParts
from sp_mocks.posted import form_field
from sp_mocks.refusal import Refused

NOT_FOUND, BAD_REQUEST, SERVER_TROUBLE = 404, 400, 500
NOTHING = "<!DOCTYPE html><html lang='en'><head><title>-</title></head><body></body></html>"

log = logging.getLogger("sp_mocks")


class OidcSignOut:
    """The endpoints /logout and those of the school's logouts."""

    def __init__(self, parts: OidcParts) -> None:
        self._parts = parts

    async def begin(self, request: Request) -> Response:
        """GET /logout: the session here ends, whatever becomes of the one at school."""
        parts, login = self._parts, self._parts.session(request)
        if parts.behaviour.ends_own_session:
            parts.memory.close(parts.token(request))
        answer = await self._to_school(request, login) if login else self._told(request, "here")
        parts.drop_cookie(answer)
        return answer

    async def _to_school(self, request: Request, login: OidcLogin) -> Response:
        """OpenID Connect RP-Initiated Logout 2."""
        parts = self._parts
        if not parts.behaviour.tells_school:
            return self._told(request, "here")
        try:
            provider = await parts.school.provider()
        except Refused as refused:
            log.info("%s: the school cannot be asked to log out: %s", parts.config.vendor_id, refused.code)
            return self._told(request, "partly")
        if not provider.end_session:
            return self._told(request, "here")
        asked = {
            "id_token_hint": login.id_token,
            "client_id": parts.credentials.client_id,
            "post_logout_redirect_uri": parts.after_logout,
            "state": parts.memory.begin_logout(),
        }
        joint = "&" if "?" in provider.end_session else "?"
        return RedirectResponse(f"{provider.end_session}{joint}{urlencode(asked)}", 302, NO_STORE)

    async def logged_out(self, request: Request) -> Response:
        """GET /oidc/logged-out: the school leads back (RP-Initiated Logout 3)."""
        states = request.query_params.getlist("state")
        if len(states) != 1 or not self._parts.memory.finish_logout(states[0]):
            raise Refused("logout-not-asked-for")
        return self._told(request, "school")

    async def by_back_channel(self, request: Request) -> Response:
        """POST /oidc/backchannel-logout: the school's server tells; no browser is there (Back-Channel Logout 2.5)."""
        parts = self._parts
        if not parts.behaviour.back_channel:
            raise HTTPException(NOT_FOUND)
        try:
            demand = await self._demand(await form_field(request, "logout_token"))
        except Refused as refused:
            log.info("%s: refused a logout token: %s", parts.config.vendor_id, refused.code)
            words = {"error": "invalid_request", "error_description": refused.code}
            return JSONResponse(words, BAD_REQUEST, headers=NO_STORE)
        if parts.behaviour.ends_on_back_channel:
            self._end(demand)
        return Response(status_code=200, headers=NO_STORE)

    async def _demand(self, token: str) -> Demand:
        """The logout that a good token asks for, which comes for the first time."""
        parts, now, rules = self._parts, self._parts.now(), self._parts.behaviour.rules
        claims = await parts.school.claims(token, frozenset({TYPE}))
        demand = read_logout_token(claims, parts.school.issuer, parts.credentials.client_id, now, rules)
        if rules.believes("logout-of-anybody"):
            demand = replace(demand, sub="", sid="")
        if rules.believes("logout-again"):
            return demand
        if not parts.memory.is_new_token(demand.issuer, demand.token_id, now + OLDEST + 2 * SKEW):
            raise Refused("used-before")
        return demand

    async def by_front_channel(self, request: Request) -> Response:
        """GET /oidc/frontchannel-logout: in a frame of the school's page (Front-Channel Logout 2).

        The session is found by what the school calls it, which nobody else knows: browsers send no cookie of this
        service to a frame on another's page.
        """
        parts = self._parts
        if not parts.behaviour.front_channel:
            raise HTTPException(NOT_FOUND)
        issuers, sids = (request.query_params.getlist(name) for name in ("iss", "sid"))
        if issuers != [parts.school.issuer] or len(sids) != 1 or not sids[0]:
            raise Refused("logout-not-of-the-school")
        if parts.behaviour.ends_on_front_channel:
            self._end(Demand(issuers[0], "", "", sids[0]))
        headers = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": f"default-src 'none'; frame-ancestors {parts.school.issuer}",
            "X-Content-Type-Options": "nosniff",
        }
        return HTMLResponse(NOTHING, headers=headers)

    def _end(self, demand: Demand) -> None:
        def is_meant(login: OidcLogin) -> bool:
            return login.issuer == demand.issuer and demand.sub in ("", login.subject) and demand.sid in ("", login.sid)

        ended = self._parts.memory.close_all(is_meant)
        log.info("%s: the school ended %d sessions", self._parts.config.vendor_id, ended)

    def _told(self, request: Request, outcome: str) -> Response:
        return self._parts.pages.show(request, "logout.html", values={"outcome": outcome})
