"""``testbed run``: play, intercept, judge, report."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from idp.people import generate
from scenarios.flows import FLOWS
from testbed.cli.console import err
from testbed.cli.outcome import show, versions_of, write_reports
from testbed.cli.progress import Bar
from testbed.interception import ParticipantUnavailable
from testbed.interception.browser import BrowserKind
from testbed.lab.home import LabHome
from testbed.lab.open import LabName, must_have, must_serve_by, open_lab
from testbed.lab.places import ENTITY_IDS
from testbed.lab.spec import LabSpec
from testbed.model.files import ScenarioInvalid
from testbed.model.verdict import Play
from testbed.model.written import Scenario
from testbed.runner.catalogue import Catalogue, load_catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.plan import Plan, plays_of, vendors_in
from testbed.runner.play import Company, Stage, play_all

EXAMPLES = (
    "Examples:\n\n"
    "testbed run                                              the tour, on loopback through the proxy\n\n"
    "testbed run login-reading-service --seed 7               one scenario with another school\n\n"
    "testbed run tour --lab inprocess --repeat 20 --seed 1    a sweep over other people, one table\n\n"
    "testbed run my-scenario.yaml                             a scenario of your own\n\n"
    "testbed run scripts --browser chromium                   what scripts of pages do, with a real browser"
)
PUPILS = 900
RECORDED_VERSIONS = ("school-federation-testbed", "pysaml2", "mitmproxy", "xmlsec", "signxml", "httpx")


def run(  # noqa: PLR0913, PLR0917 - the command line's own options
    names: Annotated[
        list[str] | None, typer.Argument(help="Suites, scenarios or scenario files; none: the tour.", metavar="NAME")
    ] = None,
    lab: Annotated[LabName, typer.Option(help="How the traffic is carried.")] = LabName.LOOPBACK,
    out: Annotated[Path, typer.Option(help="Where run folders are put.", file_okay=False)] = Path("runs"),
    seed: Annotated[int, typer.Option(help="Decides the people and who of them plays.")] = 1,
    repeat: Annotated[int, typer.Option(help="Play everything so many times, with other people.", min=1)] = 1,
    person: Annotated[str | None, typer.Option(help="Let this person play (an id of people.json).")] = None,
    pupils: Annotated[int, typer.Option(help="Pupils of the invented school owner.", min=100)] = PUPILS,
    workers: Annotated[
        int,
        typer.Option(help="On loopback, so many processes serve the school, with one database.", min=1, max=16),
    ] = 1,
    browser: Annotated[
        BrowserKind, typer.Option(help="What the person's browser is; chromium runs scripts, where there are sockets.")
    ] = BrowserKind.HTTP,
    catalogue: Annotated[
        list[Path] | None, typer.Option(help="One more folder laid out as scenarios/ is; may be repeated.")
    ] = None,
) -> None:
    """Play scenarios, intercept every exchange, judge the journal and write the report."""
    must_serve_by(lab, workers)
    must_have(lab, browser)
    chosen = names or ["tour"]
    known, scenarios = _chosen(chosen, catalogue or [])
    scenarios = _playable(scenarios, browser)
    if person:
        scenarios = tuple(_played_by(person, scenario) for scenario in scenarios)
    home = LabHome.open()
    people = generate(seed, pupils).everybody
    plays = plays_of(scenarios, known, people, seed, repeat)
    folder = RunFolder.make(out, Path(chosen[0]).stem if len(chosen) == 1 else "run", datetime.now(UTC))
    plan = Plan(
        folder.path.name,
        lab.value,
        seed,
        _versions(),
        tuple(play.id for play in plays),
        _options(lab, browser, _sizes(pupils, workers), catalogue or []),
        {name: str(path) for (kind, name), path in known.sources.items() if kind == "scenario" and str(path) in chosen},
    )
    used = {play.agreement: known.agreement_text(play.agreement) for play in plays if play.agreement}
    folder.keep_plan(plan, people, used)
    spec = LabSpec(home, people, vendors_in(plays), known.agreements)
    company = Company(FLOWS, people, ENTITY_IDS, known.agreements)
    opening = open_lab(
        lab,
        spec,
        folder,
        workers=workers,
        browser=browser,
        breakable=any(play.scenario.breaks for play in plays),
    )
    early = _play(opening, plays, company, lab)
    record = folder.judge(datetime.now(UTC), (early,) if early else ())
    write_reports(folder, record)
    show(record, folder.report)
    raise typer.Exit(record.run.exit_status)


def _chosen(names: Sequence[str], folders: Sequence[Path]) -> tuple[Catalogue, tuple[Scenario, ...]]:
    files = [Path(name) for name in names if name.endswith((".yaml", ".yml"))]
    known = load_catalogue(folders, files)
    by_file = {path: name for (kind, name), path in known.sources.items() if kind == "scenario"}
    return known, known.named([by_file.get(Path(name), name) for name in names])


def _playable(scenarios: Sequence[Scenario], browser: BrowserKind) -> tuple[Scenario, ...]:
    """Those that can be seen with this browser; each of the others is named, with the reason.

    Raises:
        ScenarioInvalid: there is none.
    """
    if browser is BrowserKind.CHROMIUM:
        return tuple(scenarios)
    for scenario in scenarios:
        if scenario.needs_scripts:
            err.print(f"{scenario.id}: left out, for it shows only in a browser that runs scripts (--browser chromium)")
    left = tuple(scenario for scenario in scenarios if not scenario.needs_scripts)
    if not left:
        raise ScenarioInvalid(
            "testbed run", "", "none of the scenarios can be seen with --browser http", "play with --browser chromium"
        )
    return left


def _options(lab: LabName, browser: BrowserKind, sizes: Sequence[str], folders: Sequence[Path]) -> tuple[str, ...]:
    """Those that were not left as they are by default, for the command that plays a finding again."""
    named: list[str] = []
    if lab is not LabName.LOOPBACK:
        named += ["--lab", lab.value]
    if browser is not BrowserKind.HTTP:
        named += ["--browser", browser.value]
    named += sizes
    for folder in folders:
        named += ["--catalogue", str(folder)]
    return tuple(named)


def _sizes(pupils: int, workers: int) -> tuple[str, ...]:
    many = ("--pupils", str(pupils)) if pupils != PUPILS else ()
    return (*many, "--workers", str(workers)) if workers != 1 else many


def _played_by(person: str, scenario: Scenario) -> Scenario:
    casting = scenario.person.model_copy(update={"id": person})
    return scenario.model_copy(update={"person": casting})


def _versions() -> dict[str, str]:
    return versions_of(RECORDED_VERSIONS)


def _play(opening: AbstractAsyncContextManager[Stage], plays: Sequence[Play], company: Company, lab: LabName) -> str:
    """Play it all; returns "" or why the playing ended early."""

    async def playing(progress: Bar) -> str:
        async with opening as stage:
            return await play_all(plays, company, stage, progress)

    with Bar(len(plays), lab.value) as progress:
        try:
            return asyncio.run(playing(progress))
        except ParticipantUnavailable as gone:
            return str(gone)
        except KeyboardInterrupt:
            return "interrupted with Ctrl-C"
