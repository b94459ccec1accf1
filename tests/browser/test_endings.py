"""However a run with a real browser ends, it says how, and leaves no process behind."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from waiting import gone, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.lab]
DEADLINE_S = 120.0


@pytest.fixture
def long_run(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run of many plays in the midst of them."""
    if shutil.which("chromium") is None:
        pytest.skip("no program 'chromium' is installed")
    command = ["run", "tour", "--browser", "chromium", "--out", "runs", "--pupils", "100"]
    process = subprocess.Popen(
        [sys.executable, "-m", "testbed.cli", *command],
        cwd=tmp_path,
        env={**os.environ, "TESTBED_HOME": str(tmp_path / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )

    def under_way() -> bool:
        journals = list(tmp_path.glob("runs/*/exchanges.jsonl"))
        lines = journals[0].read_bytes().count(b"\n") if journals else 0
        return lines > 12 or process.poll() is not None

    wait_for(under_way, deadline_s=DEADLINE_S)
    assert process.poll() is None, process.communicate()
    yield process
    if process.poll() is None:
        process.kill()
        process.communicate()


def programs(process: subprocess.Popen[str]) -> tuple[list[psutil.Process], psutil.Process]:
    """All that the run has started, and its Chromium: the first of that name, the others serve it."""
    children = psutil.Process(process.pid).children(recursive=True)
    chromium = next(p for p in children if "chrom" in p.name() and "--type=" not in " ".join(p.cmdline()))
    return children, chromium


@pytest.mark.parametrize("whole_group", [False, True])
def test_ctrl_c(long_run: subprocess.Popen[str], whole_group: bool) -> None:
    children, _ = programs(long_run)
    if whole_group:
        os.killpg(long_run.pid, signal.SIGINT)  # as a terminal does
    else:
        os.kill(long_run.pid, signal.SIGINT)
    printed, _ = long_run.communicate(timeout=DEADLINE_S)
    assert long_run.returncode == 2
    assert "interrupted with Ctrl-C" in printed
    assert "Traceback" not in printed
    assert gone(children)


def test_a_command_that_is_killed(long_run: subprocess.Popen[str]) -> None:
    children, _ = programs(long_run)
    long_run.kill()
    long_run.communicate()
    wait_for(lambda: gone(children), deadline_s=DEADLINE_S)


def test_a_chromium_that_dies_ends_the_run_with_error(long_run: subprocess.Popen[str]) -> None:
    children, chromium = programs(long_run)
    chromium.kill()
    printed, _ = long_run.communicate(timeout=DEADLINE_S)
    assert long_run.returncode == 2
    assert "Chromium has ended" in printed
    assert "Traceback" not in printed
    assert gone(children)
