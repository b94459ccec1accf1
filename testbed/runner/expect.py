"""Hold what was found against what the scenario expects: nothing more, nothing less."""

from collections.abc import Sequence

import testbed.checks  # noqa: F401 - importing it registers every family of checks
from testbed.checks.core import describe
from testbed.model.verdict import Expectation, Finding, Severity, Verdict
from testbed.model.written import Expect, ExpectedFinding


def expected_verdict(expect: Expect) -> Verdict:
    """What the gravest of the findings that are expected comes to, PASS where none is."""
    if not expect.findings:
        return Verdict.PASS
    warn = {info.id for info in describe() if info.severity is Severity.SHOULD}
    return Verdict.WARNING if all(finding.check in warn for finding in expect.findings) else Verdict.FAIL


def matches(expected: ExpectedFinding, finding: Finding) -> bool:
    """Whether a finding is the one that was expected: every field given is equal."""
    return (
        finding.check == expected.check
        and expected.attribute in (None, finding.attribute)
        and (expected.recipient is None or _is_host(expected.recipient, finding.recipient))
        and expected.form in (None, finding.form)
    )


def _is_host(expected: str, found: str) -> bool:
    return found.endswith(expected[1:]) if expected.startswith("*.") else found == expected


def compare(expect: Expect, verdict: Verdict, findings: Sequence[Finding]) -> Expectation:
    """Strict both ways: each expected finding must come, and no finding may come that nobody expected."""
    missing = tuple(
        _expected_line(expected)
        for expected in expect.findings
        if not any(matches(expected, finding) for finding in findings)
    )
    unexpected = tuple(
        _found_line(finding)
        for finding in findings
        if not any(matches(expected, finding) for expected in expect.findings)
    )
    met = not missing and not unexpected and verdict is expected_verdict(expect)
    return Expectation(met, missing, unexpected)


def _expected_line(expected: ExpectedFinding) -> str:
    of = f" of {expected.attribute}" if expected.attribute else ""
    to = f" to {expected.recipient}" if expected.recipient else ""
    form = f" as {expected.form}" if expected.form else ""
    return f"{expected.check}{of}{to}{form}"


def _found_line(finding: Finding) -> str:
    of = f" of {finding.attribute}" if finding.attribute else ""
    to = f" to {finding.recipient}" if finding.recipient else ""
    form = f" as {finding.form}" if finding.form else ""
    return f"{finding.check}{of}{to}{form}: {finding.observed}"
