"""Makes tokens of a grant (OpenID Connect Core 2 and 3.1.3.3)."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from idp.config import Clock
from idp.contexts import ONE_FACTOR
from idp.oidc.clients import Client
from idp.oidc.grants import ACCESS_FOR, Grant, Grants, Token
from idp.oidc.jose import Json, half_hash, sign
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
        now: the time.
    """

    def __init__(self, name: str, keys: TokenKeys, rollover: Rollover, grants: Grants, now: Clock) -> None:
        self._name, self._keys, self._rollover, self._grants, self._now = name, keys, rollover, grants, now

    def issue(
        self, client: Client, grant: Grant, family: str, nonce: str = "", kept: Grant | None = None
    ) -> Mapping[str, Json]:
        """The answer of the token endpoint.

        Args:
            client: whom it is for.
            grant: what it may know.
            family: of the code that all comes of.
            nonce: of the request; "" for none.
            kept: what the refresh token stands for, where that is more than this answer does.
        """
        now = int(self._now().timestamp())
        access = self._grants.new_access(Token(grant, now, family))
        answer: dict[str, Json] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": int(ACCESS_FOR.total_seconds()),
            "scope": " ".join(grant.wanted.scopes),
            "id_token": self._id_token(client, grant, now, {"at_hash": half_hash(access)}, nonce),
        }
        kept = kept or grant
        if "offline_access" in kept.wanted.scopes:
            answer["refresh_token"] = self._grants.new_refresh(Token(kept, now, family))
        return MappingProxyType(answer)

    def _id_token(self, client: Client, grant: Grant, now: int, more: Mapping[str, Json], nonce: str) -> str:
        methods = PASSWORD_AMR if grant.strength <= ONE_FACTOR else TWO_FACTORS_AMR
        claims: dict[str, Json] = {
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
            **more,
            **({"nonce": nonce} if nonce else {}),
        }
        signer = self._keys.signer(client.settings.id_token_signed_response_alg, self._rollover.stage)
        return sign(claims, signer)
