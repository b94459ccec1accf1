"""A process of the lab: started with its configuration on standard input, ready when it says so, never outliving us.

Standard input is its lifeline: when the lab goes, however it goes, the pipe closes and the process ends by itself.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO, Self

from testbed.interception import ParticipantUnavailable

READY_S = 30.0
"""How long a process may take to come up; a slow machine is slow, but a hang must end."""
GOODBYE_S = 5.0
"""How long it may take to go, before it is ended the hard way."""
LONGEST_LINE = 64 * 1024 * 1024
"""Octets of an answer: a second's flows of a large load are told in one."""
SHOWN = 15
"""How many of its last lines an error shows."""

type Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def asked(streams: Streams, name: str, line: str, timeout_s: float) -> dict[str, object]:
    """Send a line and read the one that answers it.

    Args:
        streams: by which it answers.
        name: what errors call whoever is asked.
        line: one of JSON.
        timeout_s: how long the answer may take.

    Raises:
        ParticipantUnavailable: it has ended, or does not answer in time.
    """
    reader, writer = streams
    try:
        writer.write(line.encode() + b"\n")
        await writer.drain()
        async with asyncio.timeout(timeout_s):
            answer = await reader.readline()
    except TimeoutError as error:
        raise ParticipantUnavailable(f"{name} gave no answer within {timeout_s:.0f} s") from error
    except ConnectionError as error:
        raise ParticipantUnavailable(f"{name} has ended") from error
    if not answer:
        raise ParticipantUnavailable(f"{name} has ended")
    try:
        data = json.loads(answer)
    except ValueError as error:
        raise ParticipantUnavailable(f"{name} answered what is not JSON: {answer[:200]!r}") from error
    return data if isinstance(data, dict) else {"answer": data}


class ChildProcess:
    """One process that the lab started and will end."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name, self._process, self._log = name, process, log
        self.told: dict[str, object] = {}
        """What it said when it was ready."""

    @classmethod
    async def start(
        cls, name: str, module: str, configuration: str, log: Path, descriptors: tuple[int, ...] = ()
    ) -> Self:
        """Start ``python -m module``, hand it one line of configuration, and wait until it is ready.

        Args:
            name: what errors call it.
            module: the module to run.
            configuration: one JSON line.
            log: where its standard error is appended.
            descriptors: listening sockets that it takes over.

        Raises:
            ParticipantUnavailable: it ended, failed, or was not ready in time; with the last lines that it said.
        """
        with _private_log(log) as log_file:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                module,
                # NOTE: the process does not read it; whoever looks at a list of processes does.
                name,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log_file,
                pass_fds=descriptors,
                start_new_session=True,
                limit=LONGEST_LINE,
            )
        child = cls(name, process, log)
        try:
            answer = child.told = await child.ask(configuration, READY_S)
            if not answer.get("ready"):
                raise ParticipantUnavailable(f"{name} did not come up: {answer.get('failed', answer)}")
        except BaseException:
            await child.stop()
            raise
        return child

    async def ask(self, line: str, timeout_s: float) -> dict[str, object]:
        """Send one line and read the one that answers it.

        Raises:
            ParticipantUnavailable: it has ended, or does not answer in time.
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the process was started without pipes")
        try:
            return await asked((self._process.stdout, self._process.stdin), self.name, line, timeout_s)
        except ParticipantUnavailable as gone:
            raise ParticipantUnavailable(f"{gone}{self._said()}") from gone

    def must_live(self) -> None:
        """Make sure that it is still there.

        Raises:
            ParticipantUnavailable: it has ended.
        """
        if self._process.returncode is not None:
            raise ParticipantUnavailable(f"{self.name} has ended (status {self._process.returncode}){self._said()}")

    async def ended(self) -> int:
        """Wait until it has ended, however it did; its status."""
        return await self._process.wait()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; one that has ended gets none."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def kill(self) -> None:
        """End it at once, in the middle of whatever it does, as a crash would."""
        self.signal(signal.SIGKILL)
        await self._process.wait()

    async def stop(self) -> None:
        """End it: by closing its lifeline, then by asking, then by force; each in bounded time."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        for harder in (self._process.terminate, self._process.kill):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), GOODBYE_S)
                return
            with contextlib.suppress(ProcessLookupError):
                harder()
        await self._process.wait()

    def _said(self) -> str:
        """The last lines of the log, which all processes of a lab share."""
        try:
            lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN:]
        except OSError:
            return ""
        return "; the lab's log ends with:\n  " + "\n  ".join(lines) if lines else ""


def _private_log(path: Path) -> BinaryIO:
    """Appends to a file that its owner alone can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
