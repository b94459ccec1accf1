"""The lab as a whole: how soon it is ready, what it weighs, how long the tour takes, how many logins a minute.

There is no peer for these; they stand beside the budget that the project set itself.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from loadtests.bench.measure import LeftOut, Outcome, compared

TESTBED = (sys.executable, "-m", "testbed.cli")
READY_S, TOUR_S, MEMORY_MB, LOGINS_PER_MINUTE = 5.0, 20.0, 600.0, 200.0
REPETITIONS = 10
GIVE_UP_S = 300.0


def inprocess_logins() -> Iterator[Outcome]:
    """Logins with judgement a minute, of a whole command with its start-up and its reports."""
    with tempfile.TemporaryDirectory() as folder:
        seconds, printed = _timed(folder, "run", "tour", "--lab", "inprocess", "--repeat", str(REPETITIONS))
    plays = re.search(r"of (\d+) plays as expected: the run is as expected", printed)
    if plays is None:
        yield LeftOut("inprocess-logins", f"the run was not as expected: {printed[-300:]}")
        return
    per_minute = int(plays.group(1)) / seconds * 60
    yield compared("inprocess-logins", per_minute, "logins/min", ("budget", LOGINS_PER_MINUTE), "more")


def loopback_lab_figures() -> Iterator[Outcome]:
    """Readiness and memory of the open lab, then the time of the whole tour."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _open_lab(folder)
        seconds, _ = _timed(folder, "run", "tour")
        yield compared("tour", seconds, "s", ("budget", TOUR_S), "less")


def _timed(folder: str, *arguments: str) -> tuple[float, str]:
    start = time.monotonic()
    done = subprocess.run(
        [*TESTBED, *arguments, "--out", str(Path(folder) / "runs")],
        env=_environment(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=GIVE_UP_S,
    )
    return time.monotonic() - start, done.stdout + done.stderr


def _open_lab(folder: str) -> Iterator[Outcome]:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    start = time.monotonic()
    with subprocess.Popen(
        [*TESTBED, "lab", "up", "--port", str(port), "--out", str(Path(folder) / "runs")],
        env=_environment(folder),
        stdout=subprocess.PIPE,
        text=True,
    ) as lab:
        try:
            first = lab.stdout.readline() if lab.stdout else ""
            seconds = time.monotonic() - start
            if "The lab is open" not in first:
                yield LeftOut("lab-ready", f"the lab did not open: {first!r}")
                return
            yield compared("lab-ready", seconds, "s", ("budget", READY_S), "less")
            yield compared("lab-memory", _memory_mb(lab.pid), "MB", ("budget", MEMORY_MB), "less")
        finally:
            lab.terminate()


def _memory_mb(pid: int) -> float:
    """Resident memory of the command and everything that it started, shared pages counted each time."""
    process = psutil.Process(pid)
    return float(sum(p.memory_info().rss for p in (process, *process.children(recursive=True)))) / 2**20


def _environment(folder: str) -> dict[str, str]:
    return {**os.environ, "TESTBED_HOME": str(Path(folder) / "home"), "PYTHONUNBUFFERED": "1"}
