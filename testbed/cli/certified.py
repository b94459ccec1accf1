"""What certifying leaves behind and says: the files of its folder, read back and written anew, and the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from rich.table import Table
from rich.text import Text

from testbed.cli.console import out
from testbed.model.certificate import CaseResult, Certificate, Outcome
from testbed.model.certificate_file import CASES, CERTIFICATE, dump_cases, dump_certificate, load_certificate, sealed
from testbed.model.verdict import Verdict
from testbed.reports import (
    certificate_html,
    certificate_json,
    certificate_junit,
    certificate_sarif,
    comparison,
    html,
)
from testbed.reports.certificate_about import about
from testbed.reports.certificate_texts import CASE_VERDICTS
from testbed.reports.certificate_view import ACCUSING, UNDECIDED, counts, data_view, harms, reasons
from testbed.reports.gravity import gravest_first
from testbed.reports.printable import visible
from testbed.runner.folder import RunFolder

MANY = 20
"""From so many cases without a verdict on, the terminal tells the reasons and not each case."""
HARMS = 5
STYLES: Mapping[str, str] = MappingProxyType({"bad": "bold red", "warn": "yellow", "good": "green", "none": "dim"})
OUTCOME_STYLES: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.COMPLIANT: "bold green",
        Outcome.NOT_COMPLIANT: "bold red",
        Outcome.INCONCLUSIVE: "bold yellow",
    }
)


def write_certificate(folder: RunFolder, certificate: Certificate) -> Certificate:
    """All reports of one vendor, and what they are made of; returns the certificate with the digest of its evidence."""
    whole = sealed(certificate)
    folder.write(CASES, dump_cases(whole.results))
    folder.write(CERTIFICATE, dump_certificate(whole))
    folder.write("run.json", certificate_json.render(whole))
    folder.write("report.html", certificate_html.render(whole))
    folder.write("junit.xml", certificate_junit.render(whole))
    folder.write("results.sarif", certificate_sarif.render(whole))
    if whole.data:
        folder.write("logins.html", html.render(whole.data))
    return whole


def read_certificate(folder: RunFolder) -> Certificate:
    """The certificate in a folder, its honest logins judged once more from the journal, where there is one.

    Raises:
        ScenarioInvalid: a file is missing or wrong.
    """
    certificate = load_certificate(folder.path)
    return certificate.with_data(folder.judge(certificate.finished)) if folder.is_judgeable else certificate


def write_comparison(folder: RunFolder, certificates: Sequence[Certificate]) -> Path:
    """comparison.html, .csv and .json beside the folders of the vendors; returns the page."""
    links = {one.id: f"{one.id}/report.html" for one in certificates if one.id}
    folder.write("comparison.csv", comparison.render_csv(certificates))
    folder.write("comparison.json", comparison.render_json(certificates))
    return folder.write("comparison.html", comparison.render(certificates, links))


def show_certificate(certificate: Certificate, report: Path | None) -> None:
    """What is not as it must be, counts, and the outcome."""
    for error in certificate.configuration:
        _say(f"Mend first: {error.what.en} To mend it: {error.mend.en}", "bold red")
    if certificate.calibration.trouble:
        _say(f"Nothing can rest on the probe: {certificate.calibration.trouble.en}", "bold red")
    view = Table(title=_text(f"{certificate.vendor.name}: {certificate.profile.title.en}"), title_justify="left")
    for heading in ("Verdict", "Test", "What is wrong", "Why"):
        view.add_column(heading, overflow="fold", no_wrap=heading == "Verdict")
    for verdict, cells in _rows(certificate):
        view.add_row(verdict.value, *map(_text, cells), style=STYLES[CASE_VERDICTS[verdict].style])
    if view.row_count:
        out.print(view)
    for harm in harms(certificate)[:HARMS]:
        _say(f"What it means: {harm.text.en}", STYLES[CASE_VERDICTS[harm.verdict].style])
    if certificate.results:
        _say(f"{len(certificate.results)} tests: {_counted(certificate.results)}.")
    if data := data_view(certificate.data):
        count = f"{data.unlawful} breach{'' if data.unlawful == 1 else 'es'}"
        _say(f"{about(certificate.vendor).honest.en}: {data.verdict}, {count}.")
    if certificate.unjudged and certificate.unjudged not in certificate.why:
        _say(certificate.unjudged.en, "yellow")
    profile = f"{certificate.profile.id} {certificate.profile.version}"
    why = " ".join(one.en for one in certificate.why)
    _say(f"Outcome for {profile}: {certificate.outcome.value.upper()}. {why}", OUTCOME_STYLES[certificate.outcome])
    if report:
        _say(f"Report: {report}")


def show_comparison(certificates: Sequence[Certificate], page: Path | None) -> None:
    """A line a vendor."""
    view = Table(title="Vendors", title_justify="left")
    for heading in ("Vendor", "Outcome", "Tests", "The worst that can happen"):
        view.add_column(heading, overflow="fold")
    for one in comparison.ordered(certificates):
        worst = next((harm.text.en for harm in harms(one)), "")
        view.add_row(
            _text(one.vendor.name),
            Text(one.outcome.value, style=OUTCOME_STYLES[one.outcome]),
            _counted(one.results) or "none",
            _text(worst),
        )
    out.print(view)
    if page:
        _say(f"Comparison: {page}")


def _rows(certificate: Certificate) -> Iterator[tuple[Verdict, tuple[str, str, str]]]:
    for verdict in (*ACCUSING, *UNDECIDED):
        cases = certificate.with_verdict(verdict)
        if verdict in UNDECIDED and len(cases) > MANY:
            for why in reasons(cases):
                yield verdict, (f"{len(why.results)} tests", "", why.reason.en)
        else:
            for one in gravest_first(cases):
                yield verdict, (one.case.id, one.case.title.en, one.reason.en)


def _counted(results: Sequence[CaseResult]) -> str:
    return ", ".join(f"{number} {CASE_VERDICTS[verdict].many.en}" for verdict, number in counts(results).items())


def _text(text: str) -> Text:
    """What vendors wrote moves no cursor."""
    return Text(visible(text))


def _say(text: str, style: str = "") -> None:
    out.print(Text(visible(text), style=style), soft_wrap=True)
