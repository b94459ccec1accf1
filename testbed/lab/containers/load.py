"""The lab in containers as what a load is made on: the proxy is the only road, so that everything goes through it.

One process of this machine makes the load, or several containers do, which live behind a wall as participants do.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from testbed.interception.config import OrdersAt
from testbed.lab.containers.lab import OpenedContainers, opened_containers
from testbed.lab.containers.load_master import load_master
from testbed.lab.containers.orders import LOOPBACK
from testbed.lab.containers.statistics import Statistics
from testbed.lab.containers.topology import BROWSER_PORT, CONTROL_PORT, GATEWAY, LOAD, LOAD_MASTER, LOAD_WORKER
from testbed.lab.control import SchoolControl, calling
from testbed.lab.load_names import lab_names
from testbed.lab.load_processes import JOIN_S, Generator
from testbed.lab.loading import Target
from testbed.lab.places import ENTITY_IDS
from testbed.lab.spec import LabSpec
from testbed.model.load_result import GENERATOR
from testbed.runner.folder import RunFolder

MAKERS = dict.fromkeys((LOAD_MASTER, LOAD_WORKER), GENERATOR)
"""What samples call the containers that make load."""


@asynccontextmanager
async def container_target(spec: LabSpec, folder: RunFolder, *, workers: int = 0) -> AsyncIterator[Target]:
    """The lab, ready for load; its containers are gone when it closes.

    Args:
        spec: who takes part.
        folder: the run's.
        workers: so many containers make the load; 0 where it is made on this machine.

    Raises:
        ScenarioInvalid: there is no engine, no image or no compose.
        ParticipantUnavailable: a container did not come up.
    """
    # NOTE: before the containers are, which are given the keys that there are.
    names = lab_names(spec, datetime.now(UTC))
    opened = opened_containers(replace(spec, loaded=True), folder, workers=workers)
    async with opened as lab, calling(lab.control) as control:
        target = Target(
            schools=ENTITY_IDS,
            sampler=Statistics(lab.project, MAKERS),
            ca=spec.home.ca_file.read_text(encoding="ascii"),
            proxy=(LOOPBACK, lab.browsing),
            only_proxy=True,
            control=SchoolControl(control, lab.tokens.control),
            control_at=lab.control,
            token=lab.tokens.control,
            names=names.of,
        )
        if not workers:
            yield target
            return
        async with load_master(OrdersAt(lab.loading, lab.tokens.load)) as master:
            yield replace(_seen_from_within(lab, target), generator=Generator(master, join_s=JOIN_S))


def _seen_from_within(lab: OpenedContainers, target: Target) -> Target:
    """The target, as the load's own network has it."""
    gateway = lab.project.address(GATEWAY, LOAD)
    return replace(
        target,
        hosts={GATEWAY: (gateway, CONTROL_PORT)},
        proxy=(gateway, BROWSER_PORT),
        control_at=f"http://{GATEWAY}:{CONTROL_PORT}",
    )
