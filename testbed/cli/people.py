"""``testbed people``: invented people for tests of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from idp.people import generate as make
from testbed.cli.console import err
from testbed.model.files import ScenarioInvalid, dump_people

app = typer.Typer(no_args_is_help=True)
EXAMPLES = "Example:\n\ntestbed people generate --seed 7 --pupils 2000 --out people.json"


@app.callback()
def people() -> None:
    """Make invented people."""


@app.command(epilog=EXAMPLES)
def generate(
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = 1,
    pupils: Annotated[int, typer.Option(help="How many pupils; guardians and staff come with them.", min=100)] = 900,
    out: Annotated[Path | None, typer.Option(help="Write here; left out: standard output.", dir_okay=False)] = None,
) -> None:
    """Make the invented people of a school owner and of its small neighbour, and write people.json."""
    made = make(seed, pupils).everybody
    if out is None:
        typer.echo(dump_people(made))
        return
    try:
        out.write_text(dump_people(made) + "\n", encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "no").lower()
        raise ScenarioInvalid(out, "", f"cannot be written ({reason})", "choose another --out") from error
    err.print(f"{len(made)} people written to {out}")
