"""``testbed agreement lint``: what a data processing agreement lacks."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from testbed.cli.console import AS_EXPECTED, NOT_AS_EXPECTED, out
from testbed.model.files import load
from testbed.model.written import Agreement
from testbed.privacy.lint import lint as remarks_on

app = typer.Typer(no_args_is_help=True)
EXAMPLES = "Example:\n\ntestbed agreement lint my-agreement.yaml --swedish"


@app.callback()
def agreement() -> None:
    """Look at data processing agreements."""


@app.command(epilog=EXAMPLES)
def lint(
    file: Annotated[Path, typer.Argument(help="An agreement in YAML.")],
    swedish: Annotated[bool, typer.Option("--swedish", help="Write the remarks in Swedish.")] = False,
) -> None:
    """Name what GDPR Article 28(3) asks and the agreement lacks; 0 when there is nothing but notes, 1 otherwise."""
    found = remarks_on(load(file, Agreement), datetime.now(UTC).date())
    if found:
        view = Table(show_lines=True)
        for heading in ("Level", "Field", "Remark", "Clause"):
            view.add_column(heading, overflow="fold")
        for remark in found:
            text = remark.text_sv if swedish else remark.text
            view.add_row(*(Text(cell) for cell in (remark.level, remark.field, text, remark.clause)))
        out.print(view)
    serious = [remark for remark in found if remark.level != "note"]
    out.print(Text(f"{file}: {len(serious)} to mend, {len(found) - len(serious)} to note."))
    raise typer.Exit(NOT_AS_EXPECTED if serious else AS_EXPECTED)
