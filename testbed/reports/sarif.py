"""SARIF 2.1.0 for code scanning: a rule is a check or a case, a result is what was found, and the place is an address.

A finding that its scenario expects is written down and suppressed: the testbed's own simulated vendors raise no alarm.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType
from urllib.parse import quote

from testbed.checks.core import CheckInfo
from testbed.model.verdict import Finding, Judgement, Run, RunRecord
from testbed.reports.printable import printable
from testbed.reports.references import references
from testbed.reports.run_json import instant
from testbed.reports.texts import check_info

type Json = dict[str, object]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
TOOL = "school-federation-testbed"
INCONCLUSIVE = 2
_IN_ADDRESS = ":/?#[]@!$&'()*+,;=%"
LEVELS: Mapping[str, str] = MappingProxyType({"MUST": "error", "SHOULD": "warning"})


def render(record: RunRecord) -> str:
    """The whole log of a run."""
    run = record.run
    rules, results = data_rules(run), data_results(run)
    notes = [notification("problem", line) for line in (*run.problems, *run.unreadable)]
    invocation: Json = {
        "executionSuccessful": run.exit_status != INCONCLUSIVE,
        "exitCode": run.exit_status,
        "startTimeUtc": instant(run.started),
        "endTimeUtc": instant(run.finished),
        "toolExecutionNotifications": notes,
    }
    return log(run.versions, rules, results, invocation, run.id)


def log(versions: Mapping[str, str], rules: Sequence[Json], results: Sequence[Json], invocation: Json, run: str) -> str:
    """A log of one run; results name their rules by id."""
    places = {rule["id"]: place for place, rule in enumerate(rules)}
    for result in results:
        result["ruleIndex"] = places[result["ruleId"]]
    document = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": TOOL,
                        "semanticVersion": versions.get(TOOL, "0.0.0"),
                        "rules": rules,
                    }
                },
                "automationDetails": {"id": f"testbed/{run}"},
                "invocations": [invocation],
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }
    return printable(json.dumps(document, ensure_ascii=False, indent=1)) + "\n"


def data_rules(run: Run) -> list[Json]:
    """The checks that found something."""
    known = check_info()
    found = {finding.check: finding for judgement in run.judgements for finding in judgement.findings}
    return [_rule(known[name]) if name in known else _bare_rule(finding) for name, finding in found.items()]


def data_results(run: Run) -> list[Json]:
    """What the checks found."""
    return [_result(judgement, finding) for judgement in run.judgements for finding in judgement.findings]


def notification(name: str, text: str, level: str = "error") -> Json:
    """Something about the running itself, and not about the vendor."""
    return {"descriptor": {"id": name}, "level": level, "message": message(text)}


def message(text: str) -> Json:
    """A text."""
    return {"text": text}


def place(address: str) -> list[Json]:
    """Where it was found: a service has an address and no file."""
    # NOTE: code scanning leaves out what names no line; there is one line of an address.
    where = {"artifactLocation": {"uri": quote(address, safe=_IN_ADDRESS)}, "region": {"startLine": 1}}
    return [{"physicalLocation": where}]


def fingerprint(*parts: str) -> Json:
    """What stays the same while a matter is not mended."""
    return {"testbed/v1": sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()}


def help_uri(clauses: Iterable[str]) -> Json:
    """The first source that has an address; nothing where none has."""
    for clause in clauses:
        for one in references(clause):
            if one.url:
                return {"helpUri": one.url}
    return {}


def _rule(info: CheckInfo) -> Json:
    text = f"{info.rationale}\n\nClause: {info.clause}"
    return {
        "id": info.id,
        "shortDescription": message(info.title),
        "fullDescription": message(info.rationale or info.title),
        "help": message(text),
        **help_uri((info.clause,)),
        "defaultConfiguration": {"level": LEVELS[info.severity.value]},
        "properties": {"tags": ["privacy" if info.id.startswith("data.") else "protocol"], "titleSv": info.title_sv},
    }


def _bare_rule(finding: Finding) -> Json:
    """Of a check that this version does not have."""
    return {"id": finding.check, "shortDescription": message(finding.title), "help": message(finding.clause)}


def _result(judgement: Judgement, finding: Finding) -> Json:
    vendor = judgement.play.vendor
    told = (finding.attribute, finding.sender, finding.recipient, finding.channel, finding.form)
    where = {"exchange": finding.where.exchange, "locator": finding.where.locator} if finding.where else {}
    expected = f"expected by the scenario {judgement.play.scenario.id}"
    suppressed = [{"kind": "external", "status": "accepted", "justification": expected}]
    return {
        "ruleId": finding.check,
        "level": LEVELS[finding.severity.value],
        "kind": "fail",
        "message": message(f"{finding.observed} Expected: {finding.expected}"),
        "locations": place(vendor.login),
        "partialFingerprints": fingerprint(vendor.id, finding.check, *told),
        "suppressions": suppressed if judgement.expectation.met else [],
        "properties": {
            "clause": finding.clause,
            "severity": finding.severity.value,
            "vendor": vendor.id,
            "play": judgement.play.id,
            "attribute": finding.attribute,
            "person": finding.person,
            "sender": finding.sender,
            "recipient": finding.recipient,
            "channel": finding.channel,
            "form": finding.form,
            "where": where,
            "reproduce": finding.reproduce,
        },
    }
