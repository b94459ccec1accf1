"""``testbed judge``: repeat everything after capture, from a run's folder alone."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from testbed.cli.outcome import show, write_reports
from testbed.reports import run_json
from testbed.runner.folder import RunFolder

EXAMPLES = (
    "Examples:\n\n"
    "testbed judge runs/20260901T070000Z-tour                     the verdicts once more, in the terminal\n\n"
    "testbed judge runs/20260901T070000Z-tour --out again         and the reports, into another folder\n\n"
    "testbed judge runs/20260901T070000Z-tour --json              run.json on standard output"
)


def judge(
    capture: Annotated[Path, typer.Argument(help="A run's folder, which brings agreements and people.")],
    out: Annotated[Path | None, typer.Option(help="Write the reports into this folder.", file_okay=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print run.json and nothing else.")] = False,
) -> None:
    """Judge a recorded run again: the same journal, people and agreements give the same verdicts."""
    record = RunFolder(capture).judge(datetime.now(UTC))
    report = None
    if out:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_reports(RunFolder(out), record)
        report = RunFolder(out).report
    if as_json:
        typer.echo(run_json.render(record), nl=False)
    else:
        show(record, report)
    raise typer.Exit(record.run.exit_status)
