"""``testbed load``: let the people of a stretch of a school day arrive, and say what the flow bears."""

import asyncio
import os
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from testbed.cli.console import err
from testbed.cli.load_hands import Hands, expected
from testbed.cli.load_outcome import show_load, write_load_reports
from testbed.cli.load_progress import LoadProgress
from testbed.cli.load_what import Loaded, Wanted, on_lab, on_vendor
from testbed.cli.outcome import versions_of, write_reports
from testbed.interception import ParticipantUnavailable
from testbed.lab.load_open import contained, must_bear_load
from testbed.lab.load_releases import gathering
from testbed.lab.loading import Taken, loading
from testbed.lab.open import LabName
from testbed.model.files import dump_people
from testbed.model.load import LoadRun
from testbed.model.release import ReleaseRecord
from testbed.model.verdict import Run
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder
from testbed.runner.load_judged import Asked, judge_intercepted
from testbed.runner.profiles import find_profile
from testbed.runner.schedule import Sizes, sized

EXAMPLES = (
    "Examples:\n\n"
    "testbed load national-test-0900                        17,000 pupils within a minute, one in ten of them\n\n"
    "testbed load monday-0800 --users 500 --duration 120    500 people in two minutes\n\n"
    "testbed load steady --rate 20 --intercept 0.05         one in twenty is recorded, and judged as a run is\n\n"
    "testbed load step-to-break --vendor my-service.yaml    until a service of your own breaks\n\n"
    "testbed load national-test-0900 --workers 2 --web 8089 two processes make it; locust's pages beside it"
)
PACKAGES = ("school-federation-testbed", "locust", "gevent", "pysaml2", "mitmproxy")


def load(  # noqa: PLR0913, PLR0917 - the command line's own options
    profile: Annotated[str, typer.Argument(help="A profile ('testbed list loads'), or the file of one.")],
    scale: Annotated[float | None, typer.Option(help="Of the profile's people: 0.1 is one in ten.")] = None,
    rate: Annotated[float | None, typer.Option(help="So many people a second, until the last arrives.")] = None,
    users: Annotated[int | None, typer.Option(help="So many people in all.")] = None,
    duration: Annotated[float | None, typer.Option(help="Seconds until the last arrives, at the same rate.")] = None,
    vendor: Annotated[
        Path | None, typer.Option(help="The file of a vendor, in place of all that the profile names.", dir_okay=False)
    ] = None,
    agreement: Annotated[
        Path | None, typer.Option(help="What was agreed with that vendor (YAML).", dir_okay=False)
    ] = None,
    intercept: Annotated[
        float, typer.Option(help="So large a share of the flows is recorded, and judged as a run is.", min=0, max=1)
    ] = 0,
    workers: Annotated[
        int, typer.Option(help="So many processes make the load, or in the lab docker containers.", min=1, max=64)
    ] = 1,
    school_workers: Annotated[
        int, typer.Option(help="On loopback, so many processes serve the school, with one database.", min=1, max=16)
    ] = 1,
    lab: Annotated[LabName, typer.Option(help="How the traffic is carried.")] = LabName.LOOPBACK,
    web: Annotated[
        int, typer.Option(help="The port of locust's web interface, on this machine alone.", min=0, max=65535)
    ] = 0,
    join: Annotated[
        int, typer.Option(help="So many workers come from other machines, and are waited for.", min=0, max=64)
    ] = 0,
    listen: Annotated[str, typer.Option(help="Where they come to, as ADDRESS:PORT.")] = "127.0.0.1:5557",
    seed: Annotated[int, typer.Option(help="Decides the people, and who of them arrives when.")] = 1,
    out: Annotated[Path, typer.Option(help="Where run folders are put.", file_okay=False)] = Path("runs"),
    catalogue: Annotated[
        list[Path] | None, typer.Option(help="One more folder laid out as scenarios/ is; may be repeated.")
    ] = None,
) -> None:
    """Let the people of a profile come when they are due, and say what became of them and what it cost."""
    must_bear_load(lab, school_workers)
    makers = 0 if vendor else contained(lab, workers, join=join, web=web)
    outside = expected(join, listen)
    known = load_catalogue(catalogue or [])
    asked = sized(find_profile(profile, known), Sizes(scale, rate, users, duration))
    wanted = Wanted(asked, seed, intercept, school_workers, makers)
    what = on_lab(wanted, known, lab) if vendor is None else on_vendor(wanted, vendor, agreement)
    folder = RunFolder.make(out, f"load-{asked.id}", datetime.now(UTC))
    folder.write("people.json", dump_people(dict(what.people)))
    started, releases = datetime.now(UTC), list[ReleaseRecord]()
    taken = _made(what, folder, releases, Hands(workers, web, outside))
    run = _run(what, folder, taken, lab, started)
    report = write_load_reports(folder, run, _judged(what, folder, run, releases))
    show_load(report, folder)
    raise typer.Exit(report.verdict.exit_status)


def _made(what: Loaded, folder: RunFolder, releases: list[ReleaseRecord], hands: Hands) -> Taken:
    """Make the load; what came of it, also when it ended early."""

    async def making(progress: LoadProgress) -> Taken:
        async with (
            what.opening(folder) as target,
            loading(
                target, what.order, folder.log, workers=hands.workers, web=hands.web, outside=hands.outside
            ) as load,
        ):
            if target.control is None:
                return await load.run(progress)
            async with gathering(target.control, what.order.arrivals) as gathered:
                taken = await load.run(progress)
            releases.extend(gathered.releases)
            if gathered.problem:
                taken.problems.append(gathered.problem)
            return taken

    with LoadProgress(what.profile, len(what.order.arrivals)) as progress:
        try:
            return asyncio.run(making(progress))
        except ParticipantUnavailable as gone:
            return Taken(problems=[str(gone)], ended="the laboratory did not come up")
        except KeyboardInterrupt:
            return Taken(ended="interrupted with Ctrl-C")


def _run(what: Loaded, folder: RunFolder, taken: Taken, lab: LabName, started: datetime) -> LoadRun:
    return LoadRun(
        id=folder.path.name,
        started=started,
        finished=datetime.now(UTC),
        lab=lab.value,
        seed=what.order.seed,
        profile=what.profile,
        vendors={vendor.id: vendor.name for vendor in what.vendors},
        cores=os.cpu_count() or 1,
        arrivals=len(what.order.arrivals),
        records=tuple(sorted(taken.records, key=lambda record: record.number)),
        samples=tuple(taken.samples),
        versions=versions_of(PACKAGES),
        options=tuple(sys.argv[2:]),
        ended=taken.ended,
        problems=tuple(taken.problems),
    )


def _judged(what: Loaded, folder: RunFolder, run: LoadRun, releases: list[ReleaseRecord]) -> Run | None:
    """What the checks say of the flows that were intercepted, with the reports of any run; None where none was."""
    if not any(arrival.intercepted for arrival in what.order.arrivals) or not folder.journal.is_file():
        return None
    asked = Asked(
        lab=run.lab,
        seed=run.seed,
        arrivals=what.order.arrivals,
        vendors={vendor.id: vendor for vendor in what.vendors},
        people=what.people,
        agreements=what.agreements,
        command=shlex.join(["testbed", *sys.argv[1:]]),
        versions=run.versions,
    )
    err.print("Judging what was recorded ...")
    record = judge_intercepted(folder, asked, run.records, releases, run.finished)
    if record is None:
        return None
    write_reports(folder, record)
    return record.run
