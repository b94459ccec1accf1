"""``testbed lab up``: hold a lab open, to look at with a browser of one's own."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from idp.people import generate
from testbed.cli.console import AS_EXPECTED, out
from testbed.lab.home import LabHome
from testbed.lab.loopback import loopback_lab
from testbed.lab.spec import SCHOOL_URL, LabSpec
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.plan import Plan

app = typer.Typer(no_args_is_help=True)
EXAMPLES = "Example:\n\ntestbed lab up --port 8080"


@app.callback()
def lab() -> None:
    """Hold a lab open."""


@app.command(epilog=EXAMPLES)
def up(
    port: Annotated[int, typer.Option(help="The proxy's port for your browser.", min=1, max=65535)] = 8080,
    seed: Annotated[int, typer.Option(help="Decides the people.")] = 1,
    out_: Annotated[Path, typer.Option("--out", help="Where the folder with the journal is put.")] = Path("runs"),
    zoo: Annotated[bool, typer.Option("--zoo", help="With the vendors of the zoo too, which takes longer.")] = False,
) -> None:
    """Open the loopback lab with the simulated vendors and hold it open until Ctrl-C."""
    known = load_catalogue()
    people = generate(seed).everybody
    home = LabHome.open()
    folder = RunFolder.make(out_, "lab", datetime.now(UTC))
    plan = Plan(folder.path.name, "loopback", seed, {}, ())
    vendors = tuple(known.vendors.values()) if zoo else known.written_vendors
    agreed = {vendor.agreement for vendor in vendors if vendor.agreement}
    folder.keep_plan(plan, people, {name: known.agreement_text(name) for name in sorted(agreed)})
    spec = LabSpec(home, people, vendors, known.agreements)
    try:
        asyncio.run(_hold(spec, folder, port))
    except KeyboardInterrupt:
        out.print(Text(f"The lab is closed. Journal: {folder.journal}"), soft_wrap=True)
    raise typer.Exit(AS_EXPECTED)


async def _hold(spec: LabSpec, folder: RunFolder, port: int) -> None:
    async with loopback_lab(spec, folder, browser_port=port):
        lines = [
            "The lab is open. Give your browser (a profile of its own, for tests only)",
            f"  the proxy      127.0.0.1:{port}, for http and https",
            f"  the authority  {spec.home.ca_file}, as one that may identify web sites",
            f"and open {SCHOOL_URL}/ or one of",
            *(f"  {vendor.login}  {vendor.name}" for vendor in spec.simulated),
            f"Everything is written to {folder.journal}. Ctrl-C closes the lab.",
        ]
        out.print(Text("\n".join(lines)), soft_wrap=True)
        await asyncio.Event().wait()
