"""What is published and signed for a vendor under test: those that judge well trust none of what nobody may trust."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import httpx
import pytest

from idp.federated_tls.refused import Untrusted
from idp.federated_tls.verifying import FederationKey, verified_machines
from idp.token_service.app import JWKS
from idp.token_service.bearer import BearerTokens, TokenTrust
from idp.token_service.refused import TokenRefused
from testbed.lab.home import LabHome
from testbed.lab.places import AUDIENCE
from testbed.lab.tried_callers import TriedCallers, members
from testbed.lab.tried_register import SHORT_LIVED, TriedRegister
from testbed.lab.tried_tokens import TriedTokens
from testbed.model.exchange_case import Publication, Token

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ISSUER, API = "https://register.test", "https://data-api.test"
OWN = "https://own.test"
FORGED = {
    "bad-signature": "signature-not-good",
    "other-key": "signature-not-good",
    "other-kid": "key-not-known",
    "no-algorithm": "not-readable",
    "other-issuer": "issuer-other",
    "expired": "expired",
}
PUBLICATIONS: tuple[Publication, ...] = get_args(Publication.__value__)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> LabHome:
    return LabHome.open(tmp_path_factory.mktemp("tried") / "home")


@pytest.fixture(scope="module")
def register(home: LabHome) -> TriedRegister:
    machines, pins = members(TriedCallers(home), {"own": OWN, "other": "https://other.test"})
    return TriedRegister(home, ISSUER, machines, pins, lambda: NOW)


@pytest.mark.parametrize("what", PUBLICATIONS)
def test_a_publication_is_what_it_is_called(home: LabHome, register: TriedRegister, what: Publication) -> None:
    callers, key = TriedCallers(home), FederationKey.of(ISSUER, dict(register.key))
    register.publish(what)
    document = register.document()
    if what == "gone":
        assert document is None
        return
    assert document is not None
    if what in FORGED:
        with pytest.raises(Untrusted) as wrong:
            verified_machines(document, key, NOW)
        assert wrong.value.code == FORGED[what]
        return
    entity = verified_machines(document, key, NOW).machines.find(OWN)
    assert entity is not None
    assert (callers.pin("stranger") in entity.client_digests) == (what == "new-pin")
    assert (callers.pin("own") in entity.client_digests) == (what != "without-pin")
    if what == "short-lived":
        with pytest.raises(Untrusted, match="expired"):
            verified_machines(document, key, NOW + SHORT_LIVED + timedelta(seconds=1))


def test_only_those_in_the_register_have_a_pin_in_it(home: LabHome) -> None:
    callers = TriedCallers(home)
    pins = {callers.pin(by) for by in ("own", "other", "stranger", "same-name", "foreign-issuer")}
    assert len(pins) == 5
    assert callers.credential("nobody") is None
    own, same, foreign = (callers.certificate(by) for by in ("own", "same-name", "foreign-issuer"))
    assert own is not None
    assert same is not None
    assert foreign is not None
    assert own.subject.rfc4514_string() == same.subject.rfc4514_string()
    assert own.issuer == same.issuer != foreign.issuer


TOKENS: dict[str, tuple[Token, str]] = {
    "no-end": (Token(claims={"exp": None}), "claims-not-valid"),
    "expired": (Token(claims={"exp": int(NOW.timestamp()) - 600}), "expired"),
    "other-audience": (Token(claims={"aud": "other"}), "audience-other"),
    "other-issuer": (Token(claims={"iss": "https://other.test"}), "issuer-other"),
    "other-school": (Token(claims={"requested_access": []}), "access-not-granted"),
    "unsigned": (Token(signed="nobody"), "not-readable"),
    "other-key": (Token(signed="other-key"), "signature-not-good"),
    "brings-its-key": (Token(signed="brings-its-key"), "key-not-known"),
    "key-confusion": (Token(signed="public-key-as-secret"), "not-readable"),
}


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["good", *TOKENS])
async def test_a_token_is_wrong_in_one_thing(home: LabHome, name: str) -> None:
    tokens = TriedTokens(home, ISSUER, API, lambda: NOW)
    trust = TokenTrust(ISSUER, f"{ISSUER}{JWKS}", AUDIENCE, API)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(tokens.app)) as http:
        api = BearerTokens(trust, http)
        if name == "good":
            granted = await api.check(f"Bearer {tokens.made(OWN, None)}", NOW)
            assert granted.entity_id == OWN
            return
        change, code = TOKENS[name]
        with pytest.raises(TokenRefused, match=code):
            await api.check(f"Bearer {tokens.made(OWN, change)}", NOW)


def test_what_belongs_to_nobody_lies_in_the_lab_home_alone(home: LabHome) -> None:
    assert {path.stat().st_mode & 0o077 for path in Path(home.path).rglob("*.pem") if "key" in path.read_text()} <= {0}
