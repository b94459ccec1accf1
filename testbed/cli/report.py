"""``testbed report``: one of a run's reports, on standard output."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from testbed.cli.certified import read_certificate
from testbed.cli.outcome import presentable
from testbed.model.certificate import Certificate
from testbed.model.certificate_file import is_certificate
from testbed.model.verdict import RunRecord
from testbed.reports import (
    certificate_html,
    certificate_json,
    certificate_junit,
    certificate_sarif,
    comparison,
    html,
    junit,
    run_json,
    sarif,
    table,
)
from testbed.runner.folder import RunFolder

EXAMPLES = (
    "Examples:\n\n"
    "testbed report runs/20260901T070000Z-tour --format junit > junit.xml\n\n"
    "testbed report runs/20260901T070000Z-reading-app --format sarif > results.sarif"
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


def report(
    run: Annotated[Path, typer.Argument(help="A run's folder, or one that 'testbed certify' made.")],
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show the values in captures that were made elsewhere.")
    ] = False,
    format_: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.HTML,
) -> None:
    """Write one report of a run to standard output, made anew from its journal or from its cases."""
    if is_certificate(run):
        text = OF_A_CERTIFICATE[format_](read_certificate(RunFolder(run)))
    else:
        record = presentable(RunFolder(run).judge(datetime.now(UTC)), reveal=reveal)
        text = RENDERERS[format_](record)
    typer.echo(text, nl=False)
