"""A school that says and signs whatever a test wants by OpenID Connect, a vendor, and a browser in front of it."""

import base64
import copy
import datetime as dt
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from sp_mocks.app import VendorConfig, VendorService
from sp_mocks.oidc.keys import ClientKeys
from sp_mocks.oidc.profiles import OIDC_PROFILES
from testbed.model.written import OidcClient

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
ISSUER = "https://idp.skola.test"
BASE = "https://rakneresan.test"
CLIENT = "maths-app"
SUB = "u7q2-pupil"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
type Json = dict[str, Any]
type Answer = Callable[[httpx.Request], httpx.Response]
FITTING: Mapping[str, Json] = {
    "maths-app": {"https://id.testbed.example/claims/school_unit_code": ["00001101"]},
    "news-for-schools": {"name": "Åsa Öster", "email": "asa@skola.test"},
    "guardian-messages": {"https://id.testbed.example/claims/legal_guardian_for": ["barn@skola.test"]},
    "listening-service": {"https://id.testbed.example/claims/school_unit_code": ["00001101"], "given_name": "Åsa"},
    "swimming-lessons": {
        "name": "Åsa Öster",
        "email": "asa@skola.test",
        "birthdate": "2015-03-02",
        "https://id.testbed.example/claims/school_unit_code": ["00001101"],
        "https://id.testbed.example/claims/school_grade": "3",
    },
    "school-library": {"name": "Åsa Öster", "https://id.testbed.example/claims/school_unit_code": ["00001101"]},
}
"""What the school tells each kind of vendor by userinfo."""


def seconds(after: float = 0) -> int:
    return int((NOW + dt.timedelta(seconds=after)).timestamp())


def half_hash(token: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()


def b64(value: bytes | Json) -> str:
    octets = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def signed(claims: Json | bytes, key: RSAKey | ECKey, **header: Any) -> str:
    """A token made by another library than the one that reads it; honest until a test changes its header."""
    algorithm = "RS256" if isinstance(key, RSAKey) else "ES256"
    stated = {"alg": algorithm, "kid": key.kid, "typ": "JWT", **header}
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    stated = {name: value for name, value in stated.items() if value is not None}
    protected = b64(stated)
    if stated["alg"] == algorithm and not {"crit", "b64"} & stated.keys():
        return jws.serialize_compact(stated, payload, key, algorithms=[algorithm])
    whole = jws.serialize_compact({"alg": algorithm}, b"x", key, algorithms=[algorithm])
    return f"{protected}.{b64(payload)}.{whole.rpartition('.')[2]}"


@dataclass
class MockProvider:
    """Answers a vendor's server; each answer is honest until a test changes it."""

    rsa: RSAKey
    ec: ECKey
    stranger: RSAKey
    now: Callable[[], dt.datetime]
    userinfo: Json
    nonce: str = ""
    calls: list[httpx.Request] = field(default_factory=list)
    discovery: Json = field(default_factory=dict)
    """Members that are otherwise than usual; None takes one out."""
    jwks: Json | None = None
    id_token: Json = field(default_factory=dict)
    """Claims that are otherwise than usual; None takes one out."""
    header: Json = field(default_factory=dict)
    token: str = ""
    """In place of the ID token."""
    key: RSAKey | ECKey | None = None
    """That signs in place of the usual one."""
    algorithm: str = "RS256"
    instead: dict[str, httpx.Response | Exception] = field(default_factory=dict)
    """By path: an answer of another kind."""
    tokens: Json = field(default_factory=dict)
    """Members of the token endpoint's answer that are otherwise than usual."""

    def published_keys(self) -> Json:
        if self.jwks is not None:
            return self.jwks
        return {"keys": [{**key.as_dict(private=False), "use": "sig"} for key in (self.rsa, self.ec)]}

    def document(self) -> Json:
        usual = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/oidc/authorize",
            "token_endpoint": f"{ISSUER}/oidc/token",
            "userinfo_endpoint": f"{ISSUER}/oidc/userinfo",
            "jwks_uri": f"{ISSUER}/oidc/jwks",
            "end_session_endpoint": f"{ISSUER}/oidc/logout",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        return _otherwise(usual, self.discovery)

    def make_id_token(self) -> str:
        if self.token:
            return self.token
        now = int(self.now().timestamp())
        usual = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": SUB,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": self.nonce,
            "sid": "session-1",
            "acr": "http://id.skolfederation.se/loa/2fa",
            "at_hash": half_hash("access-1"),
        }
        key = self.key or (self.rsa if self.algorithm == "RS256" else self.ec)
        return signed(_otherwise(usual, self.id_token), key, **self.header)

    def make_logout_token(self, changed: Json | None = None, **header: Any) -> str:
        now = int(self.now().timestamp())
        usual = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": SUB,
            "sid": "session-1",
            "iat": now,
            "exp": now + 120,
            "jti": "logout-1",
            "events": {EVENT: {}},
        }
        return signed(_otherwise(usual, changed or {}), self.rsa, **{"typ": "logout+jwt", **header})

    def reply(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request)
        path = request.url.path if request.url.host == "idp.skola.test" else f"//{request.url.host}"
        if path in self.instead:
            answer = self.instead[path]
            if isinstance(answer, Exception):
                raise answer
            return copy.copy(answer)
        match path:
            case "/.well-known/openid-configuration":
                return httpx.Response(200, json=self.document())
            case "/oidc/jwks":
                return httpx.Response(200, json=self.published_keys())
            case "/oidc/token":
                usual = {"access_token": "access-1", "token_type": "Bearer", "id_token": self.make_id_token()}
                return httpx.Response(200, json=_otherwise(usual, self.tokens))
            case "/oidc/userinfo":
                return httpx.Response(200, json={"sub": SUB, **self.userinfo})
            case _:
                return httpx.Response(502)

    def called(self, path: str) -> list[httpx.Request]:
        return [call for call in self.calls if call.url.path == path]


def _otherwise(usual: Json, changed: Json) -> Json:
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


@dataclass
class OpenVendor:
    """A vendor with a browser in front of it."""

    service: VendorService
    school: MockProvider
    browser: httpx.AsyncClient
    now: dt.datetime = NOW

    async def begin(self) -> dict[str, str]:
        """Begin a login; returns the fields of the request. The school answers with its nonce from now on."""
        answer = await self.browser.get("/login")
        assert answer.status_code == 302, answer.text
        query = parse_qs(urlsplit(answer.headers["location"]).query, strict_parsing=True)
        fields = {name: values[0] for name, values in query.items()}
        self.school.nonce = fields.get("nonce", "")
        return fields

    async def answer(
        self, state: str, browser: httpx.AsyncClient | None = None, **changed: str | None
    ) -> httpx.Response:
        """Bring the school's answer, honest until a test changes it."""
        fields = _otherwise({"code": "code-1", "state": state, "iss": ISSUER}, changed)
        return await (browser or self.browser).get("/oidc/callback", params=fields)

    async def log_in(self, **changed: str | None) -> httpx.Response:
        return await self.answer((await self.begin())["state"], **changed)

    async def who(self) -> str:
        """Who is logged in, as the probe shows it; "" for nobody."""
        page = await self.browser.get("/me")
        assert page.status_code == 200
        found = re.search(r"Inloggad som: <strong>([^<]*)</strong>", page.text)
        assert bool(found) != ("Ingen är inloggad" in page.text)
        return unescape(found[1]) if found else ""

    def another_browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.service.app), base_url=BASE)


def registered(profile: str, **changed: Any) -> OidcClient:
    """As a vendor of this kind is registered."""
    behaviour = OIDC_PROFILES[profile].behaviour
    usual: Json = {
        "client_id": CLIENT,
        "redirect_uris": [f"{BASE}/oidc/callback"],
        "scopes": [*behaviour.scopes, "civic"],
        "post_logout_redirect_uris": [f"{BASE}/oidc/logged-out"],
        "token_endpoint_auth_method": behaviour.authentication,
        "subject_type": behaviour.subject_type,
        "backchannel_logout_uri": f"{BASE}/oidc/backchannel-logout" if behaviour.back_channel else None,
        "frontchannel_logout_uri": f"{BASE}/oidc/frontchannel-logout" if behaviour.front_channel else None,
    }
    return OidcClient.model_validate({**usual, **changed})


@pytest.fixture(scope="session")
def keyring() -> tuple[RSAKey, ECKey, RSAKey]:
    return (
        RSAKey.generate_key(2048, {"kid": "rsa-1"}),
        ECKey.generate_key("P-256", {"kid": "ec-1"}),
        RSAKey.generate_key(2048, {"kid": "rsa-1"}),
    )


@pytest.fixture(scope="session")
def client_keys(tmp_path_factory: pytest.TempPathFactory) -> ClientKeys:
    return ClientKeys.load_or_make(tmp_path_factory.mktemp("client") / "keys")


@pytest.fixture
def oidc_config() -> VendorConfig:
    return VendorConfig(
        vendor_id="maths-app",
        name="Räkna & co",
        base_url=BASE,
        hosts=("rakneresan.test", "cdn.rakneresan.test", "utskick.rakneresan.test"),
        profile="maths-app",
        fault=None,
        idp_entity_id="",
        idp_metadata_url="",
        issuer=ISSUER,
        client=registered("maths-app"),
        client_secret="s3cret/ä+:%",
    )


@pytest.fixture
def open_vendor(
    keyring: tuple[RSAKey, ECKey, RSAKey], client_keys: ClientKeys, oidc_config: VendorConfig
) -> Callable[..., object]:
    """Opens a vendor of a profile, with at most one fault."""

    @asynccontextmanager
    async def opened(profile: str = "maths-app", fault: str | None = None, **changed: Any) -> AsyncIterator[OpenVendor]:
        config = replace(
            oidc_config, profile=profile, fault=fault, client=registered(profile, **changed), vendor_id=profile
        )
        algorithm = config.client.id_token_signed_response_alg if config.client else "RS256"
        school = MockProvider(*keyring, lambda: vendor.now, dict(FITTING[profile]), algorithm=algorithm)
        async with httpx.AsyncClient(transport=httpx.MockTransport(school.reply)) as http:
            service = VendorService(config, client_keys, http, lambda: vendor.now)
            transport = httpx.ASGITransport(service.app)
            async with httpx.AsyncClient(transport=transport, base_url=BASE) as browser:
                vendor = OpenVendor(service, school, browser)
                yield vendor

    return opened


@pytest.fixture
async def vendor(open_vendor: Callable[..., Any]) -> AsyncIterator[OpenVendor]:
    async with open_vendor() as opened:
        yield opened
