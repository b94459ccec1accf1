"""What an ID token must say before anyone is logged in by it (OpenID Connect Core 3.1.3.7)."""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from sp_mocks.lax import SKEW
from sp_mocks.oidc.memory import Started
from sp_mocks.oidc.reading import Json, number_in, text_in, texts_in
from sp_mocks.refusal import Refused

OLDEST = timedelta(minutes=10)
"""Since a token was issued: it is asked for on the spot."""
SUBJECT = re.compile(r"[\x20-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the vendor knows of the login that a token must belong to."""

    issuer: str
    client_id: str
    started: Started
    acr: tuple[str, ...]
    """Levels of which one was demanded, () for none."""
    fresh: bool
    """A login was demanded that is no older than the request."""
    access_token: str
    """That came with it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Of whom a token speaks, and in which session of the school."""

    sub: str
    sid: str


def read_id_token(claims: Json, expected: Expected, now: datetime) -> Subject:
    """Hold the claims of an ID token, whose signature is good, against the login.

    The steps of OpenID Connect Core 3.1.3.7: 1. It is not encrypted, for nobody asked for that: a token of another form
    was refused before. 2. The school issued it. 3. to 5. It is for this vendor and nobody besides. 6. to 8. It is
    signed by the registered algorithm, with a key of the school: done by the caller, who has the keys. 9. It is not
    over. 10. It was issued just now. 11. It answers this login's request. 12. The school is sure enough of who it is.
    13. The person logged in as lately as was asked. Then: the access token belongs to it (3.1.3.8).

    Raises:
        Refused: a step fails.
    """
    if claims.get("iss") != expected.issuer:
        raise Refused("token-of-someone-else")
    must_be_for(claims, expected.client_id)
    if instant_in(claims, "exp") <= now - SKEW:
        raise Refused("token-expired")
    must_be_recent(claims, now, OLDEST)
    _must_answer(claims, expected.started.nonce)
    if expected.acr and claims.get("acr") not in expected.acr:
        raise Refused("level-of-assurance")
    if expected.fresh and instant_in(claims, "auth_time") < expected.started.since - SKEW:
        raise Refused("stale-authentication")
    _must_belong(claims, expected.access_token)
    sub = text_in(claims, "sub", "token-names-nobody")
    if not SUBJECT.fullmatch(sub):
        raise Refused("token-names-nobody")
    return Subject(sub, text_in(claims, "sid", "token-not-readable") if "sid" in claims else "")


def must_be_for(claims: Json, client_id: str) -> None:
    """Steps 3 to 5: of several audiences none is trusted but this vendor.

    Raises:
        Refused: it is for somebody else, or for somebody else besides.
    """
    if texts_in(claims.get("aud"), "token-not-readable") != (client_id,):
        raise Refused("token-for-someone-else")
    if claims.get("azp", client_id) != client_id:
        raise Refused("token-for-someone-else")


def must_be_recent(claims: Json, now: datetime, oldest: timedelta) -> None:
    """Step 10, and that it is valid already.

    Raises:
        Refused: it was issued long ago or in time to come, or is not valid yet.
    """
    issued = instant_in(claims, "iat")
    if issued < now - oldest - SKEW:
        raise Refused("token-expired")
    starts = instant_in(claims, "nbf") if "nbf" in claims else issued
    if max(issued, starts) > now + SKEW:
        raise Refused("token-not-valid-yet")


def instant_in(claims: Json, name: str) -> datetime:
    """A claim that is a time (RFC 7519, 2, NumericDate).

    Raises:
        Refused: it is not there, or is none.
    """
    return datetime.fromtimestamp(number_in(claims, name, "token-not-readable"), UTC)


def _must_answer(claims: Json, nonce: str) -> None:
    """Step 11; where no nonce was sent there is nothing to compare."""
    said = claims.get("nonce", "")
    if nonce and not (isinstance(said, str) and compare_digest(said.encode(), nonce.encode())):
        raise Refused("token-of-another-login")


def _must_belong(claims: Json, access_token: str) -> None:
    """``at_hash``, where the token states it (OpenID Connect Core 3.1.3.6: with code it is optional)."""
    if "at_hash" not in claims:
        return
    digest = sha256(access_token.encode("utf-8")).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode("ascii")
    if claims["at_hash"] != half:
        raise Refused("access-token-of-another-login")
