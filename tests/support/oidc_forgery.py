"""A school that forges the same valid message as often as a test likes: same identifiers, same instant, same keys."""

import base64
import datetime as dt
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from idp.config import OidcParty
from idp.keys import SchoolKeys
from idp.oidc.claims import Wanted
from idp.oidc.clients import Clients
from idp.oidc.forged_keys import Keyring, Second
from idp.oidc.forging import Forger
from idp.oidc.grants import Code, Grant, Grants
from idp.oidc.keys import TokenKeys
from idp.oidc.names import BACK_CHANNEL_LOGOUT
from idp.oidc.occasions import Occasion
from idp.oidc.spoken import Spoken
from idp.rollover import Rollover
from idp.state import State
from testbed.certify.fitted import fitted
from testbed.model.forgery import AnswerForgery, Forgery, JsonForgery, Made, TokenForgery
from testbed.model.written import Bilingual, OidcClient

NOW = dt.datetime(2031, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
ISSUER, SECOND = "https://idp.skola.test", "https://annan.skola.test"
CALLBACK = "https://lasning.test/oidc/callback"
OWN = Grant("reading", "elev-1", "own-name", "sid-1", 1, 1, "acr", Wanted(("openid",)), "", "{}")
SAID = {"sub": ("own-name",), "mail": ("own@skola.test",)}
OF_OTHER = {"sub": ("other-name",), "mail": ("other@skola.test",)}


@dataclass(frozen=True)
class Ordered:
    """Waits to be forged."""

    party: str
    forgery: Forgery
    other: str = "larare-1"


@dataclass
class ForgingSchool:
    """Forges one message in many ways."""

    folder: Path
    algorithm: str
    made: list[Made] = field(default_factory=list)
    waiting: Ordered | None = None

    def __post_init__(self) -> None:
        state = State(None, lambda: NOW)
        settings = {
            "client_id": "reading",
            "redirect_uris": (CALLBACK,),
            "id_token_signed_response_alg": self.algorithm,
        }
        client = OidcClient.model_validate(settings)
        party = OidcParty(client, Bilingual(sv="Läs", en="Read"), None, "requested", "client-secret")
        clients = Clients([party], state)
        own, second = (TokenKeys(SchoolKeys.load_or_make(self.folder / name, name, NOW)) for name in ("own", "second"))
        keys = Keyring(own, Rollover(state), Second(SECOND, second))
        found = clients.find("reading")
        assert found is not None
        self.client, self.keys = found, own
        self.forger = Forger(ISSUER, clients, keys, _Two(), Grants(state), self, lambda: NOW)  # type: ignore[arg-type]

    def take(self, _: str, __: str) -> Ordered | None:
        waiting, self.waiting = self.waiting, None
        return waiting

    def tell(self, made: Made) -> None:
        self.made.append(made)

    def forged(self, forgery: Forgery) -> str:
        """The message as it goes out."""
        ready = fitted(forgery, 60, "http://listener.test/x")
        self.forger.check("reading", ready)
        self.waiting = Ordered("reading", ready)
        match ready:
            case TokenForgery(message="id-token"):
                self._token(self._id_token, "JWT")
            case TokenForgery():
                self._token(_logout_token, "logout+jwt")
            case AnswerForgery():
                self._answer()
            case _:
                self._json(ready)
        return self.made[-1].document

    def valid(self, forgery: Forgery) -> str:
        """What the message would be that the forgery spoils."""
        kinds = {"members": (), "header": (), "claims": (), "key": "school", "other": False, "at_once": False}
        plain = {name: value for name, value in kinds.items() if name in type(forgery).model_fields}
        return self.forged(forgery.model_copy(update=plain))

    def is_signed(self, token: str) -> bool:
        """By the school's key and the registered algorithm, whatever the header says of the key."""
        octets, _, signature = token.rpartition(".")
        header = json.loads(base64.urlsafe_b64decode(octets.partition(".")[0] + "=="))
        if header.get("alg") != self.algorithm:
            return False
        key = self.keys.signing(self.algorithm, "before").private_key.public_key()  # type: ignore[arg-type]
        raw = base64.urlsafe_b64decode(signature + "==")
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(raw, octets.encode(), padding.PKCS1v15(), hashes.SHA256())
            else:
                half = len(raw) // 2
                encoded = encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))
                key.verify(encoded, octets.encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    def _token(self, claims: object, typ: str) -> None:
        occasion = self.forger.asked(self.client, "id-token", OWN)
        assert occasion is not None
        self.forger.token(occasion, self.client, claims(occasion), typ)  # type: ignore[operator]

    def _id_token(self, occasion: Occasion) -> dict[str, object]:
        grant, now = occasion.of_token(OWN), int(NOW.timestamp())
        return {
            "iss": ISSUER,
            "sub": grant.sub,
            "aud": "reading",
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "acr": "acr",
            "sid": "sid-1",
            "at_hash": f"of-{occasion.of_access(OWN).sub}",
            "nonce": "nOnCe-1",
        }

    def _answer(self) -> None:
        occasion = self.forger.asked(self.client, "authorization", OWN)
        assert occasion is not None
        honest = {"code": "code-1", "state": "state-1", "iss": ISSUER}
        self.forger.sent(
            occasion, urlencode(self.forger.fields(occasion, self.client, honest, Code(OWN, CALLBACK, "c", "n")))
        )

    def _json(self, forgery: JsonForgery) -> None:
        if forgery.message in ("discovery", "jwks"):
            occasion = self.forger.asked_of_anyone(forgery.message)
            assert occasion is not None
            self.forger.json(occasion, None, self._document(forgery.message), fetched=True)
            return
        occasion = self.forger.asked(self.client, forgery.message, OWN)
        assert occasion is not None
        theirs = occasion.of_access(OWN)
        honest: dict[str, object] = json.loads(theirs.userinfo or '{"email": "own@skola.test", "sub": "own-name"}')
        if forgery.message == "token-answer":
            honest = {
                "access_token": f"of-{theirs.sub}",
                "token_type": "Bearer",
                "expires_in": 600,
                "id_token": "e30.e30.e30",
            }
        self.forger.json(occasion, self.client, honest)  # type: ignore[arg-type]

    def _document(self, message: str) -> dict[str, object]:
        if message == "jwks":
            return {"keys": [dict(signer.public) for signer in self.keys.published("before")]}
        names = ("jwks_uri", "token_endpoint", "userinfo_endpoint")
        return {"issuer": ISSUER, **{name: f"{ISSUER}/{name}" for name in names}}


class _Two:
    """Speaks of two persons, always the same."""

    def spoken(self, _: object, grant: Grant) -> Spoken:
        return Spoken(grant, SAID)

    def other(self, _: object, grant: Grant, __: str) -> Spoken:
        userinfo = json.dumps({"email": "other@skola.test", "sub": "other-name"})
        return Spoken(replace(grant, person="larare-1", sub="other-name", userinfo=userinfo), OF_OTHER)


def _logout_token(occasion: Occasion) -> dict[str, object]:
    now = int(NOW.timestamp())
    return {
        "iss": ISSUER,
        "sub": occasion.of_token(OWN).sub,
        "aud": "reading",
        "iat": now,
        "exp": now + 120,
        "jti": "jti-1",
        "events": {BACK_CHANNEL_LOGOUT: {}},
        "sid": "sid-1",
    }
