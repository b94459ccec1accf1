"""JUnit XML of certifying a vendor, for build servers.

A case that was not verified is an ``error``, never ``skipped``: build servers show what is skipped as green. It is no
``failure`` either, for that would accuse the vendor. A warning passes and is told in the output of its test. The test
``outcome`` tells what the exit status tells: a failure when the vendor is not compliant, an error when it is
inconclusive.
"""

from lxml import etree

from testbed.model.certificate import CaseResult, Certificate, Outcome
from testbed.model.verdict import Verdict
from testbed.reports.certificate_about import expected
from testbed.reports.certificate_texts import OBSERVED
from testbed.reports.junit import suites_of, text_of
from testbed.reports.printable import printable


def render(certificate: Certificate) -> str:
    """The whole document."""
    vendor = certificate.vendor.id
    root = etree.Element("testsuites", name=printable(certificate.id or vendor))
    begun = f"{certificate.started:%Y-%m-%dT%H:%M:%S}"
    suite = etree.SubElement(root, "testsuite", name=f"certify.{vendor}", timestamp=begun)
    _properties(
        suite,
        profile=f"{certificate.profile.id} {certificate.profile.version}",
        outcome=certificate.outcome.value,
        digest=certificate.digest,
    )
    suite.append(_outcome(certificate))
    for number, error in enumerate(certificate.configuration, start=1):
        _wrong(suite, vendor, f"configuration-{number}", f"{error.what.en} To mend it: {error.mend.en}")
    if certificate.calibration.trouble:
        _wrong(suite, vendor, "calibration", certificate.calibration.trouble.en)
    for result in certificate.results:
        suite.append(_case(vendor, result))
    if certificate.data:
        root.extend(suites_of(certificate.data))
    return text_of(root)


def _outcome(certificate: Certificate) -> etree._Element:
    case = etree.Element("testcase", classname=f"certify.{certificate.vendor.id}", name="outcome")
    message = printable(f"{certificate.outcome}: {' '.join(one.en for one in certificate.why)}")
    if certificate.outcome is Outcome.NOT_COMPLIANT:
        etree.SubElement(case, "failure", message=message, type=certificate.outcome.value)
    elif certificate.outcome is Outcome.INCONCLUSIVE:
        etree.SubElement(case, "error", message=message, type=certificate.outcome.value)
    return case


def _wrong(suite: etree._Element, vendor: str, name: str, message: str) -> None:
    case = etree.SubElement(suite, "testcase", classname=f"certify.{vendor}", name=name)
    etree.SubElement(case, "error", message=printable(message), type="configuration")


def _case(vendor: str, result: CaseResult) -> etree._Element:
    case = result.case
    element = etree.Element("testcase", classname=f"certify.{vendor}.{case.catalogue}", name=case.id)
    _properties(
        element,
        clause=case.clause,
        level=case.level,
        catalogue=case.catalogue,
        required="yes" if result.required else "no",
        twin=result.twin,
        references=", ".join(case.references),
    )
    message = printable(f"{case.id} ({case.clause}): {result.reason.en}")
    match result.verdict:
        case Verdict.FAIL:
            etree.SubElement(element, "failure", message=message, type=case.level).text = _told(result)
        case Verdict.NOT_VERIFIED | Verdict.ERROR:
            etree.SubElement(element, "error", message=message, type=result.verdict.value).text = _told(result)
        case Verdict.SKIPPED:
            etree.SubElement(element, "skipped", message=message)
        case Verdict.WARNING:
            etree.SubElement(element, "system-out").text = f"WARNING\n{message}\n{_told(result)}"
    return element


def _properties(element: etree._Element, **values: str) -> None:
    properties = etree.SubElement(element, "properties")
    for name, value in values.items():
        if value:
            etree.SubElement(properties, "property", name=name, value=printable(value))


def _told(result: CaseResult) -> str:
    case = result.case
    lines = (
        ("test", case.id),
        ("title", case.title.en),
        ("clause", f"{case.clause} ({case.level})"),
        ("harm", case.harm.en),
        ("expected", expected(case).en),
        ("observed", f"{OBSERVED[result.observed].en} {result.reason.en}"),
        ("shown", result.user[:300]),
        ("valid login", result.twin),
        ("mend", case.mend.en if case.mend else ""),
        ("references", ", ".join(case.references)),
        ("reproduce", result.reproduce),
    )
    return printable("\n".join(f"{name}: {value}" for name, value in lines if value))
