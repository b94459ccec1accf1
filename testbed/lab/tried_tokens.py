"""The token service of a data API under test: good tokens for it, and tokens that must open nothing."""

import hashlib
import hmac
import json
from collections.abc import Mapping

from pydantic import JsonValue
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from idp.federated_tls.keys import TOKEN_KEY, machine_signer
from idp.oidc.jose import Signer, encoded
from idp.token_service.app import JWKS
from idp.token_service.asking import API_TYPE
from testbed.lab.home import LabHome
from testbed.lab.places import AUDIENCE, TOKEN_HOST
from testbed.lab.spec import Clock
from testbed.lab.tried_callers import NO_ORGANISATION
from testbed.lab.webhook_places import opens_anothers
from testbed.model.exchange_case import Token

FORGERS_KEY = "forgers-tokens.pem"
"""In the service's folder of the lab home: a key that it does not publish."""
LIFETIME_S = 3600

type Json = dict[str, JsonValue]


class TriedTokens:
    """Signs tokens for one API.

    Args:
        home: holds its keys.
        issuer: what it calls itself.
        location: of the API, as tokens name it.
        now: the time.
    """

    app: Starlette
    """Publishes the keys by which tokens are verified."""

    def __init__(self, home: LabHome, issuer: str, location: str, now: Clock) -> None:
        folder = home.participant_folder(TOKEN_HOST)
        self._signer = machine_signer(folder, TOKEN_KEY, TOKEN_HOST, now())
        self._forger = machine_signer(folder, FORGERS_KEY, TOKEN_HOST, now())
        self.issuer, self._location, self._now = issuer, location, now
        self.app = Starlette(routes=[Route(JWKS, self._jwks, methods=["GET"])])

    def made(self, entity_id: str, change: Token | None) -> str:
        """A token for this client, changed so."""
        change = change or Token()
        claims: Json = {**self._claims(entity_id), **change.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        header: Json = {"typ": "JWT", **change.header}
        payload = json.dumps(claims).encode()
        match change.signed:
            case "service":
                return _signed(payload, self._signer, {"kid": self._signer.kid, **header})
            case "other-key":
                return _signed(payload, self._forger, {"kid": self._signer.kid, **header})
            case "brings-its-key":
                brought: JsonValue = {name: value for name, value in self._forger.public.items() if name != "alg"}
                return _signed(payload, self._forger, {"kid": self._forger.kid, "jwk": brought, **header})
            case "nobody":
                return f"{_part({'alg': 'none', 'kid': self._signer.kid, **header})}.{encoded(payload)}."
            case "public-key-as-secret":
                begun = f"{_part({'alg': 'HS256', 'kid': self._signer.kid, **header})}.{encoded(payload)}"
                secret = json.dumps(dict(self._signer.public)).encode()
                return f"{begun}.{encoded(hmac.digest(secret, begun.encode(), hashlib.sha256))}"

    def _claims(self, entity_id: str) -> Json:
        now = int(self._now().timestamp())
        return {
            "aud": AUDIENCE,
            "auth_source": "tlsfed",
            "entity_id": entity_id,
            "exp": now + LIFETIME_S,
            "iat": now,
            "nbf": now,
            "iss": self.issuer,
            "organization_id": NO_ORGANISATION,
            "requested_access": [{"type": API_TYPE, "locations": [self._location]}],
            "source": self.issuer,
            "version": 1,
        }

    async def _jwks(self, _: Request) -> JSONResponse:
        return JSONResponse({"keys": [dict(self._signer.public)]})


def token_for_another(home: LabHome, issuer: str, school: str, now: Clock) -> Mapping[str, str]:
    """The header of a notice with the token by which a school tells another vendor than the one under test.

    Args:
        home: holds the token service's key.
        issuer: what the token service calls itself.
        school: what the register of machines calls the school.
        now: the time.
    """
    change = Token(claims={"requested_access": opens_anothers()})
    return {"Authorization": f"Bearer {TriedTokens(home, issuer, school, now).made(school, change)}"}


def _signed(payload: bytes, signer: Signer, header: Json) -> str:
    """By ES256, with this header; null leaves a member out."""
    kept: Mapping[str, JsonValue] = {name: value for name, value in header.items() if value is not None}
    begun = f"{_part({'alg': 'ES256', **kept})}.{encoded(payload)}"
    return f"{begun}.{encoded(signer.key.sign(begun.encode()))}"


def _part(header: Mapping[str, JsonValue]) -> str:
    return encoded(json.dumps(dict(header)).encode())
