"""``testbed lab``: hold a lab open, to look at with a browser of one's own."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from idp.people import generate
from testbed.cli.console import AS_EXPECTED, INCONCLUSIVE, NOT_AS_EXPECTED, out
from testbed.lab.home import LabHome
from testbed.lab.loopback import loopback_lab
from testbed.lab.open import LabName
from testbed.lab.ports import must_be_free
from testbed.lab.spec import SCHOOL_URL, LabSpec
from testbed.model.files import ScenarioInvalid
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.plan import Plan

app = typer.Typer(no_args_is_help=True)
EXAMPLES = (
    "Examples:\n\n"
    "testbed lab up --port 8080          on loopback, until Ctrl-C\n\n"
    "testbed lab up --lab docker         in containers, until 'testbed lab down'"
)
Carrier = Annotated[LabName, typer.Option("--lab", help="Which kind of lab; one that stays is in containers.")]


@app.callback()
def lab() -> None:
    """Hold a lab open."""


@app.command(epilog=EXAMPLES)
def up(
    port: Annotated[int, typer.Option(help="The proxy's port for your browser.", min=1, max=65535)] = 8080,
    seed: Annotated[int, typer.Option(help="Decides the people.")] = 1,
    out_: Annotated[Path, typer.Option("--out", help="Where the folder with the journal is put.")] = Path("runs"),
    zoo: Annotated[bool, typer.Option("--zoo", help="With the vendors of the zoo too, which takes longer.")] = False,
    carrier: Annotated[LabName, typer.Option("--lab", help="How the traffic is carried.")] = LabName.LOOPBACK,
) -> None:
    """Open the lab with the simulated vendors: on loopback until Ctrl-C, in containers until it is taken down."""
    if carrier is LabName.INPROCESS:
        raise ScenarioInvalid(
            "--lab inprocess", "", "has no sockets that a browser could call", "use --lab loopback or --lab docker"
        )
    home = LabHome.open()
    if carrier is LabName.DOCKER:
        from testbed.lab.containers import standing  # noqa: PLC0415 - brings the engine's library

        standing.must_be_possible(home, port)
    else:
        must_be_free(port)
    known = load_catalogue()
    people = generate(seed).everybody
    folder = RunFolder.make(out_, "lab", datetime.now(UTC))
    plan = Plan(folder.path.name, carrier.value, seed, {}, ())
    vendors = tuple(known.vendors.values()) if zoo else known.written_vendors
    agreed = {vendor.agreement for vendor in vendors if vendor.agreement}
    folder.keep_plan(plan, people, {name: known.agreement_text(name) for name in sorted(agreed)})
    spec = LabSpec(home, people, vendors, known.agreements)
    if carrier is LabName.DOCKER:
        try:
            standing.up(spec, folder, port)
        except KeyboardInterrupt:
            out.print("Interrupted before the lab was up: all of it is gone again.")
            raise typer.Exit(INCONCLUSIVE) from None
        _tell(spec, folder, port, "'testbed lab down --lab docker' closes the lab.")
        raise typer.Exit(AS_EXPECTED)
    try:
        asyncio.run(_hold(spec, folder, port))
    except KeyboardInterrupt:
        out.print(Text(f"The lab is closed. Journal: {folder.journal}"), soft_wrap=True)
    raise typer.Exit(AS_EXPECTED)


@app.command()
def down(carrier: Carrier = LabName.DOCKER) -> None:
    """Close the lab in containers, and take away what commands that were killed have left of others."""
    _must_stay(carrier)
    from testbed.lab.containers import standing  # noqa: PLC0415 - brings the engine's library

    done = standing.down(LabHome.open())
    for name in done.playing:
        out.print(Text(f"{name}: left alone, the command that plays in it still runs"), soft_wrap=True)
    for name in done.taken:
        out.print(Text(f"{name}: gone"), soft_wrap=True)
    if not done.taken:
        out.print("No lab was up.")


@app.command()
def status(carrier: Carrier = LabName.DOCKER) -> None:
    """Say how the containers are; 1 when one is not healthy, or none is there."""
    _must_stay(carrier)
    from testbed.lab.containers import standing  # noqa: PLC0415 - brings the engine's library

    containers = standing.status(LabHome.open())
    if not containers:
        out.print("No lab is up.")
        raise typer.Exit(NOT_AS_EXPECTED)
    view = Table()
    for heading in ("Lab", "Container", "Health", "CPU %", "Memory MiB"):
        view.add_column(heading, overflow="fold")
    for one in containers:
        numbers = ("" if number is None else f"{number:.1f}" for number in (one.cpu_percent, one.memory_mib))
        view.add_row(Text(one.project), Text(one.service), Text(one.health), *numbers)
    view.add_section()
    view.add_row("", "all", "", "", f"{sum(one.memory_mib or 0 for one in containers):.1f}")
    out.print(view)
    healthy = all(one.is_well for one in containers)
    raise typer.Exit(AS_EXPECTED if healthy else NOT_AS_EXPECTED)


@app.command()
def logs(
    name: Annotated[str, typer.Argument(help="A container of the lab; none: all of them.")] = "",
    carrier: Carrier = LabName.DOCKER,
) -> None:
    """Show what the containers have said."""
    _must_stay(carrier)
    from testbed.lab.containers import standing  # noqa: PLC0415 - brings the engine's library

    for line in standing.logs(LabHome.open(), name):
        out.print(Text(line), soft_wrap=True)


def _must_stay(carrier: LabName) -> None:
    if carrier is not LabName.DOCKER:
        raise ScenarioInvalid(
            f"--lab {carrier}", "", "is closed by Ctrl-C where it was opened", "use this for --lab docker alone"
        )


async def _hold(spec: LabSpec, folder: RunFolder, port: int) -> None:
    async with loopback_lab(spec, folder, browser_port=port):
        _tell(spec, folder, port, "Ctrl-C closes the lab.")
        await asyncio.Event().wait()


def _tell(spec: LabSpec, folder: RunFolder, port: int, closing: str) -> None:
    lines = [
        "The lab is open. Give your browser (a profile of its own, for tests only)",
        f"  the proxy      127.0.0.1:{port}, for http and https",
        f"  the authority  {spec.home.ca_file}, as one that may identify web sites",
        f"and open {SCHOOL_URL}/ or one of",
        *(f"  {vendor.login}  {vendor.name}" for vendor in spec.simulated),
        f"Everything is written to {folder.journal}. {closing}",
    ]
    out.print(Text("\n".join(lines)), soft_wrap=True)
