"""``python -m testbed.lab.gate.wall``: holds the network name space of one participant in a container.

It begins with leave to change the name space, leads everything in it here, and lays its leave down; the participant,
which lives in the same name space, never has any. What the participant calls goes from here to the proxy, as with the
gate of a process. Of the configuration (a line of JSON in ``TESTBED_WALL``) nothing is secret.

NOTE: not led to the gateway packet by packet: an engine keeps frames within an internal network that are addressed to
none of its members from going anywhere, on machines that filter what is bridged (net.bridge.bridge-nf-call-iptables).
"""

import asyncio
import logging
import os
import signal
import socket
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

from testbed.interception.journal import Journal
from testbed.lab.gate.config import WALL_CONFIG, WallConfig
from testbed.lab.gate.doors import Doors, open_doors
from testbed.lab.gate.names import Names
from testbed.lab.gate.neighbours import READY, become, resolved
from testbed.lab.gate.relay import Road, Serve, accepting
from testbed.lab.gate.tables import Beside, refuse_ipv6

VARIABLE = "TESTBED_WALL"
IPV6 = Path("/proc/net/if_inet6")


async def _serve(config: WallConfig, gateway: str, doors: Doors) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    names = Names({config.gateway: IPv4Address(gateway)})
    known = frozenset({config.gateway, *config.hosts})
    serving: list[asyncio.Task[None]] = []
    with Journal(config.journal, config.lab, _now) as journal:
        async with asyncio.TaskGroup() as tasks:

            def serve(listener: socket.socket, how: Serve) -> None:
                serving.append(tasks.create_task(accepting(listener, how)))

            Road(config.sender, (gateway, config.rest), names, journal, known).stand(doors, serve)
            READY.touch()
            await stopping.wait()
            for task in serving:
                task.cancel()


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    """The process."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    config = WALL_CONFIG.validate_json(os.environ[VARIABLE])
    gateway = resolved(config.gateway)
    if IPV6.exists():
        refuse_ipv6()
    doors = open_doors(Beside(gateway, config.listeners))
    become(config.user, config.group)
    asyncio.run(_serve(config, gateway, doors))


if __name__ == "__main__":
    main()
