"""What ``testbed certify`` writes and says."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.text import Text

from testbed.cli.outcome import out
from testbed.model.certificate import Certificate
from testbed.model.certificate_file import CASES, CERTIFICATE, dump_cases, dump_certificate
from testbed.model.verdict import Verdict
from testbed.reports import certificate_html
from testbed.runner.folder import RunFolder

SHOWN = (Verdict.FAIL, Verdict.WARNING, Verdict.ERROR, Verdict.NOT_VERIFIED)
MOST = 40


def keep(folder: RunFolder, certificate: Certificate) -> None:
    """All files of the run."""
    folder.write(CERTIFICATE, dump_certificate(certificate))
    folder.write(CASES, dump_cases(certificate.results))
    folder.write("report.html", certificate_html.render(certificate))


def show_certificate(certificate: Certificate, folder: RunFolder) -> None:
    """What was not as it must be, the counts, and the outcome."""
    for error in certificate.configuration:
        out.print(Text(f"Setting: {error.what.en}\n  To mend it: {error.mend.en}"), soft_wrap=True)
    if certificate.calibration.trouble:
        out.print(Text(f"The probe tells nothing: {certificate.calibration.trouble.en}"), soft_wrap=True)
    told = [result for result in certificate.results if result.verdict in SHOWN]
    if not certificate.configuration and certificate.calibration.trouble is None:
        for result in told[:MOST]:
            out.print(Text(f"{result.verdict:12} {result.case.id}: {result.reason.en}"), soft_wrap=True)
        if len(told) > MOST:
            out.print(Text(f"... and {len(told) - MOST} more in the report"))
    counts = {verdict: len(certificate.with_verdict(verdict)) for verdict in Verdict}
    words = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    out.print(Text(f"{certificate.vendor.name}: {len(certificate.results)} cases: {words}."))
    out.print(Text(f"For {certificate.profile.id} {certificate.profile.version}: {certificate.outcome.upper()}"))
    out.print(Text(f"Report: {folder.report}"), soft_wrap=True)


def compare(certificates: Sequence[tuple[Certificate, RunFolder]], parent: Path, now: datetime) -> None:
    """A line a vendor."""
    for certificate, folder in certificates:
        out.print(Text(f"{certificate.vendor.name}: {certificate.outcome} ({folder.report})"), soft_wrap=True)
