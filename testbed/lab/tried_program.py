"""A vendor's program that the testbed starts to try its exchange of data, and starts anew as often as a case wants."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx

from testbed.lab.vendor_program import said
from testbed.lab.vendor_ready import ENDED, LOG, POLL_S
from testbed.lab.vendor_road import Road
from testbed.model.files import ScenarioInvalid
from testbed.model.placeholders import filled

SERVER_ERROR = 500

type Http = Callable[[], httpx.AsyncClient]


class Running(Protocol):
    """It, from its start until it has ended."""

    @property
    def what(self) -> str:
        """The part of the vendor's file that says how it is started."""

    @property
    def made_of(self) -> str:
        """The field of it that names what is run."""

    @property
    def ended(self) -> int | None:
        """Its status, where it has ended by itself."""

    @property
    def pids(self) -> tuple[int, ...]:
        """Its processes, as this machine numbers them; none of what is within a container."""

    async def remove(self) -> None:
        """End it, and all that it has started."""


type Run = Callable[[Mapping[str, str]], Awaitable[Running]]
"""Runs it with what is filled in. Raises ScenarioInvalid where it cannot be run."""


@dataclass(slots=True)
class TriedProgram:
    """It, also while it does not run.

    Args:
        vendor: its id, for sentences.
        run: runs it.
        ready: a page that answers once it serves.
        ready_within_s: so long that may take.
        places: what is filled in.
        folder: of the run; the vendor's log stands there.
        http: a client that reaches it.
        road: the only one that it has; None where it has others.
    """

    vendor: str
    run: Run
    ready: str
    ready_within_s: int
    places: Mapping[str, str] = field(repr=False)
    folder: Path
    http: Http
    road: Road | None = None
    _running: Running | None = None

    @property
    def runs(self) -> bool:
        """It was started, and has not ended."""
        return self._running is not None and self._running.ended is None

    @property
    def ended_with(self) -> int | None:
        """Its status, where it has ended by itself."""
        return self._running.ended if self._running else None

    @property
    def pids(self) -> tuple[int, ...]:
        """See :class:`Running`; none while it does not run."""
        return self._running.pids if self._running else ()

    async def start(self) -> None:
        """Run it, and wait until it answers.

        Raises:
            ScenarioInvalid: it cannot be run, it ends, or it does not answer in time.
        """
        self._running = await self.run(self.places)
        await self._until_ready(self._running)

    async def stop(self) -> None:
        """End it and all that it has started."""
        running, self._running = self._running, None
        if running is not None:
            await running.remove()

    async def restart(self) -> None:
        """It begins anew.

        Raises:
            ScenarioInvalid: see :meth:`start`.
        """
        await self.stop()
        await self.start()

    async def _until_ready(self, running: Running) -> None:
        ready = filled(self.ready, self.places)
        try:
            async with asyncio.timeout(self.ready_within_s):
                while not await self._answers(ready):
                    if running.ended is not None:
                        problem = f"ended with status {running.ended} before it answered"
                        raise self._wrong(running, running.made_of, problem, ENDED)
                    await asyncio.sleep(POLL_S)
        except TimeoutError as error:
            await self.stop()
            raise self._wrong(
                running,
                "ready",
                f"{ready} gave no answer within {self.ready_within_s} s",
                "name a page that it answers, let it listen on 127.0.0.1:{port} with TLS by {server_certificate}, or "
                "give it more time (ready_within_s)",
            ) from error

    async def _answers(self, url: str) -> bool:
        try:
            async with self.http() as http:
                return (await http.get(url)).status_code < SERVER_ERROR
        except httpx.HTTPError:
            return False

    def _wrong(self, running: Running, where: str, problem: str, mend: str) -> ScenarioInvalid:
        return ScenarioInvalid(f"{self.vendor}: {running.what}", where, problem + said(self.folder / LOG), mend)
