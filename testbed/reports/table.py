"""One line a play, as CSV: the table that a sweep over many people is read from."""

import csv
import io

from testbed.model.verdict import Evidence, Judgement, RunRecord
from testbed.reports.rows import received

COLUMNS = (
    "play",
    "scenario",
    "vendor",
    "person",
    "role",
    "verdict",
    "expected",
    "as_expected",
    "findings",
    "failed_checks",
    "received",
    "passed_on_to",
    "exchanges",
    "duration_ms",
)
"""``received`` are attribute names and ``passed_on_to`` host names, joined by blanks; durations from first request
to last answer, in milliseconds."""


def render(record: RunRecord) -> str:
    """The whole table with its heading."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for judgement in record.run.judgements:
        writer.writerow(_row(judgement, record.evidence.get(judgement.play.id)))
    return out.getvalue()


def _row(judgement: Judgement, evidence: Evidence | None) -> tuple[str | int | float, ...]:
    play = judgement.play
    failed = sorted({finding.check for finding in judgement.findings})
    fixed = (
        play.id,
        play.scenario.id,
        play.vendor.id,
        play.person,
        evidence.person.role if evidence and evidence.person else "",
        judgement.verdict.value,
        judgement.expected.value,
        "yes" if judgement.expectation.met else "no",
        len(judgement.findings),
        " ".join(failed),
    )
    if evidence is None:
        return (*fixed, "", "", 0, 0.0)
    onward = sorted({f.recipient for f in judgement.findings if f.check == "data.no-onward-transfer"})
    return (*fixed, " ".join(received(evidence)), " ".join(onward), len(evidence.exchanges), _duration_ms(evidence))


def _duration_ms(evidence: Evidence) -> float:
    if not evidence.exchanges:
        return 0.0
    start = min(exchange.started.timestamp() * 1000 for exchange in evidence.exchanges)
    end = max(exchange.started.timestamp() * 1000 + exchange.duration_ms for exchange in evidence.exchanges)
    return round(end - start, 1)
