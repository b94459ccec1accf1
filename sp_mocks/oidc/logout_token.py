"""What a logout token must say before a session ends by it (OpenID Connect Back-Channel Logout 2.4 and 2.6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sp_mocks.oidc.id_token import must_be_for, must_be_of, must_be_timely
from sp_mocks.oidc.reading import Json, text_in
from sp_mocks.oidc.rules import Rules
from sp_mocks.refusal import Refused
from sp_mocks.sessions import new_token

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


def read_logout_token(claims: Json, issuer: str, client_id: str, now: datetime, rules: Rules) -> Demand:
    """Hold the claims of a logout token, whose signature and type are good, against the rules.

    The steps of 2.6: 1. to 3. decryption, signature and algorithm: done by the caller. 4. It is the school's, for this
    vendor, issued just now and not over. 5. It names a person or a session. 6. It is about a logout. 7. It is no ID
    token in disguise. 8. Whether its ``jti`` came before is for the caller to say.

    Raises:
        Refused: a step fails.
    """
    must_be_of(claims, issuer, rules)
    must_be_for(claims, client_id, rules)
    must_be_timely(claims, now, OLDEST, rules)
    sub, sid = (text_in(claims, one, "token-not-readable") if one in claims else "" for one in ("sub", "sid"))
    if not sub and not sid and not rules.believes("logout-of-nobody"):
        raise Refused("token-names-nobody")
    if not sid and rules.demands("logout-of-session"):
        raise Refused("token-names-nobody")
    events = claims.get("events")
    is_logout = isinstance(events, dict) and isinstance(events.get(EVENT), dict)
    if not is_logout and not rules.believes("logout-event"):
        raise Refused("token-not-about-logout")
    if "nonce" in claims and not rules.believes("logout-nonce"):
        raise Refused("token-not-about-logout")
    named = "jti" in claims or not rules.believes("logout-unnamed")
    return Demand(issuer, text_in(claims, "jti", "token-not-readable") if named else new_token(), sub, sid)
