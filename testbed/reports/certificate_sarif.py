"""SARIF 2.1.0 of certifying a vendor: a rule is a case.

What failed is an ``error``, what warned a ``warning``. What was not verified is a result of the kind ``open``, which is
no pass. What was SKIPPED, and what is wrong with the configuration, are notifications of the invocation.
"""

from collections.abc import Iterator

from testbed.model.certificate import AnyCase, CaseResult, Certificate, Outcome
from testbed.model.verdict import Verdict
from testbed.reports.certificate_about import expected
from testbed.reports.run_json import instant
from testbed.reports.sarif import (
    Json,
    data_results,
    data_rules,
    fingerprint,
    help_uri,
    log,
    message,
    notification,
    place,
)

SUBJECT = {"saml": "login", "oidc": "login", "scim": "data-exchange", "ss12000": "data-exchange"}
LEVELS = {Verdict.FAIL: "error", Verdict.WARNING: "warning", Verdict.NOT_VERIFIED: "none", Verdict.ERROR: "none"}


def render(certificate: Certificate) -> str:
    """The whole log."""
    rules = [_rule(result.case) for result in certificate.results]
    results = [_result(certificate, result) for result in certificate.with_verdict(*LEVELS)]
    if certificate.data:
        rules += data_rules(certificate.data.run)
        results += data_results(certificate.data.run)
    invocation: Json = {
        "executionSuccessful": certificate.outcome is not Outcome.INCONCLUSIVE,
        "exitCode": certificate.exit_status,
        "exitCodeDescription": certificate.outcome.value,
        "startTimeUtc": instant(certificate.started),
        "endTimeUtc": instant(certificate.finished),
        "toolConfigurationNotifications": list(_configuration(certificate)),
        "toolExecutionNotifications": [_skipped(one) for one in certificate.with_verdict(Verdict.SKIPPED)],
        "properties": {
            "vendor": certificate.vendor.id,
            "profile": f"{certificate.profile.id} {certificate.profile.version}",
            "outcome": certificate.outcome.value,
            "why": [one.en for one in certificate.why],
            "digest": certificate.digest,
        },
    }
    # NOTE: code scanning takes two runs with one id for one history, so that what is mended disappears.
    return log(certificate.versions, rules, results, invocation, f"certify/{certificate.vendor.id}/")


def _configuration(certificate: Certificate) -> Iterator[Json]:
    for error in certificate.configuration:
        yield notification("configuration", f"{error.what.en} To mend it: {error.mend.en}")
    if certificate.calibration.trouble:
        yield notification("calibration", certificate.calibration.trouble.en)


def _skipped(result: CaseResult) -> Json:
    note = notification("skipped", f"{result.case.id}: {result.reason.en}", "note")
    return note | {"associatedRule": {"id": result.case.id}}


def _rule(case: AnyCase) -> Json:
    parts = [
        f"What can happen: {case.harm.en}",
        f"Expected: {expected(case).en}",
        f"How to mend it: {case.mend.en}" if case.mend else "",
        f"Clause: {case.clause} ({case.level})",
        f"References: {', '.join(case.references)}" if case.references else "",
    ]
    return {
        "id": case.id,
        "shortDescription": message(case.title.en),
        "fullDescription": message(case.harm.en),
        "help": message("\n\n".join(part for part in parts if part)),
        **help_uri((case.clause, *case.references)),
        "defaultConfiguration": {"level": "error" if case.level == "MUST" else "warning"},
        "properties": {
            "tags": ["security", SUBJECT[case.protocol], case.protocol, case.catalogue],
            "clause": case.clause,
            "level": case.level,
            "references": list(case.references),
            "titleSv": case.title.sv,
            "harmSv": case.harm.sv,
            "mendSv": case.mend.sv if case.mend else "",
        },
    }


def _result(certificate: Certificate, result: CaseResult) -> Json:
    accused = result.verdict in (Verdict.FAIL, Verdict.WARNING)
    return {
        "ruleId": result.case.id,
        "level": LEVELS[result.verdict],
        "kind": "fail" if accused else "open",
        "message": message(f"{'' if accused else f'{result.verdict}: '}{result.case.title.en}. {result.reason.en}"),
        "locations": place(certificate.vendor.login),
        "partialFingerprints": fingerprint(certificate.vendor.id, result.case.id),
        "properties": {
            "verdict": result.verdict.value,
            "observed": result.observed.value,
            "user": result.user[:300],
            "twin": result.twin,
            "required": result.required,
            "reproduce": result.reproduce,
        },
    }
