"""``testbed report``: one of a run's reports, on standard output."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from testbed.cli.certified import read_certificate
from testbed.cli.load_outcome import read_report
from testbed.cli.outcome import presentable
from testbed.model.certificate import Certificate
from testbed.model.certificate_file import is_certificate
from testbed.model.files import ScenarioInvalid
from testbed.model.load_comparison import LoadComparison
from testbed.model.load_file import dump_load, is_load
from testbed.model.load_result import LoadReport
from testbed.model.verdict import RunRecord
from testbed.reports import (
    certificate_html,
    certificate_json,
    certificate_junit,
    certificate_sarif,
    comparison,
    html,
    junit,
    load_comparison,
    load_html,
    load_junit,
    run_json,
    sarif,
    table,
)
from testbed.runner.folder import RunFolder
from testbed.runner.load_compare import compare

EXAMPLES = (
    "Examples:\n\n"
    "testbed report runs/20260901T070000Z-tour --format junit > junit.xml\n\n"
    "testbed report runs/20260901T070000Z-reading-app --format sarif > results.sarif\n\n"
    "testbed report runs/20260902T070000Z-monday --against runs/20260901T070000Z-monday > comparison.html"
)


class Format(StrEnum):
    """What a report can be written as."""

    HTML = "html"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"
    CSV = "csv"


RENDERERS: Mapping[Format, Callable[[RunRecord], str]] = {
    Format.HTML: html.render,
    Format.JSON: run_json.render,
    Format.JUNIT: junit.render,
    Format.SARIF: sarif.render,
    Format.CSV: table.render,
}
OF_A_CERTIFICATE: Mapping[Format, Callable[[Certificate], str]] = {
    Format.HTML: certificate_html.render,
    Format.JSON: certificate_json.render,
    Format.JUNIT: certificate_junit.render,
    Format.SARIF: certificate_sarif.render,
    Format.CSV: lambda certificate: comparison.render_csv((certificate,)),
}


OF_A_LOAD: Mapping[Format, Callable[[LoadReport], str]] = {
    Format.HTML: load_html.render,
    Format.JSON: dump_load,
    Format.JUNIT: load_junit.render,
}
OF_TWO_LOADS: Mapping[Format, Callable[[LoadComparison], str]] = {
    Format.HTML: load_comparison.render,
    Format.JSON: load_comparison.render_json,
}


def report(
    run: Annotated[Path, typer.Argument(help="A run's folder, or one that 'testbed certify' or 'testbed load' made.")],
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show the values in captures that were made elsewhere.")
    ] = False,
    format_: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.HTML,
    against: Annotated[
        Path | None, typer.Option(help="The folder of an earlier load run: write how the run differs from it.")
    ] = None,
) -> None:
    """Write one report of a run to standard output, made anew from its journal, its cases or its flows."""
    if is_load(run) or against:
        text = _of_a_load(run, against, format_)
    elif is_certificate(run):
        text = OF_A_CERTIFICATE[format_](read_certificate(RunFolder(run)))
    else:
        record = presentable(RunFolder(run).judge(datetime.now(UTC)), reveal=reveal)
        text = RENDERERS[format_](record)
    typer.echo(text, nl=False)


def _of_a_load(run: Path, against: Path | None, format_: Format) -> str:
    """The report of a load run, or of two.

    Raises:
        ScenarioInvalid: a folder is not a load run's or is damaged, or nothing of a load is written in this format.
    """
    known = OF_TWO_LOADS if against else OF_A_LOAD
    if format_ not in known:
        named = ", ".join(known)
        raise ScenarioInvalid(
            run,
            "--format",
            f"a load has no {format_.value}",
            f"choose one of {named}; flows.csv beside it has every flow",
        )
    after = read_report(RunFolder(run))
    if against is None:
        return OF_A_LOAD[format_](after[0])
    return OF_TWO_LOADS[format_](compare(read_report(RunFolder(against)), after))
