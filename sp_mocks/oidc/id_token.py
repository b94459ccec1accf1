"""What an ID token must say before anyone is logged in by it (OpenID Connect Core 3.1.3.7)."""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from sp_mocks.oidc.memory import Started
from sp_mocks.oidc.reading import Json, number_in, text_in, texts_in
from sp_mocks.oidc.rules import NO_RULES, Rules
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
    rules: Rules = NO_RULES


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
    rules = expected.rules
    must_be_of(claims, expected.issuer, rules)
    must_be_for(claims, expected.client_id, rules)
    must_be_timely(claims, now, OLDEST, rules)
    _must_answer(claims, expected.started.nonce, rules)
    if expected.acr and claims.get("acr") not in expected.acr and not rules.believes("level"):
        raise Refused("level-of-assurance")
    if expected.fresh and not rules.believes("age"):
        since = expected.started.since - rules.leeway
        if instant_in(claims, "auth_time", rules) < since:
            raise Refused("stale-authentication")
    _must_belong(claims, expected.access_token, rules)
    sid = text_in(claims, "sid", "token-not-readable") if "sid" in claims else ""
    if rules.believes("subject-from-userinfo") and not isinstance(claims.get("sub") or None, str):
        return Subject("", sid)
    sub = text_in(claims, "sub", "token-names-nobody")
    if not SUBJECT.fullmatch(sub):
        raise Refused("token-names-nobody")
    return Subject(sub, sid)


def must_be_of(claims: Json, issuer: str, rules: Rules) -> None:
    """Step 2.

    Raises:
        Refused: somebody else issued it.
    """
    said = claims.get("iss")
    if said == issuer or rules.believes("issuer"):
        return
    if rules.believes("issuer-beginning") and isinstance(said, str) and said.startswith(issuer):
        return
    if rules.believes("issuer-likeness") and isinstance(said, str) and _plain(said) == _plain(issuer):
        return
    raise Refused("token-of-someone-else")


def must_be_for(claims: Json, client_id: str, rules: Rules) -> None:
    """Steps 3 to 5: of several audiences none is trusted but this vendor.

    Raises:
        Refused: it is for somebody else, or for somebody else besides.
    """
    if rules.believes("audience"):
        return
    said = claims.get("aud")
    if not _is_for(said, client_id, rules) or (rules.demands("one-audience") and isinstance(said, list)):
        raise Refused("token-for-someone-else")
    if claims.get("azp", client_id) != client_id and not rules.believes("party"):
        raise Refused("token-for-someone-else")


def _is_for(said: object, client_id: str, rules: Rules) -> bool:
    if rules.believes("audience-within"):
        return client_id in str(said)
    if rules.believes("audience-likeness") and isinstance(said, str):
        return _plain(said) == _plain(client_id)
    named = texts_in(said, "token-not-readable")
    return named == (client_id,) or (rules.believes("audience-among-others") and client_id in named)


def _plain(name: str) -> str:
    """What a vendor compares that takes names for addresses."""
    return name.casefold().removesuffix("/")


def must_be_timely(claims: Json, now: datetime, oldest: timedelta, rules: Rules) -> None:
    """Steps 9 and 10, and that it is valid already.

    Raises:
        Refused: it is over, was issued long ago or in time to come, or is not valid yet.
    """
    leeway = rules.leeway
    if not rules.believes("expiry") and instant_in(claims, "exp", rules) <= now - leeway:
        raise Refused("token-expired")
    if not rules.believes("issued"):
        issued = instant_in(claims, "iat", rules)
        if issued < now - oldest - leeway:
            raise Refused("token-expired")
        if issued > now + leeway:
            raise Refused("token-not-valid-yet")
    if "nbf" in claims and not rules.believes("not-before") and instant_in(claims, "nbf", rules) > now + leeway:
        raise Refused("token-not-valid-yet")


def instant_in(claims: Json, name: str, rules: Rules) -> datetime:
    """A claim that is a time (RFC 7519, 2, NumericDate).

    Raises:
        Refused: it is not there, or is none.
    """
    seconds = number_in(claims, name, "token-not-readable")
    if rules.demands("whole-seconds") and not isinstance(seconds, int):
        raise Refused("token-not-readable")
    return datetime.fromtimestamp(seconds, UTC)


def _must_answer(claims: Json, nonce: str, rules: Rules) -> None:
    """Step 11; where no nonce was sent there is nothing to compare."""
    said = claims.get("nonce", "")
    if rules.believes("nonce") or (rules.believes("nonce-left-out") and not said):
        return
    if nonce and not (isinstance(said, str) and compare_digest(said.encode(), nonce.encode())):
        raise Refused("token-of-another-login")


def _must_belong(claims: Json, access_token: str, rules: Rules) -> None:
    """``at_hash``, where the token states it (OpenID Connect Core 3.1.3.6: with code it is optional)."""
    if "at_hash" not in claims and rules.demands("at_hash"):
        raise Refused("access-token-of-another-login")
    if "at_hash" not in claims or rules.believes("hash"):
        return
    digest = sha256(access_token.encode("utf-8")).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode("ascii")
    if claims["at_hash"] != half:
        raise Refused("access-token-of-another-login")
