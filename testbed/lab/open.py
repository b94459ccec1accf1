"""Open a lab by the name of its carrier."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import StrEnum
from importlib.util import find_spec

from testbed.interception.browser import BrowserKind
from testbed.interception.chromium import OPTION, chromium_path
from testbed.lab.keylog import keep_content_keys
from testbed.lab.loopback import loopback_lab
from testbed.lab.spec import LabSpec
from testbed.model.files import ScenarioInvalid
from testbed.runner.folder import RunFolder
from testbed.runner.play import Stage


class LabName(StrEnum):
    """The ways to carry a lab's traffic."""

    LOOPBACK = "loopback"
    INPROCESS = "inprocess"
    DOCKER = "docker"


def _now() -> datetime:
    return datetime.now(UTC)


def must_have(name: LabName, browser: BrowserKind) -> None:
    """Make sure that this lab can be had here, and played in with this browser.

    Raises:
        ScenarioInvalid: it cannot.
    """
    if name is LabName.DOCKER:
        # NOTE: imported only here, for it brings the engine's library.
        if find_spec("docker") is None:
            raise ScenarioInvalid(
                "--lab", "docker", "the library that speaks with the engine is not here", "run it outside of the image"
            )
        from testbed.lab.containers.opening import must_be_possible  # noqa: PLC0415

        must_be_possible()
    if browser is not BrowserKind.CHROMIUM:
        return
    if name is LabName.INPROCESS:
        raise ScenarioInvalid(
            OPTION, "", f"a real browser needs sockets, and the lab {name} has none", "play with --lab loopback"
        )
    chromium_path()


def must_serve_by(name: LabName, workers: int) -> None:
    """Make sure that so many processes serve the schools in this lab.

    Raises:
        ScenarioInvalid: one does, whatever is asked for.
    """
    if workers != 1 and name is not LabName.LOOPBACK:
        raise ScenarioInvalid(
            "--workers",
            str(workers),
            f"is for the lab {LabName.LOOPBACK}: in the lab {name} one process serves the schools",
            f"leave it out, or play with --lab {LabName.LOOPBACK}",
        )


@asynccontextmanager
async def open_lab(
    name: LabName,
    spec: LabSpec,
    folder: RunFolder,
    *,
    workers: int = 1,
    browser: BrowserKind = BrowserKind.HTTP,
    breakable: bool = False,
) -> AsyncIterator[Stage]:
    """The lab, ready to be played in; everything that it started is gone when it closes, and its key log is written.

    Args:
        name: how its traffic is carried.
        spec: who takes part.
        folder: the run's.
        workers: on loopback, so many processes serve the schools.
        browser: what a person's browser is; see :func:`must_have`.
        breakable: something is going to be broken on purpose, where that is possible.

    Raises:
        ParticipantUnavailable: a participant or the proxy did not come up.
        ScenarioInvalid: the lab cannot be played in with this browser.
    """
    must_have(name, browser)
    try:
        match name:
            case LabName.INPROCESS:
                # NOTE: imported only here, for it brings every participant into this process.
                from testbed.lab.inprocess import inprocess_lab  # noqa: PLC0415

                async with inprocess_lab(spec, folder, _now) as stage:
                    yield stage
            case LabName.LOOPBACK:
                async with loopback_lab(spec, folder, workers=workers, browser=browser, breakable=breakable) as stage:
                    yield stage
            case LabName.DOCKER:
                # NOTE: imported only here, for it brings the engine's library.
                from testbed.lab.containers.lab import container_lab  # noqa: PLC0415

                async with container_lab(spec, folder, browser, breakable=breakable) as stage:
                    yield stage
    finally:
        keep_content_keys(spec, folder, _now)
