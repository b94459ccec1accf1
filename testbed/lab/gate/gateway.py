"""``python -m testbed.lab.gate.gateway``: holds the name space that is in every network of a lab in containers.

The proxy lives in it, and from each network takes connections at the listeners that are this participant's own; nothing
else is taken, nothing is passed from one network to another, and no road leads out. It begins with leave to see to
that, and lays it down before it serves. Of the configuration (a line of JSON in ``TESTBED_GATEWAY``) nothing is secret.
"""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Sequence

from testbed.lab.gate.config import GATEWAY_CONFIG, GatewayConfig
from testbed.lab.gate.doors import listening
from testbed.lab.gate.neighbours import READY, become, resolved, towards
from testbed.lab.gate.relay import Way, accepting, leading_to
from testbed.lab.gate.routes import lead_nowhere
from testbed.lab.gate.tables import Entrance, admit

VARIABLE = "TESTBED_GATEWAY"
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - of a name space of its own; which networks get there is for the rules to say


async def _serve(config: GatewayConfig, inward: Sequence[socket.socket]) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    async with asyncio.TaskGroup() as tasks:
        serving = [
            tasks.create_task(accepting(listener, leading_to(_calling(name, port))))
            for listener, (_, name, port) in zip(inward, config.inward, strict=True)
        ]
        READY.touch()
        await stopping.wait()
        for task in serving:
            task.cancel()


def _calling(name: str, port: int) -> Way:
    return lambda: asyncio.open_connection(name, port)


def main() -> None:
    """The process."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    config = GATEWAY_CONFIG.validate_json(os.environ[VARIABLE])
    neighbours = config.listeners.items()
    admit([Entrance(towards(resolved(name)), ports) for name, ports in neighbours])
    lead_nowhere()
    inward = [listening(EVERY_ADDRESS, port) for port, _, _ in config.inward]
    become(config.user, config.group)
    asyncio.run(_serve(config, inward))


if __name__ == "__main__":
    main()
