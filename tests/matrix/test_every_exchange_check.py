"""Every check of vendors that fetch is proven both ways: silent on one that does well, heard when a fact is changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from testbed.checks.core import registered, run_checks
from testbed.checks.disclosed import is_by_school
from testbed.checks.exchange import FETCHES
from testbed.model.exchange_messages import ChangeNotice, DataAnswer, DataRecord, DataReport
from testbed.model.verdict import Evidence, RunRecord, Verdict
from testbed.model.wire import BROWSER, Exchange, Pointer
from testbed.privacy.agreed import came_from_school

FIRST = "roster-class-lists"
"""The play in which the vendor fetches everything, for it knows nothing yet."""
TOLD, STORM, FORGED = "told-class-lists", "storm-class-lists", "forged-notice-class-lists"
REPLAYED = "replayed-token-class-lists"
ODD_PAGES, SCHOOLS = "odd-pages-class-lists", "two-schools-shared-lists"
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


def notices(evidence: Evidence, change: Callable[[ChangeNotice], ChangeNotice | None]) -> Evidence:
    """The evidence with each notice changed, or without it."""
    changed = (change(message) if isinstance(message, ChangeNotice) else message for message in evidence.messages)
    return replace(evidence, messages=tuple(message for message in changed if message))


def calls(evidence: Evidence, change: Callable[[Exchange], Exchange]) -> Evidence:
    """The evidence with each call of the school's data API changed."""
    changed = (change(one) if one.receiver.startswith("api.") else one for one in evidence.exchanges)
    return replace(evidence, exchanges=tuple(changed))


def sent_to(one: Exchange, url: str) -> Exchange:
    return replace(one, request=replace(one.request, url=url))


def token_of(one: Exchange) -> str:
    return one.request.header("authorization").removeprefix("Bearer ")


def bearing_its_token(one: Exchange) -> Exchange:
    return sent_to(one, f"{one.request.url}&access_token={token_of(one)}")


def elsewhere(evidence: Evidence) -> Evidence:
    """One call more, to somebody else, with the same token."""
    model = next(one for one in evidence.exchanges if one.receiver.startswith("api.") and token_of(one))
    last = evidence.exchanges[-1].number + 1
    again = replace(sent_to(model, "https://elsewhere.test/"), number=last, receiver="elsewhere.test")
    return replace(evidence, exchanges=(*evidence.exchanges, again))


def naming(evidence: Evidence, query: str) -> Evidence:
    """The calls name the account of the person who plays in their addresses."""
    person = evidence.person
    assert person
    account = person.values("eduPersonPrincipalName")[0].replace("@", "%40")
    return calls(evidence, lambda one: sent_to(one, f"{one.request.url}{query}{account}"))


def none_fetched_when_told(evidence: Evidence) -> Evidence:
    told = min(m.where.exchange for m in evidence.messages if isinstance(m, ChangeNotice))
    return without(evidence, lambda one: one.where.exchange > told)


def once_more(evidence: Evidence) -> Evidence:
    """After the last round there is another, a minute later."""
    last = max(
        (m for m in evidence.messages if isinstance(m, DataAnswer) and m.collection == "organisations"),
        key=lambda one: one.where.exchange,
    )
    number = evidence.exchanges[-1].number + 1
    (asked,) = [one for one in evidence.exchanges if one.number == last.where.exchange]
    again = replace(asked, number=number, started=asked.started + timedelta(seconds=60))
    answer = replace(last, where=Pointer(number, "response.body"))
    return replace(evidence, exchanges=(*evidence.exchanges, again), messages=(*evidence.messages, answer))


def a_round_for_each(evidence: Evidence) -> Evidence:
    """Ten notices that come one by one, and a round after each."""
    for _ in range(10):
        evidence = once_more(evidence)
        number = evidence.exchanges[-1].number + 1
        notice = next(one for one in evidence.exchanges if b"modifiedEntites" in one.request.body)
        told = replace(notice, number=number, started=evidence.exchanges[-1].started + timedelta(seconds=1))
        model = next(one for one in evidence.messages if isinstance(one, ChangeNotice))
        said = replace(model, where=Pointer(number, "request.body"))
        evidence = replace(evidence, exchanges=(*evidence.exchanges, told), messages=(*evidence.messages, said))
    return evidence


def swapped(evidence: Evidence) -> Evidence:
    """What one school has told is taken for the other's."""
    other = {"api.skola.test": "api.granne.test", "api.granne.test": "api.skola.test"}
    return answers(evidence, lambda one: replace(one, host=other[one.host]))


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
    "exchange.token-goes-to-the-school-alone": (ODD_PAGES, (elsewhere,)),
    "exchange.token-not-in-address": (FIRST, (lambda e: calls(e, bearing_its_token),)),
    "exchange.addresses-name-nobody": (
        FIRST,
        (lambda e: naming(e, "&eduPersonPrincipalName="), lambda e: naming(e, "&nameContains=")),
    ),
    "exchange.webhook-is-authentic": (
        FORGED,
        (
            lambda e: notices(e, lambda one: replace(one, status=200)),
            lambda e: notices(e, lambda one: replace(one, status=202)),
            once_more,
        ),
    ),
    "exchange.fetches-when-told": (TOLD, (none_fetched_when_told,)),
    "exchange.one-fetch-for-many-notices": (STORM, (once_more, a_round_for_each)),
    "exchange.rosters-apart": (SCHOOLS, (swapped,)),
    FORGOTTEN: (
        FIRST,
        (somebody_held, lambda e: without(e, lambda one: one.asked == "deleted")),
    ),
}
"""Of each check the play that it looks at, and what must be heard."""


def test_the_table_names_every_check_of_vendors_that_fetch() -> None:
    of_family = {one.info.id for one in registered() if FETCHES in one.needs}
    assert of_family | {FORGOTTEN} == set(CHANGES)


@pytest.mark.parametrize("check", CHANGES)
def test_a_check_is_silent_on_a_vendor_that_does_well(check: str, fetched: RunRecord) -> None:
    result = result_of(check, fetched.evidence[CHANGES[check][0]])
    expected = Verdict.SKIPPED if check == "exchange.waits-when-told" else Verdict.PASS
    assert (result.findings, result.verdict) == ((), expected), result.reason


@pytest.mark.parametrize(
    ("check", "change"), [(check, change) for check, (_, changes) in CHANGES.items() for change in changes]
)
def test_a_check_is_heard_when_its_fact_is_changed(
    check: str, change: Callable[[Evidence], Evidence], fetched: RunRecord
) -> None:
    result = result_of(check, change(fetched.evidence[CHANGES[check][0]]))
    assert result.findings, (result.verdict, result.reason)
    assert result.verdict in (Verdict.FAIL, Verdict.WARNING)
    assert all(finding.clause and finding.observed and finding.expected for finding in result.findings)


def test_a_vendor_that_waits_as_long_as_it_is_told_passes(fetched: RunRecord) -> None:
    waited = late(told_to_wait(fetched.evidence[FIRST], 5.0))
    assert result_of("exchange.waits-when-told", waited).verdict is Verdict.PASS


@pytest.mark.parametrize("heeding", [lambda e: notices(e, lambda one: replace(one, status=200)), once_more])
def test_a_notice_with_a_token_for_another_is_somebody_else_s_too(
    heeding: Callable[[Evidence], Evidence], fetched: RunRecord
) -> None:
    evidence = fetched.evidence[REPLAYED]
    assert result_of("exchange.webhook-is-authentic", evidence).verdict is Verdict.PASS
    (finding,) = result_of("exchange.webhook-is-authentic", heeding(evidence)).findings
    assert "shows a token that opens something else" in finding.observed
    assert ("a round of fetching followed" in finding.observed) == (heeding is once_more)


def test_where_the_notices_are_the_school_s_there_is_none_to_refuse(fetched: RunRecord) -> None:
    assert result_of("exchange.webhook-is-authentic", fetched.evidence[STORM]).verdict is Verdict.SKIPPED


def test_a_vendor_that_is_told_by_nobody_need_not_fetch(fetched: RunRecord) -> None:
    for check in ("exchange.fetches-when-told", "exchange.one-fetch-for-many-notices"):
        assert result_of(check, fetched.evidence[FIRST]).verdict is Verdict.SKIPPED
    assert result_of("exchange.fetches-when-told", fetched.evidence[FORGED]).verdict is Verdict.SKIPPED


def test_a_storm_is_a_storm(fetched: RunRecord) -> None:
    told = [m for m in fetched.evidence[STORM].messages if isinstance(m, ChangeNotice)]
    assert len(told) == 50
    assert all(one.token and one.token.opens and one.status == 200 for one in told)
    for play in (FORGED, REPLAYED):
        assert [m.status for m in fetched.evidence[play].messages if isinstance(m, ChangeNotice)] == [403]


def test_the_token_of_somebody_else_s_notice_is_the_school_s_and_opens_another_vendor(fetched: RunRecord) -> None:
    (forged,) = [m for m in fetched.evidence[REPLAYED].messages if isinstance(m, ChangeNotice)]
    own = next(m for m in fetched.evidence[STORM].messages if isinstance(m, ChangeNotice))
    assert forged.token
    assert own.token
    assert forged.token.entity_id == own.token.entity_id == "https://api.skola.test"
    assert forged.token.opens != own.token.opens
    assert own.token.opens == (("ss12000-client", "https://klasslistan.test/webhook"),)


def test_a_button_is_a_reason_to_fetch_too(fetched: RunRecord) -> None:
    evidence = fetched.evidence[STORM]
    pressed = next(one for one in evidence.exchanges if one.sender == BROWSER and one.request.method == "POST")
    last = evidence.exchanges[-1]
    again = replace(pressed, number=last.number + 1, started=last.started + timedelta(seconds=30))
    with_button = replace(evidence, exchanges=(*evidence.exchanges, again))
    assert result_of("exchange.one-fetch-for-many-notices", once_more(with_button)).verdict is Verdict.PASS


def test_a_key_that_is_withdrawn_opens_nothing(fetched: RunRecord) -> None:
    statuses = {m.status for m in fetched.evidence["revoked-class-lists"].messages if isinstance(m, DataAnswer)}
    assert statuses == {200, 401}
    changed = fetched.evidence["key-changed-class-lists"]
    assert {m.status for m in changed.messages if isinstance(m, DataAnswer)} == {200}
    keys = {one.shown for one in changed.exchanges if one.receiver == "api.skola.test"}
    assert len(keys) == 2


def test_a_vendor_that_is_told_to_wait_waits(fetched: RunRecord) -> None:
    assert result_of("exchange.waits-when-told", fetched.evidence["limited-class-lists"]).verdict is Verdict.PASS


def test_nobody_is_blamed_where_the_page_was_not_opened(fetched: RunRecord) -> None:
    closed = replace(somebody_held(fetched.evidence[FIRST]), exchanges=())
    assert result_of(FORGOTTEN, closed).verdict is Verdict.NOT_VERIFIED


@pytest.mark.parametrize("play", ["moves-class-lists", "protected-class-lists"])
def test_a_pupil_whom_the_school_takes_back_is_forgotten(play: str, fetched: RunRecord) -> None:
    evidence = fetched.evidence[play]
    gone = [m for m in evidence.messages if isinstance(m, DataAnswer) and m.asked == "deleted" and m.records]
    assert gone
    assert result_of(FORGOTTEN, evidence).verdict is Verdict.PASS


def test_what_a_record_tells_is_told_of_the_person_whose_record_it_is(fetched: RunRecord) -> None:
    told = [one for one in fetched.evidence[FIRST].disclosures if one.channel == "ss12000"]
    assert {one.attribute for one in told} == {
        "eduPersonPrincipalName",
        "givenName",
        "sn",
        "sisSchoolUnitCode",
        "sisSchoolCourseStudent",
        "sisSchoolCourseTeacher",
    }
    assert {(one.sender, one.recipient) for one in told} == {("api.skola.test", "klasslistan.test")}
    assert all(one.person for one in told)
    pupils = {one.person for one in told if one.person.startswith("elev-")}
    units = {unit for person in pupils for unit in fetched.people[person].school_units}
    assert "00001101" in units
    assert all("00001101" in fetched.people[person].school_units for person in pupils)


def test_login_checks_have_nothing_to_say_where_nobody_logs_in(fetched: RunRecord) -> None:
    verdicts = {
        r.check: r.verdict
        for r in run_checks(fetched.evidence[FIRST])
        if r.check.startswith(("saml.", "metadata.", "session.")) and r.check != "session.no-server-error"
    }
    assert set(verdicts.values()) == {Verdict.SKIPPED}


def test_a_vendor_that_people_log_in_to_is_not_judged_by_its_other_calls(fetched: RunRecord) -> None:
    """Many APIs have paths like these."""
    evidence = named(told_to_wait(fetched.evidence[FIRST], 5.0))
    vendor = evidence.play.vendor.model_copy(update={"protocol": "oidc"})
    another = replace(evidence, play=replace(evidence.play, vendor=vendor))
    assert {result_of(check, another).verdict for check in CHANGES} == {Verdict.SKIPPED}


def test_an_answer_of_somebody_else_is_not_the_school_s(fetched: RunRecord) -> None:
    evidence = fetched.evidence[FIRST]
    agreement = evidence.agreement
    assert agreement
    told = next(one for one in evidence.disclosures if one.channel == "ss12000")
    assert is_by_school(told, agreement)
    assert came_from_school(told, agreement)
    elsewhere = replace(told, sender="api.vendor.test")
    assert not is_by_school(elsewhere, agreement)
    assert not came_from_school(elsewhere, agreement)


def test_without_evidence_nothing_passes(fetched: RunRecord) -> None:
    empty = replace(fetched.evidence[FIRST], exchanges=(), messages=(), disclosures=(), issued=())
    assert [r.check for r in run_checks(empty) if r.verdict is Verdict.PASS] == []


ENDED = "agreement-ends-class-lists"


def test_a_vendor_may_be_refused_once_its_agreement_has_ended(fetched: RunRecord) -> None:
    evidence = fetched.evidence[ENDED]
    refused = [m for m in evidence.messages if isinstance(m, DataAnswer) and m.status == 403]
    assert refused
    assert result_of("exchange.roster-is-fetched", evidence).verdict is Verdict.PASS
    unordered = replace(evidence, play=replace(evidence.play, orders=()))
    assert result_of("exchange.roster-is-fetched", unordered).verdict is Verdict.FAIL
