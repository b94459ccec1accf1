"""The lab on loopback as what a load is made on."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from testbed.lab.control import SchoolControl, calling
from testbed.lab.load_names import lab_names
from testbed.lab.load_resources import Resources
from testbed.lab.loading import Target
from testbed.lab.loopback import opened
from testbed.lab.places import ENTITY_IDS
from testbed.lab.ports import LOOPBACK
from testbed.lab.spec import LabSpec
from testbed.model.breaking import Breakable
from testbed.model.wire import BROWSER
from testbed.runner.folder import RunFolder

PROCESSES: Mapping[str, Breakable] = MappingProxyType({"school": "school", "vendors": "vendor", "proxy": "proxy"})
"""What samples call each participant, and what the lab does."""


@asynccontextmanager
async def loopback_target(spec: LabSpec, folder: RunFolder, *, workers: int = 1) -> AsyncIterator[Target]:
    """The lab, ready for load; its processes are gone when it closes.

    Args:
        spec: who takes part.
        folder: the run's.
        workers: so many processes serve the schools.

    Raises:
        ParticipantUnavailable: a process did not come up.
    """
    async with opened(replace(spec, loaded=True), folder, workers=workers) as lab, calling(lab.control) as control:
        crew, now = lab.crew, datetime.now(UTC)
        pids = {name: [child.pid for child in crew.of(participant)] for name, participant in PROCESSES.items()}
        yield Target(
            schools=ENTITY_IDS,
            sampler=Resources(pids),
            hosts=lab.lab.roster.hosts,
            ca=spec.home.ca_file.read_text(encoding="ascii"),
            proxy=(LOOPBACK, lab.proxied[BROWSER]),
            control=SchoolControl(control, lab.lab.token),
            control_at=lab.control,
            token=lab.lab.token,
            names=lab_names(spec, now).of,
        )
