"""The keys that forged tokens are signed with, by the names that the vocabulary has for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from idp.keys import SigningKey
from idp.oidc.clients import Client
from idp.oidc.forged_tokens import Seal, public_jwk
from idp.oidc.jose import KINDS, Json
from idp.oidc.keys import TokenKeys
from idp.oidc.names import Algorithm
from idp.rollover import Rollover
from testbed.model.forgery import TokenKey

NAMES: dict[str, TokenKey] = {name: name for name in get_args(TokenKey.__value__)}


@dataclass(frozen=True, slots=True)
class Second:
    """The dishonest school, which lends its name and its keys."""

    issuer: str
    keys: TokenKeys


@dataclass(frozen=True, slots=True)
class Keyring:
    """Every pair of keys.

    Args:
        own: the school's.
        rollover: says which of them signs.
        second: None where a lab has no second school.
    """

    own: TokenKeys
    rollover: Rollover
    second: Second | None

    def seal(self, client: Client) -> Seal:
        """How tokens to this vendor are signed."""
        algorithm = client.settings.id_token_signed_response_alg
        return Seal(lambda key: self.pair(key, algorithm), client.party.secret)

    def kid(self, client: Client) -> str:
        """What an honest token to this vendor calls the key that signs."""
        return self.own.signer(client.settings.id_token_signed_response_alg, self.rollover.stage).kid

    def check(self, key: TokenKey, client: Client) -> None:
        """Whether tokens to this vendor can be signed so.

        Raises:
            ValueError: they cannot; says why.
        """
        if key == "second" and self.second is None:
            raise ValueError("this lab has no second school, so nothing can be signed with its key")
        if key == "client-secret" and not client.party.secret:
            raise ValueError("the client has no secret, so nothing can be signed with it")
        if key == "secret-pkcs1" and client.settings.id_token_signed_response_alg != "RS256":
            raise ValueError("the client's tokens are signed with a key of a curve, which has no form of PKCS #1")

    def strangers(self) -> Mapping[str, object]:
        """The public keys that no vendor has any reason to trust, with their certificates, as a JWK Set (RFC 7517)."""
        pairs = [self.own.stranger(algorithm) for algorithm in KINDS]
        return {"keys": [{**public_jwk(pair), "x5c": [pair.certificate_base64]} for pair in pairs]}

    def pair(self, key: TokenKey, algorithm: Algorithm) -> SigningKey | None:
        """The keys of this name for this algorithm; None where there are none."""
        stage = self.rollover.stage
        match key:
            case "school":
                return self.own.signing(algorithm, stage)
            case "school-other-kind":
                return self.own.signing("ES256" if algorithm == "RS256" else "RS256", stage)
            case "coming":
                return self.own.coming(algorithm, stage)
            case "stranger":
                return self.own.stranger(algorithm)
            case "second" if self.second is not None:
                return self.second.keys.signing(algorithm, "before")
            case _:
                return None

    def found(self, place: str, algorithm: Algorithm) -> Json:
        """What comes in the place of ``jwk:KEY``, ``kid:KEY`` or ``certificate:KEY``; None where there is no such."""
        kind, _, name = place.partition(":")
        key = self.pair(NAMES[name], algorithm) if name in NAMES else None
        if key is None:
            return None
        match kind:
            case "jwk":
                return dict(public_jwk(key))
            case "kid":
                return public_jwk(key)["kid"]
            case "certificate":
                return key.certificate_base64
            case _:
                return None
