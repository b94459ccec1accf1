"""Open a lab by the name of its carrier."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import StrEnum

from testbed.lab.inprocess import inprocess_lab
from testbed.lab.keylog import keep_content_keys
from testbed.lab.loopback import loopback_lab
from testbed.lab.spec import LabSpec
from testbed.runner.folder import RunFolder
from testbed.runner.play import Stage


class LabName(StrEnum):
    """The ways to carry a lab's traffic."""

    LOOPBACK = "loopback"
    INPROCESS = "inprocess"


def _now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_lab(name: LabName, spec: LabSpec, folder: RunFolder, workers: int = 1) -> AsyncIterator[Stage]:
    """The lab, ready to be played in; everything that it started is gone when it closes, and its key log is written.

    Args:
        name: how its traffic is carried.
        spec: who takes part.
        folder: the run's.
        workers: on loopback, so many processes serve the schools.

    Raises:
        ParticipantUnavailable: a participant or the proxy did not come up.
    """
    try:
        match name:
            case LabName.INPROCESS:
                async with inprocess_lab(spec, folder, _now) as stage:
                    yield stage
            case LabName.LOOPBACK:
                async with loopback_lab(spec, folder, workers=workers) as stage:
                    yield stage
    finally:
        keep_content_keys(spec, folder, _now)
