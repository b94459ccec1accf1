"""Newer tokens for somebody who is logged in (OpenID Connect Core 12)."""

from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sp_mocks.oidc.answers import must_be_about, must_be_usable
from sp_mocks.oidc.asking import HTTP_OK, Question, ask
from sp_mocks.oidc.claims import account_in, kept_of
from sp_mocks.oidc.id_token import Expected, read_id_token
from sp_mocks.oidc.memory import OidcLogin, Started
from sp_mocks.oidc.parts import HOME, ID_TOKEN_TYPES, OidcParts
from sp_mocks.oidc.reading import Json, text_in
from sp_mocks.refusal import Refused

NOT_FOUND = 404


class OidcRenewing:
    """The endpoint /refresh, of a vendor that is registered for refresh tokens."""

    def __init__(self, parts: OidcParts) -> None:
        self._parts = parts

    async def renew(self, request: Request) -> Response:
        """GET /refresh: what is shown of the person is what the school says now."""
        parts, login = self._parts, self._parts.session(request)
        if login is None or not login.refresh:
            raise HTTPException(NOT_FOUND)
        parts.memory.open(await self._renewed(login), parts.token(request))
        return RedirectResponse(HOME, 303, {"Cache-Control": "no-store"})

    async def _renewed(self, login: OidcLogin) -> OidcLogin:
        parts, behaviour = self._parts, self._parts.behaviour
        provider = await parts.school.provider()
        said = await self._asked(provider.token, login.refresh)
        access = text_in(said, "access_token", "provider-answer-not-usable")
        identity = said.get("id_token", "")
        sub, claims = login.subject, dict[str, object]()
        if isinstance(identity, str) and identity:
            # NOTE: the person need not have logged in again, and nothing was asked with a nonce.
            asked = Started("", parts.now(), "", "")
            expected = Expected(login.issuer, parts.credentials.client_id, asked, (), False, access, behaviour.rules)
            claims = dict(await parts.school.claims(identity, ID_TOKEN_TYPES))
            sub = read_id_token(claims, expected, parts.now()).sub
        if sub != login.subject and not behaviour.rules.believes("refreshed-token"):
            raise Refused("token-names-nobody")
        headers = (("Authorization", f"Bearer {access}"),)
        status, userinfo = await ask(parts.http, Question(provider.userinfo, headers=headers))
        if status != HTTP_OK:
            raise Refused("school-refused-userinfo")
        must_be_about(userinfo, sub, behaviour.rules)
        kept = kept_of(userinfo, behaviour, claims)
        return replace(
            login,
            subject=sub,
            user=account_in(kept, sub, behaviour, claims),
            attributes=kept,
            refresh=str(said.get("refresh_token", login.refresh)),
        )

    async def _asked(self, endpoint: str, token: str) -> Json:
        parts = self._parts
        fields, headers = parts.credentials.proof(parts.behaviour.authentication, parts.now())
        form = {"grant_type": "refresh_token", "refresh_token": token, **fields}
        status, said = await ask(parts.http, Question(endpoint, form, headers))
        if status != HTTP_OK:
            raise Refused("school-refused-the-code")
        must_be_usable(said, parts.behaviour.rules)
        return said
