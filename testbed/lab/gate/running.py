"""One program that was started, and everything that it started: all of it ends together."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from testbed.model.private import append_private

GRACE_S = 5.0
"""How long a program may take to go by itself; some send what they have gathered when they are told to."""
PARENT_DIES, ADOPT = 1, 36
"""PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER of linux/prctl.h."""
LINUX = sys.platform == "linux"


def adopt() -> None:
    """From now on a process whose parent has ended is this process's child, if it descends from it."""
    if LINUX:
        _prctl(ADOPT, 1)


class Program:
    """A program that runs, in a group of processes of its own.

    Args:
        command: what to run.
        environment: all of it.
        log: where it writes what it has to say.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        with append_private(log) as output:
            # NOTE: a function between fork and exec (PLW1509) may hang where threads hold locks; this one takes none:
            # it calls the kernel by what was looked up before.
            self._process = subprocess.Popen(  # noqa: S603 - it is the vendor's own file that names it
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent if LINUX else None,  # noqa: PLW1509
            )

    @property
    def ended(self) -> int | None:
        """Its status; None while it runs."""
        return self._process.poll()

    async def end(self) -> int:
        """End it and all that descends from it: by asking, then by force; its status."""
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE_S):
                    await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, self._process.wait))
        self._signal(signal.SIGKILL)
        status = self._process.wait()
        _end_descendants()
        return status

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def _end_descendants() -> None:
    """Whoever left the group is a child by now, or its child is one as soon as it is ended."""
    while children := _children():
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(child, 0)


def _children() -> tuple[int, ...]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # NOTE: the name of a program stands in parentheses and may hold anything; the parent comes after them.
            fields = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == os.getpid():
                found.append(int(status.parent.name))
    return tuple(found)


def _die_with_parent() -> None:
    _prctl(PARENT_DIES, int(signal.SIGKILL))


def _prctl(option: int, value: int) -> None:
    if _SYSTEM.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


_SYSTEM = ctypes.CDLL(None, use_errno=True)
