"""Fixtures for all tests, and the list of those that were left out."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import uvicorn
from starlette.types import ASGIApp

from scopes import LongFirst
from testbed.interception.config import PROXY_CONFIG, ProxyConfig
from testbed.interception.recorded import Recorded, read
from testbed.lab.child import ChildProcess
from testbed.lab.home import LabHome
from testbed.lab.participant import Server
from testbed.lab.ports import free_ports

WHY = {
    "browser": "needs Chromium: make browser",
    "docker": "needs a container engine: make docker",
    "kill": "takes long: make kill",
    "interop": "needs software of others: make interop",
}
LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    help_ = (
        "of the marker kill: try every n-th of many alike, and each mistake of OpenID Connect against every n-th case"
    )
    parser.addoption("--share", type=int, default=1, metavar="N", help=help_)


@pytest.fixture(scope="session")
def share(pytestconfig: pytest.Config) -> int:
    share: int = pytestconfig.getoption("--share")
    return share


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, by name, what is not of the share that was asked for; a test that takes its own share stays."""
    share: int = config.getoption("--share")
    kept, left = [], []
    for item in items:
        many = isinstance(item, pytest.Function) and hasattr(item, "callspec") and "share" not in item.fixturenames
        alike = many and item.get_closest_marker("kill") is not None
        (left if alike and crc32(item.nodeid.encode()) % share else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


class _LeftOut:
    """Remembers what a marker expression left out."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        for item in items:
            reason = next((why for mark, why in WHY.items() if item.get_closest_marker(mark)), "")
            if reason:
                self._config.stash[LEFT_OUT].append(f"{item.nodeid} ({reason})")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Software of others, or an engine, may be missing: pytest counts what that costs, this list names it."""
        if report.skipped and not {"interop", "docker"}.isdisjoint(report.keywords) and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self._config.stash[LEFT_OUT].append(f"{report.nodeid} ({reason.removeprefix('Skipped: ')})")


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.pluginmanager.register(_LeftOut(session.config))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist has no output: it hands its list over."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = session.config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LongFirst | None:
    """Of ``--dist loadfile`` only; None leaves it to pytest-xdist."""
    return LongFirst(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the list of a worker that ended; every worker collected all tests, so their lists have the same lines."""
    left_out = node.config.stash[LEFT_OUT]
    left_out.extend(line for line in node.workeroutput.get("left_out", []) if line not in left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name every test that needs more than Python, where it was left out."""
    if config.stash[LEFT_OUT]:
        terminalreporter.section("left out")
        for line in config.stash[LEFT_OUT]:
            terminalreporter.write_line(line)


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio alone: mitmproxy knows no other."""
    return "asyncio"


# --- a real proxy of its own, and a service behind it, without a lab around them --------------------------------------

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

    def url(self, sender: str = "browser.test") -> str:
        return f"http://{LOOPBACK}:{self.ports[sender]}"

    async def quiet(self, seconds: float = 5.0) -> bool:
        return await self.child.ask(json.dumps({"quiet": seconds}), seconds + 5) == {"quiet": True}

    def recorded(self) -> Recorded:
        return read(self.journal)


type StartProxy = Callable[..., AbstractAsyncContextManager[Proxy]]


@pytest.fixture(scope="session")
def proxy_home(tmp_path_factory: pytest.TempPathFactory) -> LabHome:
    found = LabHome.open(tmp_path_factory.mktemp("proxy") / "home")
    found.certificate_authority()
    return found


@pytest.fixture(scope="session")
def start_proxy(proxy_home: LabHome) -> StartProxy:
    """Starts a proxy that leads hosts to their addresses and writes into a folder, and ends it; ``more`` is told it."""

    @asynccontextmanager
    async def start(hosts: dict[str, tuple[str, int]], folder: Path, **more: Any) -> AsyncIterator[Proxy]:
        ports = dict(zip(SENDERS, free_ports(len(SENDERS)), strict=True))
        journal = folder / "exchanges.jsonl"
        config = ProxyConfig(journal, "loopback", ports, hosts, proxy_home.proxy_folder, proxy_home.ca_file, **more)
        line = PROXY_CONFIG.dump_json(config).decode()
        async with AsyncExitStack() as stack:
            child = await ChildProcess.start("the proxy", "testbed.interception.proxy", line, folder / "lab.log")
            stack.push_async_callback(child.stop)
            yield Proxy(child, ports, proxy_home.ca_file, journal)

    return start


type ServeApp = Callable[[ASGIApp, tuple[str, ...]], AbstractAsyncContextManager[tuple[str, int]]]


@pytest.fixture(scope="session")
def serve_app(proxy_home: LabHome) -> ServeApp:
    """Serves an app for these hosts behind TLS, WebSockets too, and ends it; gives its address."""

    @asynccontextmanager
    async def serve(app: ASGIApp, hosts: tuple[str, ...]) -> AsyncIterator[tuple[str, int]]:
        file = str(proxy_home.server_certificate(hosts[0], hosts))
        with socket.create_server((LOOPBACK, 0)) as listener:
            options = {"ws": "wsproto", "http": "h11", "log_level": "critical", "lifespan": "off"}
            options |= {"timeout_graceful_shutdown": 1}
            server = Server(uvicorn.Config(app, ssl_certfile=file, ssl_keyfile=file, **options))
            serving = asyncio.create_task(server.serve([listener]))
            await server.up.wait()
            try:
                yield listener.getsockname()
            finally:
                server.should_exit = True
                await serving

    return serve
