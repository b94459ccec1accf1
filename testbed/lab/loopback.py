"""The lab on loopback: participants in processes of their own, real TLS, and a real mitmproxy between them.

The lab binds every participant's socket itself and hands it over, so no port is guessed; only the proxy binds its
own listeners, one for each sender, by which it knows who is calling.
"""

import asyncio
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from testbed.interception import ParticipantUnavailable
from testbed.interception.browser import Browser
from testbed.interception.process import ChildProcess
from testbed.interception.proxy import ProxyConfig, ProxyProcess
from testbed.lab.control import SchoolControl
from testbed.lab.home import trusting
from testbed.lab.participant import CONFIG, ParticipantConfig
from testbed.lab.spec import REQUEST_TIMEOUT_S, SCHOOL_HOST, LabSpec
from testbed.model.verdict import Play
from testbed.model.wire import BROWSER, host_of
from testbed.model.written import Operation
from testbed.runner.folder import RunFolder

NAME = "loopback"
LOOPBACK = "127.0.0.1"
QUIET_S = 15.0
"""How long the end of a play waits for exchanges under way."""


def _now() -> datetime:
    return datetime.now(UTC)


class LoopbackStage:
    """A stage whose participants and recorder are other processes."""

    def __init__(
        self, proxy: ProxyProcess, participants: tuple[ChildProcess, ...], control: SchoolControl, browser: "_Door"
    ) -> None:
        self._proxy, self._participants, self._control, self._browser = proxy, participants, control, browser

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        """See :class:`testbed.runner.play.Stage`."""
        async with httpx.AsyncClient(
            proxy=self._browser.proxy,
            verify=trusting(self._browser.ca_file),
            timeout=REQUEST_TIMEOUT_S,
            trust_env=False,
        ) as http:
            yield Browser(http, _now)

    async def begin(self, play: Play) -> None:
        """See :class:`testbed.runner.play.Stage`.

        Raises:
            ParticipantUnavailable: the proxy or a participant has died.
        """
        for participant in self._participants:
            participant.must_live()
        await self._proxy.begin(play)

    async def end(self, play_id: str, stopped: str, error: str) -> None:
        """See :class:`testbed.runner.play.Stage`."""
        if not await self._proxy.quiet(QUIET_S) and not error:
            error = f"an exchange was still under way after {QUIET_S:.0f} s"
        await self._proxy.end(play_id, stopped, error)

    async def spoil(self, entity_id: str, operations: tuple[Operation, ...]) -> None:
        """See :class:`testbed.runner.drive.Spoiler`."""
        await self._control.spoil(entity_id, operations)


@dataclass(frozen=True, slots=True)
class _Door:
    """How a client gets in: the proxy's listener for it, and whom to trust."""

    proxy: str
    ca_file: Path


@dataclass(frozen=True)
class _Sockets:
    """The listening sockets that the lab binds for its participants."""

    school: socket.socket
    control: socket.socket
    vendors: socket.socket

    def hosts(self, spec: LabSpec) -> dict[str, tuple[str, int]]:
        """Where the proxy finds each host."""
        found = {SCHOOL_HOST: (LOOPBACK, _port(self.school))}
        for vendor in spec.simulated:
            found.update(dict.fromkeys(_hosts(vendor.simulated), (LOOPBACK, _port(self.vendors))))
        return found


def _hosts(simulated: object) -> tuple[str, ...]:
    return tuple(getattr(simulated, "hosts", ()))


def _port(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


@asynccontextmanager
async def loopback_lab(spec: LabSpec, folder: RunFolder, browser_port: int = 0) -> AsyncIterator[LoopbackStage]:
    """The whole lab, ready to be played in; its processes are gone when it closes, however it closes.

    Args:
        spec: who takes part.
        folder: the run's; the proxy writes its journal, and everyone's standard error goes to its log.
        browser_port: the proxy's port for the browser; 0 takes a free one.

    Raises:
        ParticipantUnavailable: a process did not come up, with the last lines that it said.
    """
    async with AsyncExitStack() as stack:
        sockets = _Sockets(*(stack.enter_context(_listening()) for _ in range(3)))
        senders = (BROWSER, SCHOOL_HOST, *(host_of(vendor.login) for vendor in spec.simulated))
        ports = dict(zip(senders, _free_ports(len(senders)), strict=True))
        if browser_port:
            ports[BROWSER] = browser_port
        token = secrets.token_urlsafe(32)
        proxies = {sender: f"http://{LOOPBACK}:{port}" for sender, port in ports.items()}
        spec.home.certificate_authority()
        starting = [
            asyncio.create_task(_start_proxy(spec, folder, ports, sockets.hosts(spec))),
            asyncio.create_task(_start(_school(spec, folder, sockets, proxies, token), folder)),
            asyncio.create_task(_start(_vendors(spec, folder, sockets, proxies), folder)),
        ]
        proxy, school, vendors = await _all_or_none(starting, stack)
        control = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{_port(sockets.control)}", trust_env=False)
        )
        door = _Door(proxies[BROWSER], spec.home.ca_file)
        yield LoopbackStage(proxy, (school, vendors), SchoolControl(control, token), door)
