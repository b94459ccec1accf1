"""The processes of the loopback lab: what each is told, and how each is ended and started again where it was."""

import asyncio
import json
import signal
import socket
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from testbed.interception import ParticipantUnavailable
from testbed.interception.config import PROXY_CONFIG, ProxyConfig
from testbed.interception.encoding import Line
from testbed.lab.child import ChildProcess
from testbed.lab.participant import CONFIG, ParticipantConfig
from testbed.lab.places import HOSTS
from testbed.lab.ports import LOOPBACK, listening, port_of
from testbed.lab.roster import Roster, vendor_hosts
from testbed.model.breaking import Breakable
from testbed.runner.folder import RunFolder

NAME = "loopback"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the participants listen."""

    school: int
    control: int
    vendors: int


@dataclass(frozen=True, slots=True)
class Sockets:
    """The listening sockets that the lab binds for its participants."""

    school: socket.socket
    control: socket.socket
    vendors: socket.socket

    @property
    def ports(self) -> Ports:
        """Where they listen."""
        return Ports(port_of(self.school), port_of(self.control), port_of(self.vendors))

    def close(self) -> None:
        """Leave them to those who serve."""
        for one in (self.school, self.control, self.vendors):
            one.close()


@dataclass(frozen=True, slots=True)
class Loopback:
    """Everything that the processes of one lab on loopback are told."""

    roster: Roster
    folder: RunFolder
    ports: Ports
    token: str
    workers: int
    breakable: bool = False
    """Something is going to be broken: the school keeps on disk what it remembers, and the proxy what is under way."""
    roads: Mapping[str, int] = field(default_factory=dict)
    """Sender to the port of the relay that leads to its listener, where one does."""

    @property
    def state(self) -> Path | None:
        """Where the school's workers keep what they share; a single one that nobody ends keeps it in memory."""
        return self.folder.path / "state" if self.workers > 1 or self.breakable else None

    @property
    def underway(self) -> Path | None:
        """Where the proxy keeps what is under way."""
        return self.folder.path / "underway.jsonl" if self.breakable else None

    def certificate(self, participant: Breakable, until: datetime | None = None) -> Path:
        """The file by which a participant is served, with a certificate that is good until then."""
        # NOTE: in a lab where one may expire it is no other lab's, for they share the lab home.
        name, own = "school" if participant == "school" else "vendors", f"-{self.folder.path.name}"
        spec = self.roster.spec
        hosts = HOSTS if participant == "school" else vendor_hosts(spec)
        return spec.home.server_certificate(f"{name}{own if self.breakable else ''}", hosts, until)

    def of_proxy(self) -> ProxyConfig:
        """What the proxy is told."""
        return replace(self.roster.of_proxy(LOOPBACK), underway=self.underway)

    def of_participant(self, participant: Breakable, descriptors: tuple[int, ...]) -> ParticipantConfig:
        """What a participant is told that takes these sockets over."""
        called = replace(self.roster, ports={**self.roster.ports, **self.roads})
        return replace(called.of_participant(self.certificate(participant)), sockets=descriptors)


class Crew:
    """The processes of one lab.

    Args:
        lab: what they are told.
    """

    def __init__(self, lab: Loopback) -> None:
        self._lab = lab
        self._running: dict[Breakable, tuple[ChildProcess, ...]] = {}

    async def start_all(self, sockets: Sockets) -> None:
        """Start all side by side; when one fails, the others are ended before the failure is told.

        Raises:
            ParticipantUnavailable: a process did not come up, with the last lines that it said.
        """
        proxy, vendors, *school = await all_or_none(
            self._proxy(), self._vendors(sockets.vendors), *self._school(sockets.school, sockets.control)
        )
        self._running = {"proxy": (proxy,), "vendor": (vendors,), "school": tuple(school)}

    async def must_live(self) -> None:
        """See :class:`testbed.lab.stage.Processes`.

        Raises:
            ParticipantUnavailable: one of them has ended.
        """
        for participant in (*self._running["school"], *self._running["vendor"]):
            participant.must_live()

    async def tell_proxy(self, order: Line, timeout_s: float) -> dict[str, object]:
        """See :class:`testbed.lab.stage.Processes`.

        Raises:
            ParticipantUnavailable: it has ended, or does not answer in time.
        """
        return await self._running["proxy"][0].ask(json.dumps(order), timeout_s)

    def of(self, participant: Breakable) -> tuple[ChildProcess, ...]:
        """The processes of one participant; none while it is dead."""
        return self._running.get(participant, ())

    async def kill(self, participant: Breakable) -> None:
        """End a participant at once."""
        await asyncio.gather(*(child.kill() for child in self._running.pop(participant, ())))

    async def start(self, participant: Breakable) -> None:
        """Start a participant that was killed, where it was; one that runs is left alone.

        Raises:
            ParticipantUnavailable: it did not come up, or somebody else has taken its port.
        """
        if participant in self._running:
            return
        try:
            self._running[participant] = tuple(await self._again(participant))
        except OSError as error:
            raise ParticipantUnavailable(f"the {participant} cannot come back on its port: {error}") from error

    async def stop(self) -> None:
        """End all that run, also those that are stopped."""
        for children in self._running.values():
            for child in children:
                child.signal(signal.SIGCONT)
        await asyncio.gather(*(child.stop() for children in self._running.values() for child in children))

    async def _again(self, participant: Breakable) -> Sequence[ChildProcess]:
        ports = self._lab.ports
        match participant:
            case "proxy":
                return await all_or_none(self._proxy())
            case "vendor":
                with listening(ports.vendors) as public:
                    return await all_or_none(self._vendors(public))
            case "school":
                with listening(ports.school) as public, listening(ports.control) as control:
                    return await all_or_none(*self._school(public, control))

    async def _proxy(self) -> ChildProcess:
        line = PROXY_CONFIG.dump_json(self._lab.of_proxy()).decode()
        return await ChildProcess.start("the proxy", "testbed.interception.proxy", line, self._lab.folder.log)

    def _school(self, public: socket.socket, control: socket.socket) -> list[Coroutine[None, None, ChildProcess]]:
        lab = self._lab
        told = lab.of_participant("school", (public.fileno(), control.fileno()))
        config = replace(told, control_token=lab.token, state=lab.state, workers=lab.workers)
        names = ["the school", *(f"the school's worker {number}" for number in range(2, lab.workers + 1))]
        return [self._participant(name, "testbed.lab.school_process", config) for name in names]

    async def _vendors(self, public: socket.socket) -> ChildProcess:
        config = self._lab.of_participant("vendor", (public.fileno(),))
        return await self._participant("the simulated vendors", "testbed.lab.vendors_process", config)

    async def _participant(self, name: str, module: str, config: ParticipantConfig) -> ChildProcess:
        line = CONFIG.dump_json(config, by_alias=True).decode()
        return await ChildProcess.start(name, module, line, self._lab.folder.log, config.sockets)


async def all_or_none(*starting: Coroutine[None, None, ChildProcess]) -> list[ChildProcess]:
    """Start side by side; when one fails, the others are ended before the failure is told."""
    outcomes = await asyncio.gather(*starting, return_exceptions=True)
    started = [outcome for outcome in outcomes if isinstance(outcome, ChildProcess)]
    failure = next((outcome for outcome in outcomes if isinstance(outcome, BaseException)), None)
    if failure is not None:
        await asyncio.gather(*(child.stop() for child in started))
        raise failure
    return started
