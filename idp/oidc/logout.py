"""A vendor ends a session (OpenID Connect RP-Initiated Logout 1.0)."""

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from idp.body import read_form, read_query
from idp.logout import Logout
from idp.logout_run import LogoutRun, Who
from idp.oidc.authorize import MAX_STATE
from idp.oidc.clients import Client, Clients
from idp.oidc.grants import Grants
from idp.oidc.keys import TokenKeys
from idp.oidc.params import Params, read_params
from idp.oidc.replies import with_query
from idp.parts import SchoolParts
from idp.refused import Refused, malformed
from idp.sessions import SESSION_COOKIE, Participant, Session
from testbed.model.written import Bilingual

CONFIRM = "/logout"
UNKNOWN_PLACE = Bilingual(
    sv="Tjänsten bad skolan att skicka dig till en adress som den inte har anmält.",
    en="The service asked the school to send you to an address that it has not registered.",
)
NOT_THEIRS = Bilingual(
    sv="Tjänstens utloggningsbegäran hör inte till någon inloggning som skolan har gjort.",
    en="The service's logout request does not belong to a login that the school has made.",
)


@dataclass(frozen=True, slots=True)
class _Hint:
    """An ID token that the school has issued, however long ago."""

    client_id: str
    sub: str
    sid: str


class OidcLogout:
    """The endpoint /oidc/logout.

    Args:
        parts: of the school.
        clients: all vendors.
        grants: theirs.
        keys: that signed ID tokens.
        logout: the round over every protocol.
    """

    def __init__(self, parts: SchoolParts, clients: Clients, grants: Grants, keys: TokenKeys, logout: Logout) -> None:
        self._issuer, self._sessions = parts.config.issuer, parts.sessions
        self._clients, self._grants, self._keys, self._logout = clients, grants, keys, logout

    async def by_query(self, request: Request) -> Response:
        """GET /oidc/logout."""
        return await self._receive(request, read_params(read_query(request)))

    async def by_form(self, request: Request) -> Response:
        """POST /oidc/logout."""
        return await self._receive(request, read_params(await read_form(request)))

    async def _receive(self, request: Request, params: Params) -> Response:
        if params.repeated:
            raise malformed("has a parameter more than once")
        hint = self._hint(params)
        client = self._client(params, hint)
        return_to = _return_to(params, client)
        tokens = self._meant(hint) if hint else ()
        # NOTE: without a hint, or with one that fits nobody who is logged in here, the person is asked first: any site
        # could have sent them (RP-Initiated Logout 1.0, 2 and 6).
        if hint is None or client is None or not (tokens or self._nobody_is_logged_in(request)):
            return RedirectResponse(CONFIRM, 303, {"Cache-Control": "no-store"})
        initiator = Who("oidc", client.id)
        for one in self._participants(tokens):
            if (one.protocol, one.entity_id) == ("oidc", client.id):
                self._grants.end_session(one.session_index)
        run = await self._logout.end(tokens, initiator) if tokens else LogoutRun(initiator)
        return await self._logout.go_on(request, replace(run, return_to=return_to))

    def _hint(self, params: Params) -> _Hint | None:
        """Its signature counts and not its age: a person may log out long after the token has expired (4)."""
        token = params.get("id_token_hint")
        if not token:
            return None
        try:
            claims = self._keys.read_id_token(token, self._issuer)
        except ValueError as error:
            raise Refused(400, "the hint is no ID token of this school", NOT_THEIRS) from error
        return _Hint(*(str(claims.get(name, "")) for name in ("aud", "sub", "sid")))

    def _client(self, params: Params, hint: _Hint | None) -> Client | None:
        """Who asks; None when nobody says."""
        client_id = params.get("client_id") or (hint.client_id if hint else "")
        if hint and client_id != hint.client_id:
            raise Refused(400, "the hint is another client's", NOT_THEIRS)
        client = self._clients.find(client_id) if client_id else None
        if client_id and client is None:
            raise Refused(400, "no client has this id", NOT_THEIRS)
        return client

    def _meant(self, hint: _Hint) -> tuple[str, ...]:
        """The sessions in which the vendor was given this ID token."""
        tokens = self._sessions.named(hint.client_id, hint.sub)
        return tuple(token for token in tokens if _has(self._sessions.get(token), hint))

    def _participants(self, tokens: tuple[str, ...]) -> list[Participant]:
        sessions = (self._sessions.get(token) for token in tokens)
        return [one for session in sessions if session for one in session.participants]

    def _nobody_is_logged_in(self, request: Request) -> bool:
        return self._sessions.get(request.cookies.get(SESSION_COOKIE, "")) is None


def _return_to(params: Params, client: Client | None) -> str:
    """Where the browser goes at the end: a registered place, letter by letter, or "" for the school's own page."""
    place = params.get("post_logout_redirect_uri")
    if not place:
        return ""
    if client is None or place not in client.settings.post_logout_redirect_uris:
        raise Refused(400, "the address behind the logout is not registered", UNKNOWN_PLACE)
    state = params.get("state")
    if len(state) > MAX_STATE:
        raise malformed("has a state that is too long")
    return with_query(place, (("state", state),) if state else ())


def _has(session: Session | None, hint: _Hint) -> bool:
    named = (hint.client_id, hint.sub, hint.sid)
    return any(
        one.protocol == "oidc" and (one.entity_id, one.name_id, one.session_index) == named
        for one in (session.participants if session else ())
    )
