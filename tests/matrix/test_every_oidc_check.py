"""Every check of OpenID Connect is proven both ways: silent on a sound login, and heard when one fact is changed.

The login is written by hand and its tokens are signed by python-jose, which is not what judges them.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jose import jwk, jwt

import testbed.checks  # noqa: F401 - importing it registers every family of checks
from testbed.checks.core import registered, run_checks
from testbed.interception.recorded import Recorded
from testbed.model.messages import Malformed, Message
from testbed.model.oidc_messages import (
    AuthorizationAnswer,
    AuthorizationRequest,
    Claim,
    IdToken,
    KeySet,
    LogoutToken,
    OidcLogoutRequest,
    ProviderMetadata,
    RegistrationRequest,
    RequestedClaim,
    TokenAnswer,
    TokenRequest,
    UserinfoAnswer,
)
from testbed.model.release import Reason, ReleaseDecision, ReleaseRecord
from testbed.model.verdict import Evidence, Play, RunRecord, Verdict
from testbed.model.wire import BROWSER, Exchange, Pointer, Request, Response
from testbed.model.written import Agreement, Limits, Person, Scenario, Vendor
from testbed.runner.judge import Knowledge, judge
from testbed.runner.plan import Plan

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
IDP, APP, OTHER = "https://idp.skola.test", "https://app.test", "https://other.test"
FORM = ("content-type", "application/x-www-form-urlencoded")
JSON = (("content-type", "application/json"), ("cache-control", "no-store"))
HTML = (("content-type", "text/html; charset=utf-8"),)
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
TWO_FACTORS = "http://id.skolfederation.se/loa/2fa"
BASIC = "http://id.skolfederation.se/loa/bas"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
UNIT = "https://id.testbed.example/claims/school_unit_code"
PUPIL = Person(
    id="elev-0001",
    role="pupil",
    school_units=("12345678",),
    attributes={"mail": "ada@skola.test", "givenName": "Ada", "sisSchoolUnitCode": ("12345678",)},
)
SECOND = Person(id="elev-0002", role="pupil", attributes={"mail": "bo@skola.test"})
AGREEMENT = Agreement.model_validate(
    {
        "id": "app-2026",
        "controller": {"name": "Exempelkommun", "hosts": ["idp.skola.test"]},
        "processor": {"name": "App AB", "client_ids": ["app"], "hosts": ["app.test"]},
        "valid": {"from": "2026-01-01", "until": "2027-06-30"},
        "identifier": "pairwise",
        "data": [{"subjects": ["pupil"], "required": ["mail", "sisSchoolUnitCode"]}],
        "protected_identity": "withhold",
    }
)
SCENARIO = Scenario.model_validate(
    {
        "id": "login",
        "title": {"sv": "Inloggning", "en": "Login"},
        "flow": "login",
        "vendor": "app",
        "expect": {"login": "accepted", "receives": ["mail", "sisSchoolUnitCode"]},
    }
)


def vendor(name: str, base: str, agreement: str | None) -> Vendor:
    return Vendor.model_validate(
        {
            "id": name,
            "name": name,
            "protocol": "oidc",
            "client": {
                "client_id": name,
                "redirect_uris": [f"{base}/oidc/callback"],
                "scopes": ["openid", "email", "school"],
                "backchannel_logout_uri": f"{base}/oidc/backchannel-logout",
                "post_logout_redirect_uris": [f"{base}/oidc/logged-out"],
            },
            "login": f"{base}/login",
            "logout": f"{base}/logout",
            "probe": {"url": f"{base}/me"},
            "agreement": agreement,
        }
    )


class Key:
    """A key of the school's, as its owner and as everybody else sees it."""

    def __init__(self, kid: str) -> None:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = serialization.Encoding.PEM
        plain = serialization.NoEncryption()
        self._private = private.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain).decode()
        public = private.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        self.kid = kid
        self.public = {**jwk.construct(public, "RS256").to_dict(), "kid": kid, "use": "sig"}

    def sign(self, claims: Mapping[str, Any], **header: str) -> str:
        return str(jwt.encode(dict(claims), self._private, algorithm="RS256", headers={"kid": self.kid, **header}))


SCHOOL, STRANGER = Key("k1"), Key("k1")


def half(value: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(value.encode()).digest()[:16]).rstrip(b"=").decode()


@dataclass
class Journal:
    """Exchanges in the order of leaving."""

    exchanges: list[Exchange]
    play: str = ""

    def add(self, sender: str, request: Request, response: Response) -> None:
        number = len(self.exchanges) + 1
        at = NOW + timedelta(milliseconds=10 * number)
        self.exchanges.append(Exchange(number, self.play, sender, request.host, request, response, at, 1.0))

    def get(self, sender: str, url: str, response: Response, *headers: tuple[str, str]) -> None:
        self.add(sender, Request("GET", url, headers), response)

    def post(self, sender: str, url: str, form: Mapping[str, str], response: Response, *headers: Any) -> None:
        self.add(sender, Request("POST", url, (FORM, *headers), urlencode(form).encode()), response)


def to(url: str) -> Response:
    return Response(302, (("location", url),))


def says(value: object) -> Response:
    return Response(200, JSON, json.dumps(value).encode())


def shows(text: str) -> Response:
    return Response(200, HTML, text.encode())


def id_token_claims(client: str, sub: str) -> dict[str, Any]:
    stamp = int(NOW.timestamp())
    return {
        "iss": IDP,
        "sub": sub,
        "aud": client,
        "exp": stamp + 300,
        "iat": stamp,
        "auth_time": stamp - 5,
        "nonce": f"nonce-of-{client}",
        "acr": BASIC,
        "sid": "session-1",
        "at_hash": half(f"access-token-of-{client}"),
    }


def login(journal: Journal, base: str, client: str, sub: str) -> None:
    """One whole login of the code flow, and the page that shows who is logged in."""
    server, state, code = base.removeprefix("https://"), f"state-of-{client}", f"code-of-{client}"
    asked = urlencode(
        {
            "client_id": client,
            "response_type": "code",
            "redirect_uri": f"{base}/oidc/callback",
            "scope": "openid email",
            "claims": json.dumps({"userinfo": {UNIT: None}}),
            "state": state,
            "nonce": f"nonce-of-{client}",
            "code_challenge": CHALLENGE if client == "app" else f"{CHALLENGE[:-1]}x",
            "code_challenge_method": "S256",
            "acr_values": BASIC,
            "max_age": "60",
        }
    )
    callback = f"{base}/oidc/callback?{urlencode({'code': code, 'state': state, 'iss': IDP})}"
    journal.get(BROWSER, f"{base}/login", to(f"{IDP}/oidc/authorize?{asked}"))
    journal.get(BROWSER, f"{IDP}/oidc/authorize?{asked}", to(f"{IDP}/login"))
    journal.post(BROWSER, f"{IDP}/login", {"person": PUPIL.id}, to(callback))
    journal.get(BROWSER, callback, to(f"{base}/me"))
    secret = ("authorization", f"Basic {base64.b64encode(f'{client}:hemlig'.encode()).decode()}")
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": f"{base}/oidc/callback"}
    tokens = {
        "access_token": f"access-token-of-{client}",
        "token_type": "Bearer",
        "id_token": SCHOOL.sign(id_token_claims(client, sub)),
    }
    journal.post(server, f"{IDP}/oidc/token", {**form, "code_verifier": VERIFIER}, says(tokens), secret)
    claims = {"sub": sub, "email": "ada@skola.test", UNIT: ["12345678"]}
    bearer = ("authorization", f"Bearer access-token-of-{client}")
    journal.get(server, f"{IDP}/oidc/userinfo", says(claims), bearer)
    journal.get(BROWSER, f"{base}/me", shows("Inloggad: ada@skola.test"))


def logout(journal: Journal) -> None:
    stamp = int(NOW.timestamp())
    token = {
        "iss": IDP,
        "aud": "app",
        "iat": stamp,
        "exp": stamp + 120,
        "jti": "j1",
        "sub": "pairwise-sub-of-app",
        "sid": "session-1",
        "events": {EVENT: {}},
    }
    asked = urlencode({"client_id": "app", "post_logout_redirect_uri": f"{APP}/oidc/logged-out", "state": "s"})
    journal.get(BROWSER, f"{APP}/logout", to(f"{IDP}/oidc/logout?{asked}"))
    journal.get(BROWSER, f"{IDP}/oidc/logout?{asked}", shows("Utloggad"))
    logout_token = SCHOOL.sign(token, typ="logout+jwt")
    journal.post("idp.skola.test", f"{APP}/oidc/backchannel-logout", {"logout_token": logout_token}, Response(200))
    journal.get(BROWSER, f"{APP}/me", shows("Ingen är inloggad"))


METADATA = {
    "issuer": IDP,
    "authorization_endpoint": f"{IDP}/oidc/authorize",
    "token_endpoint": f"{IDP}/oidc/token",
    "userinfo_endpoint": f"{IDP}/oidc/userinfo",
    "end_session_endpoint": f"{IDP}/oidc/logout",
    "jwks_uri": f"{IDP}/oidc/jwks",
    "id_token_signing_alg_values_supported": ["RS256"],
    "authorization_response_iss_parameter_supported": True,
}


@pytest.fixture(scope="module")
def record() -> RunRecord:
    """The same pupil at two vendors, judged as any journal is."""
    journal = Journal([])
    journal.get("app.test", f"{IDP}/.well-known/openid-configuration", says(METADATA))
    journal.get("app.test", f"{IDP}/oidc/jwks", says({"keys": [SCHOOL.public]}))
    journal.play = "login"
    login(journal, APP, "app", "pairwise-sub-of-app")
    logout(journal)
    journal.play = "other"
    login(journal, OTHER, "other", "pairwise-sub-of-other")
    plays = (
        Play("login", SCENARIO, vendor("app", APP, AGREEMENT.id), PUPIL.id, AGREEMENT.id, NOW, NOW),
        Play("other", SCENARIO, vendor("other", OTHER, None), PUPIL.id, "", NOW, NOW),
    )
    decisions = tuple(ReleaseDecision.of(name, Reason.AGREED_REQUIRED) for name in ("mail", "sisSchoolUnitCode"))
    account = ReleaseRecord(NOW, "idp.skola.test", "app", PUPIL.id, "agreement", "", decisions)
    knowledge = Knowledge({p.id: p for p in (PUPIL, SECOND)}, {AGREEMENT.id: AGREEMENT}, {"login": (account,)})
    recorded = Recorded("inprocess", NOW, plays, tuple(journal.exchanges), ())
    return judge(recorded, knowledge, Plan("r", "inprocess", 1, {}, ("login", "other")), NOW)


@pytest.fixture(scope="module")
def sound(record: RunRecord) -> Evidence:
    return record.evidence["login"]


def said(evidence: Evidence, kind: type, **changes: object) -> Evidence:
    def change(message: Any) -> Any:
        return replace(message, **changes) if isinstance(message, kind) else message

    return replace(evidence, messages=tuple(change(message) for message in evidence.messages))


def first[M: Message](evidence: Evidence, kind: type[M]) -> M:
    return next(message for message in evidence.messages if isinstance(message, kind))


def more(evidence: Evidence, message: Message) -> Evidence:
    return replace(evidence, messages=(*evidence.messages, message))


def without(evidence: Evidence, kind: type) -> Evidence:
    return replace(evidence, messages=tuple(m for m in evidence.messages if not isinstance(m, kind)))


def token(evidence: Evidence) -> IdToken:
    found = first(evidence, TokenAnswer).id_token
    assert found
    return found


def stated(evidence: Evidence, **changes: Any) -> Evidence:
    return said(evidence, TokenAnswer, id_token=replace(token(evidence), **changes))


def enveloped(evidence: Evidence, **changes: Any) -> Evidence:
    return stated(evidence, envelope=replace(token(evidence).envelope, **changes))


def told(evidence: Evidence, **changes: Any) -> Evidence:
    return said(evidence, LogoutToken, **changes)


def again(evidence: Evidence, **changes: Any) -> Evidence:
    """A second request for a login, a little later."""
    request = first(evidence, AuthorizationRequest)
    fresh = {"state": "another-state", "nonce": "another-nonce", "code_challenge": "another-challenge"}
    return more(evidence, replace(request, **{**fresh, "where": Pointer(9, "request.url"), **changes}))


def redeemed_again(evidence: Evidence, **changes: Any) -> Evidence:
    at = {"where": Pointer(9, "x")}
    twice = more(evidence, replace(first(evidence, TokenRequest), **at))
    return more(twice, replace(first(evidence, TokenAnswer), **at, **changes))


def opening(evidence: Evidence, url: str, receiver: str, *headers: tuple[str, str]) -> Evidence:
    exchange = Exchange(99, "login", BROWSER, receiver, Request("GET", url, headers), Response(200), NOW, 1.0)
    return replace(evidence, exchanges=(*evidence.exchanges, exchange))


def signed_by(key: Key, claims: Mapping[str, Any]) -> Callable[[Evidence], Evidence]:
    """The same ID token, signed by this key."""
    return lambda evidence: enveloped(evidence, compact=key.sign(claims))


def answered(evidence: Evidence, number: int, response: Response) -> Evidence:
    changed = (replace(e, response=response) if e.number == number else e for e in evidence.exchanges)
    return replace(evidence, exchanges=tuple(changed))


def moved(evidence: Evidence, shown: str) -> Evidence:
    """An earlier login of the play told another school unit; the vendor's page shows one of them."""
    tokens, told = first(evidence, TokenAnswer), first(evidence, UserinfoAnswer)
    at = Pointer(tokens.where.exchange - 1, "response.body")
    before = replace(told, where=at, access_token="earlier", claims=(Claim(UNIT, ("00009999",), "/x"),))
    earlier = more(more(evidence, before), replace(tokens, where=at, access_token="earlier", id_token=None))
    probe = min(e.number for e in evidence.exchanges if e.request.url == f"{APP}/me")
    return answered(earlier, probe, shows(shown))


def shown_at_last(evidence: Evidence, text: str) -> Evidence:
    last = max(e.number for e in evidence.exchanges if e.request.url == f"{APP}/me")
    changed = (replace(e, response=shows(text)) if e.number == last else e for e in evidence.exchanges)
    return replace(evidence, exchanges=tuple(changed))


def asking(evidence: Evidence, *claims: RequestedClaim) -> Evidence:
    return said(evidence, AuthorizationRequest, claims=claims)


def known_elsewhere(evidence: Evidence, sub: str) -> Evidence:
    """Every vendor got this identifier of the pupil."""
    return replace(evidence, issued=tuple(replace(one, value=sub) for one in evidence.issued))


def clause(evidence: Evidence, **changes: object) -> Evidence:
    """The one data clause of the agreement says something else."""
    assert evidence.agreement
    (only,) = evidence.agreement.data
    changed = evidence.agreement.model_copy(update={"data": (only.model_copy(update=changes),)})
    return replace(evidence, agreement=changed)


def over(evidence: Evidence) -> Evidence:
    """The agreement has ended."""
    assert evidence.agreement
    ended = evidence.agreement.valid.model_copy(update={"until": evidence.agreement.valid.from_})
    return replace(evidence, agreement=evidence.agreement.model_copy(update={"valid": ended}))


def accounted(evidence: Evidence, *names: str) -> Evidence:
    decisions = tuple(ReleaseDecision.of(name, Reason.AGREED_REQUIRED) for name in names)
    return replace(evidence, releases=tuple(replace(one, decisions=decisions) for one in evidence.releases))


def refused(evidence: Evidence, error: str, *expected: str) -> Evidence:
    """The school refused, and nobody is shown."""
    scenario = evidence.play.scenario
    expect = scenario.expect.model_copy(update={"login": "refused", "status": expected})
    play = replace(evidence.play, scenario=scenario.model_copy(update={"expect": expect}))
    nobody = tuple(
        replace(e, response=shows("Ingen")) if e.request.url == f"{APP}/me" else e for e in evidence.exchanges
    )
    return said(replace(evidence, play=play, exchanges=nobody), AuthorizationAnswer, code="", error=error)


LATE = {"expires": NOW - timedelta(hours=1)}
CLAIMS = id_token_claims("app", "pairwise-sub-of-app")
MAIL = Claim("email", ("ada@skola.test",), "/email")

CHANGES: dict[str, list[Callable[[Evidence], Evidence]]] = {
    "oidc.answer-belongs-to-a-request": [
        lambda e: said(e, AuthorizationAnswer, state="of-nobody"),
        lambda e: said(e, AuthorizationAnswer, delivered_to="https://a.test/cb"),
    ],
    "oidc.answer-has-issuer": [
        lambda e: said(e, AuthorizationAnswer, issuer=""),
        lambda e: said(e, AuthorizationAnswer, issuer="https://a.test"),
    ],
    "oidc.client-authenticates-as-registered": [
        lambda e: said(e, TokenRequest, authentication="client_secret_post"),
        lambda e: said(e, TokenRequest, authentication="client_secret_basic+client_secret_post"),
        lambda e: said(e, TokenRequest, authentication="none"),
    ],
    "oidc.code-is-bound": [
        lambda e: said(e, TokenRequest, client_id="other"),
        lambda e: said(e, TokenRequest, code_verifier="another"),
        lambda e: said(e, TokenRequest, code_verifier=""),
        lambda e: said(e, TokenRequest, code_verifier=CHALLENGE),
        lambda e: said(e, TokenRequest, redirect_uri="https://a.test/cb"),
        lambda e: said(e, AuthorizationRequest, code_challenge=""),
    ],
    "oidc.code-used-once": [redeemed_again, lambda e: redeemed_again(e, access_token="", error="invalid_grant")],
    "oidc.context-meets-request": [
        lambda e: said(e, AuthorizationRequest, contexts=(TWO_FACTORS,)),
        lambda e: stated(e, context=""),
        lambda e: asking(e, RequestedClaim("id_token", "acr", essential=True, values=(TWO_FACTORS,))),
    ],
    "oidc.errors-are-the-protocols": [
        lambda e: said(e, AuthorizationAnswer, code="", error="go_away"),
        lambda e: said(e, TokenAnswer, status=500, error="invalid_grant"),
        lambda e: said(e, TokenAnswer, status=400, error="go_away"),
        lambda e: said(e, TokenAnswer, status=400, error=""),
    ],
    "oidc.id-token-is-valid": [
        signed_by(STRANGER, CLAIMS),
        lambda e: said(e, KeySet, keys=tuple(replace(k, key_id="k9") for k in first(e, KeySet).keys)),
        lambda e: said(e, KeySet, keys=()),
        lambda e: enveloped(e, algorithm="none"),
        lambda e: enveloped(e, algorithm="HS256"),
        lambda e: enveloped(e, algorithm="RS512"),
        lambda e: stated(e, issuer="https://a.test"),
        lambda e: stated(e, audiences=("other",)),
        lambda e: stated(e, audiences=()),
        lambda e: stated(e, audiences=("app", "other")),
        lambda e: stated(e, subject=""),
        lambda e: stated(e, subject="x" * 256),
        lambda e: stated(e, nonce="another"),
        lambda e: stated(e, nonce=""),
        lambda e: stated(e, access_token_hash="another"),
        lambda e: stated(e, **LATE),
        lambda e: stated(e, expires=None),
        lambda e: stated(e, expires=NOW + timedelta(days=1)),
        lambda e: stated(e, issued=None),
        lambda e: stated(e, issued=NOW + timedelta(hours=1)),
        lambda e: stated(e, authenticated=None),
        lambda e: stated(e, authenticated=NOW - timedelta(hours=1)),
    ],
    "oidc.id-token-names-no-one": [lambda e: stated(e, claims=(MAIL,))],
    "oidc.logout-request-is-taken": [
        lambda e: answered(e, first(e, OidcLogoutRequest).where.exchange, Response(400)),
        lambda e: answered(
            said(e, OidcLogoutRequest, redirect_uri="https://a.test/out"),
            first(e, OidcLogoutRequest).where.exchange,
            to("https://a.test/out?state=s"),
        ),
    ],
    "oidc.logout-token-is-valid": [
        lambda e: told(e, envelope=replace(first(e, LogoutToken).envelope, compact=STRANGER.sign(CLAIMS))),
        lambda e: told(e, envelope=replace(first(e, LogoutToken).envelope, algorithm="none")),
        lambda e: told(e, audiences=("other",)),
        lambda e: told(e, issued=NOW - timedelta(hours=1)),
        lambda e: told(e, expires=None),
        lambda e: told(e, expires=NOW + timedelta(days=1)),
        lambda e: told(e, id=""),
        lambda e: told(e, events=()),
        lambda e: told(e, subject="", session=""),
        lambda e: told(e, has_nonce=True),
    ],
    "oidc.message-readable": [
        lambda e: more(e, Malformed(Pointer(9, "response.body"), "ID token", "is no JWT", "oidc"))
    ],
    "oidc.redirect-uri-is-registered": [
        lambda e: said(e, AuthorizationRequest, redirect_uri=f"{APP}/oidc/callback?x=1"),
        lambda e: said(e, AuthorizationRequest, redirect_uri=""),
    ],
    "oidc.request-has-state-and-nonce": [
        lambda e: said(e, AuthorizationRequest, state=""),
        lambda e: said(e, AuthorizationRequest, nonce=""),
        lambda e: again(e, state="state-of-app"),
        lambda e: again(e, nonce="nonce-of-app"),
    ],
    "oidc.request-uses-pkce": [
        lambda e: said(e, AuthorizationRequest, code_challenge=""),
        lambda e: said(e, AuthorizationRequest, code_challenge_method="plain"),
        lambda e: said(e, AuthorizationRequest, code_challenge_method=""),
        lambda e: again(e, code_challenge=CHALLENGE),
    ],
    "oidc.token-answer-is-whole": [
        lambda e: said(e, TokenAnswer, access_token=""),
        lambda e: said(e, TokenAnswer, token_type="mac"),
        lambda e: said(e, TokenAnswer, id_token=None),
        lambda e: replace(e, exchanges=tuple(replace(x, response=Response(200)) for x in e.exchanges)),
    ],
    "oidc.token-not-in-url": [
        lambda e: opening(
            e, "https://cdn.test/a.png", "cdn.test", ("referer", f"{APP}/oidc/callback?code=code-of-app")
        ),
        lambda e: opening(e, f"{APP}/start?t=access-token-of-app", "app.test"),
        lambda e: opening(e, f"{APP}/start?c=code%2Dof%2Dapp", "app.test"),
        lambda e: opening(e, f"https://a.test/?t={token(e).envelope.compact}", "a.test"),
    ],
    "oidc.userinfo-subject-matches": [
        lambda e: said(e, UserinfoAnswer, subject="somebody-else"),
        lambda e: said(e, UserinfoAnswer, subject=""),
    ],
    "data.identifier-not-correlatable": [
        lambda e: known_elsewhere(e, "the-same-everywhere"),
        lambda e: replace(
            e,
            issued=tuple(replace(o, attribute="eduPersonPrincipalName", value="ada") for o in e.issued),
        ),
    ],
    "data.release-account-matches-wire": [lambda e: accounted(e, "mail"), lambda e: accounted(e, "mail", "sn")],
    "data.released-within-agreement": [
        lambda e: replace(e, disclosures=(replace(e.disclosures[0], attribute="sn"), *e.disclosures[1:]))
    ],
    "data.rows-within-agreement": [
        lambda e: clause(e, subjects=("teacher",)),
        lambda e: clause(e, limits=Limits(school_units=("00009999",))),
        lambda e: clause(e, limits=Limits(grades=(4,))),
        lambda e: replace(clause(e, subjects=("teacher",)), disclosures=()),
    ],
    "data.agreement-in-force": [over, lambda e: replace(over(e), disclosures=())],
    "data.requested-within-agreement": [
        lambda e: more(e, RegistrationRequest(Pointer(9, "request.body"), (f"{APP}/oidc/callback",), "", ("civic",))),
        lambda e: said(e, AuthorizationRequest, scopes=("openid", "profile")),
        lambda e: asking(e, RequestedClaim("userinfo", "address", essential=False)),
        lambda e: asking(e, RequestedClaim("id_token", "shoe_size", essential=False)),
    ],
    "session.shows-current-data": [lambda e: moved(e, "Din skola: 00009999")],
    "session.logout-everywhere": [lambda e: shown_at_last(e, "Inloggad: ada@skola.test")],
    "session.logout-ends-the-session": [lambda e: shown_at_last(e, "Inloggad: ada@skola.test")],
    "session.login-opens-a-session": [
        lambda e: replace(
            e,
            exchanges=tuple(
                replace(x, response=shows("Fel")) if x.request.url == f"{APP}/me" else x for x in e.exchanges
            ),
        )
    ],
    "session.login-refused-as-expected": [
        lambda e: refused(e, "login_required", "RequestDenied"),
        lambda e: said(refused(e, "access_denied", "RequestDenied"), AuthorizationAnswer, code="a-code", error=""),
    ],
    "session.received-what-was-expected": [
        lambda e: replace(e, disclosures=()),
        lambda e: replace(e, disclosures=(replace(e.disclosures[0], attribute="sn"), *e.disclosures)),
    ],
}
SOUND: dict[str, Callable[[Evidence], Evidence]] = {
    "oidc.errors-are-the-protocols": lambda e: said(e, AuthorizationAnswer, code="", error="login_required"),
    "session.login-refused-as-expected": lambda e: refused(e, "access_denied", "RequestDenied"),
    "session.shows-current-data": lambda e: moved(e, "Din skola: 12345678"),
}
"""What the login lacks: a play of which each of these checks has something to say, and says that all is well."""


def result_of(check: str, evidence: Evidence) -> Any:
    (result,) = [r for r in run_checks(evidence) if r.check == check]
    return result


def test_the_table_names_every_check_of_openid_connect() -> None:
    of_family = {one.info.id for one in registered() if one.info.id.startswith("oidc.")}
    assert of_family <= set(CHANGES)


@pytest.mark.parametrize("check", sorted(CHANGES))
def test_a_check_is_silent_on_a_sound_login(check: str, sound: Evidence) -> None:
    result = result_of(check, sound)
    assert (result.findings, result.verdict) == ((), Verdict.SKIPPED if check in SOUND else Verdict.PASS), result.reason


@pytest.mark.parametrize("check", sorted(SOUND))
def test_a_check_passes_where_it_has_something_to_say_and_all_is_well(check: str, sound: Evidence) -> None:
    result = result_of(check, SOUND[check](sound))
    assert (result.verdict, result.findings) == (Verdict.PASS, ()), result.reason


@pytest.mark.parametrize(
    ("check", "change"), [(check, change) for check, changes in sorted(CHANGES.items()) for change in changes]
)
def test_a_check_is_heard_when_its_fact_is_changed(
    check: str, change: Callable[[Evidence], Evidence], sound: Evidence
) -> None:
    result = result_of(check, change(sound))
    assert result.findings, (result.verdict, result.reason)
    assert result.verdict in (Verdict.FAIL, Verdict.WARNING)
    assert all(finding.clause and finding.observed and finding.expected for finding in result.findings)


def test_the_whole_login_is_without_a_finding_and_nothing_fails_for_a_reason_of_its_own(record: RunRecord) -> None:
    judged = {judgement.play.id: judgement for judgement in record.run.judgements}
    assert [(f.check, f.observed) for f in judged["login"].findings] == []
    assert judged["login"].verdict is Verdict.PASS, judged["login"].reason
    assert [r.check for j in judged.values() for r in j.results if r.verdict is Verdict.ERROR] == []


def test_checks_of_saml_have_nothing_to_say_of_openid_connect(sound: Evidence) -> None:
    verdicts = {r.check: r.verdict for r in run_checks(sound) if r.check.startswith(("saml.", "metadata."))}
    assert set(verdicts.values()) == {Verdict.SKIPPED}


def test_what_was_told_is_told_once(sound: Evidence) -> None:
    came = sorted((d.channel.value, d.attribute, d.person, d.sender, d.recipient) for d in sound.disclosures)
    assert came == [
        ("userinfo", "mail", PUPIL.id, "idp.skola.test", "app.test"),
        ("userinfo", "sisSchoolUnitCode", PUPIL.id, "idp.skola.test", "app.test"),
    ]


def test_an_id_token_may_hold_what_the_request_asked_to_have_in_it(sound: Evidence) -> None:
    asked = asking(sound, RequestedClaim("id_token", "email", essential=False))
    assert result_of("oidc.id-token-names-no-one", stated(asked, claims=(MAIL,))).verdict is Verdict.PASS


def test_an_id_token_hint_may_stand_in_the_address_of_a_logout_at_the_school(sound: Evidence) -> None:
    hinted = opening(sound, f"{IDP}/oidc/logout?id_token_hint={token(sound).envelope.compact}", "idp.skola.test")
    assert result_of("oidc.token-not-in-url", hinted).verdict is Verdict.PASS


def test_a_page_that_is_loaded_again_sends_the_same_request_again(sound: Evidence) -> None:
    same = more(sound, replace(first(sound, AuthorizationRequest), where=Pointer(9, "request.url")))
    for check in ("oidc.request-uses-pkce", "oidc.request-has-state-and-nonce"):
        assert result_of(check, same).verdict is Verdict.PASS


@pytest.mark.parametrize("kind", [ProviderMetadata, KeySet])
def test_what_was_not_seen_is_not_verified(kind: type, sound: Evidence) -> None:
    result = result_of("oidc.id-token-is-valid", without(sound, kind))
    assert (result.verdict, result.findings) == (Verdict.NOT_VERIFIED, ())


def test_a_vendor_that_is_told_of_no_logout_is_not_blamed_for_keeping_its_session(sound: Evidence) -> None:
    client = sound.play.vendor.client
    assert client
    alone = sound.play.vendor.model_copy(
        update={"client": client.model_copy(update={"backchannel_logout_uri": None}), "logout": None}
    )
    kept = shown_at_last(replace(sound, play=replace(sound.play, vendor=alone)), "Inloggad: ada@skola.test")
    assert first(kept, OidcLogoutRequest)
    assert result_of("session.logout-everywhere", kept).findings == ()


def test_without_evidence_nothing_passes(sound: Evidence) -> None:
    empty = replace(sound, exchanges=(), messages=(), disclosures=(), issued=())
    assert [r.check for r in run_checks(empty) if r.verdict is Verdict.PASS] == []
