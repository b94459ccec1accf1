"""The lab in containers as what a load is made on: the proxy is the only road, so that everything goes through it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from testbed.lab.containers.lab import opened_containers
from testbed.lab.containers.orders import LOOPBACK
from testbed.lab.containers.statistics import Statistics
from testbed.lab.control import SchoolControl, calling
from testbed.lab.load_names import lab_names
from testbed.lab.loading import Target
from testbed.lab.places import ENTITY_IDS
from testbed.lab.spec import LabSpec
from testbed.runner.folder import RunFolder


@asynccontextmanager
async def container_target(spec: LabSpec, folder: RunFolder) -> AsyncIterator[Target]:
    """The lab, ready for load; its containers are gone when it closes.

    Raises:
        ScenarioInvalid: there is no engine, no image or no compose.
        ParticipantUnavailable: a container did not come up.
    """
    # NOTE: before the containers are, which are given the keys that there are.
    names = lab_names(spec, datetime.now(UTC))
    async with opened_containers(replace(spec, loaded=True), folder) as lab, calling(lab.control) as control:
        yield Target(
            schools=ENTITY_IDS,
            sampler=Statistics(lab.project),
            ca=spec.home.ca_file.read_text(encoding="ascii"),
            proxy=(LOOPBACK, lab.browsing),
            only_proxy=True,
            control=SchoolControl(control, lab.tokens.control),
            control_at=lab.control,
            token=lab.tokens.control,
            names=names.of,
        )
