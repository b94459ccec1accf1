"""How a vendor that exchanges rosters is started, as its file has it: as a process here, or in a container."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from testbed.lab.certify_outside import OutsideCase
from testbed.lab.outside_reach import Reach
from testbed.lab.tried_process import running
from testbed.lab.tried_program import TriedProgram
from testbed.model.vendor import Container, Started
from testbed.runner.folder import RunFolder


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a vendor finds around it."""

    places: Mapping[str, str]
    """What is filled in, as this machine has it."""
    near: tuple[int, ...]
    """Ports of this machine's loopback where the testbed serves for it."""
    folder: RunFolder
    """The run's: what the vendor says goes there."""


def ports_of(*urls: str) -> tuple[int, ...]:
    """The ports of these addresses."""
    return tuple(port for url in urls if (port := urlsplit(url).port) is not None)


@asynccontextmanager
async def tried_program(case: OutsideCase, started: Started, around: Surroundings) -> AsyncIterator[TriedProgram]:
    """The vendor's program, which does not run yet; it has ended when the context ends.

    Args:
        case: the vendor, with its addresses written out.
        started: how it is started.
        around: what it finds.

    Raises:
        ScenarioInvalid: it is a container, and there is no engine or no image.
        ParticipantUnavailable: what stands around a container did not come up.
    """
    async with AsyncExitStack() as stack:
        if isinstance(started, Container):
            # NOTE: imported only where it is wanted, for it brings the engine's library, which the image lacks.
            from testbed.lab.tried_container import contained  # noqa: PLC0415

            run, road = await stack.enter_async_context(contained(case, started, around))
        else:
            run, road = running(case.vendor.id, started, around.folder.path), None
        program = TriedProgram(
            vendor=case.vendor.id,
            run=run,
            ready=started.ready or case.vendor.login,
            ready_within_s=started.ready_within_s,
            places=around.places,
            folder=around.folder.path,
            http=Reach(case).http,
            road=road,
        )
        stack.push_async_callback(program.stop)
        yield program
