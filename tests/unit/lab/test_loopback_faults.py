"""What goes wrong with the lab itself: told in a sentence, exit status 2, nothing left running."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from testbed.interception.recorded import read
from waiting import DEADLINE_S, gone, wait_for

pytestmark = pytest.mark.lab


class Command:
    """A ``testbed`` command that runs while the test meddles with it."""

    def __init__(self, folder: Path, *arguments: str, home: Path | None = None) -> None:
        self.runs = folder / "runs"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "testbed.cli", *arguments, "--out", str(self.runs)],
            env={**os.environ, "TESTBED_HOME": str(home or folder / "home")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @property
    def folder(self) -> Path:
        return next(self.runs.iterdir())

    def lines_of_journal(self) -> int:
        journals = list(self.runs.glob("*/exchanges.jsonl")) if self.runs.is_dir() else []
        return len(journals[0].read_bytes().splitlines()) if journals else 0

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, name: str) -> psutil.Process:
        """The child of this name."""
        (found,) = [process for process in self.children() if process.cmdline()[-1] == name]
        return found

    def end(self) -> tuple[int, str]:
        printed, _ = self.process.communicate(timeout=DEADLINE_S)
        return self.process.returncode, printed


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all long runs, for a hundred vendors' keys take seconds to make."""
    return tmp_path_factory.mktemp("faults") / "home"


@pytest.fixture
def long_run(tmp_path: Path, home: Path) -> Iterator[Command]:
    """A run of many plays, well on its way."""
    command = Command(tmp_path, "run", "tour", "--repeat", "5", home=home)
    wait_for(lambda: command.lines_of_journal() > 30 or command.process.poll() is not None)
    assert command.process.poll() is None, command.end()
    yield command
    if command.process.poll() is None:
        command.process.kill()
        command.process.communicate()


def judged(command: Command) -> dict[str, list[str]]:
    run = json.loads((command.folder / "run.json").read_text(encoding="utf-8"))
    verdicts: dict[str, list[str]] = {}
    for scenario in run["scenarios"]:
        verdicts.setdefault(scenario["verdict"], []).append(scenario["reason"])
    return verdicts


def test_ctrl_c_keeps_what_was_seen_and_leaves_nothing_running(long_run: Command) -> None:
    children = long_run.children()
    assert len(children) == 3
    os.kill(long_run.process.pid, signal.SIGINT)
    status, printed = long_run.end()
    assert status == 2
    assert "interrupted with Ctrl-C" in printed
    assert "Traceback" not in printed
    assert (long_run.folder / "report.html").is_file()
    assert judged(long_run)["PASS"]
    assert gone(children)


def test_a_command_that_is_killed_leaves_nothing_running(long_run: Command) -> None:
    children = long_run.children()
    long_run.process.kill()
    long_run.process.communicate()
    wait_for(lambda: gone(children))
    assert read(long_run.folder / "exchanges.jsonl").exchanges


def test_a_proxy_that_dies_ends_the_run_with_error_and_the_journal_so_far(long_run: Command) -> None:
    children = long_run.children()
    long_run.child("the proxy").kill()
    status, printed = long_run.end()
    assert status == 2
    assert "the proxy" in printed
    assert "Traceback" not in printed
    verdicts = judged(long_run)
    assert verdicts["PASS"]
    # NOTE: the play that it died in, unless it died between two.
    assert len(verdicts.get("ERROR", ())) <= 1
    assert json.loads((long_run.folder / "run.json").read_text(encoding="utf-8"))["problems"]
    assert read(long_run.folder / "exchanges.jsonl").exchanges
    assert gone(children)


@pytest.mark.parametrize("name", ["the school", "the simulated vendors"])
def test_a_participant_that_dies_ends_the_run_with_error(long_run: Command, name: str) -> None:
    children = long_run.children()
    long_run.child(name).kill()
    status, printed = long_run.end()
    assert status == 2
    assert name in printed
    assert "Traceback" not in printed
    assert judged(long_run)["PASS"]
    assert "FAIL" not in judged(long_run) or all("gave no answer" not in r for r in judged(long_run)["FAIL"])
    assert gone(children)


def test_a_port_in_use_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = Command(tmp_path, "lab", "up", "--port", str(port))
        status, printed = command.end()
    assert status == 2
    assert f"port {port} of 127.0.0.1 is taken" in printed
    assert "To mend it: choose another --port" in printed
    assert "Traceback" not in printed


def test_a_participant_that_does_not_come_up_is_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "participants").mkdir(parents=True, mode=0o700)
    home.chmod(0o700)
    (home / "participants" / "idp.skola.test").write_text("a file where the school's folder should be")
    command = Command(tmp_path, "run", "login-reading-service")
    status, printed = command.end()
    assert status == 2
    assert "the school" in printed
    assert "was not played" in printed
