"""The table of equal access tells by evidence who logged in, who was refused as agreed, and for whom it failed."""

from dataclasses import replace
from typing import Any

import pytest
from lxml import html as lxml_html

from testbed.model.verdict import Expectation, Judgement, Result, RunRecord, Severity, Verdict
from testbed.model.written import Bilingual, Expect, PersonKind
from testbed.reports import html
from testbed.reports.access import LOGIN, REFUSAL, STATES, access_table, state_of

GUARDIAN = PersonKind(id="guardian", title=Bilingual(sv="Vårdnadshavare", en="Guardian"))
PUPIL = PersonKind(id="pupil", title=Bilingual(sv="Elev", en="Pupil"))


def judged(record: RunRecord, kind: PersonKind | None, login: Verdict | None, **changes: Any) -> Judgement:
    """A play of one kind whose decisive check said this; ``met`` and ``refusal`` change what was expected."""
    refusal, met = changes.get("refusal", False), changes.get("met", login is Verdict.PASS)
    first = record.run.judgements[0]
    expect = Expect(login="refused", status=("RequestDenied",)) if refusal else Expect(login="accepted")
    scenario = first.play.scenario.model_copy(update={"kind": kind, "expect": expect})
    check = REFUSAL if refusal else LOGIN
    results = (Result(check, login, Severity.MUST),) if login else ()
    return replace(
        first,
        play=replace(first.play, id=changes.get("play", "login"), scenario=scenario),
        verdict=changes.get("verdict", login or Verdict.NOT_VERIFIED),
        expectation=Expectation(met=met),
        results=results,
    )


@pytest.mark.parametrize(
    ("login", "changes", "expected"),
    [
        (Verdict.PASS, {}, "in"),
        (Verdict.PASS, {"refusal": True}, "refused"),
        (Verdict.PASS, {"met": False}, "with-findings"),
        (Verdict.PASS, {"met": False, "refusal": True}, "with-findings"),
        (Verdict.FAIL, {}, "failed"),
        (Verdict.FAIL, {"refusal": True}, "failed"),
        (Verdict.NOT_VERIFIED, {}, "undecided"),
        (Verdict.SKIPPED, {"met": True}, "undecided"),
        (Verdict.PASS, {"verdict": Verdict.ERROR}, "undecided"),
        (None, {"met": True}, "undecided"),
    ],
)
def test_the_state_is_what_the_evidence_says(
    as_expected: RunRecord, login: Verdict | None, changes: dict[str, Any], expected: str
) -> None:
    assert state_of(judged(as_expected, PUPIL, login, **changes)) == expected


def test_a_run_that_plays_no_kinds_has_no_table(as_expected: RunRecord) -> None:
    assert access_table([judged(as_expected, None, Verdict.PASS)]) is None
    assert "access-caption" not in html.render(as_expected)


def test_of_several_plays_the_worst_is_told_with_its_number(as_expected: RunRecord) -> None:
    verdicts = [Verdict.PASS, Verdict.FAIL, Verdict.NOT_VERIFIED, Verdict.FAIL]
    table = access_table([judged(as_expected, PUPIL, v, play=f"login.{n}") for n, v in enumerate(verdicts)])
    assert table
    (cell,) = table.rows[0].cells
    assert cell
    assert (cell.state, cell.play, cell.worst, cell.plays) == ("failed", "login.1", 2, 4)


def test_what_was_not_played_at_a_vendor_is_said(as_expected: RunRecord) -> None:
    other = judged(as_expected, GUARDIAN, Verdict.PASS)
    vendor = other.play.vendor.model_copy(update={"id": "other", "name": "Annan"})
    table = access_table(
        [judged(as_expected, PUPIL, Verdict.PASS), replace(other, play=replace(other.play, vendor=vendor))]
    )
    assert table
    assert [[cell.state if cell else "" for cell in row.cells] for row in table.rows] == [["in", ""], ["", "in"]]


@pytest.mark.parametrize("failing", [True, False])
def test_the_page_names_for_whom_it_fails_in_words(as_expected: RunRecord, failing: bool) -> None:
    verdict = Verdict.FAIL if failing else Verdict.PASS
    judgements = (
        judged(as_expected, PUPIL, verdict, play="login"),
        judged(as_expected, GUARDIAN, Verdict.PASS, refusal=True, play="login.2"),
    )
    tree = lxml_html.fromstring(html.render(replace(as_expected, run=replace(as_expected.run, judgements=judgements))))
    (table,) = tree.xpath("//table[@class='access']")
    assert len(table.xpath(".//th[@scope='row']")) == 2
    words = " ".join(table.text_content().split())
    assert STATES["failed" if failing else "in"].words.sv in words
    assert "nekad, enligt avtalet" in words
    said = " ".join(tree.xpath("//section[@aria-labelledby='access']")[0].text_content().split())
    assert ("fungerar inte så som avtalen säger" in said) is failing
    assert ("Ingen: varje slags person" in said) is not failing


def test_every_state_has_a_mark_and_words_of_its_own() -> None:
    assert len({state.mark for state in STATES.values()}) == len(STATES)
    for language in ("sv", "en"):
        assert len({getattr(state.words, language) for state in STATES.values()}) == len(STATES)
