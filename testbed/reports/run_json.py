"""run.json, the contract with programs: schema ``testbed.run/1``."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from testbed.model.release import RELEASE_RECORDS
from testbed.model.verdict import Evidence, Finding, Judgement, Result, Run, RunRecord
from testbed.reports.limits import cannot_be_seen
from testbed.reports.story import broken_document, seen_document

SCHEMA = "testbed.run/1"


def render(record: RunRecord) -> str:
    """The whole document, the same for the same record."""
    return written(document(record))


def written(document: Mapping[str, object]) -> str:
    """As the file has it."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def document(record: RunRecord) -> dict[str, object]:
    """What it says."""
    run = record.run
    return {
        "schema": SCHEMA,
        "id": run.id,
        "started": instant(run.started),
        "finished": instant(run.finished),
        "lab": run.lab,
        "seed": run.seed,
        "versions": dict(run.versions),
        "scenarios": [_scenario(one, record.evidence.get(one.play.id)) for one in run.judgements],
        "cases": [],
        "problems": list(run.problems),
        "unreadable": list(run.unreadable),
        "left_out": list(run.left_out),
        "cannot_be_seen": [limit.en for limit in cannot_be_seen(record)],
        "masked": record.masked,
        "summary": summary(run),
    }


def instant(moment: datetime) -> str:
    """In UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _scenario(judgement: Judgement, evidence: Evidence | None) -> dict[str, object]:
    play = judgement.play
    numbers = [exchange.number for exchange in evidence.exchanges] if evidence else []
    return {
        "id": play.scenario.id,
        "play": play.id,
        "vendor": play.vendor.id,
        "person": play.person,
        "agreement": play.agreement,
        "verdict": judgement.verdict.value,
        "reason": judgement.reason,
        "expected": judgement.expected.value,
        "as_expected": judgement.expectation.met,
        "missing": list(judgement.expectation.missing),
        "unexpected": list(judgement.expectation.unexpected),
        "exchanges": [min(numbers), max(numbers)] if numbers else [],
        "broken": [broken_document(one) for one in play.broken],
        "seen": [seen_document(one) for one in play.seen],
        "results": [_result(result) for result in judgement.results],
        "releases": RELEASE_RECORDS.dump_python(evidence.releases if evidence else (), mode="json"),
    }


def _result(result: Result) -> dict[str, object]:
    return {
        "check": result.check,
        "verdict": result.verdict.value,
        "severity": result.severity.value,
        "reason": result.reason,
        "findings": [_finding(finding) for finding in result.findings],
    }


def _finding(finding: Finding) -> dict[str, object]:
    where = finding.where
    return {
        "check": finding.check,
        "title": finding.title,
        "clause": finding.clause,
        "severity": finding.severity.value,
        "vendor": finding.vendor,
        "attribute": finding.attribute,
        "person": finding.person,
        "sender": finding.sender,
        "recipient": finding.recipient,
        "channel": finding.channel,
        "form": finding.form,
        "observed": finding.observed,
        "expected": finding.expected,
        "where": {"exchange": where.exchange, "locator": where.locator} if where else None,
        "reproduce": finding.reproduce,
    }


def summary(run: Run) -> dict[str, object]:
    """Counts, and the exit status that goes with them."""
    verdicts = Counter(judgement.verdict.value for judgement in run.judgements)
    return {
        "scenarios": len(run.judgements),
        "as_expected": sum(judgement.expectation.met for judgement in run.judgements),
        "verdicts": dict(sorted(verdicts.items())),
        "findings": sum(len(judgement.findings) for judgement in run.judgements),
        "exit_status": run.exit_status,
    }
