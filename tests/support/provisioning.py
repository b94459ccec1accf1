"""Two schools, a test platform that they send rosters, a federation and a token service, all in this process."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey

from idp.federated_tls.app import PATH, MachineRegistry
from idp.federated_tls.pins import pin_of
from idp.federated_tls.publishing import Publisher
from idp.federated_tls.source import MachineSource
from idp.federated_tls.verifying import FederationKey
from idp.keys import SigningKey
from idp.oidc.jose import Signer, signer_of
from idp.token_service.app import TokenService, TokenServiceConfig
from idp.token_service.asking import PROVISIONING_TYPE, Access
from idp.token_service.callers import TokenClient
from sp_mocks.app import VendorConfig, VendorService
from sp_mocks.config import ReceivingPlace
from sp_mocks.federated_tls import MachinesPlace
from testbed.model.federated_tls import Endpoint, Entity, Issuer, Machines, Pin, Shown

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
AUTH, FEDERATION = "https://auth.federation.test", "https://machines.federation.test"
HOST = "https://provplattformen.test"
API = f"{HOST}/provisioning/v1"
SKOLA, GRANNE, STRANGER = "https://api.skola.test", "https://api.granne.test", "https://framling.test"
NUMBERS = {SKOLA: "SE2120000000", GRANNE: "SE2120000002", STRANGER: "SE2120000009"}
MATHS_6 = "b229977a-7bd3-58ad-b7a2-3fdc774840fd"
"""As Skolverket publishes it for GRGRMAT01_6."""

type Tamper = Callable[[httpx.Request], httpx.Response | None]


class Showing:
    """Puts what a caller has shown before an app."""

    def __init__(self, app: Any, pem: str | None) -> None:
        self._app, self._pem = app, pem

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        shown = Shown((self._pem,) if self._pem else ())
        await self._app({**scope, "extensions": {"tls": shown.extension()}}, receive, send)


@dataclass
class Network(httpx.AsyncBaseTransport):
    """One caller's way to every host; a test may answer in their place, or cut the line."""

    lab: "Platform"
    caller: str | None
    sent: list[httpx.Request] = field(default_factory=list)
    tamper: Tamper | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        await request.aread()
        if self.tamper is not None and (answer := self.tamper(request)) is not None:
            # NOTE: one answer may stand for many, and each is read as it comes.
            return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream)
        pem = self.lab.pems[self.caller] if self.caller else None
        app = self.lab.apps[request.url.host]
        return await httpx.ASGITransport(Showing(app, pem)).handle_async_request(request)


@dataclass
class Platform:
    """Everything, and a clock that a test sets."""

    fault: str | None = None
    now: dt.datetime = NOW
    pems: dict[str, str] = field(default_factory=dict, repr=False)
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        authority = trustme.CA()
        for name in (*NUMBERS, "unknown"):
            leaf = authority.issue_cert("x.test")
            self.pems[name] = leaf.cert_chain_pems[0].bytes().decode()
        issuer = Issuer(x509certificate=authority.cert_pem.bytes().decode())
        self.members = {
            name: Entity(
                entity_id=name,
                organization_id=number,
                issuers=(issuer,),
                clients=(Endpoint(pins=(Pin(digest=self.pin(name)),)),),
            )
            for name, number in NUMBERS.items()
        }
        server = Endpoint(tags=("gnapv1",), base_uri=API, pins=(Pin(digest=self.pin("unknown")),))
        self.members[HOST] = Entity(entity_id=HOST, issuers=(issuer,), servers=(server,))
        self.key = ec.generate_private_key(ec.SECP256R1())
        federation_signer, self.signer = _signer(ec.generate_private_key(ec.SECP256R1())), _signer(self.key)
        self.federation = federation_signer.public
        machines = Machines(cache_ttl=60, entities=tuple(self.members.values()))
        self.registry = MachineRegistry(Publisher(FEDERATION, federation_signer), machines, self.clock)
        self.apps: dict[str, Any] = {"machines.federation.test": self.registry.app}
        source = MachineSource(
            f"{FEDERATION}{PATH}", FederationKey.of(FEDERATION, dict(federation_signer.public)), self.http(None)
        )
        may = (Access(type=PROVISIONING_TYPE, locations=(API, f"{HOST}/other")),)
        config = TokenServiceConfig(AUTH, "nutid", tuple(TokenClient(name, may) for name in NUMBERS))
        self.apps["auth.federation.test"] = TokenService(config, (self.signer,), source, self.clock).app
        place = ReceivingPlace(
            entity_id=HOST,
            base_url=API,
            machines=MachinesPlace(f"{FEDERATION}{PATH}", FEDERATION, dict(federation_signer.public)),
            schools=(SKOLA, GRANNE),
            token_issuer=AUTH,
            token_jwks_url=config.jwks_url,
            token_audience="nutid",
        )
        vendor = VendorConfig(
            vendor_id="test-platform",
            name="Provplattformen",
            base_url=HOST,
            hosts=("provplattformen.test",),
            profile="test-platform",
            fault=self.fault,
            idp_entity_id="",
            idp_metadata_url="",
            receiving=place,
        )
        self.vendor = VendorService(vendor, None, self.http(None), self.clock)
        self.apps["provplattformen.test"] = self.vendor.app

    def clock(self) -> dt.datetime:
        return self.now

    def pin(self, name: str) -> str:
        return pin_of(x509.load_pem_x509_certificate(self.pems[name].encode()))

    def network(self, caller: str | None) -> Network:
        return Network(self, caller)

    def http(self, caller: str | None) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=self.network(caller))

    async def sleep(self, seconds: float) -> None:
        """Time passes at once."""
        self.waits.append(seconds)
        self.now += dt.timedelta(seconds=seconds)

    def token(self, entity: str = SKOLA, header: dict[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
        """A token as the service makes them, but for these claims; None leaves one out. Signed by another library."""
        issued = int(self.now.timestamp())
        said = {
            "aud": "nutid",
            "entity_id": entity,
            "exp": issued + 36_000,
            "iat": issued,
            "nbf": issued,
            "iss": AUTH,
            "organization_id": NUMBERS.get(entity, "SE0"),
            "requested_access": [{"type": PROVISIONING_TYPE, "locations": [API]}],
        } | claims
        pem = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        stated = {"alg": "ES256", "kid": self.signer.public["kid"]} | (header or {})
        payload = json.dumps({name: value for name, value in said.items() if value is not None})
        return jws.serialize_compact(stated, payload, key or ECKey.import_key(pem), [str(stated["alg"])])

    async def call(
        self, method: str, path: str, body: Any = None, *, school: str = SKOLA, shows: str | None = "", **more: Any
    ) -> httpx.Response:
        """One request of a school with a good token, and the key of whoever ``shows`` names: its own by default."""
        headers = {"Authorization": f"Bearer {more.pop('token', None) or self.token(school)}"} | more.pop("headers", {})
        sent = {} if body is None else {"content": body} if isinstance(body, bytes) else {"json": body}
        if isinstance(body, bytes):
            headers["Content-Type"] = "application/json"
        async with self.http(school if shows == "" else shows) as http:
            # NOTE: a second later everybody may ask again.
            self.now += dt.timedelta(seconds=more.pop("later_s", 1))
            return await http.request(method, f"{API}{path}", headers=headers, **sent, **more)

    async def job(self, method: str, path: str, data: list[Any], school: str = SKOLA, **more: Any) -> list[Any]:
        """Send these and wait; what became of each."""
        accepted = await self.call(method, path, {"data": data}, school=school, **more)
        assert accepted.status_code == 202, accepted.text
        where = accepted.headers["Location"].removeprefix(API)
        while not (await self.call("GET", f"{where}/isCompleted", school=school)).json():
            pass
        answer = await self.call("GET", where, school=school)
        assert answer.status_code == 200, answer.text
        assert answer.json()["jobId"] == accepted.json()["jobId"]
        responses: list[Any] = answer.json()["responses"]
        return responses

    async def page(self, path: str) -> httpx.Response:
        async with self.http(None) as http:
            return await http.get(f"{HOST}{path}")


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def person(number: int, **changes: Any) -> dict[str, Any]:
    """A pupil."""
    return {
        "id": uuid(number),
        "givenName": "Nurul",
        "familyName": "Tanud",
        "eduPersonPrincipalNames": [f"qwxyz{number}@skola.test"],
        "civicNo": {"value": "201401012384", "nationality": "SE"},
        "enrolments": [{"enroledAt": {"id": uuid(900)}, "schoolYear": 6, "schoolType": "GR"}],
    } | changes


def teacher(number: int, **changes: Any) -> dict[str, Any]:
    mails = [{"value": f"larare{number}@skola.test", "type": "Skola personal"}]
    return {**person(number), "enrolments": [], "emails": mails} | changes


def duty(number: int, of: int) -> dict[str, Any]:
    return {"id": uuid(number), "person": {"id": uuid(of)}, "dutyAt": {"id": uuid(900)}, "dutyRole": "Lärare"}


def group(number: int, *members: int) -> dict[str, Any]:
    return {
        "id": uuid(number),
        "displayName": "6A",
        "groupType": "Klass",
        "schoolType": "GR",
        "organisation": {"id": uuid(900)},
        "groupMemberships": [{"person": {"id": uuid(one)}} for one in members],
    }


def activity(number: int, groups: tuple[int, ...], duties: tuple[int, ...]) -> dict[str, Any]:
    return {
        "id": uuid(number),
        "displayName": "Matematik 6A",
        "activityType": "Undervisning",
        "groups": [{"id": uuid(one)} for one in groups],
        "teachers": [{"duty": {"id": uuid(one)}} for one in duties],
        "organisation": {"id": uuid(900)},
        "parentActivity": {"id": MATHS_6},
    }


def _signer(key: ec.EllipticCurvePrivateKey) -> Signer:
    return signer_of(SigningKey(key, b"", trustme.CA()._certificate))
