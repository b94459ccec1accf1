"""A token service, its federation, and an API that takes its tokens, all in this process."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import trustme
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from idp.federated_tls.app import PATH, MachineRegistry
from idp.federated_tls.pins import Peer, peer_of
from idp.federated_tls.publishing import Publisher
from idp.federated_tls.source import MachineSource
from idp.federated_tls.verifying import FederationKey
from idp.keys import SigningKey
from idp.oidc.jose import Signer, signer_of
from idp.token_service.app import TokenService, TokenServiceConfig
from idp.token_service.asking import Access
from idp.token_service.bearer import BearerTokens, TokenTrust
from idp.token_service.callers import TokenClient, certificate_digest
from testbed.model.federated_tls import Endpoint, Entity, Issuer, Machines, Pin, Shown

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
AUTH, FEDERATION = "https://auth.skola.test", "https://machines.federation.test"
API, OTHER_API = "https://api.skola.test/v2.0", "https://api.granne.test/v2.0"
VENDOR, NAMELESS, LONER = "https://lasning.test", "https://utan-nummer.test", "https://ensam.test"


def access(*locations: str, kind: str = "ss12000-api") -> dict[str, Any]:
    return {"type": kind, "locations": list(locations or (API,))}


def asking(key: Any = VENDOR, *accesses: dict[str, Any]) -> dict[str, Any]:
    token = {"access": list(accesses or (access(),)), "flags": ["bearer"]}
    return {"access_token": [token], "client": {"key": key}}


class Showing:
    """Puts what a caller has shown before an app."""

    def __init__(self, app: Any, pem: str | None) -> None:
        self._app, self._pem = app, pem

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        shown = Shown((self._pem,) if self._pem else ())
        await self._app({**scope, "extensions": {"tls": shown.extension()}}, receive, send)


@dataclass
class Lab:
    """Everything, and a clock that a test sets."""

    now: dt.datetime = NOW
    federation_answers: httpx.Response | None = None
    keys_answer: httpx.Response | Exception | None = None
    asked_for_keys: int = 0
    pems: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        authority = trustme.CA()
        for name in (VENDOR, NAMELESS, LONER, "stranger"):
            self.pems[name] = authority.issue_cert("x.test").cert_chain_pems[0].bytes().decode()
        self.federation_key, self.first, self.second = (self.signer() for _ in range(3))
        numbers = {VENDOR: "SE5560000001", NAMELESS: None}
        issuer = Issuer(x509certificate=authority.cert_pem.bytes().decode())
        entities = tuple(
            Entity(
                entity_id=name,
                organization_id=number,
                issuers=(issuer,),
                clients=(Endpoint(pins=(Pin(digest=self.peer(name).digest),)),),
            )
            for name, number in numbers.items()
        )
        publisher = Publisher(FEDERATION, self.federation_key)
        self.registry = MachineRegistry(publisher, Machines(cache_ttl=60, entities=entities), lambda: self.now)
        may = (Access(type="ss12000-api", locations=(API, f"{API}/more")),)
        clients = (
            TokenClient(VENDOR, may),
            TokenClient(NAMELESS, may),
            TokenClient(LONER, may, certificate_digest(self.peer(LONER)), "SE5560000002"),
        )
        source = MachineSource(
            f"{FEDERATION}{PATH}",
            FederationKey.of(FEDERATION, dict(self.federation_key.public)),
            httpx.AsyncClient(transport=httpx.MockTransport(self._federation)),
        )
        self.config = TokenServiceConfig(AUTH, "nutid", clients)
        self.source = source
        self.service = TokenService(self.config, (self.first,), source, lambda: self.now)
        self.trust = TokenTrust(AUTH, self.config.jwks_url, "nutid", API)
        self.bearer = BearerTokens(self.trust, httpx.AsyncClient(transport=httpx.MockTransport(self._keys)))

    @staticmethod
    def signer() -> Signer:
        own = ec.generate_private_key(ec.SECP256R1())
        return signer_of(SigningKey(own, b"", trustme.CA()._certificate))

    def peer(self, name: str) -> Peer:
        peer = peer_of({"extensions": {"tls": Shown((self.pems[name],)).extension()}})
        assert peer is not None
        return peer

    async def ask(self, body: Any, shows: str | None = VENDOR, **more: Any) -> httpx.Response:
        app = Showing(self.service.app, self.pems[shows] if shows else None)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:
            sent = {"content": body} if isinstance(body, bytes) else {"json": body}
            return await http.post(f"{AUTH}/transaction", **(sent | more))

    async def token(self, *accesses: dict[str, Any], key: Any = VENDOR, shows: str = VENDOR) -> str:
        answer = await self.ask(asking(key, *accesses), shows)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"]["value"])

    def roll(self, *signers: Signer) -> None:
        """The service signs with the first of these and publishes all."""
        self.service = TokenService(self.config, signers, self.source, lambda: self.now)

    def signed(self, header: Mapping[str, Any] | None = None, signer: Signer | None = None, **claims: Any) -> str:
        """A token that another library makes; a claim of None is left out."""
        now, signer = int(self.now.timestamp()), signer or self.first
        stated = {
            "aud": "nutid",
            "auth_source": "tlsfed",
            "entity_id": VENDOR,
            "exp": now + 600,
            "iat": now,
            "nbf": now,
            "iss": AUTH,
            "organization_id": "SE5560000001",
            "requested_access": [access()],
            "source": FEDERATION,
            "version": 1,
        } | claims
        stated = {name: value for name, value in stated.items() if value is not None}
        key = ECKey.import_key(signer.key.prepared_key)
        return jwt.encode({"alg": "ES256", "kid": signer.kid, **(header or {})}, stated, key)

    async def _federation(self, request: httpx.Request) -> httpx.Response:
        return self.federation_answers or await httpx.ASGITransport(self.registry.app).handle_async_request(request)

    async def _keys(self, request: httpx.Request) -> httpx.Response:
        self.asked_for_keys += 1
        if isinstance(self.keys_answer, Exception):
            raise self.keys_answer
        return self.keys_answer or await httpx.ASGITransport(self.service.app).handle_async_request(request)
