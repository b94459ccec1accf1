"""Which vendor calls an endpoint, and whether it can prove it (OpenID Connect Core 9, RFC 6749 2.3, RFC 7523).

A vendor authenticates by the one method that it is registered for.
"""

import base64
import hashlib
from hmac import compare_digest
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from idp.config import Clock
from idp.oidc.client_keys import ClientKeys
from idp.oidc.clients import Client, Clients
from idp.oidc.errors import Rejected
from idp.oidc.jose import Claims, Header, Json, PublicKey, read_header, unverified_subject, verified
from idp.oidc.names import JWT_BEARER, TOKEN
from idp.oidc.params import Params
from idp.sessions import Sessions
from testbed.model.written import ClientAuthentication

SKEW_S = 60
MAX_VALIDITY_S = 3600
"""An assertion that lasts longer is refused; used ones are remembered for longer than that."""
MAX_JTI = 256
LAST_SECOND = 2**40
"""No time that anybody means lies behind it."""


class ClientAuth:
    """Finds out who calls.

    Args:
        clients: all vendors.
        keys: of those that sign.
        sessions: remembers which assertions were used.
        issuer: the school.
        now: the time.
    """

    def __init__(self, clients: Clients, keys: ClientKeys, sessions: Sessions, issuer: str, now: Clock) -> None:
        self._clients, self._keys, self._sessions = clients, keys, sessions
        self._issuer, self._now = issuer, now

    async def authenticate(self, request: Request, params: Params) -> Client:
        """The vendor that calls; for a public client, the one that it says it is.

        Raises:
            Rejected: it does not authenticate, not by its own method, or by more than one.
        """
        if params.repeated:
            raise Rejected("invalid_request", "a parameter stands there more than once")
        method = _method(request, params)
        match method:
            case "client_secret_basic":
                client_id, secret = _basic(request.headers["authorization"])
                return self._by_secret(client_id, secret, method, params)
            case "client_secret_post":
                return self._by_secret(params.get("client_id"), params.get("client_secret"), method, params)
            case "private_key_jwt":
                return await self._by_assertion(request, params)
            case "none":
                return self._find(params.get("client_id"), method)

    def _by_secret(self, client_id: str, secret: str, method: ClientAuthentication, params: Params) -> Client:
        client = self._find(client_id, method)
        expected = client.party.secret
        if not expected or not compare_digest(expected.encode(), secret.encode()):
            raise _unauthenticated(method)
        if params.get("client_id") not in ("", client.id):
            raise _unauthenticated(method)
        return client

    async def _by_assertion(self, request: Request, params: Params) -> Client:
        """By a signed assertion (RFC 7523, 3), which is taken once."""
        if params.get("client_assertion_type") != JWT_BEARER:
            raise Rejected("invalid_request", "client_assertion_type is none that is supported")
        assertion = params.get("client_assertion")
        try:
            header = read_header(assertion)
            client = self._find(params.get("client_id") or unverified_subject(assertion), "private_key_jwt")
            keys = await self._keys.find(client.settings.jwks_uri or "", header)
            claims = next(filter(None, (_tried(assertion, key, header) for key in keys)), None)
        except ValueError as error:
            if isinstance(error, Rejected):
                raise
            raise _unauthenticated("private_key_jwt") from error
        if claims is None or not self._is_sound(claims, client, f"{self._issuer}{request.url.path}"):
            raise _unauthenticated("private_key_jwt")
        used = hashlib.sha256(str(claims["jti"]).encode("utf-8", "surrogatepass")).hexdigest()
        if not self._sessions.is_new(client.id, f"jti-{used}"):
            raise _unauthenticated("private_key_jwt")
        return client

    def _is_sound(self, claims: Claims, client: Client, here: str) -> bool:
        """Whether it says what an assertion of this vendor to this school has to say now (RFC 7523, 3)."""
        now, audience, jti = self._now().timestamp(), claims.get("aud"), claims.get("jti")
        meant = audience if isinstance(audience, list) else [audience]
        # NOTE: written so that a number which is none (NaN) fails each of them.
        timely = (
            now - SKEW_S < _seconds(claims.get("exp")) <= now + MAX_VALIDITY_S + SKEW_S
            and _seconds(claims.get("iat", 0)) <= now + SKEW_S
            and _seconds(claims.get("nbf", 0)) <= now + SKEW_S
        )
        names = claims.get("iss") == client.id and claims.get("sub") == client.id
        ours = any(place in meant for place in (self._issuer, f"{self._issuer}{TOKEN}", here))
        return timely and names and ours and isinstance(jti, str) and 0 < len(jti) <= MAX_JTI

    def _find(self, client_id: str, method: ClientAuthentication) -> Client:
        client = self._clients.find(client_id)
        if client is None or client.settings.token_endpoint_auth_method != method:
            raise _unauthenticated(method)
        return client


def _method(request: Request, params: Params) -> ClientAuthentication:
    """The one that the request uses.

    Raises:
        Rejected: it uses more than one.
    """
    used: list[ClientAuthentication] = []
    headers = request.headers.getlist("authorization")
    if headers:
        used.append("client_secret_basic")
    if params.get("client_secret"):
        used.append("client_secret_post")
    if params.get("client_assertion") or params.get("client_assertion_type"):
        used.append("private_key_jwt")
    if len(used) > 1 or len(headers) > 1:
        raise Rejected("invalid_request", "a client authenticates by one method (RFC 6749, 2.3)")
    return used[0] if used else "none"


def _basic(header: str) -> tuple[str, str]:
    """Client ID and secret, each encoded as in a form (RFC 6749, 2.3.1).

    Raises:
        Rejected: it cannot be read.
    """
    scheme, _, credentials = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError("another scheme")
        name, colon, secret = base64.b64decode(credentials.strip(), validate=True).partition(b":")
        if not colon:
            raise ValueError("no secret")
        parts = [unquote_to_bytes(part.replace(b"+", b" ")).decode("utf-8") for part in (name, secret)]
    except ValueError as error:
        raise _unauthenticated("client_secret_basic") from error
    return parts[0], parts[1]


def _tried(assertion: str, key: PublicKey, header: Header) -> Claims | None:
    try:
        return verified(assertion, key, header.algorithm)
    except ValueError:
        return None


def _seconds(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > LAST_SECOND:
        return float("nan")
    return float(value)


def _unauthenticated(method: ClientAuthentication) -> Rejected:
    """The answer is the same for a client that nobody knows and for one that cannot prove who it is."""
    headers = {"WWW-Authenticate": 'Basic realm="school", charset="UTF-8"'} if method == "client_secret_basic" else {}
    return Rejected("invalid_client", "the client is not known, or not so", HTTPStatus.UNAUTHORIZED, headers)
