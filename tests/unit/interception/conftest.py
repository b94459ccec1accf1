"""A real proxy of its own, without a lab around it."""

import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from testbed.interception.config import PROXY_CONFIG, ProxyConfig
from testbed.interception.journal import Recorded, read
from testbed.lab.child import ChildProcess
from testbed.lab.home import LabHome

LOOPBACK = "127.0.0.1"
SENDERS = ("browser.test", "vendor.test")


@dataclass(frozen=True)
class Proxy:
    """One that runs."""

    child: ChildProcess
    ports: dict[str, int]
    """Sender to its listener."""
    ca_file: Path
    journal: Path

    async def quiet(self, seconds: float = 5.0) -> bool:
        return await self.child.ask(json.dumps({"quiet": seconds}), seconds + 5) == {"quiet": True}

    def recorded(self) -> Recorded:
        return read(self.journal)


type StartProxy = Callable[[dict[str, tuple[str, int]]], AsyncIterator[Proxy]]


def free_ports(count: int) -> list[int]:
    listeners = [socket.create_server((LOOPBACK, 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> LabHome:
    found = LabHome.open(tmp_path_factory.mktemp("proxy") / "home")
    found.certificate_authority()
    return found


@pytest.fixture
def start_proxy(home: LabHome, tmp_path: Path) -> StartProxy:
    """Starts a proxy that leads hosts to their addresses, and ends it."""

    @asynccontextmanager
    async def start(hosts: dict[str, tuple[str, int]]) -> AsyncIterator[Proxy]:
        ports = dict(zip(SENDERS, free_ports(len(SENDERS)), strict=True))
        journal = tmp_path / "exchanges.jsonl"
        config = ProxyConfig(journal, "loopback", ports, hosts, home.proxy_folder, home.ca_file)
        line = PROXY_CONFIG.dump_json(config).decode()
        async with AsyncExitStack() as stack:
            child = await ChildProcess.start("the proxy", "testbed.interception.proxy", line, tmp_path / "lab.log")
            stack.push_async_callback(child.stop)
            yield Proxy(child, ports, home.ca_file, journal)

    return start
