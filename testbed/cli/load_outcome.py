"""What a load run leaves behind and says: the files of its folder, read back and written anew, and the terminal."""

from datetime import UTC, datetime
from itertools import islice

from rich.table import Table
from rich.text import Text

from testbed.cli.console import out
from testbed.model.load import LoadRun, Outcome
from testbed.model.load_result import PERCENTILES, LoadReport, LoadVerdict
from testbed.model.verdict import Run, Verdict
from testbed.reports import load_html, load_junit
from testbed.reports.load_story import advice, sentences
from testbed.reports.load_texts import OUTCOMES, count, participant, percent, seconds
from testbed.reports.printable import visible
from testbed.runner.folder import RunFolder
from testbed.runner.load_columns import LoadData, load_data
from testbed.runner.load_folder import read_load, write_load
from testbed.runner.load_parquet import write_parquet
from testbed.runner.load_verdict import report_of

PAGE = "report-load.html"
STYLES = {Verdict.FAIL: "bold red", Verdict.ERROR: "bold red", Verdict.NOT_VERIFIED: "yellow"}
WORDS = {0: "as it must be", 1: "NOT as it must be", 2: "INCONCLUSIVE"}
MOST_SHOWN = 10
RIGHT = Outcome.RIGHT


def write_load_reports(folder: RunFolder, run: LoadRun, judged: Run | None = None) -> LoadReport:
    """All files of a load's folder: flows, requests and resources as CSV and Parquet, load.json, the page and JUnit.

    Args:
        folder: of the run.
        run: whole, also where it ended early.
        judged: what the checks said of the flows that went through the proxy; None where none did.
    """
    data = load_data(run)
    report = report_of(data, judged)
    left_out = write_parquet(folder, data)
    folder.write(PAGE, load_html.render(report))
    folder.write("junit-load.xml", load_junit.render(report))
    write_load(folder, data, report)
    if left_out:
        out.print(Text(left_out), soft_wrap=True)
    return report


def read_report(folder: RunFolder) -> tuple[LoadReport, LoadData]:
    """The report of a load's folder, made anew from its flows, and of its journal where it has one.

    Raises:
        ScenarioInvalid: the folder is not a load run's, or a file in it is damaged.
        JournalCorrupt: the journal beside it is damaged in the middle.
    """
    data = read_load(folder)
    judged = folder.judge(datetime.now(UTC)).run if folder.is_judgeable else None
    return report_of(data, judged), data


def show_load(report: LoadReport, folder: RunFolder | None) -> None:
    """What happened in plain sentences, the demands, the waits, what to do, and where the report is."""
    for one in sentences(report):
        out.print(Text(visible(one.en)), soft_wrap=True)
    out.print(_demands(report.verdict))
    if report.summary.whole.arrived:
        out.print(_groups(report))
        out.print(_waits(report))
    if report.summary.saturation.usages:
        out.print(_used(report))
    for finding in islice(report.verdict.findings, MOST_SHOWN):
        out.print(Text(visible(finding.observed), style="bold red"), soft_wrap=True)
    more = len(report.verdict.findings) + report.summary.wrong_persons_left_out - MOST_SHOWN
    if more > 0:
        out.print(Text(f"And {more} more.", style="bold red"))
    for one in advice(report):
        out.print(Text(f"To do: {visible(one.en)}"), soft_wrap=True)
    for one in report.summary.cannot_tell:
        out.print(Text(f"Cannot be told: {one.en}"), soft_wrap=True)
    for problem in report.about.problems:
        out.print(Text(f"Problem: {visible(problem)}", style="bold red"), soft_wrap=True)
    out.print(Text(f"The run is {WORDS[report.verdict.exit_status]}."))
    if folder:
        out.print(Text(f"Report: {folder.path / PAGE}"), soft_wrap=True)


def _demands(verdict: LoadVerdict) -> Table:
    view = Table("Check", "Verdict", "Why", title="Demands")
    for one in verdict.results:
        verdict_text = Text(one.verdict.value, style=STYLES.get(one.verdict, ""))
        view.add_row(f"{one.check} {one.of}".rstrip(), verdict_text, Text(visible(one.told)))
    return view


def _waits(report: LoadReport) -> Table:
    whole = report.summary.whole
    view = Table("Wait", "From the intended start", "From the last attempt", title="Until the right session")
    names = {f"percentile {percentile:g}": name for name, percentile in PERCENTILES.items()} | {"longest": "max_s"}
    for called, name in names.items():
        view.add_row(called, seconds(getattr(whole.latency, name)).en, seconds(getattr(whole.service, name)).en)
    return view


def _groups(report: LoadReport) -> Table:
    view = Table("Flow", "Vendor", "Arrived", "Right", "Otherwise", "Half waited", "95 of 100", title="Flows")
    for group in report.summary.groups[1:]:
        otherwise = [f"{number} {OUTCOMES[one].en}" for one, number in group.outcomes.items() if one is not RIGHT]
        view.add_row(
            group.flow,
            visible(group.vendor),
            count(group.arrived).en,
            count(group.right).en,
            ", ".join(otherwise) or "-",
            seconds(group.latency.p50_s).en,
            seconds(group.latency.p95_s).en,
        )
    return view


def _used(report: LoadReport) -> Table:
    view = Table("Part", "CPU at most", "Of what it can use", "Full from", "Memory", title="What each part used")
    for one in report.summary.saturation.usages:
        full = seconds(one.full_from_s).en if one.full_from_s is not None else "never"
        view.add_row(
            participant(one.participant).en,
            f"{one.cpu_peak_cores:.2f} cores",
            percent(min(1.0, one.peak_share)).en,
            full,
            f"{one.memory_peak_bytes >> 20} MiB",
        )
    return view
