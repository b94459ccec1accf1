"""A run made by hand: a vendor with one finding, and hostile text wherever a participant can put some."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType

import pytest

from testbed.interception.capture import Capture
from testbed.model.messages import Assertion, SamlAttribute, SamlResponse
from testbed.model.privacy import PLAIN, Channel, Disclosure
from testbed.model.release import Reason, ReleaseDecision, ReleaseRecord
from testbed.model.verdict import (
    Evidence,
    Expectation,
    Finding,
    Judgement,
    Play,
    Result,
    Run,
    RunRecord,
    Severity,
    Verdict,
    Where,
)
from testbed.model.wire import BROWSER, Exchange, Pointer, Request, Response
from testbed.model.written import Agreement, Person, Scenario, Vendor
from testbed.runner.captures import Beside, gathered
from testbed.runner.judge import Knowledge, judge

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\"'&"
COOKIE = "kaka-som-ingen-far-se"

AGREEMENT = Agreement.model_validate(
    {
        "id": "reading-2026",
        "controller": {"name": HOSTILE, "hosts": ["idp.skola.test"]},
        "processor": {"name": "Läsappen", "hosts": ["app.test"]},
        "valid": {"from": date(2026, 1, 1), "until": date(2027, 1, 1)},
        "identifier": "shared",
        "data": [{"subjects": ["pupil"], "required": ["mail"]}],
        "protected_identity": "withhold",
    }
)
VENDOR = Vendor.model_validate(
    {
        "id": "reading",
        "name": HOSTILE,
        "protocol": "saml",
        "metadata": "https://app.test/saml/metadata",
        "login": "https://app.test/login",
        "probe": {"url": "https://app.test/me"},
        "agreement": "reading-2026",
    }
)
SCENARIO = Scenario.model_validate(
    {
        "id": "login",
        "title": {"sv": HOSTILE, "en": HOSTILE},
        "flow": "login",
        "vendor": "reading",
        "expect": {"login": "accepted"},
    }
)
PUPIL = Person(id="elev-0001", role="pupil", attributes={"mail": "a@skola.test"})


def told(attribute: str, recipient: str, channel: Channel, number: int) -> Disclosure:
    return Disclosure(
        attribute, PUPIL.id, "a@skola.test", "app.test", recipient, channel, PLAIN, Pointer(number, "x"), NOW, True
    )


def judged(play_id: str, met: bool = True) -> tuple[Judgement, Evidence]:
    play = Play(play_id, SCENARIO, VENDOR, PUPIL.id, AGREEMENT.id, NOW, NOW)
    exchanges = (
        Exchange(
            1,
            play_id,
            BROWSER,
            "app.test",
            Request(
                "POST",
                "https://app.test/acs?code=hemlig-kod",
                (("cookie", f"sid={COOKIE}"), ("content-type", "application/x-www-form-urlencoded")),
                b"SAMLResponse=aGVtbGln&RelayState=hemlig",
            ),
            Response(200),
            NOW,
            1.5,
        ),
        Exchange(
            2,
            play_id,
            "app.test",
            "tracker.test",
            Request("POST", "https://tracker.test/c", (), f'{{"email": "a@skola.test {HOSTILE}"}}'.encode()),
            None,
            NOW,
            1.0,
            HOSTILE,
        ),
    )
    assertion = Assertion(
        Pointer(1, "a"),
        "_1",
        "https://idp.skola.test",
        HOSTILE,
        "",
        (),
        None,
        None,
        (),
        (),
        "",
        None,
        "",
        (SamlAttribute(HOSTILE, "", HOSTILE, (HOSTILE,)),),
        signed=True,
    )
    response = SamlResponse(
        Pointer(1, "request.body:SAMLResponse"),
        "_2",
        HOSTILE,
        "",
        HOSTILE,
        "",
        "",
        None,
        (assertion,),
        0,
        True,
        "",
        b"",
        f"<ds:SignatureValue>hemlig-signatur</ds:SignatureValue>{HOSTILE}",
    )
    finding = Finding(
        check="data.no-onward-transfer",
        title="No personal data reaches a host that the agreement does not name for it.",
        clause="GDPR Article 28(2)",
        severity=Severity.MUST,
        vendor="reading",
        observed=HOSTILE,
        expected="x\x00",
        where=Where(2, "request.body"),
        attribute="mail",
        person=PUPIL.id,
        sender="app.test",
        recipient="tracker.test",
        channel="body",
        form="plain",
        reproduce="testbed run login",
    )
    results = (
        Result(finding.check, Verdict.FAIL, Severity.MUST, findings=(finding,)),
        Result("saml.message-readable", Verdict.SKIPPED, Severity.MUST, HOSTILE),
    )
    judgement = Judgement(
        play, Verdict.FAIL, HOSTILE, Verdict.FAIL, Expectation(met, () if met else (HOSTILE,)), results
    )
    told_them = (told("mail", "app.test", Channel.SAML, 1), told("mail", "tracker.test", Channel.BODY, 2))
    decisions = (ReleaseDecision.of("mail", Reason.AGREED_REQUIRED), ReleaseDecision.of("sn", Reason.NOT_AGREED))
    accounts = (
        ReleaseRecord(NOW, "idp.skola.test", HOSTILE, PUPIL.id, "agreement", "", decisions),
        ReleaseRecord(NOW, "idp.skola.test", "e", PUPIL.id, "entity-categories", Reason.NO_SUBJECT, (), "requested"),
    )
    return judgement, Evidence(play, exchanges, (response,), told_them, {PUPIL.id: PUPIL}, AGREEMENT, accounts)


def record_of(*plays: tuple[Judgement, Evidence], problems: tuple[str, ...] = ()) -> RunRecord:
    run = Run(
        "20260901T070000Z-x",
        NOW,
        NOW,
        "inprocess",
        1,
        MappingProxyType({"python": HOSTILE}),
        tuple(judgement for judgement, _ in plays),
        problems,
    )
    return RunRecord(run, {j.play.id: e for j, e in plays}, {AGREEMENT.id: AGREEMENT})


@pytest.fixture
def as_expected() -> RunRecord:
    return record_of(judged("login"))


@pytest.fixture
def surprising() -> RunRecord:
    return record_of(judged("login", met=False), problems=(f"the proxy died {HOSTILE}\x00",))


@pytest.fixture
def many() -> RunRecord:
    return record_of(*(judged(f"login.{n}", met=n != 90) for n in range(1, 101)))


@pytest.fixture
def secrets() -> tuple[str, ...]:
    return (COOKIE, "hemlig-kod", "aGVtbGln", "RelayState=hemlig", "hemlig-signatur")


@pytest.fixture
def judge_exchanges() -> Callable[[Sequence[Exchange], dict[str, Person], Agreement, str], RunRecord]:
    """A record of one capture, as the judge makes it: reports are tried on what they will be given."""

    def judged(exchanges: Sequence[Exchange], people: dict[str, Person], agreement: Agreement, name: str) -> RunRecord:
        capture = Capture(name, "HAR", "", tuple(exchanges))
        beside = Beside(people, agreement, f"testbed judge '{name}'")
        recorded, plan = gathered([capture], beside, {}, NOW)
        return judge(recorded, Knowledge(people, {agreement.id: agreement}), plan, NOW)

    return judged
