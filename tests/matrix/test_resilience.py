"""Vendors while something breaks: each fault is noticed by what it declares, those that do well by nothing.

On loopback, for in one process there is nothing that could break.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sp_mocks.every import EVERY_FAULT
from sp_mocks.fragile import FRAGILE_FAULTS, OIDC_FRAGILE_FAULTS
from testbed.checks.broken import broken_at
from testbed.checks.core import registered, run_checks
from testbed.lab.open import LabName
from testbed.model.breaking import Kill, Mend
from testbed.model.verdict import Broken, Evidence, RunRecord, Verdict
from testbed.model.wire import Exchange, Response
from testbed.reports import html, run_json
from testbed.reports.junit import render as junit

pytestmark = pytest.mark.lab
DIES = "provider-dies-maths-app"
TRACE = "Traceback (most recent call last): File &quot;/srv/app/login.py&quot;, line 3"


@pytest.fixture(scope="module")
def dies(player: Any) -> RunRecord:
    """The identity provider dies during a login."""
    record: RunRecord = player.play(player.catalogue.named([DIES]), LabName.LOOPBACK)[1]
    return record


@pytest.fixture(scope="module")
def suite(player: Any) -> RunRecord:
    record: RunRecord = player.play(player.catalogue.named(["resilience"]), LabName.LOOPBACK)[1]
    return record


def test_a_login_while_the_provider_dies_is_refused_in_words_and_works_when_it_is_back(dies: RunRecord) -> None:
    (judgement,) = dies.run.judgements
    assert (judgement.verdict, judgement.findings) == (Verdict.PASS, ()), judgement.reason
    play = judgement.play
    assert [one.order.order for one in play.broken] == ["kill", "mend"]
    shown = [seen for seen in play.seen if broken_at(play, seen.at)]
    assert [(seen.status, seen.url.partition("?")[0].rpartition("/")[2]) for seen in shown] == [
        (502, "callback"),
        (200, "me"),
    ]
    assert "Ingen har loggats in" in shown[0].text
    assert "Ingen är inloggad" in shown[1].text
    passed = {result.check for result in judgement.results if result.verdict is Verdict.PASS}
    assert {one.info.id for one in registered() if one.info.id.startswith("resilience.")} <= passed
    assert {"session.login-opens-a-session", "session.error-page-shows-no-person"} <= passed


def test_the_report_shows_what_broke_and_what_the_person_saw(dies: RunRecord) -> None:
    page, document = html.render(dies), run_json.document(dies)
    assert "The school died" in page
    assert "Skolan dog" in page
    assert "Skolans inloggningstjänst gick inte att nå" in page
    (scenario,) = document["scenarios"]  # type: ignore[misc]
    assert [one["order"]["order"] for one in scenario["broken"]] == ["kill", "mend"]
    assert any(one["status"] == 502 for one in scenario["seen"])


def test_a_carrier_that_cannot_break_anything_says_so_and_passes_nothing(player: Any) -> None:
    record = player.play(player.catalogue.named([DIES]), LabName.INPROCESS)[1]
    (judgement,) = record.run.judgements
    assert judgement.verdict is Verdict.SKIPPED
    assert judgement.reason == "the lab inprocess cannot do 'kill'"
    assert not judgement.expectation.met
    assert record.run.exit_status == 2
    assert '<skipped message="the lab inprocess cannot do' in junit(record)
    assert "cannot do" in html.render(record)


def test_a_play_that_cannot_be_played_does_not_spoil_the_others(player: Any) -> None:
    record = player.play(player.catalogue.named([DIES, "login-maths-app"]), LabName.INPROCESS)[1]
    assert [j.verdict for j in record.run.judgements] == [Verdict.SKIPPED, Verdict.PASS]
    assert record.run.exit_status == 0


@pytest.mark.kill
def test_every_story_goes_as_its_scenario_expects(suite: RunRecord) -> None:
    surprises = {j.play.id: (j.verdict, j.reason, j.expectation) for j in suite.run.judgements if not j.expectation.met}
    assert surprises == {}
    assert suite.run.exit_status == 0


@pytest.mark.kill
def test_each_fragile_vendor_is_noticed_by_exactly_what_its_fault_declares(suite: RunRecord) -> None:
    noticed = {
        j.play.vendor.simulated.fault: {finding.check for finding in j.findings}
        for j in suite.run.judgements
        if j.play.vendor.simulated and j.play.vendor.simulated.fault
    }
    assert noticed == {name: set(EVERY_FAULT[name].breaks) for name in (*FRAGILE_FAULTS, *OIDC_FRAGILE_FAULTS)}


@pytest.mark.kill
def test_compliant_vendors_are_noticed_by_nothing(suite: RunRecord) -> None:
    sound = [j for j in suite.run.judgements if j.play.vendor.simulated and not j.play.vendor.simulated.fault]
    assert len(sound) == 16
    assert {j.play.id: j.findings for j in sound if j.findings} == {}


def answered(evidence: Evidence, which: Callable[[Exchange], bool], **changes: Any) -> Evidence:
    changed = tuple(replace(one, **changes) if which(one) else one for one in evidence.exchanges)
    assert changed != evidence.exchanges
    return replace(evidence, exchanges=changed)


def page(text: str, status: int = 502, media_type: str = "text/html; charset=utf-8") -> Response:
    return Response(status, (("content-type", media_type),), text.encode())


def failed(exchange: Exchange) -> bool:
    """The callback while the school was dead."""
    return exchange.response is not None and exchange.response.status == 502


def looked(evidence: Evidence) -> Callable[[Exchange], bool]:
    """The probe while the school was dead."""
    return lambda one: one.request.url == evidence.play.vendor.probe_url and broken_at(evidence.play, one.started)


def mail(evidence: Evidence, person: str = "") -> str:
    return str(evidence.people[person or evidence.play.person].values("mail")[0])


def other(evidence: Evidence) -> str:
    return next(p.id for p in evidence.people.values() if p.id != evidence.play.person and p.values("mail"))


CHANGES: dict[str, list[Callable[[Evidence], Evidence]]] = {
    "resilience.no-session-without-the-school": [
        lambda e: answered(e, looked(e), response=page(f"Inloggad: {mail(e)}", 200)),
    ],
    "resilience.person-is-answered": [
        lambda e: answered(e, failed, response=None, error="gone"),
        lambda e: answered(e, failed, duration_ms=14_000.0),
    ],
    "resilience.error-page-says-something": [
        lambda e: answered(e, failed, response=page("")),
        lambda e: answered(e, failed, response=page("<title>502</title><p>502")),
        lambda e: answered(e, failed, response=page("The school did not answer this service.", 502, "text/plain")),
    ],
    "session.error-page-shows-no-person": [
        lambda e: answered(e, failed, response=page(f"<p>{mail(e)}")),
        lambda e: answered(e, failed, response=page(f"<!-- {mail(e)} --><p>Nej")),
        lambda e: answered(e, failed, response=page(f"<p>{mail(e, other(e))}")),
    ],
    "session.error-page-shows-no-inner-workings": [
        lambda e: answered(e, failed, response=page(f"<pre>{TRACE}</pre>")),
        lambda e: answered(e, failed, response=page(f"<p>Nej</p><!-- {TRACE.replace('&quot;', chr(34))} -->")),
        lambda e: answered(e, failed, response=page("<pre>at se.skola.Login.read(Login.java:31)</pre>")),
        lambda e: answered(e, failed, response=page("<pre>at Skola.Login.Read() in C:\\app\\Login.cs:line 3</pre>")),
        lambda e: answered(e, failed, response=page("<pre>at login (/srv/app/login.js:3:14)</pre>")),
        lambda e: answered(e, failed, response=page("<pre>#0 /srv/app/login.php(31): read()</pre>")),
        lambda e: answered(e, failed, response=page("<pre>app/login.rb:31:in `read'</pre>")),
        lambda e: answered(e, failed, response=page("<pre>goroutine 1 [running]:</pre>")),
    ],
    "session.no-server-error": [lambda e: answered(e, failed, response=page("Nej", 500))],
    "session.login-opens-a-session": [
        lambda e: answered(
            e,
            lambda one: one.request.url == e.play.vendor.probe_url and one.started > e.play.broken[-1].done,
            response=page("Ingen är inloggad", 200),
        ),
    ],
}


@pytest.mark.parametrize(
    ("check", "change"), [(check, change) for check, changes in CHANGES.items() for change in changes]
)
def test_a_check_is_heard_when_its_fact_is_changed(
    check: str, change: Callable[[Evidence], Evidence], dies: RunRecord
) -> None:
    (result,) = [one for one in run_checks(change(dies.evidence[DIES])) if one.check == check]
    assert result.findings, (result.verdict, result.reason)
    assert all(finding.clause and finding.observed and finding.expected for finding in result.findings)


@pytest.mark.parametrize("asked", ["image", "script", "empty"])
def test_what_a_browser_asks_for_by_itself_is_no_page(asked: str, dies: RunRecord) -> None:
    """Each browser asks for an icon, or for none, as it likes."""
    evidence = dies.evidence[DIES]
    (one,) = [exchange for exchange in evidence.exchanges if failed(exchange)]
    headers = tuple(pair for pair in one.request.headers if pair[0].lower() != "sec-fetch-dest")
    request = replace(one.request, headers=(*headers, ("sec-fetch-dest", asked)))
    changed = answered(evidence, failed, request=request, response=page(mail(evidence)))
    results = {one.check: one.verdict for one in run_checks(changed) if one.check.startswith("session.error-page")}
    assert set(results.values()) == {Verdict.SKIPPED}


def test_where_nothing_was_broken_these_checks_have_nothing_to_say(dies: RunRecord) -> None:
    evidence = dies.evidence[DIES]
    sound = replace(evidence, play=replace(evidence.play, broken=()))
    results = {one.check: one.verdict for one in run_checks(sound) if one.check.startswith("resilience.")}
    assert set(results.values()) == {Verdict.SKIPPED}


def test_an_answer_that_does_not_come_is_our_fault_unless_something_was_broken_then(dies: RunRecord) -> None:
    evidence = dies.evidence[DIES]
    (lost,) = [one for one in evidence.exchanges if one.response is None]
    assert broken_at(evidence.play, lost.started)
    later = evidence.play.broken[-1].done + timedelta(seconds=1)
    assert not broken_at(evidence.play, later)
    still = replace(evidence.play, broken=(Broken(lost.started, lost.started, Kill(participant="school")),))
    assert broken_at(still, later)
    mended = replace(still, broken=(*still.broken, Broken(lost.started, lost.started, Mend())))
    assert not broken_at(mended, later)


def test_a_vendor_that_was_itself_broken_owes_nobody_a_page(dies: RunRecord) -> None:
    evidence = answered(dies.evidence[DIES], failed, response=None, error="gone")
    first, last = evidence.play.broken
    own = replace(evidence.play, broken=(replace(first, order=Kill(participant="vendor")), last))
    (result,) = [r for r in run_checks(replace(evidence, play=own)) if r.check == "resilience.person-is-answered"]
    assert result.verdict is Verdict.SKIPPED
