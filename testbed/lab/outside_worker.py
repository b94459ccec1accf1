"""``python -m testbed.lab.outside_worker``: one of several processes that serve the school for outside software.

It takes its configuration as one JSON line on standard input and the listening sockets that were bound for all
workers, and ends with standard input, as every participant of a lab does.
"""

import logging
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from pydantic import TypeAdapter

from testbed.lab.child import ChildProcess
from testbed.lab.outside_parts import OutsideParts, make_apps, outside_client
from testbed.lab.participant import server_for, until_lab_ends


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """What a worker is told."""

    parts: OutsideParts
    sockets: tuple[int, int]
    """Descriptors of listening sockets: of the public side, then of the control API."""


CONFIG: TypeAdapter[WorkerConfig] = TypeAdapter(WorkerConfig)


async def start_worker(parts: OutsideParts, sockets: Sequence[socket.socket], number: int, log: Path) -> ChildProcess:
    """Start one, and wait until it serves.

    Raises:
        ParticipantUnavailable: it did not come up, with the last lines that it said.
    """
    public, control = (listener.fileno() for listener in sockets)
    line = CONFIG.dump_json(WorkerConfig(parts, (public, control)), by_alias=True).decode()
    name = f"the school's worker {number}"
    return await ChildProcess.start(name, "testbed.lab.outside_worker", line, log, (public, control))


def _now() -> datetime:
    return datetime.now(UTC)


async def _serve(config: WorkerConfig) -> None:
    async with outside_client(config.parts.files) as http:
        apps = make_apps(config.parts, http, _now)
        public, control = config.sockets
        await until_lab_ends([(server_for(apps.public), public), (server_for(apps.control), control)])


def main() -> None:
    """The process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    uvloop.run(_serve(CONFIG.validate_json(sys.stdin.readline())))


if __name__ == "__main__":
    main()
