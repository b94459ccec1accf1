"""Breaks what the loopback lab is made of, by signals and by relays, and mends it again."""

import json
import resource
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from testbed.interception import ParticipantUnavailable
from testbed.interception.drive import CannotBreak
from testbed.interception.relay.relaying import PERFECT, Quality, Relay, quality_of, relayed
from testbed.lab.child import ChildProcess
from testbed.lab.database_lock import DatabaseLock
from testbed.lab.loopback_processes import NAME, Crew, Loopback
from testbed.lab.ports import LOOPBACK
from testbed.lab.roster import SCHOOL_SENDERS, vendor_senders
from testbed.lab.stage import ANSWER_S
from testbed.model.breaking import (
    AnyBreaking,
    Breakable,
    Cut,
    ExpireCertificate,
    FillDisk,
    Kill,
    LockDatabase,
    Mend,
    Networked,
    Pause,
    Restart,
    Slow,
)


@dataclass(frozen=True, slots=True)
class Lines:
    """The relays before each participant, and on its way to the proxy."""

    fronts: Mapping[Networked, Relay] = field(default_factory=dict)
    roads: Mapping[Networked, Mapping[str, Relay]] = field(default_factory=dict)
    """By sender."""

    def of(self, participant: Networked) -> Sequence[Relay]:
        """Everything that reaches a participant or comes from it passes one of these."""
        return (self.fronts[participant], *self.roads[participant].values())

    def shown_in(self, lab: Loopback) -> Loopback:
        """The same lab, with these between its participants."""
        roads = {sender: relay.address[1] for relays in self.roads.values() for sender, relay in relays.items()}
        school, vendors = self.fronts["school"].address, self.fronts["vendor"].address
        return replace(lab, roster=replace(lab.roster, school=school, vendors=vendors), roads=roads)


@asynccontextmanager
async def lines_in(lab: Loopback) -> AsyncIterator[Lines]:
    """Relays for everybody in this lab."""
    async with AsyncExitStack() as stack:

        async def to(port: int) -> Relay:
            return await stack.enter_async_context(relayed((LOOPBACK, port)))

        listeners = lab.roster.ports
        yield Lines(
            {"school": await to(lab.ports.school), "vendor": await to(lab.ports.vendors)},
            {
                "school": {sender: await to(listeners[sender]) for sender in SCHOOL_SENDERS},
                "vendor": {sender: await to(listeners[sender]) for sender in vendor_senders(lab.roster.spec)},
            },
        )


class LoopbackBreaker:
    """Carries out what a scenario breaks.

    The schools and the federation are one process here, and so are all simulated vendors: what is done to one is done
    to those beside it.

    Args:
        crew: the lab's processes.
        lab: what they are told.
        lines: the relays between them.
    """

    def __init__(self, crew: Crew, lab: Loopback, lines: Lines) -> None:
        self._crew, self._lab, self._lines = crew, lab, lines
        self._mending = AsyncExitStack()

    async def carry_out(self, order: AnyBreaking) -> None:
        """See :class:`testbed.interception.drive.Breaker`.

        Raises:
            CannotBreak: it is not possible on loopback.
            ParticipantUnavailable: what was to come back did not.
        """
        match order:
            case Pause(participant=name):
                self._signal(name, signal.SIGSTOP)
                self._mending.callback(self._signal, name, signal.SIGCONT)
            case Kill(participant=name):
                await self._crew.kill(name)
                self._mending.push_async_callback(self._crew.start, name)
            case Restart(participant=proxied):
                await self._crew.kill(proxied)
                await self._crew.start(proxied)
            case Cut(participant=name):
                for relay in self._lines.of(name):
                    relay.become(replace(relay.quality, cut=True))
                self._mending.callback(self._line_is, name, PERFECT)
            case Slow(participant=name):
                self._line_is(name, quality_of(order))
                self._mending.callback(self._line_is, name, PERFECT)
            case FillDisk(participant=name):
                self._fill_disk(name)
            case ExpireCertificate(participant=name):
                await self._serve_by(name, datetime.now(UTC) - timedelta(days=1))
                self._mending.push_async_callback(self._serve_by, name, None)
            case LockDatabase(seconds=seconds):
                self._mending.push_async_callback(DatabaseLock(self._databases(), seconds).over)
            case Mend():
                await self.mend()

    async def mend(self) -> None:
        """Everything is as before; what was broken last is mended first.

        Raises:
            ParticipantUnavailable: what was to come back did not.
        """
        mending, self._mending = self._mending, AsyncExitStack()
        await mending.aclose()

    def _signal(self, participant: Breakable, number: signal.Signals) -> None:
        for child in self._crew.of(participant):
            child.signal(number)

    def _line_is(self, participant: Networked, quality: Quality) -> None:
        for relay in self._lines.of(participant):
            relay.become(quality)

    def _fill_disk(self, participant: Networked) -> None:
        """No file of the school's processes can grow or be written to (RLIMIT_FSIZE): to SQLite that is a full disk,
        and the machine's own disk is spared."""
        if participant != "school":
            raise CannotBreak(f"the lab {NAME} cannot fill the disk of the {participant}: it keeps nothing on one")
        for child in self._crew.of(participant):
            before = resource.prlimit(child.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (0, before[1]))
            self._mending.callback(_allow, child, before)

    async def _serve_by(self, participant: Networked, until: datetime | None) -> None:
        self._lab.certificate(participant, until)
        for child in self._crew.of(participant):
            answer = await child.ask(json.dumps({"reload": "certificate"}), ANSWER_S)
            if answer != {"reloaded": True}:
                raise ParticipantUnavailable(f"{child.name} was to serve by another certificate, but said {answer}")

    def _databases(self) -> list[Path]:
        folder = self._lab.state
        if folder is None:
            raise CannotBreak(f"the lab {NAME} cannot lock the school's database: it is in memory")
        return sorted(folder.glob("*.sqlite"))


def _allow(child: ChildProcess, limits: tuple[int, int]) -> None:
    """Its files may grow again; a process that has ended has none."""
    try:
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, limits)
    except ProcessLookupError:
        return
