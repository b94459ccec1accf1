"""Codes and tokens: what a login has given a vendor, shared by the workers, each for its time.

All that comes of one code is a family; the families of one session at one vendor share the beginning of their names.
So whatever has to be taken back together is found together, without a table of its own.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from pydantic import TypeAdapter

from idp.oidc.claims import Wanted
from idp.oidc.jose import encoded
from idp.state import TOKEN_BYTES, Shelf, State

CODE_FOR, ACCESS_FOR, REFRESH_FOR = timedelta(seconds=60), timedelta(minutes=10), timedelta(days=30)
MAX_CODES, MAX_ACCESS, MAX_REFRESH = 20_000, 100_000, 100_000
MAX_PRESENTED = 200
"""Characters of a code or a token that are looked up at all."""
FAMILY_BYTES = 12


@dataclass(frozen=True, slots=True)
class Grant:
    """What one login has given one vendor."""

    client_id: str
    person: str
    """Id in people.json."""
    sub: str
    sid: str
    """The session at this vendor, by the name that it has for it (Front-Channel Logout 1.0, 3)."""
    auth_time: int
    """When the person logged in, in seconds since 1970."""
    strength: int
    """How; see :mod:`idp.contexts`."""
    acr: str
    wanted: Wanted
    userinfo: str
    """What the userinfo endpoint answers: the claims that were released at the login, and sub. In JSON already, for it
    is read by nobody here.
    """
    id_token: str
    """The claims about the person that stand in the ID token, in JSON."""


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code, and what whoever redeems it must know (RFC 6749 4.1.3, RFC 7636 4.6)."""

    grant: Grant
    redirect_uri: str
    challenge: str
    """"" where the vendor sent none."""
    nonce: str


@dataclass(frozen=True, slots=True)
class Token:
    """An access token or a refresh token."""

    grant: Grant
    issued: int
    """Seconds since 1970."""
    family: str


class Grants:
    """Every code and token that is good.

    Args:
        state: where they are kept.
    """

    def __init__(self, state: State) -> None:
        self._codes = Shelf(state, "oidc-code", TypeAdapter(Code), CODE_FOR, MAX_CODES)
        token: TypeAdapter[Token] = TypeAdapter(Token)
        self._access = Shelf(state, "oidc-access", token, ACCESS_FOR, MAX_ACCESS)
        self._refresh = Shelf(state, "oidc-refresh", token, REFRESH_FOR, MAX_REFRESH)
        self._spent = Shelf(state, "oidc-spent", TypeAdapter(bool), REFRESH_FOR, MAX_REFRESH)

    def new_code(self, code: Code) -> str:
        """A code for this, good once and for a minute."""
        name = f"{code.grant.sid}.{secrets.token_urlsafe(TOKEN_BYTES)}"
        self._codes.put(name, code)
        return name

    def code(self, presented: str) -> Code | None:
        """The code, as long as nobody has used it."""
        return self._codes.get(presented) if _could_be(presented) else None

    def use(self, presented: str) -> bool:
        """Use the code up; says whether it was still there: of two who use it at once, one is told yes."""
        return _could_be(presented) and self._codes.remove(presented)

    def new_access(self, token: Token) -> str:
        """An access token for this."""
        return self._new(self._access, token)

    def new_refresh(self, token: Token) -> str:
        """A refresh token for this."""
        return self._new(self._refresh, token)

    def access(self, presented: str) -> Token | None:
        """What an access token stands for, as long as it is good."""
        return self._access.get(presented) if _could_be(presented) else None

    def refresh(self, presented: str) -> Token | None:
        """What a refresh token stands for, whether or not it was used before: see :meth:`spend`."""
        return self._refresh.get(presented) if _could_be(presented) else None

    def spend(self, presented: str) -> bool:
        """Use a refresh token; says whether it was the first time."""
        return self._spent.claim(presented, True)

    def is_spent(self, presented: str) -> bool:
        """Whether a refresh token was used before."""
        return self._spent.get(presented) is not None

    def revoke_access(self, presented: str) -> None:
        """The access token is good no longer."""
        self._access.remove(presented)

    def revoke_family(self, family: str) -> None:
        """Nothing is good any longer that came of this code."""
        for shelf in (self._access, self._refresh):
            for name in shelf.names(f"{family}."):
                shelf.remove(name)

    def end_session(self, sid: str) -> None:
        """The person has logged out: codes and access tokens end with the session. A refresh token, which the vendor
        has only for access when nobody is logged in, does not (Back-Channel Logout 1.0, 2.7).
        """
        for name in self._codes.names(f"{sid}."):
            self._codes.remove(name)
        for name in self._access.names(f"{sid}."):
            self._access.remove(name)

    def _new(self, shelf: Shelf[Token], token: Token) -> str:
        name = f"{token.family}.{secrets.token_urlsafe(TOKEN_BYTES)}"
        shelf.put(name, token)
        return name


def family_of(code: str) -> str:
    """The name of everything that comes of a code; can be told from the code alone, long after it was used."""
    sid, _, _ = code.partition(".")
    return f"{sid}.{encoded(hashlib.sha256(code.encode()).digest()[:FAMILY_BYTES])}"


def new_sid() -> str:
    """A name for a session at one vendor."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def _could_be(presented: str) -> bool:
    return len(presented) <= MAX_PRESENTED and presented.isascii()
