"""The lab on loopback: participants in processes of their own, real TLS, and a real mitmproxy between them.

The lab binds every participant's socket itself and hands it over, so no port is guessed; only the proxy binds its
own listeners, one for each sender, by which it knows who is calling.
"""

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from testbed.interception.browser import Browser, BrowserKind
from testbed.interception.chromium import chromium_path
from testbed.interception.config import PROXY_CONFIG, ProxyConfig
from testbed.interception.encoding import Line, play_to_json
from testbed.interception.http_browser import HttpBrowser
from testbed.lab.child import ChildProcess
from testbed.lab.control import SchoolControl
from testbed.lab.home import trusting
from testbed.lab.participant import CONFIG, ParticipantConfig
from testbed.lab.places import HOSTS, SENDERS
from testbed.lab.spec import REQUEST_TIMEOUT_S, LabSpec
from testbed.model.orders import AnyOrder
from testbed.model.verdict import Play
from testbed.model.wire import BROWSER, host_of
from testbed.runner.accounts import keep_accounts
from testbed.runner.folder import RunFolder

NAME = "loopback"
LOOPBACK = "127.0.0.1"
QUIET_S = 15.0
"""How long the end of a play waits for exchanges under way."""
ANSWER_S = 10.0
"""How long the proxy may take to answer an order."""


def _now() -> datetime:
    return datetime.now(UTC)


class LoopbackStage:
    """A stage whose participants and recorder are other processes."""

    def __init__(
        self,
        proxy: ChildProcess,
        participants: tuple[ChildProcess, ...],
        control: SchoolControl,
        browsers: "_Browsers",
        releases: Path,
    ) -> None:
        self._proxy, self._participants, self._control, self._browsers = proxy, participants, control, browsers
        self._releases = releases

    def browser(self) -> AbstractAsyncContextManager[Browser]:
        """See :class:`testbed.runner.play.Stage`."""
        return self._browsers()

    async def begin(self, play: Play) -> None:
        """See :class:`testbed.runner.play.Stage`.

        Raises:
            ParticipantUnavailable: the proxy or a participant has died.
        """
        for participant in self._participants:
            participant.must_live()
        await self._tell({"begin": play_to_json(play)})

    async def end(self, play_id: str, stopped: str, error: str) -> None:
        """See :class:`testbed.runner.play.Stage`.

        Raises:
            ParticipantUnavailable: the proxy or a participant has died.
        """
        answer = await self._tell({"quiet": QUIET_S})
        if answer != {"quiet": True} and not error:
            error = f"an exchange was still under way after {QUIET_S:.0f} s"
        await self._tell({"end": play_id, "stopped": stopped, "error": error})
        for participant in self._participants:
            participant.must_live()
        keep_accounts(self._releases, play_id, await self._control.take_releases())

    async def ask(self, order: AnyOrder) -> None:
        """See :class:`testbed.interception.drive.Orders`."""
        await self._control.ask(order)

    async def _tell(self, order: Line) -> dict[str, object]:
        return await self._proxy.ask(json.dumps(order), QUIET_S + ANSWER_S)


type _Browsers = Callable[[], AbstractAsyncContextManager[Browser]]
"""Makes one person's browser after the other."""


@dataclass(frozen=True, slots=True)
class _Sockets:
    """The listening sockets that the lab binds for its participants."""

    school: socket.socket
    control: socket.socket
    vendors: socket.socket

    def close(self) -> None:
        """Leave them to those who serve."""
        for one in (self.school, self.control, self.vendors):
            one.close()


@dataclass(frozen=True, slots=True)
class _Roster:
    """Everything that the processes of one lab are told."""

    spec: LabSpec
    folder: RunFolder
    sockets: _Sockets
    ports: Mapping[str, int]
    """Sender to the proxy's listener for it."""
    token: str
    workers: int

    @property
    def state(self) -> Path | None:
        """Where the school's workers keep what they share; a single one shares nothing."""
        return self.folder.path / "state" if self.workers > 1 else None

    @property
    def proxies(self) -> dict[str, str]:
        """Sender to the URL of its listener."""
        return {sender: f"http://{LOOPBACK}:{port}" for sender, port in self.ports.items()}

    @property
    def hosts(self) -> dict[str, tuple[str, int]]:
        """Host to the address where it is served."""
        vendors = dict.fromkeys(_vendor_hosts(self.spec), (LOOPBACK, _port(self.sockets.vendors)))
        return dict.fromkeys(HOSTS, (LOOPBACK, _port(self.sockets.school))) | vendors


@asynccontextmanager
async def loopback_lab(
    spec: LabSpec,
    folder: RunFolder,
    browser_port: int = 0,
    workers: int = 1,
    browser: BrowserKind = BrowserKind.HTTP,
) -> AsyncIterator[LoopbackStage]:
    """The whole lab, ready to be played in; its processes are gone when it closes, however it closes.

    Args:
        spec: who takes part.
        folder: the run's; the proxy writes its journal, and everyone's standard error goes to its log.
        browser_port: the proxy's port for the browser; 0 takes a free one.
        workers: so many processes serve the schools, with one socket and one database.
        browser: what a person's browser is.

    Raises:
        ParticipantUnavailable: a process did not come up, with the last lines that it said.
        ScenarioInvalid: there is no such browser here.
    """
    async with AsyncExitStack() as stack:
        sockets = _Sockets(*(stack.enter_context(_listening()) for _ in range(3)))
        senders = (BROWSER, *SENDERS, *(host_of(vendor.login) for vendor in spec.simulated))
        ports = dict(zip(senders, free_ports(len(senders)), strict=True))
        if browser_port:
            ports[BROWSER] = browser_port
        roster = _Roster(spec, folder, sockets, ports, secrets.token_urlsafe(32), workers)
        spec.home.certificate_authority()
        certificate = spec.home.server_certificate("school", HOSTS)
        schools = (_school(roster, certificate, number) for number in range(1, workers + 1))
        address = f"http://{LOOPBACK}:{_port(sockets.control)}"
        proxy, *participants = await _all_or_none(stack, _proxy(roster), *schools, _vendors(roster))
        # NOTE: as long as the lab held them, calls to a participant that has died would wait instead of being refused.
        sockets.close()
        control = await stack.enter_async_context(httpx.AsyncClient(base_url=address, trust_env=False))
        browsers = await _browsers(stack, browser, roster.proxies[BROWSER], spec.home.ca_file)
        yield LoopbackStage(proxy, tuple(participants), SchoolControl(control, roster.token), browsers, folder.releases)


async def _browsers(stack: AsyncExitStack, kind: BrowserKind, proxy: str, ca_file: Path) -> _Browsers:
    """Makes browsers that call through this proxy and trust this certificate authority alone."""
    if kind is BrowserKind.CHROMIUM:
        # NOTE: imported only where it is wanted, for it needs a library that need not be there.
        from testbed.interception.chromium_process import launched  # noqa: PLC0415

        return (await stack.enter_async_context(launched(chromium_path(), proxy, ca_file))).browser

    @asynccontextmanager
    async def made_of_http() -> AsyncIterator[Browser]:
        async with httpx.AsyncClient(
            proxy=proxy, verify=trusting(ca_file), timeout=REQUEST_TIMEOUT_S, trust_env=False
        ) as http:
            yield HttpBrowser(http, _now)

    return made_of_http


async def _all_or_none(stack: AsyncExitStack, *starting: Coroutine[None, None, ChildProcess]) -> list[ChildProcess]:
    """Start side by side; when one fails, the others are ended before the failure is told."""
    outcomes = await asyncio.gather(*starting, return_exceptions=True)
    started = [outcome for outcome in outcomes if isinstance(outcome, ChildProcess)]
    for child in started:
        stack.push_async_callback(child.stop)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return started


async def _proxy(roster: _Roster) -> ChildProcess:
    home, mutual = roster.spec.home, roster.spec.mutual
    config = ProxyConfig(
        journal=roster.folder.journal,
        lab=NAME,
        listeners=roster.ports,
        hosts=roster.hosts,
        confdir=home.proxy_folder,
        ca_file=home.ca_file,
        asking=tuple(sorted(mutual.hosts)),
        credentials=mutual.credentials,
    )
    return await ChildProcess.start(
        "the proxy", "testbed.interception.proxy", PROXY_CONFIG.dump_json(config).decode(), roster.folder.log
    )


async def _school(roster: _Roster, certificate: Path, number: int) -> ChildProcess:
    descriptors = (roster.sockets.school.fileno(), roster.sockets.control.fileno())
    config = replace(_participant(roster, certificate, descriptors), control_token=roster.token, state=roster.state)
    name = "the school" if number == 1 else f"the school's worker {number}"
    return await _start(name, "testbed.lab.school_process", config, descriptors, roster.folder.log)


async def _vendors(roster: _Roster) -> ChildProcess:
    certificate = roster.spec.home.server_certificate("vendors", _vendor_hosts(roster.spec))
    descriptors = (roster.sockets.vendors.fileno(),)
    config = _participant(roster, certificate, descriptors)
    return await _start("the simulated vendors", "testbed.lab.vendors_process", config, descriptors, roster.folder.log)


def _participant(roster: _Roster, certificate: Path, descriptors: tuple[int, ...]) -> ParticipantConfig:
    return ParticipantConfig(
        home=roster.spec.home.path,
        people=roster.folder.people,
        vendors=roster.spec.vendors,
        agreements=tuple(roster.spec.agreements.values()),
        proxies=roster.proxies,
        certificate=certificate,
        sockets=descriptors,
    )


async def _start(
    name: str, module: str, config: ParticipantConfig, descriptors: tuple[int, ...], log: Path
) -> ChildProcess:
    line = CONFIG.dump_json(config, by_alias=True).decode()
    return await ChildProcess.start(name, module, line, log, descriptors)


def _vendor_hosts(spec: LabSpec) -> tuple[str, ...]:
    return tuple(host for vendor in spec.simulated if vendor.simulated for host in vendor.simulated.hosts)


def _port(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


@contextmanager
def _listening(port: int = 0) -> Iterator[socket.socket]:
    """A listening socket on a port of loopback, a free one unless it is named.

    Raises:
        OSError: the port is taken.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(256)
        yield listener


PROXY_PORTS = range(20_000, 32_000)
"""Below those that systems give to whoever calls out: such a one would be taken again before the proxy has it."""


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago: the proxy binds its listeners itself and says so when one was taken since."""
    ports: list[int] = []
    with ExitStack() as stack:
        for port in secrets.SystemRandom().sample(PROXY_PORTS, len(PROXY_PORTS)):
            if len(ports) == count:
                break
            with suppress(OSError):
                stack.enter_context(_listening(port))
                ports.append(port)
    return ports
