"""A school with vendors of OpenID Connect, a browser, and a vendor's server, all in this process."""

import base64
import datetime as dt
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from idp.app import School, SchoolConfig
from idp.config import OidcParty
from idp.keys import SchoolKeys
from testbed.model.written import Agreement, Bilingual, OidcClient, Person

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SCHOOL = "https://idp.skola.test"
TOKEN = "control-token"
SECRET = "s%c:r t+ÅÄÖ"
CALLBACK = "https://lasning.test/oidc/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ALL = ("openid", "profile", "email", "school", "eduperson", "civic", "offline_access")
NUMBERS = count()


def party(client_id: str, agreement: Agreement | None, **changes: Any) -> OidcParty:
    """A vendor; ``secret`` and ``name`` go to the party, all else to the client."""
    secret, name = changes.pop("secret", SECRET), changes.pop("name", "Läsappen")
    settings = {"client_id": client_id, "redirect_uris": (CALLBACK,), "scopes": ALL} | changes
    return OidcParty(OidcClient.model_validate(settings), Bilingual(sv=name, en=name), agreement, "agreement", secret)


@dataclass
class OidcLab:
    """Everything that a test of the endpoints needs."""

    schools: list[School]
    browser: httpx.AsyncClient
    control: httpx.AsyncClient
    posted: list[tuple[str, dict[str, str]]]
    answers: dict[str, httpx.Response]
    fetched: list[str] = field(default_factory=list)
    now: dt.datetime = NOW

    def query(self, client_id: str = "reading", **changes: Any) -> str:
        """A request; None takes a parameter out."""
        fields = {
            "client_id": client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "state": "st&te",
            "nonce": "n-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changes
        return urlencode({name: value for name, value in fields.items() if value is not None})

    async def ask(self, client_id: str = "reading", **changes: Any) -> httpx.Response:
        """Send a request; the login page, or whatever comes in its place, without leaving the school."""
        answer = await self.browser.get(f"/oidc/authorize?{self.query(client_id, **changes)}")
        return await self.within(answer)

    async def within(self, answer: httpx.Response) -> httpx.Response:
        """Follow redirects as long as they stay at the school."""
        while answer.status_code == 303 and answer.headers["location"].startswith("/"):
            answer = await self.browser.get(answer.headers["location"])
        return answer

    async def choose(self, page: httpx.Response, person: str = "elev-1") -> httpx.Response:
        """Log in on the login page as this person."""
        key = re.search(r'name="key" value="([^"]*)"', page.text)
        assert key, page.text
        return await self.browser.post("/login", data={"key": unescape(key[1]), "person": person})

    async def log_in(self, client_id: str = "reading", person: str = "elev-1", **changes: Any) -> dict[str, str]:
        """The parameters that come back to the vendor."""
        page = await self.ask(client_id, **changes)
        return self.returned(page if page.status_code == 303 else await self.choose(page, person))

    def returned(self, answer: httpx.Response) -> dict[str, str]:
        """What a redirect to the vendor carries."""
        assert answer.status_code == 303, answer.text
        location = answer.headers["location"]
        assert location.startswith(("https://lasning.test/", "https://annan.test/")), location
        return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}

    async def token(self, data: dict[str, str], *, client_id: str = "reading", auth: Any = True) -> httpx.Response:
        """Call the token endpoint, with client_secret_basic unless told otherwise."""
        return await self.post("/oidc/token", data, client_id=client_id, auth=auth)

    async def post(self, path: str, data: dict[str, str] | str, *, client_id: str = "reading", auth: Any = True) -> Any:
        """Call an endpoint as a vendor's server."""
        headers = {"authorization": basic(client_id, SECRET)} if auth is True else auth or {}
        if isinstance(data, str):
            kind = {"content-type": "application/x-www-form-urlencoded"}
            return await self.browser.post(path, content=data, headers=headers | kind)
        return await self.browser.post(path, data=data, headers=headers)

    async def redeem(self, code: str, *, client_id: str = "reading", auth: Any = True, **changes: str) -> Any:
        """Call the token endpoint with a code."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        } | changes
        return await self.token(fields, client_id=client_id, auth=auth)

    async def tokens(self, client_id: str = "reading", person: str = "elev-1", **changes: Any) -> dict[str, Any]:
        """A whole login: the answer of the token endpoint."""
        back = await self.log_in(client_id, person, **changes)
        answer = await self.redeem(back["code"], client_id=client_id)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def refresh(self, token: str, **changes: str) -> httpx.Response:
        return await self.token({"grant_type": "refresh_token", "refresh_token": token} | changes)

    async def userinfo(self, access: str) -> httpx.Response:
        return await self.browser.get("/oidc/userinfo", headers={"authorization": f"Bearer {access}"})

    async def keys(self) -> KeySet:
        return KeySet.import_key_set((await self.browser.get("/oidc/jwks")).json())

    async def read(self, token: str) -> Any:
        """A token, verified by the published keys with another library than signed it."""
        return jwt.decode(token, await self.keys(), algorithms=["RS256", "ES256"])

    async def order(self, order: dict[str, Any]) -> None:
        answer = await self.control.post("/orders", json=order)
        assert answer.status_code == 200, answer.text


def basic(client_id: str, secret: str) -> str:
    """Encoded as in a form first (RFC 6749, 2.3.1)."""
    pair = urlencode({client_id: secret}).replace("=", ":", 1)
    return "Basic " + base64.b64encode(pair.encode()).decode()


@pytest.fixture(scope="session")
def vendor_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"})


@pytest.fixture(scope="session")
def vendor_ec_key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "ec-1"})


@pytest.fixture
def oidc_agreement(agreement: Agreement) -> Agreement:
    clause = agreement.data[0].model_copy(
        update={"subjects": ("pupil", "teacher"), "optional": ("givenName", "displayName", "mail")}
    )
    return agreement.model_copy(update={"data": (clause,)})


@pytest.fixture
def parties(oidc_agreement: Agreement) -> tuple[OidcParty, ...]:
    other = "https://annan.test/oidc/callback"
    return (
        party(
            "reading",
            oidc_agreement,
            post_logout_redirect_uris=("https://lasning.test/oidc/logged-out",),
            backchannel_logout_uri="https://lasning.test/oidc/backchannel-logout",
        ),
        party("posting", oidc_agreement, token_endpoint_auth_method="client_secret_post"),
        party("public", oidc_agreement, token_endpoint_auth_method="none", secret=""),
        party(
            "key",
            oidc_agreement,
            token_endpoint_auth_method="private_key_jwt",
            jwks_uri="https://lasning.test/jwks.json",
            secret="",
        ),
        party("elliptic", oidc_agreement, id_token_signed_response_alg="ES256"),
        party(
            "other",
            None,
            redirect_uris=(other,),
            name="Annan tjänst",
            frontchannel_logout_uri="https://annan.test/oidc/frontchannel-logout?x=1",
        ),
        party("shared", None, subject_type="public"),
        party("narrow", None, scopes=("openid",)),
    )


type OpenOidc = Callable[..., Any]


@pytest.fixture
def open_oidc(  # noqa: PLR0917 - fixtures
    keys: SchoolKeys,
    config: SchoolConfig,
    parties: tuple[OidcParty, ...],
    workers: int,
    tmp_path: Path,
    in_turn: Any,
    vendor: Any,
    vendor_key: RSAKey,
    vendor_ec_key: ECKey,
) -> OpenOidc:
    """Makes a lab; what it is given changes the school's configuration."""

    @asynccontextmanager
    async def opened(**changes: Any) -> AsyncIterator[OidcLab]:
        posted: list[tuple[str, dict[str, str]]] = []
        fetched: list[str] = []
        jwks = {"keys": [vendor_key.as_dict(private=False), vendor_ec_key.as_dict(private=False)]}
        answers = {
            "https://lasning.test/jwks.json": httpx.Response(200, json=jwks),
            "https://lasning.test/saml/metadata": httpx.Response(200, content=vendor.metadata()),
            "https://lasning.test/oidc/backchannel-logout": httpx.Response(204),
        }

        def answer(request: httpx.Request) -> httpx.Response:
            url = str(request.url)
            fetched.append(url)
            if request.method == "POST":
                fields = parse_qs(request.content.decode())
                posted.append((url, {name: values[0] for name, values in fields.items()}))
            return answers.get(url, httpx.Response(404))

        state = tmp_path / "state" / f"{next(NUMBERS)}.sqlite" if workers > 1 else None
        shared = replace(config, **({"clients": parties, "state": state} | changes))
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            schools = [School(shared, keys, http, lambda: lab.now) for _ in range(workers)]
            transport = httpx.ASGITransport(in_turn([one.app for one in schools]))
            control = httpx.ASGITransport(in_turn([one.control for one in schools]))
            bearer = {"Authorization": f"Bearer {TOKEN}"}
            async with (
                httpx.AsyncClient(transport=transport, base_url=SCHOOL) as browser,
                httpx.AsyncClient(transport=control, base_url="http://control.localhost", headers=bearer) as controller,
            ):
                lab = OidcLab(schools, browser, controller, posted, answers, fetched)
                yield lab

    return opened


@pytest.fixture
async def oidc(open_oidc: OpenOidc) -> AsyncIterator[OidcLab]:
    async with open_oidc() as lab:
        yield lab


@pytest.fixture
def make_basic() -> Callable[[str, str], str]:
    return basic


@pytest.fixture
def make_party() -> Callable[..., OidcParty]:
    return party


@pytest.fixture
def claims_parameter() -> Callable[..., str]:
    """The parameter of that name, from its two members."""

    def made(userinfo: Any = None, id_token: Any = None) -> str:
        return json.dumps({"userinfo": userinfo, "id_token": id_token})

    return made


@pytest.fixture
def pupil(people: dict[str, Person]) -> Person:
    return people["elev-1"]
