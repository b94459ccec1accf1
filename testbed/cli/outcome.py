"""What commands that judge show in the terminal, and the reports that they write."""

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from platform import python_version

from rich.table import Table
from rich.text import Text

from testbed.cli.console import AS_EXPECTED, INCONCLUSIVE, NOT_AS_EXPECTED, out
from testbed.model.verdict import Judgement, RunRecord
from testbed.reports import html, junit, run_json, table
from testbed.reports.limits import cannot_be_seen
from testbed.reports.outside import masked
from testbed.reports.rows import vendor_rows
from testbed.runner.folder import RunFolder

PLAY_WORDS = {AS_EXPECTED: "as expected", NOT_AS_EXPECTED: "NOT as expected", INCONCLUSIVE: "INCONCLUSIVE"}
CAPTURE_WORDS = {AS_EXPECTED: "without findings", NOT_AS_EXPECTED: "WITH FINDINGS", INCONCLUSIVE: "INCONCLUSIVE"}


def write_reports(folder: RunFolder, record: RunRecord) -> None:
    """run.json, report.html, junit.xml and plays.csv."""
    folder.write("run.json", run_json.render(record))
    folder.write("report.html", html.render(record))
    folder.write("junit.xml", junit.render(record))
    folder.write("plays.csv", table.render(record))


def versions_of(packages: Iterable[str]) -> dict[str, str]:
    """What a verdict rests on."""
    return {"python": python_version(), **{name: version(name) for name in packages}}


def presentable(record: RunRecord, *, reveal: bool) -> RunRecord:
    """What may be shown: captures from outside may hold real pupils, and are shown without values unless asked for."""
    return record if reveal or not record.captured else masked(record)


MANY_PLAYS = 40
"""From so many plays on, the terminal names only those that were not as expected."""


def show(record: RunRecord, report: Path | None) -> None:
    """The table, what was not as expected, and where the report is."""
    run = record.run
    if len(run.judgements) <= MANY_PLAYS:
        out.print(_table(record))
    for judgement in run.judgements:
        if not judgement.expectation.met:
            _show_surprise(judgement)
    for problem in run.problems:
        out.print(Text(f"Problem: {problem}", style="bold red"))
    for line in run.unreadable:
        out.print(Text(f"Not readable: {line}", style="bold red"), soft_wrap=True)
    for line in run.left_out:
        out.print(Text(f"Left out: {line}"), soft_wrap=True)
    for limit in cannot_be_seen(record):
        out.print(Text(f"Cannot be seen: {limit.en}"), soft_wrap=True)
    met = sum(judgement.expectation.met for judgement in run.judgements)
    words = CAPTURE_WORDS if record.unplayed else PLAY_WORDS
    what = "captures pass" if record.unplayed else "plays as expected"
    out.print(Text(f"{met} of {len(run.judgements)} {what}: the run is {words[run.exit_status]}."))
    if report:
        out.print(Text(f"Report: {report}"), soft_wrap=True)


def _table(record: RunRecord) -> Table:
    run = record.run
    made = "made elsewhere" if record.captured else f"lab {run.lab}, seed {run.seed}"
    view = Table(title=f"Run {run.id}, {made}", show_lines=True)
    for heading in ("Scenario", "Vendor", "Expected", "Got", "Data agreed", "Data received", "Data passed on"):
        view.add_column(heading, overflow="fold")
    for row in vendor_rows(record):
        style = "" if row.as_expected else "bold red"
        cells = (row.scenario, row.vendor, row.expected, row.got, row.agreed, row.received, row.passed_on)
        view.add_row(*(Text(cell if isinstance(cell, str) else ", ".join(cell), style=style) for cell in cells))
    return view


def _show_surprise(judgement: Judgement) -> None:
    out.print(
        Text(f"{judgement.play.id}: {judgement.verdict}, expected {judgement.expected}. {judgement.reason}".rstrip())
    )
    for line in judgement.expectation.missing:
        out.print(Text(f"  missing: {line}"))
    for line in judgement.expectation.unexpected:
        out.print(Text(f"  unexpected: {line}"))
