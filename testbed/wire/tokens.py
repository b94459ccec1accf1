"""JSON Web Tokens as they are read: header and claims, before anyone says what the signature is worth."""

import base64
import binascii
from dataclasses import dataclass

from testbed.model.oidc_messages import Envelope, IdToken, LogoutToken
from testbed.model.wire import Pointer
from testbed.wire.objects import Members, claims_in, moment, object_of, pretty, text, texts
from testbed.wire.xml import Unreadable

MAX_TOKEN = 128 * 1024
MAX_HEADER = 16 * 1024
SIGNED_PARTS, ENCRYPTED_PARTS = 3, 5
REGISTERED = frozenset(
    [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "azp",
        "at_hash",
        "c_hash",
        "s_hash",
        "sid",
        "typ",
        "events",
    ]
)
"""Claims about the token or the login, not about the person (RFC 7519, 4.1; OpenID Connect Core 2 and 3.3.2.11)."""


@dataclass(frozen=True, slots=True)
class _Opened:
    envelope: Envelope
    header: Members
    claims: Members


def opened(compact: str) -> _Opened:
    """Header and claims of a signed token, unverified.

    Raises:
        Unreadable: too large, encrypted, not three parts of base64url, or not JSON.
    """
    if len(compact) > MAX_TOKEN:
        raise Unreadable(f"is larger than {MAX_TOKEN} characters")
    parts = compact.split(".")
    if len(parts) == ENCRYPTED_PARTS:
        raise Unreadable("is encrypted, which is not read here")
    if len(parts) != SIGNED_PARTS:
        raise Unreadable("is not the three parts of a JSON Web Token")
    header = object_of(_decoded(parts[0]), MAX_HEADER)
    envelope = Envelope(compact, text(header, "alg"), text(header, "kid"), text(header, "typ"))
    return _Opened(envelope, header, object_of(_decoded(parts[1]), MAX_TOKEN))


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable("is not base64url") from error


def id_token(compact: str, where: Pointer) -> IdToken:
    """Read an ID token.

    Raises:
        Unreadable: see :func:`opened`.
    """
    token = opened(compact)
    claims = token.claims
    return IdToken(
        where=where,
        envelope=token.envelope,
        issuer=text(claims, "iss"),
        subject=text(claims, "sub"),
        audiences=texts(claims, "aud"),
        authorized_party=text(claims, "azp"),
        expires=moment(claims, "exp"),
        issued=moment(claims, "iat"),
        authenticated=moment(claims, "auth_time"),
        nonce=text(claims, "nonce"),
        context=text(claims, "acr"),
        methods=texts(claims, "amr"),
        session=text(claims, "sid"),
        access_token_hash=text(claims, "at_hash"),
        claims=claims_in(claims, REGISTERED),
        text=f"{pretty(token.header)}\n{pretty(claims)}",
    )


def logout_token(compact: str, where: Pointer, delivered_to: str) -> LogoutToken:
    """Read a logout token.

    Raises:
        Unreadable: see :func:`opened`.
    """
    token = opened(compact)
    claims = token.claims
    events = claims.get("events")
    return LogoutToken(
        where=where,
        delivered_to=delivered_to,
        envelope=token.envelope,
        issuer=text(claims, "iss"),
        subject=text(claims, "sub"),
        audiences=texts(claims, "aud"),
        issued=moment(claims, "iat"),
        expires=moment(claims, "exp"),
        id=text(claims, "jti"),
        session=text(claims, "sid"),
        events=tuple(name for name, inside in events.items() if isinstance(inside, dict))
        if isinstance(events, dict)
        else (),
        has_nonce="nonce" in claims,
    )
