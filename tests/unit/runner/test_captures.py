"""Captures become plays that nobody played: one for each, with whoever all its logins speak of."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from testbed.interception.capture import Capture, read_capture
from testbed.model.files import load_people
from testbed.model.messages import Malformed
from testbed.model.verdict import CAPTURE, Play, RunRecord, Verdict
from testbed.model.wire import BROWSER, Exchange, Pointer, Request, Response
from testbed.model.written import Agreement, Person, Scenario, Vendor
from testbed.reports import html
from testbed.runner.captures import Beside, gathered, player_of
from testbed.runner.judge import Knowledge, judge
from testbed.wire.bodies import OUT_OF_BOUNDS

NOW = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[3] / "scenarios" / "captures"
AGREEMENT = Agreement.model_validate(
    {
        "id": "app-2026",
        "controller": {"name": "Kommun", "hosts": ["idp.test"]},
        "processor": {"name": "Appen", "hosts": ["app.test", "api.app.test"], "entity_ids": ["urn:app"]},
        "valid": {"from": "2026-01-01", "until": "2027-01-01"},
        "identifier": "shared",
        "data": [{"subjects": ["pupil"], "required": ["mail"]}],
        "protected_identity": "withhold",
    }
)
ADA = Person(id="elev-0001", role="pupil", attributes={"mail": "ada@skola.test", "givenName": "Ada"})
BO = Person(id="elev-0002", role="pupil", attributes={"mail": "bo.ek@skola.test", "givenName": "Bo"})
PEOPLE = {one.id: one for one in (ADA, BO)}


def sent(number: int, url: str, body: bytes = b"", answer: bytes = b"", **changes: object) -> Exchange:
    request = Request("POST" if body else "GET", url, (("origin", "https://app.test"),), body)
    json = (("content-type", "application/json"),)
    return replace(
        Exchange(number, "", BROWSER, request.host, request, Response(200, json, answer), NOW, 1.0),
        **changes,  # type: ignore[arg-type]
    )


def capture(*exchanges: Exchange, name: str = "login.har", **changes: object) -> Capture:
    return replace(Capture(name, "HAR", "X 1", exchanges), **changes)  # type: ignore[arg-type]


def beside(agreement: Agreement | None = AGREEMENT, unreadable: tuple[str, ...] = ()) -> Beside:
    return Beside(PEOPLE, agreement, "testbed judge login.har", unreadable)


def judged(*captures: Capture, agreement: Agreement | None = AGREEMENT, unreadable: tuple[str, ...] = ()) -> RunRecord:
    recorded, plan = gathered(captures, beside(agreement, unreadable), {}, NOW)
    known = Knowledge(PEOPLE, {agreement.id: agreement} if agreement else {})
    return judge(recorded, known, plan, NOW)


SEEN = sent(1, "https://idp.test/login", b'{"user": "ada@skola.test"}')
LEAK = sent(2, "https://tracker.test/c", b'{"mail": "ada@skola.test"}')
PLAIN = sent(3, "https://app.test/start")


def test_each_capture_is_a_scenario_with_numbers_of_its_own() -> None:
    recorded, plan = gathered([capture(SEEN, LEAK), capture(SEEN), capture(PLAIN, name="b.flows")], beside(), {}, NOW)
    assert [play.id for play in recorded.plays] == ["login", "login-2", "b"]
    assert [(one.number, one.play) for one in recorded.exchanges] == [
        (1, "login"),
        (2, "login"),
        (3, "login-2"),
        (6, "b"),
    ]
    assert (recorded.lab, plan.lab, plan.id) == (CAPTURE, CAPTURE, "20260901T070000Z-login")
    assert all(play.captured and play.vendor.name == "Appen" for play in recorded.plays)


def test_the_vendor_is_whom_the_agreement_is_about() -> None:
    recorded, _ = gathered([capture(SEEN)], beside(), {}, NOW)
    vendor = recorded.plays[0].vendor
    assert (vendor.id, vendor.entity_id, vendor.agreement) == ("app-2026", "urn:app", "app-2026")
    without, _ = gathered([capture(SEEN)], beside(None), {}, NOW)
    assert (without.plays[0].vendor.id, without.plays[0].agreement) == ("unknown-vendor", "")


def test_a_file_called_after_somebody_gives_its_name_to_nothing() -> None:
    recorded, _ = gathered([capture(name="Ada.har"), capture(name="åäö.har")], beside(), {}, NOW)
    assert [play.id for play in recorded.plays] == ["capture-1", "capture-2"]


def test_a_leak_is_a_finding_whoever_played() -> None:
    record = judged(capture(SEEN, LEAK))
    (judgement,) = record.run.judgements
    assert judgement.verdict is Verdict.FAIL
    (finding,) = judgement.findings
    assert (finding.check, finding.person, finding.recipient) == (
        "data.no-onward-transfer",
        "elev-0001",
        "tracker.test",
    )
    assert (finding.sender, finding.reproduce) == ("app.test", "testbed judge login.har")
    assert record.run.exit_status == 1


def test_without_an_agreement_what_needs_one_is_skipped() -> None:
    record = judged(capture(SEEN, LEAK), agreement=None)
    results = {result.check: result for result in record.run.judgements[0].results}
    assert results["data.no-onward-transfer"].verdict is Verdict.SKIPPED
    assert results["data.not-in-url"].verdict is Verdict.PASS


def test_a_capture_in_which_nobody_is_seen_is_no_pass() -> None:
    (judgement,) = judged(capture(PLAIN)).run.judgements
    assert judgement.verdict is Verdict.NOT_VERIFIED
    assert "none of the 2 people" in judgement.reason


@pytest.mark.parametrize(
    "shown",
    [
        SEEN,
        sent(1, "https://app.test/me", answer=b'{"me": "ada@skola.test"}'),
        sent(1, "https://idp.test/login?hint=ada%40skola.test"),
    ],
)
def test_somebody_who_was_seen_anywhere_makes_silence_mean_something(shown: Exchange) -> None:
    (judgement,) = judged(capture(shown, PLAIN)).run.judgements
    assert judgement.verdict is Verdict.PASS


def test_an_empty_capture_is_no_pass() -> None:
    record = judged(capture())
    assert record.run.judgements[0].verdict is Verdict.NOT_VERIFIED
    assert record.run.exit_status == 2


def test_what_could_not_be_read_keeps_a_capture_from_passing_and_no_other() -> None:
    broken = capture(SEEN, PLAIN, name="broken.har", unreadable=("entry 3 has no request",))
    record = judged(capture(SEEN, PLAIN), broken)
    assert [j.verdict for j in record.run.judgements] == [Verdict.PASS, Verdict.NOT_VERIFIED]
    assert record.run.unreadable == ("broken.har: entry 3 has no request",)
    assert record.run.exit_status == 2


def test_what_was_found_stays_found() -> None:
    record = judged(capture(SEEN, LEAK, unreadable=("entry 3 has no request",)))
    assert record.run.judgements[0].verdict is Verdict.FAIL
    assert record.run.exit_status == 1


def test_a_person_who_could_not_be_read_keeps_all_from_passing() -> None:
    record = judged(capture(SEEN, PLAIN), capture(SEEN, PLAIN), unreadable=("people.json: person 3 was left out",))
    assert {j.verdict for j in record.run.judgements} == {Verdict.NOT_VERIFIED}


@pytest.mark.parametrize(
    ("url", "verdict"), [("https://tracker.test/c", Verdict.NOT_VERIFIED), ("https://app.test/log", Verdict.PASS)]
)
def test_a_bomb_is_malformed_and_keeps_from_passing_where_it_may_hide_a_breach(url: str, verdict: Verdict) -> None:
    bomb = sent(2, url, gzip.compress(bytes(200_000_000)))
    record = judged(capture(SEEN, bomb))
    (evidence,) = record.evidence.values()
    (message,) = (one for one in evidence.messages if isinstance(one, Malformed))
    assert (message.where, message.protocol) == (Pointer(2, "request.body"), "http")
    (judgement,) = record.run.judgements
    assert (judgement.verdict, judgement.findings) == (verdict, ())
    assert OUT_OF_BOUNDS in html.render(record)


def test_what_was_left_out_is_told_and_decides_nothing() -> None:
    record = judged(capture(SEEN, PLAIN, left_out=("2 entries at blob: addresses",)))
    assert record.run.left_out == ("login.har: 2 entries at blob: addresses",)
    assert record.run.judgements[0].verdict is Verdict.PASS


def test_a_request_that_the_browser_gave_up_is_no_error() -> None:
    failed = replace(PLAIN, response=None, error="net::ERR_ABORTED")
    assert judged(capture(SEEN, failed, PLAIN)).run.judgements[0].verdict is Verdict.PASS


# --- who plays ---------------------------------------------------------------------------------------------------


def userinfo(number: int, claims: str) -> Exchange:
    made = sent(number, "https://idp.test/userinfo", answer=f'{{"sub": "x{number}y2z3"{claims}}}'.encode())
    return replace(made, request=replace(made.request, headers=(("authorization", "Bearer abcdefgh"),)))


def test_the_one_whom_all_logins_speak_of_plays() -> None:
    known = PEOPLE
    ada, bo = (f', "email": "{one.attributes["mail"]}"' for one in (ADA, BO))
    assert player_of([userinfo(1, ada)], known) == "elev-0001"
    assert player_of([userinfo(1, ada), userinfo(2, ada)], known) == "elev-0001"
    assert player_of([userinfo(1, ada), userinfo(2, "")], known) == "elev-0001"
    assert player_of([userinfo(1, ada), userinfo(2, bo)], known) == ""
    assert player_of([userinfo(1, ada), userinfo(2, ', "email": "someone@else.test"')], known) == ""
    assert player_of([PLAIN], known) == ""


def test_the_example_speaks_of_one_pupil() -> None:
    path = EXAMPLES / "reading-service.har"
    with path.open("rb") as file:
        read = read_capture(path, file, BROWSER)
    assert player_of(read.exchanges, load_people(EXAMPLES / "people.json")) == "elev-0014"


# --- journals ----------------------------------------------------------------------------------------------------

VENDOR = Vendor.model_validate(
    {
        "id": "app",
        "name": "Appen",
        "protocol": "saml",
        "metadata": "https://app.test/metadata",
        "login": "https://app.test/login",
        "probe": {"url": "https://app.test/me"},
    }
)
SCENARIO = Scenario.model_validate(
    {"id": "x", "title": {"sv": "X", "en": "X"}, "flow": "login", "vendor": "app", "expect": {"login": "accepted"}}
)


def journal(*plays: Play, name: str = "exchanges.jsonl") -> Capture:
    exchanges = tuple(
        replace(SEEN, number=place, play=play.id, started=NOW + timedelta(seconds=place))
        for place, play in enumerate((*plays, Play("", SCENARIO, VENDOR, "")), start=1)
    )
    return Capture(name, "journal", "", exchanges, plays)


def test_a_journal_keeps_its_plays_and_what_belongs_to_none_is_one_more() -> None:
    made = journal(Play("x", SCENARIO, VENDOR, "elev-0001", "other", NOW, NOW))
    recorded, plan = gathered([made, made], beside(), {}, NOW)
    assert [(play.id, play.captured) for play in recorded.plays] == [
        ("exchanges", True),
        ("x", False),
        ("exchanges-2", True),
        ("x-2", False),
    ]
    assert [one.play for one in recorded.exchanges] == ["x", "exchanges", "x-2", "exchanges-2"]
    assert plan.plays == ("exchanges", "x", "exchanges-2", "x-2")


def test_an_agreement_holds_for_the_vendor_that_it_is_about() -> None:
    other = Vendor.model_validate(
        {
            "id": "other",
            "name": "Andra",
            "protocol": "saml",
            "metadata": "https://o.test/metadata",
            "login": "https://o.test/login",
            "probe": {"url": "https://o.test/me"},
        }
    )
    plays = (
        Play("x", SCENARIO, VENDOR, "elev-0001", "other", NOW, NOW),
        Play("y", SCENARIO, other, "elev-0001", "app-2026", NOW, NOW),
    )
    recorded, _ = gathered([journal(*plays)], beside(), {}, NOW)
    assert {play.id: play.agreement for play in recorded.plays} == {"exchanges": "app-2026", "x": "app-2026", "y": ""}


def test_a_bomb_of_another_vendor_of_the_play_is_that_one_s() -> None:
    other = VENDOR.model_copy(update={"id": "other", "metadata": "https://o.test/metadata"})
    play = Play("x", SCENARIO, VENDOR, "elev-0001", "", NOW, NOW, also=(other,))
    packed = gzip.compress(bytes(100_000_000))
    coded = sent(2, "https://o.test/a", packed, play="x")
    coded = replace(coded, request=replace(coded.request, headers=(("content-encoding", "gzip"),)))
    exchanges = (coded, sent(3, "https://o.test/b", packed, play="x"), sent(4, "https://app.test/", packed, play="x"))
    (evidence,) = judged(Capture("exchanges.jsonl", "journal", "", exchanges, (play,))).evidence.values()
    assert [one.where.exchange for one in evidence.messages if isinstance(one, Malformed)] == [4]


def test_a_damaged_journal_lets_none_of_its_plays_pass() -> None:
    made = replace(
        journal(Play("x", SCENARIO, VENDOR, "elev-0001", "", NOW, NOW)), unreadable=("line 3 is no line of a journal",)
    )
    _, plan = gathered([made], beside(), {}, NOW)
    assert plan.unreadable_of("x") == ("exchanges.jsonl: line 3 is no line of a journal",)
    assert plan.unreadable_of("exchanges") == ("exchanges.jsonl: line 3 is no line of a journal",)
