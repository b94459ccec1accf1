"""A vendor's process that the testbed starts to try its exchange of data: its own calls are not looked at here."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from testbed.lab.child import GOODBYE_S
from testbed.lab.tried_program import Run
from testbed.lab.vendor_process import NOT_PASSED_ON
from testbed.lab.vendor_ready import LOG
from testbed.model.files import ScenarioInvalid
from testbed.model.placeholders import filled
from testbed.model.private import append_private
from testbed.model.vendor import Process


@dataclass(frozen=True, slots=True)
class TriedProcess:
    """See :class:`testbed.lab.tried_program.Running`."""

    running: asyncio.subprocess.Process

    @property
    def what(self) -> str:
        """See :class:`testbed.lab.tried_program.Running`."""
        return "process"

    @property
    def made_of(self) -> str:
        """See :class:`testbed.lab.tried_program.Running`."""
        return "command"

    @property
    def ended(self) -> int | None:
        """See :class:`testbed.lab.tried_program.Running`."""
        return self.running.returncode

    @property
    def pids(self) -> tuple[int, ...]:
        """See :class:`testbed.lab.tried_program.Running`."""
        try:
            own = psutil.Process(self.running.pid)
            return own.pid, *(child.pid for child in own.children(recursive=True))
        except psutil.NoSuchProcess:
            return ()

    async def remove(self) -> None:
        """See :class:`testbed.lab.tried_program.Running`; first by asking, then by force."""
        if self.running.returncode is not None:
            return
        for harder in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                # NOTE: the process was made the leader of a group of its own.
                os.killpg(self.running.pid, harder)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.running.wait(), GOODBYE_S)
                return


def running(vendor: str, process: Process, folder: Path) -> Run:
    """Runs it.

    Args:
        vendor: its id, for sentences.
        process: as the vendor's file has it.
        folder: of the run; the vendor's log stands there.
    """

    async def run(places: Mapping[str, str]) -> TriedProcess:
        inherited = {name: value for name, value in os.environ.items() if name.lower() not in NOT_PASSED_ON}
        own = {name: filled(value, places, last=True) for name, value in process.env.items()}
        command = [filled(part, places, last=True) for part in process.command]
        with append_private(folder / LOG) as log:
            try:
                started = await asyncio.create_subprocess_exec(
                    *command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env={**inherited, **own},
                    start_new_session=True,
                )
            except OSError as error:
                raise ScenarioInvalid(
                    f"{vendor}: process",
                    "command",
                    f"cannot be run ({error.strerror})",
                    "name a program that is there",
                ) from error
        return TriedProcess(started)

    return run
