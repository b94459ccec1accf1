"""Open a lab by the name of its carrier."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import StrEnum

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


def _now() -> datetime:
    return datetime.now(UTC)


def must_have(name: LabName, browser: BrowserKind) -> None:
    """Make sure that this lab can be played in with this browser.

    Raises:
        ScenarioInvalid: it cannot.
    """
    if browser is not BrowserKind.CHROMIUM:
        return
    if name is not LabName.LOOPBACK:
        raise ScenarioInvalid(
            OPTION, "", f"a real browser needs sockets, and the lab {name} has none", "play with --lab loopback"
        )
    chromium_path()


@asynccontextmanager
async def open_lab(
    name: LabName, spec: LabSpec, folder: RunFolder, workers: int = 1, browser: BrowserKind = BrowserKind.HTTP
) -> AsyncIterator[Stage]:
    """The lab, ready to be played in; everything that it started is gone when it closes, and its key log is written.

    Args:
        name: how its traffic is carried.
        spec: who takes part.
        folder: the run's.
        workers: on loopback, so many processes serve the schools.
        browser: what a person's browser is; see :func:`must_have`.

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
                async with loopback_lab(spec, folder, workers=workers, browser=browser) as stage:
                    yield stage
    finally:
        keep_content_keys(spec, folder, _now)
