"""Makes tokens of a grant (OpenID Connect Core 2 and 3.1.3.3)."""

import json

from idp.config import Clock
from idp.contexts import ONE_FACTOR
from idp.oidc.clients import Client
from idp.oidc.forging import Forger
from idp.oidc.grants import ACCESS_FOR, Grant, Grants, Token
from idp.oidc.jose import Claims, Json, half_hash, sign
from idp.oidc.keys import TokenKeys
from idp.rollover import Rollover

ID_TOKEN_FOR_S = 300
"""It proves a login that has just been made; whoever keeps it needs it no longer than that."""
PASSWORD_AMR, TWO_FACTORS_AMR = ("pwd",), ("pwd", "mfa")
"""RFC 8176."""


class Issuer:
    """Signs ID tokens and hands out access tokens and refresh tokens.

    Args:
        name: the school, as tokens name it.
        keys: that sign.
        rollover: says which of them.
        grants: where tokens are kept.
        forger: makes those that the lab wants otherwise.
        now: the time.
    """

    def __init__(
        self, name: str, keys: TokenKeys, rollover: Rollover, grants: Grants, forger: Forger, now: Clock
    ) -> None:
        self._name, self._keys, self._rollover = name, keys, rollover
        self._grants, self._forger, self._now = grants, forger, now

    def issue(self, client: Client, grant: Grant, family: str, nonce: str = "", kept: Grant | None = None) -> str:
        """The answer of the token endpoint, in JSON.

        Args:
            client: whom it is for.
            grant: what it may know.
            family: of the code that all comes of.
            nonce: of the request; "" for none.
            kept: what the refresh token stands for, where that is more than this answer does.
        """
        now = int(self._now().timestamp())
        forged = self._forger.asked(client, "id-token", grant)
        access = self._grants.new_access(Token(forged.of_access(grant) if forged else grant, now, family))
        claims = self._claims(client, forged.of_token(grant) if forged else grant, now, access)
        claims |= {"nonce": nonce} if nonce else {}
        answer: dict[str, Json] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": int(ACCESS_FOR.total_seconds()),
            "scope": " ".join(grant.wanted.scopes),
            "id_token": self._forger.token(forged, client, claims, "JWT") if forged else self._signed(client, claims),
        }
        kept = kept or grant
        if "offline_access" in kept.wanted.scopes:
            answer["refresh_token"] = self._grants.new_refresh(Token(kept, now, family))
        asked = self._forger.asked(client, "token-answer", grant)
        if asked is None:
            return json.dumps(answer)
        if asked.of_access(grant) is not grant:
            answer["access_token"] = self._grants.new_access(Token(asked.of_access(grant), now, family))
        return self._forger.json(asked, client, answer)

    def _claims(self, client: Client, grant: Grant, now: int, access: str) -> dict[str, Json]:
        methods = PASSWORD_AMR if grant.strength <= ONE_FACTOR else TWO_FACTORS_AMR
        return {
            **json.loads(grant.id_token),
            "iss": self._name,
            "sub": grant.sub,
            "aud": client.id,
            "iat": now,
            "exp": now + ID_TOKEN_FOR_S,
            "auth_time": grant.auth_time,
            "acr": grant.acr,
            "amr": list(methods),
            "sid": grant.sid,
            "at_hash": half_hash(access),
        }

    def _signed(self, client: Client, claims: Claims) -> str:
        return sign(claims, self._keys.signer(client.settings.id_token_signed_response_alg, self._rollover.stage))
