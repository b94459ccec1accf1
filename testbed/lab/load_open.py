"""Open what a load is made on, by the name of its carrier."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from testbed.interception.browser import BrowserKind
from testbed.lab.keylog import keep_content_keys
from testbed.lab.load_loopback import loopback_target
from testbed.lab.loading import Target
from testbed.lab.open import LabName, must_have
from testbed.lab.participant import now
from testbed.lab.spec import LabSpec
from testbed.model.files import ScenarioInvalid
from testbed.runner.folder import RunFolder


def must_bear_load(name: LabName, workers: int) -> None:
    """Make sure that load can be made on this lab here.

    Args:
        name: how its traffic is carried.
        workers: so many processes are to serve its schools.

    Raises:
        ScenarioInvalid: it cannot.
    """
    if name is LabName.INPROCESS:
        raise ScenarioInvalid("--lab inprocess", "", "has no sockets that load could be sent to", "use --lab loopback")
    if name is LabName.DOCKER and workers != 1:
        raise ScenarioInvalid(
            "--school-workers", str(workers), "a school in a container is one process", "use --lab loopback for more"
        )
    must_have(name, BrowserKind.HTTP)


def contained(name: LabName, makers: int, *, join: int, web: int) -> int:
    """So many containers are to make the load; 0 where processes of this machine do.

    Args:
        name: how its traffic is carried.
        makers: so many are to make it.
        join: so many come from other machines.
        web: the port of locust's web interface; 0 for none.

    Raises:
        ScenarioInvalid: they cannot.
    """
    if name is not LabName.DOCKER or makers == 1:
        return 0
    for option, asked, what in (
        ("--join", join, "workers of other machines"),
        ("--web", web, "locust's web interface"),
    ):
        if asked:
            problem = f"{what} cannot be had beside workers in containers, which nobody outside of them reaches"
            raise ScenarioInvalid(
                option, str(asked), problem, "leave out --workers, and one process here makes the load"
            )
    # NOTE: imported only here, for it brings the engine's library.
    from testbed.lab.containers.opening import must_be_possible  # noqa: PLC0415

    must_be_possible(workers=makers)
    return makers


@asynccontextmanager
async def open_target(
    name: LabName, spec: LabSpec, folder: RunFolder, *, workers: int = 1, makers: int = 0
) -> AsyncIterator[Target]:
    """The lab, ready for load; everything that it started is gone when it closes, and its key log is written.

    Args:
        name: how its traffic is carried; see :func:`must_bear_load`.
        spec: who takes part.
        folder: the run's.
        workers: so many processes serve the schools.
        makers: so many containers make the load; see :func:`contained`.

    Raises:
        ParticipantUnavailable: a participant or the proxy did not come up.
        ScenarioInvalid: there is no such lab here.
    """
    try:
        if name is LabName.DOCKER:
            # NOTE: imported only here, for it brings the engine's library.
            from testbed.lab.containers.load import container_target  # noqa: PLC0415

            async with container_target(spec, folder, workers=makers) as target:
                yield target
        else:
            async with loopback_target(spec, folder, workers=workers) as target:
                yield target
    finally:
        keep_content_keys(spec, folder, now)
