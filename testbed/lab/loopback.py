"""The lab on loopback: participants in processes of their own, real TLS, and a real mitmproxy between them.

The lab binds every participant's socket itself and hands it over, so no port is guessed; only the proxy binds its
own listeners, one for each sender, by which it knows who is calling.
"""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from testbed.interception.browser import BrowserKind
from testbed.lab.control import SchoolControl, calling
from testbed.lab.loopback_breaking import Lines, LoopbackBreaker, lines_in
from testbed.lab.loopback_processes import NAME, Crew, Loopback, Sockets
from testbed.lab.ports import LOOPBACK, free_ports, listening
from testbed.lab.roster import SCHOOL_SENDERS, Roster, vendor_senders
from testbed.lab.spec import LabSpec
from testbed.lab.stage import ProcessStage, browsers_through
from testbed.model.wire import BROWSER
from testbed.runner.folder import RunFolder


@dataclass(frozen=True, slots=True)
class Opened:
    """A lab on loopback that serves."""

    lab: Loopback
    crew: Crew
    proxied: Mapping[str, int]
    """Sender to its listener at the proxy."""
    lines: Lines | None = None
    """What leads to these and may be slowed or cut, where something is going to be broken."""

    @property
    def control(self) -> str:
        """Address of the schools' control APIs."""
        return f"http://{LOOPBACK}:{self.lab.ports.control}"


@asynccontextmanager
async def opened(
    spec: LabSpec, folder: RunFolder, *, browser_port: int = 0, workers: int = 1, breakable: bool = False
) -> AsyncIterator[Opened]:
    """The processes of the lab, which are gone when it closes; the arguments are those of :func:`loopback_lab`.

    Raises:
        ParticipantUnavailable: a process did not come up, with the last lines that it said.
    """
    async with AsyncExitStack() as stack:
        sockets = Sockets(*(stack.enter_context(listening()) for _ in range(3)))
        senders = (BROWSER, *SCHOOL_SENDERS, *vendor_senders(spec))
        listeners = dict(zip(senders, free_ports(len(senders)), strict=True))
        if browser_port:
            listeners[BROWSER] = browser_port
        roster = _roster(spec, folder, sockets, listeners)
        lab = Loopback(roster, folder, sockets.ports, secrets.token_urlsafe(32), workers, breakable)
        lines = await stack.enter_async_context(lines_in(lab)) if breakable else None
        lab = lines.shown_in(lab) if lines else lab
        spec.home.certificate_authority()
        crew = Crew(lab)
        stack.push_async_callback(crew.stop)
        await crew.start_all(sockets)
        # NOTE: as long as the lab held them, calls to a participant that has died would wait instead of being refused.
        sockets.close()
        yield Opened(lab, crew, listeners, lines)


@asynccontextmanager
async def loopback_lab(
    spec: LabSpec,
    folder: RunFolder,
    *,
    browser_port: int = 0,
    workers: int = 1,
    browser: BrowserKind = BrowserKind.HTTP,
    breakable: bool = False,
) -> AsyncIterator[ProcessStage]:
    """The whole lab, ready to be played in; its processes are gone when it closes, however it closes.

    Args:
        spec: who takes part.
        folder: the run's; the proxy writes its journal, and everyone's standard error goes to its log.
        browser_port: the proxy's port for the browser; 0 takes a free one.
        workers: so many processes serve the schools, with one socket and one database.
        browser: what a person's browser is.
        breakable: something is going to be broken on purpose.

    Raises:
        ParticipantUnavailable: a process did not come up, with the last lines that it said.
        ScenarioInvalid: there is no such browser here.
    """
    async with AsyncExitStack() as stack:
        had = opened(spec, folder, browser_port=browser_port, workers=workers, breakable=breakable)
        lab = await stack.enter_async_context(had)
        control = await stack.enter_async_context(calling(lab.control))
        proxy = f"http://{LOOPBACK}:{lab.proxied[BROWSER]}"
        browsers = await browsers_through(stack, browser, proxy, spec.home.ca_file)
        breaker = LoopbackBreaker(lab.crew, lab.lab, lab.lines) if lab.lines else None
        yield ProcessStage(lab.crew, SchoolControl(control, lab.lab.token), browsers, folder.releases, breaker)


def _roster(spec: LabSpec, folder: RunFolder, sockets: Sockets, listeners: dict[str, int]) -> Roster:
    return Roster(
        spec=spec,
        lab=NAME,
        ports=listeners,
        proxy=LOOPBACK,
        school=(LOOPBACK, sockets.ports.school),
        vendors=(LOOPBACK, sockets.ports.vendors),
        home=spec.home,
        people=folder.people,
        journal=folder.journal,
    )
