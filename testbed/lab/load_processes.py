"""The processes that make load: locust's, told by lines what to do, each with its own interpreter."""

import asyncio
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter

from testbed.interception import ParticipantUnavailable
from testbed.lab.child import ChildProcess
from testbed.lab.ports import LOOPBACK, free_ports
from testbed.model.load import ORDER, PROCESS, RECORDS, Order, Process, Record, Stage

MODULE = "loadtests.process"
ANSWER_S = 30.0
JOIN_S = 60.0
"""How long it may take until the workers of this machine have come."""
ANY = frozenset({"*", "0.0.0.0"})  # noqa: S104 - what a person may have asked for
GIVEN_S = 120.0
"""How long it may take until every worker has taken an order."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the generator says when it is asked."""

    records: tuple[Record, ...]
    """Of the flows that are done since it was last asked."""
    arrived: int
    under_way: int
    over: bool
    lost: str
    """What is no longer there and should be; "" for nothing."""
    problems: tuple[str, ...] = ()
    """What is wrong with the generator itself, since it began."""


TOLD: TypeAdapter[Told] = TypeAdapter(Told)


@dataclass(frozen=True, slots=True)
class Outside:
    """Workers that come from other machines."""

    host: str
    """The address of this machine at which they may come."""
    port: int
    workers: int
    """So many are waited for."""
    key: str = field(repr=False)
    """Seals what they are told; they must have it too."""
    join_s: float = 600
    """For so long."""

    @property
    def here(self) -> str:
        """The address at which the workers on this machine find the master."""
        return LOOPBACK if self.host in ANY else self.host


def new_key() -> str:
    """A key that seals what a master and its workers tell each other, for one run."""
    return urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


class Speaks(Protocol):
    """A process that makes load, or has others make it, wherever it runs."""

    async def ask(self, line: str, timeout_s: float) -> dict[str, object]:
        """Send one line and read the one that answers it.

        Raises:
            ParticipantUnavailable: it has ended, or does not answer in time.
        """


class Generator:
    """Makes load.

    Args:
        speaks: the process that is told what to do.
        all_of_it: every process, where they are this machine's.
        join_s: how long it waits for workers.
    """

    def __init__(self, speaks: Speaks, all_of_it: tuple[ChildProcess, ...] = (), join_s: float = 0) -> None:
        self._speaks, self._all, self._join_s = speaks, all_of_it, join_s

    @property
    def pids(self) -> tuple[int, ...]:
        """Of its processes on this machine; in containers there are none that could be looked at by them."""
        return tuple(child.pid for child in self._all)

    async def give(self, order: Order) -> None:
        """This is what is to be done.

        Raises:
            ParticipantUnavailable: a process has ended, or not all workers came.
        """
        line = json.dumps({"order": ORDER.dump_python(order, mode="json", by_alias=True)})
        said = await self._speaks.ask(line, GIVEN_S + self._join_s)
        if "failed" in said:
            raise ParticipantUnavailable(f"the load cannot begin: {said['failed']}")

    async def begin(self, in_s: float) -> None:
        """Begin in so many seconds.

        Raises:
            ParticipantUnavailable: the process has ended.
        """
        await self._speaks.ask(json.dumps({"go": in_s}), ANSWER_S)

    async def take(self) -> Told:
        """What has become of whom since the last call.

        Raises:
            ParticipantUnavailable: the process has ended, or does not answer.
        """
        said = await self._speaks.ask(json.dumps({"take": True}), ANSWER_S)
        records = RECORDS.validate_python(said.pop("records"))
        return TOLD.validate_python({**said, "records": records})

    async def stop(self) -> None:
        """End what is under way; what became of it is taken afterwards.

        Raises:
            ParticipantUnavailable: the process has ended.
        """
        await self._speaks.ask(json.dumps({"stop": True}), ANSWER_S)


@asynccontextmanager
async def generator(
    log: Path, *, workers: int = 1, web: int = 0, outside: Outside | None = None
) -> AsyncIterator[Generator]:
    """Its processes, which are gone when it closes.

    Args:
        log: where they say what goes wrong.
        workers: one does all; more are told by a master what to do.
        web: the port of locust's web interface; 0 for none.
        outside: those that come from other machines, beside the workers here.

    Raises:
        ParticipantUnavailable: a process did not come up.
    """
    async with AsyncExitStack() as stack:

        async def start(name: str, process: Process) -> ChildProcess:
            child = await ChildProcess.start(name, MODULE, PROCESS.dump_json(process).decode(), log)
            stack.push_async_callback(child.stop)
            return child

        if workers == 1 and outside is None:
            alone = await start("the load generator", Process(Stage.ALONE, web=web))
            yield Generator(alone, (alone,))
            return
        there = outside or Outside(LOOPBACK, free_ports(1)[0], 0, new_key(), JOIN_S)
        at = Process(Stage.WORKER, there.here, there.port, key=there.key)
        all_of_them = workers + there.workers
        told = replace(at, stage=Stage.MASTER, host=there.host, workers=all_of_them, web=web, join_s=there.join_s)
        master = await start("the load's master", told)
        names = [f"the load's worker {number}" for number in range(1, workers + 1)]
        hands = await asyncio.gather(*(start(name, at) for name in names))
        yield Generator(master, (master, *hands), there.join_s)
