"""The lab's side of a load that workers in containers make: their master is told what to do at a port."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from testbed.interception import ParticipantUnavailable
from testbed.interception.config import OrdersAt
from testbed.lab.child import LONGEST_LINE, READY_S, Streams, asked
from testbed.lab.containers.orders import POLL_S, called

NAME = "the load's master"


@dataclass(frozen=True, slots=True)
class LoadMaster:
    """See :class:`testbed.lab.load_processes.Speaks`. The connection is its lifeline."""

    streams: Streams

    async def ask(self, line: str, timeout_s: float) -> dict[str, object]:
        """See there."""
        return await asked(self.streams, NAME, line, timeout_s)


@asynccontextmanager
async def load_master(at: OrdersAt) -> AsyncIterator[LoadMaster]:
    """The master, as soon as it takes orders; it lets its workers go, and ends, when the context does.

    Args:
        at: the port of this machine's loopback where its own is published.

    Raises:
        ParticipantUnavailable: it takes none.
    """
    try:
        async with asyncio.timeout(READY_S):
            streams = await _ready(at)
    except TimeoutError as error:
        raise ParticipantUnavailable(f"{NAME} took no orders within {READY_S:.0f} s") from error
    try:
        yield LoadMaster(streams)
    finally:
        await _close(streams)


async def _ready(at: OrdersAt) -> Streams:
    while True:
        streams = await called(at, LONGEST_LINE)
        try:
            answer = await streams[0].readline()
        except ConnectionError:
            answer = b""
        except asyncio.CancelledError:
            await _close(streams)
            raise
        if answer and json.loads(answer).get("ready"):
            return streams
        # NOTE: the engine takes a connection before the master does, and lets go of it where there is none.
        await _close(streams)
        await asyncio.sleep(POLL_S)


async def _close(streams: Streams) -> None:
    streams[1].close()
    with contextlib.suppress(ConnectionError):
        await streams[1].wait_closed()
