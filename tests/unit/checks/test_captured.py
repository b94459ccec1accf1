"""Every check says something sensible of a capture that was made elsewhere, whatever is in it and whoever plays."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from testbed.checks.core import registered
from testbed.interception.capture import Capture, read_capture
from testbed.model.files import load, load_people
from testbed.model.verdict import Judgement, Result, Verdict
from testbed.model.wire import BROWSER, Exchange, Request, Response
from testbed.model.written import Agreement, Person
from testbed.runner.captures import Beside, gathered
from testbed.runner.judge import Knowledge, judge

ROOT = Path(__file__).parents[3] / "scenarios"
NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
READING = load(ROOT / "agreements" / "reading-service-2025.yaml", Agreement)
MATHS = load(ROOT / "agreements" / "maths-app-2025.yaml", Agreement)
PEOPLE = load_people(ROOT / "captures" / "people.json")
PUPIL = PEOPLE["elev-0052"]
OF_SESSIONS = {one.info.id for one in registered() if one.info.id.startswith("session.") and "error" not in one.info.id}
IDP, APP = "idp.skola.test", "rakneresan.test"


def example(name: str) -> Capture:
    path = ROOT / "captures" / f"{name}.har"
    with path.open("rb") as file:
        return read_capture(path, file, BROWSER)


def exchange(number: int, url: str, answer: object = None, sender: str = BROWSER, **request: object) -> Exchange:
    made = replace(Request("GET", url), **request)  # type: ignore[arg-type]
    body = json.dumps(answer).encode() if answer is not None else b"<p>Hej</p>"
    headers = (("content-type", "application/json" if answer is not None else "text/html"),)
    return Exchange(number, "", sender, made.host, made, Response(200, headers, body), NOW, 1.0)


ASKED = exchange(
    1,
    f"https://{IDP}/oidc/authorize?response_type=code&client_id=maths-app&redirect_uri=https%3A%2F%2F{APP}%2Foidc%2F"
    "callback&scope=openid&state=abcdefgh&nonce=ijklmnop&code_challenge=qrstuvwx&code_challenge_method=S256",
)
ANSWERED = exchange(2, f"https://{APP}/oidc/callback?code=abcdefghijkl&state=abcdefgh")
TOKENS = exchange(
    3,
    f"https://{IDP}/oidc/token",
    {"access_token": "abcdefghijklmnop", "token_type": "Bearer", "id_token": "not.a.token"},
    method="POST",
    headers=(("content-type", "application/x-www-form-urlencoded"), ("origin", f"https://{APP}")),
    body=b"grant_type=authorization_code&code=abcdefghijkl&client_id=maths-app",
)
USERINFO = exchange(
    4,
    f"https://{IDP}/oidc/userinfo",
    {"sub": "a1b2c3d4e5", "email": PUPIL.attributes["mail"]},
    headers=(("authorization", "Bearer abcdefghijklmnop"), ("origin", f"https://{APP}")),
)
LOGGED_OUT = exchange(5, f"https://{IDP}/oidc/logout?post_logout_redirect_uri={quote(f'https://{APP}/', safe='')}")


def capture(*exchanges: Exchange) -> Capture:
    return Capture("some.har", "HAR", "", exchanges)


def judged(made: Capture, agreement: Agreement | None, people: dict[str, Person] | None = None) -> Judgement:
    known = PEOPLE if people is None else people
    recorded, plan = gathered([made], Beside(known, agreement, "testbed judge some.har"), {}, NOW)
    knowledge = Knowledge(known, {agreement.id: agreement} if agreement else {})
    return judge(recorded, knowledge, plan, NOW).run.judgements[0]


def results(judgement: Judgement) -> dict[str, Result]:
    return {result.check: result for result in judgement.results}


CAPTURES = {
    "nothing": capture(),
    "no login": capture(exchange(1, f"https://{APP}/"), exchange(2, "https://tracker.test/p")),
    "saml": example("reading-service"),
    "saml that began before": replace(example("reading-service"), exchanges=example("reading-service").exchanges[2:]),
    "oidc": example("maths-app"),
    "oidc that began before": capture(ANSWERED),
    "oidc in the browser alone": capture(ASKED, ANSWERED, TOKENS, USERINFO, LOGGED_OUT),
    "answers alone": capture(USERINFO, LOGGED_OUT),
}


@pytest.mark.parametrize("agreement", [READING, MATHS, None], ids=lambda a: a.id if a else "none")
@pytest.mark.parametrize("known", [True, False], ids=["known people", "others"])
@pytest.mark.parametrize("name", CAPTURES)
def test_no_check_falls_over_and_none_tells_of_sessions(name: str, known: bool, agreement: Agreement | None) -> None:
    others = {"elev-9999": Person(id="elev-9999", role="pupil", attributes={"mail": "nobody@else.test"})}
    judgement = judged(CAPTURES[name], agreement, None if known else others)
    assert {one.check for one in judgement.results} == {one.info.id for one in registered()}
    for result in judgement.results:
        assert result.verdict is not Verdict.ERROR, result
        assert result.verdict is Verdict.PASS or result.reason or result.findings
        if result.check in OF_SESSIONS:
            assert result.verdict is Verdict.SKIPPED
            assert "a capture made elsewhere shows no session" in result.reason


def test_a_clean_login_by_saml_passes_on_what_a_browser_shows() -> None:
    judgement = judged(CAPTURES["saml"], READING)
    assert (judgement.verdict, judgement.play.person) == (Verdict.PASS, "elev-0014")
    passed = {name for name, result in results(judgement).items() if result.verdict is Verdict.PASS}
    assert passed >= {
        "data.agreement-in-force",
        "data.encrypted-in-transit",
        "data.no-onward-transfer",
        "data.not-in-url",
        "data.released-within-agreement",
        "saml.answers-a-request",
        "saml.audience-is-receiver",
        "saml.recipient-is-consumer-service",
        "saml.signature-algorithm-is-strong",
        "saml.time-window-holds",
    }
    unsigned = results(judgement)["saml.response-is-signed"]
    assert unsigned.verdict is Verdict.SKIPPED
    assert "the capture does not show it" in unsigned.reason


def test_a_login_that_began_before_the_recording_is_no_fault() -> None:
    saml = results(judged(CAPTURES["saml that began before"], READING))
    assert saml["saml.answers-a-request"].verdict is Verdict.SKIPPED
    oidc = results(judged(CAPTURES["oidc that began before"], MATHS))
    assert oidc["oidc.answer-belongs-to-a-request"].verdict is Verdict.SKIPPED


def test_a_clean_login_by_openid_connect_passes_with_nobody_playing() -> None:
    judgement = judged(CAPTURES["oidc"], MATHS)
    assert (judgement.verdict, judgement.play.person) == (Verdict.PASS, "")
    found = results(judgement)
    assert found["oidc.request-uses-pkce"].verdict is Verdict.PASS
    assert found["data.requested-within-agreement"].verdict is Verdict.PASS
    for name in ("oidc.redirect-uri-is-registered", "oidc.answer-has-issuer", "oidc.id-token-is-valid"):
        assert found[name].verdict is Verdict.SKIPPED


def test_an_answer_to_another_request_is_a_fault_here_too() -> None:
    other = replace(ANSWERED, request=Request("GET", f"https://{APP}/oidc/callback?code=abcdefghijkl&state=stolen00"))
    found = results(judged(capture(ASKED, other), MATHS))
    assert found["oidc.answer-belongs-to-a-request"].verdict is Verdict.FAIL


def test_a_login_in_the_browser_alone_tells_who_logged_in() -> None:
    judgement = judged(CAPTURES["oidc in the browser alone"], MATHS)
    assert judgement.play.person == "elev-0052"
    told = results(judgement)["data.released-within-agreement"]
    assert [(one.attribute, one.person, one.recipient) for one in told.findings] == [("mail", "elev-0052", APP)]


def test_a_file_of_a_few_test_pupils_singles_nobody_out() -> None:
    found = results(judged(CAPTURES["saml"], READING))["data.no-identifying-combination"]
    assert found.verdict is Verdict.SKIPPED


def test_the_vendor_s_own_server_errors_are_told() -> None:
    broken = replace(exchange(1, f"https://{APP}/"), response=Response(500))
    assert results(judged(capture(broken), MATHS))["session.no-server-error"].verdict is Verdict.WARNING
    assert results(judged(capture(broken), READING))["session.no-server-error"].verdict is Verdict.SKIPPED
