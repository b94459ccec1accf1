"""JUnit XML for build servers.

A build goes red exactly when the run's exit status is not 0: a play has one test ``as-expected`` that fails or errs
when its expectation is not met. A finding that was expected is told in the output of its check, not as a failure.
"""

from collections.abc import Iterator

from lxml import etree

from testbed.model.verdict import Finding, Judgement, Result, RunRecord, Verdict
from testbed.reports.printable import printable

INCONCLUSIVE = frozenset({Verdict.ERROR, Verdict.NOT_VERIFIED})


def render(record: RunRecord) -> str:
    """The whole document."""
    root = etree.Element("testsuites", name=printable(record.run.id))
    root.extend(suites_of(record))
    return text_of(root)


def suites_of(record: RunRecord) -> Iterator[etree._Element]:
    """One for each play, and one for what went wrong with the lab or with captures."""
    run = record.run
    yield from map(_suite, run.judgements)
    for name, kind, lines in (("lab", "problem", run.problems), ("captures", "unreadable", run.unreadable)):
        suite = etree.Element("testsuite", name=name)
        for number, line in enumerate(lines, start=1):
            case = etree.SubElement(suite, "testcase", classname=name, name=f"{kind}-{number}")
            etree.SubElement(case, "error", message=printable(line))
        if lines:
            yield suite


def text_of(root: etree._Element) -> str:
    """The document, with its tests counted."""
    for element in (*root.iter("testsuite"), root):
        element.set("tests", str(len(list(element.iter("testcase")))))
        for kind, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            element.set(name, str(len(list(element.iter(kind)))))
    text: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return text.decode("utf-8")


def _suite(judgement: Judgement) -> etree._Element:
    suite = etree.Element("testsuite", name=printable(judgement.play.id))
    suite.append(_as_expected(judgement))
    for result in judgement.results:
        suite.append(_case(judgement, result))
    return suite


def _as_expected(judgement: Judgement) -> etree._Element:
    case = etree.Element("testcase", classname=printable(judgement.play.id), name="as-expected")
    lines = [
        *(f"missing: {line}" for line in judgement.expectation.missing),
        *(f"unexpected: {line}" for line in judgement.expectation.unexpected),
    ]
    message = f"{judgement.verdict}, expected {judgement.expected}. {judgement.reason}".strip()
    if judgement.play.lacking:
        etree.SubElement(case, "skipped", message=printable(judgement.reason))
    elif judgement.verdict in INCONCLUSIVE:
        etree.SubElement(case, "error", message=printable(message)).text = printable("\n".join(lines))
    elif not judgement.expectation.met:
        etree.SubElement(case, "failure", message=printable(message)).text = printable("\n".join(lines))
    return case


def _case(judgement: Judgement, result: Result) -> etree._Element:
    case = etree.Element("testcase", classname=printable(judgement.play.id), name=result.check)
    text = printable("\n\n".join(_finding(finding) for finding in result.findings))
    if result.findings and judgement.expectation.met:
        etree.SubElement(case, "system-out").text = f"{result.verdict}, as expected\n{text}"
    elif result.verdict is Verdict.FAIL:
        etree.SubElement(case, "failure", message=result.check).text = text
    elif result.verdict is Verdict.ERROR:
        etree.SubElement(case, "error", message=printable(result.reason))
    elif result.verdict in (Verdict.SKIPPED, Verdict.NOT_VERIFIED):
        etree.SubElement(case, "skipped", message=printable(f"{result.verdict}: {result.reason}"))
    elif result.findings:
        etree.SubElement(case, "system-out").text = f"{result.verdict}\n{text}"
    return case


def _finding(finding: Finding) -> str:
    where = f"exchange {finding.where.exchange}, {finding.where.locator}" if finding.where else "-"
    return (
        f"{finding.title}\nclause: {finding.clause}\nobserved: {finding.observed}\nexpected: {finding.expected}\n"
        f"where: {where}\nreproduce: {finding.reproduce}"
    )
