"""The token endpoint: a code becomes tokens once, and a refresh token becomes newer ones (RFC 6749 4.1.3 and 6)."""

import base64
import hashlib
import logging
import re
from dataclasses import replace
from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import Response

from idp.body import read_form
from idp.oidc.answering import OidcDesk
from idp.oidc.claims import Wanted
from idp.oidc.client_auth import ClientAuth
from idp.oidc.clients import Client
from idp.oidc.errors import NO_STORE, Rejected
from idp.oidc.grants import Code, Grant, Token, family_of
from idp.oidc.issuing import Issuer
from idp.oidc.names import AUTHORIZATION_CODE, REFRESH_TOKEN
from idp.oidc.params import Params, read_params
from idp.parts import SchoolParts

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
"""RFC 7636, 4.1."""

log = logging.getLogger("idp")


class TokenEndpoint:
    """The endpoint /oidc/token.

    Args:
        parts: of the school.
        desk: of this side of it.
        authentication: of vendors.
        issuer: of tokens.
    """

    def __init__(self, parts: SchoolParts, desk: OidcDesk, authentication: ClientAuth, issuer: Issuer) -> None:
        self._parts, self._desk, self._authentication, self._issuer = parts, desk, authentication, issuer

    async def exchange(self, request: Request) -> Response:
        """POST /oidc/token."""
        params = read_params(await read_form(request))
        client = await self._authentication.authenticate(request, params)
        match params.get("grant_type"):
            case "authorization_code":
                answer = self._by_code(client, params)
            case "refresh_token":
                answer = self._by_refresh(client, params)
            case "":
                raise Rejected("invalid_request", "grant_type is missing")
            case _:
                kinds = f"{AUTHORIZATION_CODE} and {REFRESH_TOKEN}"
                raise Rejected("unsupported_grant_type", f"the grant types are {kinds}")
        return Response(answer, media_type="application/json", headers=NO_STORE)

    def _by_code(self, client: Client, params: Params) -> str:
        presented = params.get("code")
        if not presented:
            raise Rejected("invalid_request", "code is missing")
        grants, family = self._desk.grants, family_of(presented)
        code = grants.code(presented)
        if code is None or not _fits(code, client, params):
            # NOTE: whoever shows a code that is not theirs to use has it from somewhere: it is used up by that, and
            # what came of it is taken back (RFC 6749, 4.1.2).
            grants.use(presented)
            grants.revoke_family(family)
            raise _no_such_grant("code")
        answer = self._issuer.issue(client, code.grant, family, code.nonce)
        # NOTE: in this order, so that of two who use it at once the second finds the tokens of the first to revoke.
        if not grants.use(presented):
            log.warning("a code of %s was used twice: what came of it is revoked", client.id)
            grants.revoke_family(family)
            raise _no_such_grant("code")
        return answer

    def _by_refresh(self, client: Client, params: Params) -> str:
        presented = params.get("refresh_token")
        if not presented:
            raise Rejected("invalid_request", "refresh_token is missing")
        grants = self._desk.grants
        token = grants.refresh(presented)
        if token is None or token.grant.client_id != client.id:
            raise _no_such_grant("refresh token")
        if grants.is_spent(presented):
            raise self._used_again(token)
        wanted = _narrowed(token.grant.wanted, params)
        kept = self._renewed(client, token, token.grant.wanted)
        grant = kept if wanted == kept.wanted else self._renewed(client, token, wanted)
        answer = self._issuer.issue(client, grant, token.family, kept=kept)
        # NOTE: as with codes.
        if not grants.spend(presented):
            raise self._used_again(token)
        return answer

    def _used_again(self, token: Token) -> Rejected:
        """One of two who hold it has stolen it, and nobody knows which (RFC 9700, 4.14.2)."""
        log.warning(
            "a refresh token of %s was used twice: all that came of that login is revoked", token.grant.client_id
        )
        self._desk.grants.revoke_family(token.family)
        return _no_such_grant("refresh token")

    def _renewed(self, client: Client, token: Token, wanted: Wanted) -> Grant:
        """The grant, by what the school knows of the person now and by the agreement as it is now.

        Raises:
            Rejected: the person may not be logged in there any longer.
        """
        before, now = token.grant, self._parts.now()
        person = self._parts.directory.get(before.person)
        if person is None:
            raise _no_such_grant("refresh token")
        decided = self._desk.teller.decide(client, person, before.strength, wanted)
        self._desk.accounts.add(decided.record(now, self._parts.config.host, client.id, person.id))
        if not decided.may_log_in:
            self._desk.grants.revoke_family(token.family)
            raise _no_such_grant("refresh token")
        told = self._desk.teller.tell(client, person, decided, wanted, before.sub)
        return replace(before, wanted=wanted, userinfo=told.userinfo, id_token=told.id_token)


def _fits(code: Code, client: Client, params: Params) -> bool:
    """Whether whoever brings the code is the one that it was given to, and began that login."""
    if code.grant.client_id != client.id or code.redirect_uri != params.get("redirect_uri"):
        return False
    verifier = params.get("code_verifier")
    if not code.challenge:
        # NOTE: a verifier without a challenge is what an attack by downgrade leaves behind (RFC 9700, 4.8.2).
        return not verifier
    if not VERIFIER.fullmatch(verifier):
        return False
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return compare_digest(digest, code.challenge.encode())


def _narrowed(wanted: Wanted, params: Params) -> Wanted:
    """What a refresh asks for: all that the login did, or less (RFC 6749, 6)."""
    if not params.get("scope"):
        return wanted
    scopes = frozenset(params.get("scope").split(" "))
    if not scopes <= frozenset(wanted.scopes) or "openid" not in scopes:
        raise Rejected("invalid_scope", "the login has not all these scopes, or openid is missing")
    return replace(wanted, scopes=tuple(scope for scope in wanted.scopes if scope in scopes))


def _no_such_grant(what: str) -> Rejected:
    return Rejected("invalid_grant", f"this {what} is not good, or not for this client")
