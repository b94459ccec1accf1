"""Fixtures for all tests, and the list of those that were left out."""

from typing import Any

import pytest

WHY = {"browser": "needs Chromium: make browser", "docker": "needs a container engine: make docker"}
LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = []


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
        """Software of others may be missing: pytest tells how many tests that costs, this list tells which."""
        if report.skipped and "interop" in report.keywords and not hasattr(report, "wasxfail"):
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
