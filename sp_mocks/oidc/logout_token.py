"""What a logout token must say before a session ends by it (OpenID Connect Back-Channel Logout 2.4 and 2.6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sp_mocks.lax import SKEW
from sp_mocks.oidc.id_token import instant_in, must_be_for, must_be_recent
from sp_mocks.oidc.reading import Json, text_in
from sp_mocks.refusal import Refused

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPE = "logout+jwt"
OLDEST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Demand:
    """That sessions are to end."""

    issuer: str
    token_id: str
    sub: str
    """"" when it names a session alone."""
    sid: str
    """"" when it names a person in all sessions."""


def read_logout_token(claims: Json, issuer: str, client_id: str, now: datetime) -> Demand:
    """Hold the claims of a logout token, whose signature and type are good, against the rules.

    The steps of 2.6: 1. to 3. decryption, signature and algorithm: done by the caller. 4. It is the school's, for this
    vendor, issued just now and not over. 5. It names a person or a session. 6. It is about a logout. 7. It is no ID
    token in disguise. 8. Whether its ``jti`` came before is for the caller to say.

    Raises:
        Refused: a step fails.
    """
    if claims.get("iss") != issuer:
        raise Refused("token-of-someone-else")
    must_be_for(claims, client_id)
    must_be_recent(claims, now, OLDEST)
    if instant_in(claims, "exp") <= now - SKEW:
        raise Refused("token-expired")
    sub, sid = (text_in(claims, one, "token-not-readable") if one in claims else "" for one in ("sub", "sid"))
    if not sub and not sid:
        raise Refused("token-names-nobody")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise Refused("token-not-about-logout")
    if "nonce" in claims:
        raise Refused("token-not-about-logout")
    return Demand(issuer, text_in(claims, "jti", "token-not-readable"), sub, sid)
