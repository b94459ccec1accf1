"""JUnit XML of a load, for build servers: one test a check.

What could not be told is an ``error``, never ``skipped``, for build servers show what is skipped as green.
"""

from lxml import etree

from testbed.model.load_result import LoadReport, LoadResult
from testbed.model.verdict import Finding, Verdict
from testbed.reports.junit import text_of
from testbed.reports.printable import printable

MOST_FINDINGS = 200


def render(report: LoadReport) -> str:
    """The whole document."""
    about = report.about
    root = etree.Element("testsuites", name=printable(about.id))
    begun = f"{about.started:%Y-%m-%dT%H:%M:%S}"
    suite = etree.SubElement(root, "testsuite", name=printable(f"load.{about.profile.id}"), timestamp=begun)
    for result in report.verdict.results:
        own = [one for one in report.verdict.findings if one.check == result.check][:MOST_FINDINGS]
        suite.append(_case(about.profile.id, result, own))
    return text_of(root)


def _case(profile: str, result: LoadResult, findings: list[Finding]) -> etree._Element:
    name = f"{result.check}[{result.of}]" if result.of else result.check
    case = etree.Element("testcase", classname=printable(f"load.{profile}"), name=name)
    message, kind = printable(result.told), result.verdict.value
    match result.verdict:
        case Verdict.FAIL:
            told = "\n".join(one.observed for one in findings)
            etree.SubElement(case, "failure", message=message, type=kind).text = printable(told)
        case Verdict.NOT_VERIFIED | Verdict.ERROR:
            etree.SubElement(case, "error", message=message, type=kind)
        case Verdict.SKIPPED:
            etree.SubElement(case, "skipped", message=message)
        case _:
            etree.SubElement(case, "system-out").text = f"{kind}\n{message}"
    return case
