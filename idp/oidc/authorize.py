"""The authorization endpoint: a vendor's request is checked, step by step (OpenID Connect Core 3.1.2.1 and 3.1.2.2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from idp.body import read_form, read_query
from idp.contexts import acceptable
from idp.oidc.asked import Asked, AskedOfLogin, read_claims
from idp.oidc.claims import Wanted
from idp.oidc.clients import Client, Clients
from idp.oidc.errors import Rejected
from idp.oidc.keys import TokenKeys
from idp.oidc.params import Params, read_params
from idp.oidc.replies import Replies, ReturnAddress
from idp.parts import SchoolParts
from idp.refused import Refused
from idp.sign_on import SignOn
from idp.wish import Language, LoginWish
from testbed.model.scopes import SCOPES
from testbed.model.written import Bilingual

MAX_STATE, MAX_NONCE, MAX_HINT, MAX_SCOPE, MAX_ACRS = 4_096, 1_024, 200, 1_000, 20
MAX_AGE = re.compile(r"[0-9]{1,9}")
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
"""A SHA-256 digest in base64url (RFC 7636, 4.2)."""
LANGUAGES: Mapping[str, Language] = MappingProxyType({"sv": "sv", "en": "en"})
PROMPTS = frozenset({"none", "login", "consent", "select_account"})

UNKNOWN_CLIENT = Bilingual(
    sv="Skolan känner inte tjänsten som skickade dig hit.",
    en="The school does not know the service that sent you here.",
)
UNKNOWN_PLACE = Bilingual(
    sv="Tjänsten bad skolan att skicka svaret till en adress som den inte har anmält.",
    en="The service asked the school to send the answer to an address that it has not registered.",
)


@dataclass(frozen=True, slots=True)
class OidcRequest:
    """What answering needs of a request that has been checked."""

    to: ReturnAddress
    wanted: Wanted
    challenge: str
    nonce: str
    subs: tuple[str, ...]
    """Names of the only person who will do; none where everybody will."""


OIDC_REQUEST: TypeAdapter[OidcRequest] = TypeAdapter(OidcRequest)


class Authorize:
    """The endpoint /oidc/authorize.

    Args:
        parts: of the school.
        clients: all vendors.
        keys: that signed the ID tokens which vendors bring as a hint.
        replies: sends answers.
        sign_on: the login page.
    """

    def __init__(
        self, parts: SchoolParts, clients: Clients, keys: TokenKeys, replies: Replies, sign_on: SignOn
    ) -> None:
        self._issuer, self._e_leg = parts.config.issuer, parts.config.e_leg
        self._clients, self._keys, self._sign_on = clients, keys, sign_on
        self._replies = replies

    async def by_query(self, request: Request) -> Response:
        """GET /oidc/authorize."""
        return self._receive(request, read_params(read_query(request)))

    async def by_form(self, request: Request) -> Response:
        """POST /oidc/authorize."""
        return self._receive(request, read_params(await read_form(request)))

    def _receive(self, request: Request, params: Params) -> Response:
        client = self._client(params)  # 1
        redirect_uri = _redirect_uri(params, client)  # 2
        to = _return_address(params, redirect_uri)
        try:
            wish = self._wish(params, client, to)
        except Rejected as error:
            content = {"error": error.error, "error_description": error.description}
            return self._replies.send(request, to, client, content, None)
        return self._sign_on.begin(wish)

    def _client(self, params: Params) -> Client:
        """1. The vendor is known. What it says about itself is no reason to redirect anybody anywhere."""
        client = None if "client_id" in params.repeated else self._clients.find(params.get("client_id"))
        if client is None:
            raise Refused(400, "no client has this id", UNKNOWN_CLIENT)
        return client

    def _wish(self, params: Params, client: Client, to: ReturnAddress) -> LoginWish:
        """Steps 3 to 9, whose errors the vendor is told."""
        _must_be_plain(params)  # 3
        scopes = _scopes(params, client)  # 4
        challenge = _challenge(params, client)  # 5
        prompts, max_age_s = _prompts(params), _max_age(params)  # 6
        asked, of_login = _claims(params)  # 7
        contexts, may_be_weaker = self._contexts(params, of_login)  # 8
        subs = tuple(filter(None, (of_login.sub, self._hinted(params, client))))  # 9
        request = OidcRequest(to, Wanted(scopes, asked), challenge, params.get("nonce"), subs)
        return LoginWish(
            protocol="oidc",
            party=client.id,
            contexts=contexts,
            force_authn=max_age_s == 0 or not prompts.isdisjoint({"login", "select_account"}),
            is_passive="none" in prompts,
            detail=OIDC_REQUEST.dump_json(request).decode(),
            max_age_s=max_age_s,
            login_hint=params.get("login_hint"),
            may_be_weaker=may_be_weaker,
            language=_language(params),
            answered_by_redirect=to.mode == "query",
        )

    def _contexts(self, params: Params, of_login: AskedOfLogin) -> tuple[tuple[str, ...], bool]:
        """8. The context classes, and whether another will do (Core 5.5.1.1; acr_values is always voluntary).

        Raises:
            Rejected: it demands one that the school has not.
        """
        wished = of_login.acr or tuple(dict.fromkeys(params.get("acr_values").split(" ")[:MAX_ACRS]))
        known = acceptable(wished, "exact", e_leg=self._e_leg) if any(wished) else ()
        if of_login.acr and of_login.acr_is_essential:
            if not known:
                raise Rejected("unmet_authentication_requirements", "the school has no such authentication context")
            return known, False
        return known or acceptable((), "", e_leg=self._e_leg), True

    def _hinted(self, params: Params, client: Client) -> str:
        """9. Whom an ID token means that the vendor was given before; "" where it brings none."""
        token = params.get("id_token_hint")
        if not token:
            return ""
        try:
            claims = self._keys.read_id_token(token, self._issuer)
        except ValueError as error:
            raise Rejected("invalid_request", "id_token_hint is no ID token of this school") from error
        if claims.get("aud") != client.id:
            raise Rejected("invalid_request", "id_token_hint is another client's")
        return str(claims.get("sub", ""))


def _redirect_uri(params: Params, client: Client) -> str:
    """2. The answer goes to a registered place, compared letter by letter (Core 3.1.2.1; RFC 9700, 2.1)."""
    redirect_uri = params.get("redirect_uri")
    if "redirect_uri" in params.repeated or redirect_uri not in client.settings.redirect_uris:
        raise Refused(400, "the redirect URI is not registered", UNKNOWN_PLACE)
    return redirect_uri


def _return_address(params: Params, redirect_uri: str) -> ReturnAddress:
    """How errors go back: as the request says, as far as it can be understood."""
    state = params.get("state")
    usable = "state" not in params.repeated and len(state) <= MAX_STATE
    by_post = params.get("response_mode") == "form_post" and "response_mode" not in params.repeated
    return ReturnAddress(redirect_uri, state if usable else "", "form_post" if by_post else "query")


def _must_be_plain(params: Params) -> None:
    """3. Each parameter once, in bounds, and nothing that the school cannot do (RFC 6749, 3.1)."""
    if params.repeated:
        raise Rejected("invalid_request", "a parameter stands there more than once")
    for name, error in (
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ):
        if params.get(name):
            raise Rejected(error, f"the parameter {name} is not supported")
    if not params.get("response_type"):
        raise Rejected("invalid_request", "response_type is missing")
    if params.get("response_type") != "code":
        raise Rejected("unsupported_response_type", "the response type is code")
    if params.get("response_mode") not in ("", "query", "form_post"):
        raise Rejected("invalid_request", "the response modes are query and form_post")
    for name, limit in (("state", MAX_STATE), ("nonce", MAX_NONCE), ("login_hint", MAX_HINT), ("scope", MAX_SCOPE)):
        if len(params.get(name)) > limit:
            raise Rejected("invalid_request", f"{name} is longer than {limit} characters")


def _scopes(params: Params, client: Client) -> tuple[str, ...]:
    """4. Scopes that the client may ask for; one that nobody here knows is ignored (Core 3.1.2.1)."""
    named = tuple(dict.fromkeys(scope for scope in params.get("scope").split(" ") if scope in SCOPES))
    if "openid" not in named:
        raise Rejected("invalid_scope", "the scope openid is missing")
    if any(scope not in client.settings.scopes for scope in named):
        raise Rejected("invalid_scope", "the client is not registered for one of the scopes")
    return named


def _challenge(params: Params, client: Client) -> str:
    """5. PKCE: demanded of public clients, accepted from all, and by SHA-256 alone (RFC 7636; RFC 9700, 2.1.1)."""
    challenge, method = params.get("code_challenge"), params.get("code_challenge_method")
    if not challenge:
        if client.is_public or method:
            raise Rejected("invalid_request", "code_challenge is missing")
        return ""
    if method != "S256":
        raise Rejected("invalid_request", "code_challenge_method must be S256")
    if not CHALLENGE.fullmatch(challenge):
        raise Rejected("invalid_request", "code_challenge is no SHA-256 digest in base64url")
    return challenge


def _prompts(params: Params) -> frozenset[str]:
    """6. What the person is to be asked. Consent is not: a school releases by law and agreement, not by consent."""
    prompts = frozenset(filter(None, params.get("prompt").split(" ")))
    if not prompts <= PROMPTS:
        raise Rejected("invalid_request", "prompt has a value that nobody knows")
    if "none" in prompts and len(prompts) > 1:
        raise Rejected("invalid_request", "prompt none stands alone")
    return prompts


def _max_age(params: Params) -> int | None:
    max_age = params.get("max_age")
    if max_age and not MAX_AGE.fullmatch(max_age):
        raise Rejected("invalid_request", "max_age is no number of seconds")
    return int(max_age) if max_age else None


def _claims(params: Params) -> tuple[Asked, AskedOfLogin]:
    """7. Single claims."""
    try:
        return read_claims(params.get("claims"))
    except ValueError as error:
        raise Rejected("invalid_request", "the parameter claims cannot be read") from error


def _language(params: Params) -> Language | None:
    """The first language of ui_locales that the school has; None leaves it to the browser."""
    tags = (tag.lower().partition("-")[0] for tag in params.get("ui_locales").split(" "))
    return next((LANGUAGES[tag] for tag in tags if tag in LANGUAGES), None)
