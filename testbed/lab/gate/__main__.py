"""``python -m testbed.lab.gate``: the process that starts a vendor's program and stands between it and everything else.

It reads its configuration as one JSON line from standard input and says ``{"ready": true, "walled": ..., "why": ...}``
or ``{"failed": why}``. Then it answers each line with one line: ``{"start": true}`` runs the program, ``{"open":
port}`` lets it call a port of this machine's loopback, ``{"state": true}`` tells whether it has ended, ``{"end":
true}`` ends it. When standard input ends the lab is gone, and so are the program and the gate.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import JsonValue

from testbed.interception.journal import Journal
from testbed.lab.gate.config import GATE_CONFIG, GateConfig
from testbed.lab.gate.doors import listening
from testbed.lab.gate.names import Names
from testbed.lab.gate.relay import Road, Serve, accepting, inside, leading_to, outside
from testbed.lab.gate.routes import LOOPBACK
from testbed.lab.gate.running import Program, adopt
from testbed.lab.gate.space import NameSpace, NoNameSpace, joined

NAME = "outside"
"""Of the carrier, for the journal."""
log = logging.getLogger("testbed.gate")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Gate:
    config: GateConfig
    space: NameSpace | None
    tasks: asyncio.TaskGroup
    program: Program | None = None
    serving: list[asyncio.Task[None]] = field(default_factory=list)

    def stand(self, journal: Journal) -> None:
        """Lead everything where it belongs.

        Raises:
            OSError: the vendor's port is taken.
        """
        if self.space is None:
            return
        space, config, doors = self.space, self.config, self.space.doors
        Road(config.sender, (LOOPBACK, config.proxy), Names(), journal).stand(doors, self._serve)
        self._serve(listening(LOOPBACK, config.port), leading_to(inside(space, config.inner)))
        if config.inner != config.port:
            # NOTE: it may call itself by the address where others find it.
            self._serve(space.listening(config.port), leading_to(inside(space, config.inner)))
        for port in config.local:
            self.open(port)

    def open(self, port: int) -> None:
        """Let the program call this port of loopback as if it were not walled in."""
        if self.space is not None:
            self._serve(self.space.listening(port), leading_to(outside(port)))

    def start(self) -> None:
        """Run the program.

        Raises:
            OSError: it cannot be run.
        """
        config, space = self.config, self.space
        more = {} if space else config.unwalled
        # NOTE: what its file says of the environment stands last, and holds.
        environment = {**more, **config.environment}

        def run() -> Program:
            return Program(config.command, environment, config.log)

        self.program = space.call(run) if space else run()

    async def end(self) -> int | None:
        """End it; its status, None where it was not run."""
        return await self.program.end() if self.program else None

    def close(self) -> None:
        """Nothing is carried from now on."""
        for task in self.serving:
            task.cancel()

    def _serve(self, listener: socket.socket, serve: Serve) -> None:
        self.serving.append(self.tasks.create_task(accepting(listener, serve)))


async def _do(gate: _Gate, order: dict[str, JsonValue]) -> JsonValue:
    match order:
        case {"start": True}:
            try:
                gate.start()
            except OSError as error:
                return {"failed": f"{error.strerror or error}: {error.filename or gate.config.command[0]}"}
            return {"started": True}
        case {"open": int(port)}:
            gate.open(port)
            return {"opened": port}
        case {"state": True}:
            return {"ended": gate.program.ended if gate.program else None}
        case {"end": True}:
            return {"ended": await gate.end()}
        case _:
            raise ValueError(f"an order that the gate does not know: {sorted(order)}")


async def _serve(config: GateConfig, space: NameSpace | None, why: str) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    with Journal(config.journal, NAME, _now) as journal:
        async with asyncio.TaskGroup() as tasks:
            gate = _Gate(config, space, tasks)
            try:
                gate.stand(journal)
                _say({"ready": True, "walled": space is not None, "why": why})
                obeying = asyncio.create_task(_obey(gate))
                told = asyncio.create_task(stopping.wait())
                await asyncio.wait([obeying, told], return_when=asyncio.FIRST_COMPLETED)
                told.cancel()
                obeying.cancel()
                if obeying.done() and not obeying.cancelled():
                    obeying.result()
            except OSError as error:
                _say({"failed": f"{error.strerror or error} (port {config.port} of the vendor)"})
            finally:
                await gate.end()
                gate.close()


async def _obey(gate: _Gate) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        _say(await _do(gate, json.loads(line)))


def _say(line: JsonValue) -> None:
    # NOTE: the lab may be gone, and nobody listen.
    try:
        print(json.dumps(line), flush=True)
    except BrokenPipeError:
        os.close(sys.stdout.fileno())


def main() -> None:
    """The process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    config = GATE_CONFIG.validate_json(_first_line())
    adopt()
    space, why = None, "the vendor's file says 'isolate: false'"
    if config.walled:
        try:
            space, why = _space(config), ""
        except NoNameSpace as error:
            why = str(error)
            log.warning("no network name space is to be had here: %s", why)
    asyncio.run(_serve(config, space, why))


def _space(config: GateConfig) -> NameSpace:
    holder = config.holder
    return NameSpace.own(config.folder, config.ca_file) if holder is None else NameSpace(lambda: joined(holder))


def _first_line() -> bytes:
    """Byte by byte, for what comes after it belongs to the event loop."""
    line = bytearray()
    while (byte := os.read(sys.stdin.fileno(), 1)) and byte != b"\n":
        line += byte
    return bytes(line)


if __name__ == "__main__":
    main()
