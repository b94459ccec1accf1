"""Every check of the exchange is proven both ways: silent on a vendor that does well, heard when a fact is changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from testbed.checks.core import registered, run_checks
from testbed.checks.disclosed import is_by_school
from testbed.model.exchange_messages import DataAnswer, DataRecord, DataReport
from testbed.model.verdict import Evidence, RunRecord, Verdict
from testbed.model.wire import Pointer
from testbed.privacy.agreed import came_from_school

FIRST = "roster-class-lists"
"""The play in which the vendor fetches everything, for it knows nothing yet."""
FORGOTTEN, REPORTED = "data.deleted-persons-forgotten", "exchange.reports-name-nobody"


def result_of(check: str, evidence: Evidence) -> Any:
    (result,) = [r for r in run_checks(evidence) if r.check == check]
    return result


def answers(evidence: Evidence, change: Callable[[DataAnswer], DataAnswer]) -> Evidence:
    """The evidence with each answer of a data API changed."""
    changed = (change(message) if isinstance(message, DataAnswer) else message for message in evidence.messages)
    return replace(evidence, messages=tuple(changed))


def of(evidence: Evidence, collection: str, **changes: object) -> Evidence:
    """The same, of one collection."""
    return answers(evidence, lambda one: replace(one, **changes) if one.collection == collection else one)  # type: ignore[arg-type]


def without(evidence: Evidence, lacking: Callable[[DataAnswer], bool]) -> Evidence:
    left = (m for m in evidence.messages if not (isinstance(m, DataAnswer) and lacking(m)))
    return replace(evidence, messages=tuple(left))


def somebody_held(evidence: Evidence) -> Evidence:
    """Of those whom the page shows at last, one is taken back."""
    held = next(m for m in evidence.messages if isinstance(m, DataAnswer) and m.collection == "persons")
    shown = next(record.id for record in held.records)
    record = DataRecord(Pointer(held.where.exchange, "response.body/data/persons/0"), shown)
    return of(evidence, "deletedEntities", records=(record,))


def told_to_wait(evidence: Evidence, seconds: float) -> Evidence:
    """The first call is told to wait."""
    first = min(m.where.exchange for m in evidence.messages if isinstance(m, DataAnswer))

    def change(one: DataAnswer) -> DataAnswer:
        return replace(one, status=429, wait_s=seconds) if one.where.exchange == first else one

    return answers(evidence, change)


def late(evidence: Evidence) -> Evidence:
    """What follows the first call comes so much later."""
    first = min(m.where.exchange for m in evidence.messages if isinstance(m, DataAnswer))
    exchanges = tuple(
        replace(one, started=one.started + timedelta(seconds=60)) if one.number > first else one
        for one in evidence.exchanges
    )
    return replace(evidence, exchanges=exchanges)


def named(evidence: Evidence) -> Evidence:
    """A report names the person who plays."""
    person = evidence.person
    assert person
    name = person.values("displayName")[0]
    report = DataReport(Pointer(evidence.exchanges[-1].number, "request.body"), "log", f'{{"message": "{name}"}}')
    return replace(evidence, messages=(*evidence.messages, report))


CHANGES: dict[str, tuple[str, tuple[Callable[[Evidence], Evidence], ...]]] = {
    "exchange.roster-is-fetched": (
        FIRST,
        (
            lambda e: of(e, "groups", status=403),
            lambda e: of(e, "persons", following="never-asked-for"),
            lambda e: without(e, lambda _: True),
            lambda e: replace(e, play=replace(e.play, stopped="the page for administrators was looked for")),
        ),
    ),
    "exchange.page-token-stands-alone": (
        FIRST,
        (lambda e: of(e, "persons", query=(("pageToken", "x"), ("meta.modified.after", "y"))),),
    ),
    "exchange.changes-are-enough": (FIRST, (lambda e: of(e, "persons", query=(("limit", "200"),)),)),
    "exchange.waits-when-told": (FIRST, (lambda e: told_to_wait(e, 5.0),)),
    REPORTED: (FIRST, (named,)),
    FORGOTTEN: (
        FIRST,
        (somebody_held, lambda e: without(e, lambda one: one.asked == "deleted")),
    ),
}
"""Of each check the play that it looks at, and what must be heard."""


def test_the_table_names_every_check_of_the_exchange() -> None:
    of_family = {one.info.id for one in registered() if one.info.id.startswith("exchange.")}
    assert of_family | {FORGOTTEN} == set(CHANGES)


@pytest.mark.parametrize("check", CHANGES)
def test_a_check_is_silent_on_a_vendor_that_does_well(check: str, exchange: RunRecord) -> None:
    result = result_of(check, exchange.evidence[CHANGES[check][0]])
    expected = Verdict.SKIPPED if check == "exchange.waits-when-told" else Verdict.PASS
    assert (result.findings, result.verdict) == ((), expected), result.reason


@pytest.mark.parametrize(
    ("check", "change"), [(check, change) for check, (_, changes) in CHANGES.items() for change in changes]
)
def test_a_check_is_heard_when_its_fact_is_changed(
    check: str, change: Callable[[Evidence], Evidence], exchange: RunRecord
) -> None:
    result = result_of(check, change(exchange.evidence[CHANGES[check][0]]))
    assert result.findings, (result.verdict, result.reason)
    assert result.verdict in (Verdict.FAIL, Verdict.WARNING)
    assert all(finding.clause and finding.observed and finding.expected for finding in result.findings)


def test_a_vendor_that_waits_as_long_as_it_is_told_passes(exchange: RunRecord) -> None:
    waited = late(told_to_wait(exchange.evidence[FIRST], 5.0))
    assert result_of("exchange.waits-when-told", waited).verdict is Verdict.PASS


def test_nobody_is_blamed_where_the_page_was_not_opened(exchange: RunRecord) -> None:
    closed = replace(somebody_held(exchange.evidence[FIRST]), exchanges=())
    assert result_of(FORGOTTEN, closed).verdict is Verdict.NOT_VERIFIED


@pytest.mark.parametrize("play", ["moves-class-lists", "protected-class-lists"])
def test_a_pupil_whom_the_school_takes_back_is_forgotten(play: str, exchange: RunRecord) -> None:
    evidence = exchange.evidence[play]
    gone = [m for m in evidence.messages if isinstance(m, DataAnswer) and m.asked == "deleted" and m.records]
    assert gone
    assert result_of(FORGOTTEN, evidence).verdict is Verdict.PASS


def test_what_a_record_tells_is_told_of_the_person_whose_record_it_is(exchange: RunRecord) -> None:
    told = [one for one in exchange.evidence[FIRST].disclosures if one.channel == "ss12000"]
    assert {one.attribute for one in told} == {"eduPersonPrincipalName", "givenName", "sn"}
    assert {(one.sender, one.recipient) for one in told} == {("api.skola.test", "klasslistan.test")}
    assert all(one.person for one in told)
    pupils = {one.person for one in told if one.person.startswith("elev-")}
    units = {unit for person in pupils for unit in exchange.people[person].school_units}
    assert "00001101" in units
    assert all("00001101" in exchange.people[person].school_units for person in pupils)


def test_login_checks_have_nothing_to_say_where_nobody_logs_in(exchange: RunRecord) -> None:
    verdicts = {
        r.check: r.verdict
        for r in run_checks(exchange.evidence[FIRST])
        if r.check.startswith(("saml.", "metadata.", "session.")) and r.check != "session.no-server-error"
    }
    assert set(verdicts.values()) == {Verdict.SKIPPED}


def test_a_vendor_that_people_log_in_to_is_not_judged_by_its_other_calls(exchange: RunRecord) -> None:
    """Many APIs have paths like these."""
    evidence = named(told_to_wait(exchange.evidence[FIRST], 5.0))
    vendor = evidence.play.vendor.model_copy(update={"protocol": "oidc"})
    another = replace(evidence, play=replace(evidence.play, vendor=vendor))
    assert {result_of(check, another).verdict for check in CHANGES} == {Verdict.SKIPPED}


def test_an_answer_of_somebody_else_is_not_the_school_s(exchange: RunRecord) -> None:
    evidence = exchange.evidence[FIRST]
    agreement = evidence.agreement
    assert agreement
    told = next(one for one in evidence.disclosures if one.channel == "ss12000")
    assert is_by_school(told, agreement)
    assert came_from_school(told, agreement)
    elsewhere = replace(told, sender="api.vendor.test")
    assert not is_by_school(elsewhere, agreement)
    assert not came_from_school(elsewhere, agreement)


def test_without_evidence_nothing_passes(exchange: RunRecord) -> None:
    empty = replace(exchange.evidence[FIRST], exchanges=(), messages=(), disclosures=(), issued=())
    assert [r.check for r in run_checks(empty) if r.verdict is Verdict.PASS] == []
