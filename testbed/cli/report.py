"""``testbed report``: one of a run's reports, on standard output."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from testbed.cli.outcome import presentable
from testbed.model.verdict import RunRecord
from testbed.reports import html, junit, run_json, table
from testbed.runner.folder import RunFolder

EXAMPLES = "Example:\n\ntestbed report runs/20260901T070000Z-tour --format junit > junit.xml"


class Format(StrEnum):
    """What a report can be written as."""

    HTML = "html"
    JSON = "json"
    JUNIT = "junit"
    CSV = "csv"


RENDERERS: Mapping[Format, Callable[[RunRecord], str]] = {
    Format.HTML: html.render,
    Format.JSON: run_json.render,
    Format.JUNIT: junit.render,
    Format.CSV: table.render,
}


def report(
    run: Annotated[Path, typer.Argument(help="A run's folder.")],
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show the values in captures that were made elsewhere.")
    ] = False,
    format_: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.HTML,
) -> None:
    """Write one report of a run to standard output, made anew from its journal."""
    record = presentable(RunFolder(run).judge(datetime.now(UTC)), reveal=reveal)
    typer.echo(RENDERERS[format_](record), nl=False)
