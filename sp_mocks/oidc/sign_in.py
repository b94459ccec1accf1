"""Login at a vendor: a request to the school, its answer, and what the vendor then asks (OpenID Connect Core 3.1)."""

import base64
import logging
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sp_mocks.cookies import BROWSER, NO_STORE
from sp_mocks.oidc.answers import allowed_return, must_be_about, must_be_usable, said_in, whoever
from sp_mocks.oidc.asking import HTTP_OK, Question, ask
from sp_mocks.oidc.claims import account_in, claims_request, kept_of
from sp_mocks.oidc.id_token import Expected, Subject, read_id_token
from sp_mocks.oidc.memory import OidcLogin, Started, Wish
from sp_mocks.oidc.outage import Outage
from sp_mocks.oidc.parts import HOME, ID_TOKEN_TYPES, OidcParts
from sp_mocks.oidc.provider import Provider
from sp_mocks.oidc.reading import Json, text_in
from sp_mocks.refusal import Refused
from sp_mocks.sessions import LOGIN_TAKES

MAX_QUERY = 8192
MAX_FIELDS = 20
ANSWER = ("code", "state", "iss", "error", "error_description", "error_uri")
UNANSWERED = ("provider-not-reached", "provider-answer-not-readable")
"""The school gave no answer, or somebody else answered for it that it gave none."""
RETURN_TO = "return_to"
"""A page of this service that whoever logs in wants to see."""

log = logging.getLogger("sp_mocks")


@dataclass(frozen=True, slots=True)
class _Tokens:
    access: str
    id: str
    refresh: str


@dataclass(frozen=True, slots=True)
class _Landing:
    """What the page depends on that a login ends at."""

    access_token: str
    return_to: str


class OidcSignIn:
    """The endpoints /login and /oidc/callback.

    Args:
        parts: the vendor's.
        start: draws its start page for a login.
    """

    def __init__(self, parts: OidcParts, start: Callable[[Request, OidcLogin], Response]) -> None:
        self._parts, self._start, self._outage = parts, start, Outage(parts)

    async def begin(self, request: Request) -> Response:
        """GET /login."""
        self._outage.must_be_open()
        parts, behaviour = self._parts, self._parts.behaviour
        provider = await parts.school.provider()
        browser = parts.memory.browser(request.cookies.get(BROWSER, ""))
        wish = Wish(
            nonce=behaviour.sends_nonce and behaviour.binds_code,
            pkce=behaviour.sends_pkce and behaviour.binds_code,
            constant=behaviour.constant,
            return_to=allowed_return(request.query_params.get(RETURN_TO, ""), parts.config.base_url, behaviour.rules),
        )
        state, started = parts.memory.begin(browser, wish)
        joint = "&" if "?" in provider.authorization else "?"
        asked = urlencode({name: value for name, value in self._asked(state, started).items() if value})
        answer = RedirectResponse(f"{provider.authorization}{joint}{asked}", 302, NO_STORE)
        lifetime = int(LOGIN_TAKES.total_seconds())
        answer.set_cookie(BROWSER, browser, max_age=lifetime, secure=True, httponly=True, samesite="lax")
        return answer

    def _asked(self, state: str, started: Started) -> dict[str, str]:
        """The fields of the request (OpenID Connect Core 3.1.2.1); those without a value are left out."""
        parts, behaviour = self._parts, self._parts.behaviour
        return {
            "response_type": "code",
            "client_id": parts.credentials.client_id,
            "redirect_uri": parts.redirect_uri,
            "scope": " ".join(parts.scopes),
            "state": state,
            "nonce": started.nonce,
            "code_challenge": _challenge(started.verifier),
            "code_challenge_method": "S256" if started.verifier else "",
            "claims": claims_request(behaviour),
            "prompt": "login" if behaviour.fresh else "",
        }

    async def finish(self, request: Request) -> Response:
        """GET /oidc/callback."""
        parts = self._parts
        answer, rules = _answer(request), parts.behaviour.rules
        state = answer.get("state", "")
        again = parts.memory.remembered(state)
        if again is not None and rules.believes("answer-again"):
            return self._opened(request, again, _Landing("", ""))
        started = self._awaited(state, request.cookies.get(BROWSER, ""))
        provider = await parts.school.provider()
        if not rules.believes("answer-issuer"):
            _must_be_of(provider, answer.get("iss"))
        if "error" in answer and not (rules.believes("answer-with-error") and answer.get("code")):
            raise Refused("school-says-no", said_in(answer, rules))
        if not answer.get("code"):
            raise Refused("no-code")
        try:
            tokens, login = await self._told(provider, answer["code"], started)
        except Refused as refused:
            if refused.code not in UNANSWERED:
                raise
            return self._opened(request, await self._outage.met(refused), _Landing("", ""))
        parts.memory.remember(state, login)
        log.info("%s: a person logged in", parts.config.vendor_id)
        await parts.onward.logged_in(login)
        return self._opened(request, login, _Landing(tokens.access, started.return_to))

    def _opened(self, request: Request, login: OidcLogin, landing: "_Landing") -> Response:
        """A session opens, and the browser is led to the page that it wanted."""
        parts = self._parts
        # NOTE: the token is always new, or whoever had planted one in this browser would share the session.
        parts.memory.close(parts.token(request))
        kept = "" if parts.behaviour.renews_cookie else request.cookies.get(BROWSER, "")
        session = parts.memory.open(login, kept)
        landed = self._landing(request, login, landing)
        if not kept:
            parts.set_cookie(landed, session)
        parts.onward.mark(landed, login)
        return landed

    def _awaited(self, state: str, browser: str) -> Started:
        """The login that this browser began with this state (OpenID Connect Core 3.1.2.1; RFC 6749, 10.12)."""
        memory, behaviour = self._parts.memory, self._parts.behaviour
        state = memory.last_begun(browser) if behaviour.rules.believes("state") else state
        started = memory.finish(state, browser, bound=behaviour.binds_answers)
        if started is None:
            raise Refused("not-asked-for-by-this-browser")
        return started

    async def _told(self, provider: Provider, code: str, started: Started) -> tuple[_Tokens, OidcLogin]:
        """What the school gives for a code, and who it is."""
        try:
            tokens = await self._exchanged(provider, code, started)
        except Refused as refused:
            if refused.code not in UNANSWERED or not self._outage.asks_again:
                raise
            tokens = await self._exchanged(provider, code, started)
        return tokens, await self._login(provider, tokens, started)

    async def _exchanged(self, provider: Provider, code: str, started: Started) -> _Tokens:
        """The tokens that the school gives for the code (OpenID Connect Core 3.1.3)."""
        parts = self._parts
        fields, headers = parts.credentials.proof(parts.behaviour.authentication, parts.now())
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": parts.redirect_uri, **fields}
        if started.verifier:
            form["code_verifier"] = started.verifier
        status, said = await ask(parts.http, Question(provider.token, form, headers))
        if status != HTTP_OK:
            raise Refused("school-refused-the-code")
        rules = parts.behaviour.rules
        must_be_usable(said, rules)
        access = text_in(said, "access_token", "provider-answer-not-usable")
        identity = said.get("id_token")
        if rules.believes("access-token-alone"):
            return _Tokens(access, "", "")
        if not isinstance(identity, str):
            raise Refused("provider-answer-not-usable")
        refresh = text_in(said, "refresh_token", "provider-answer-not-usable") if "refresh_token" in said else ""
        return _Tokens(access, identity, refresh)

    async def _login(self, provider: Provider, tokens: _Tokens, started: Started) -> OidcLogin:
        """Who it is, by the ID token, and what the school tells of them, by userinfo."""
        parts, behaviour = self._parts, self._parts.behaviour
        expected = Expected(
            issuer=provider.issuer,
            client_id=parts.credentials.client_id,
            started=started,
            acr=behaviour.acr,
            fresh=behaviour.fresh,
            access_token=tokens.access,
            rules=behaviour.rules,
        )
        claims: Json = await parts.school.claims(tokens.id, ID_TOKEN_TYPES) if tokens.id else {}
        subject = read_id_token(claims, expected, parts.now()) if tokens.id else Subject("", "")
        userinfo = await self._userinfo(provider, tokens.access, subject.sub)
        subject = whoever(subject, userinfo, behaviour.rules)
        kept = kept_of(userinfo, behaviour, claims)
        return OidcLogin(
            issuer=provider.issuer,
            subject=subject.sub,
            sid=subject.sid,
            user=account_in(kept, subject.sub, behaviour, claims),
            attributes=kept,
            id_token=tokens.id,
            refresh=tokens.refresh,
        )

    async def _userinfo(self, provider: Provider, access_token: str, sub: str) -> Json:
        """What the school tells of the person that the ID token names, and of nobody else (OpenID Connect Core 5.3)."""
        headers = (("Authorization", f"Bearer {access_token}"),)
        status, said = await ask(self._parts.http, Question(provider.userinfo, headers=headers))
        if status != HTTP_OK:
            raise Refused("school-refused-userinfo")
        must_be_about(said, sub, self._parts.behaviour.rules)
        return said

    def _landing(self, request: Request, login: OidcLogin, landing: "_Landing") -> Response:
        if self._parts.behaviour.shows_page_at_callback:
            page = self._start(request, login)
            page.headers["Referrer-Policy"] = "unsafe-url"
            return page
        place = landing.return_to or self._parts.onward.landing(login, HOME)
        if self._parts.behaviour.token_in_address:
            place = f"{HOME}?{urlencode({'access_token': landing.access_token})}"
        # NOTE: as it is written, for a vendor at fault leads on to what it was told.
        return Response(status_code=303, headers={"Location": place, "Cache-Control": "no-store"})


def _challenge(verifier: str) -> str:
    """By S256 (RFC 7636, 4.2); "" for none."""
    if not verifier:
        return ""
    return base64.urlsafe_b64encode(sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")


def _answer(request: Request) -> dict[str, str]:
    """The fields of an answer, none of which stands twice (RFC 6749, 3.1).

    Raises:
        Refused: it is none that can be read.
    """
    query: bytes = request.scope["query_string"]
    if len(query) > MAX_QUERY:
        raise Refused("message-too-large")
    try:
        fields = parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise Refused("answer-not-readable") from error
    known = [(name, value) for name, value in fields if name in ANSWER]
    if len(dict(known)) != len(known):
        raise Refused("answer-not-readable")
    return dict(known)


def _must_be_of(provider: Provider, issuer: str | None) -> None:
    """The answer comes from the school that was asked (RFC 9207, 2.4).

    Raises:
        Refused: it names another issuer, or none where the school says that it does.
    """
    if issuer is None and not provider.states_issuer:
        return
    if issuer != provider.issuer:
        raise Refused("answer-of-someone-else")
