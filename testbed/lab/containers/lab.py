"""The lab in containers: simulated vendors and schools that have no road but the recording proxy."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from testbed.interception import ParticipantUnavailable
from testbed.interception.browser import BrowserKind
from testbed.interception.config import OrdersAt
from testbed.interception.encoding import Line
from testbed.lab.containers.breaking import ContainerBreaker
from testbed.lab.containers.ending import take_down
from testbed.lab.containers.engine import Project, engine, service_of, why_not
from testbed.lab.containers.opening import Opening, open_up, owner, prefix_of
from testbed.lab.containers.orders import LOOPBACK, ProxyOrders
from testbed.lab.containers.topology import (
    BROWSER_PORT,
    CONTROL_PORT,
    GATEWAY,
    LOAD_PORT,
    ORDERS_PORT,
    PROXY,
    Tokens,
)
from testbed.lab.control import SchoolControl, calling
from testbed.lab.spec import LabSpec
from testbed.lab.stage import Browsers, ProcessStage, browsers_through
from testbed.runner.folder import RunFolder


@dataclass(frozen=True, slots=True)
class _Containers:
    """See :class:`testbed.lab.stage.Processes`."""

    project: Project
    orders: ProxyOrders

    async def must_live(self) -> None:
        for container in await asyncio.to_thread(self.project.ended):
            if service_of(container) != PROXY:
                raise ParticipantUnavailable(await asyncio.to_thread(why_not, container))

    async def tell_proxy(self, order: Line, timeout_s: float) -> dict[str, object]:
        return await self.orders.give(order, timeout_s)


class ContainerStage(ProcessStage):
    """A stage of containers."""

    def __init__(
        self,
        processes: _Containers,
        control: SchoolControl,
        browsers: Browsers,
        releases: Path,
        breaker: ContainerBreaker | None,
    ) -> None:
        super().__init__(processes, control, browsers, releases, breaker)
        self.project = processes.project
        """By which its containers are found."""


@dataclass(frozen=True, slots=True)
class OpenedContainers:
    """A lab in containers that serves."""

    project: Project
    opening: Opening
    tokens: Tokens
    orders: ProxyOrders
    browsing: int
    """The port of this machine's loopback that leads to the proxy's listener for browsers."""
    controlling: int
    """Likewise, to the schools' control APIs."""
    loading: int = 0
    """Likewise, to the master of a load; 0 where there is none."""

    @property
    def control(self) -> str:
        """Address of the schools' control APIs."""
        return f"http://{LOOPBACK}:{self.controlling}"


@asynccontextmanager
async def opened_containers(
    spec: LabSpec, folder: RunFolder, *, breakable: bool = False, workers: int = 0
) -> AsyncIterator[OpenedContainers]:
    """The containers of the lab, which are gone when it closes.

    Args:
        spec: who takes part.
        folder: the run's.
        breakable: see :func:`container_lab`.
        workers: so many containers make load.

    Raises:
        ScenarioInvalid: there is no engine, no image or no compose.
        ParticipantUnavailable: a container did not come up, with the last lines that it said.
    """
    async with AsyncExitStack() as stack:
        client = stack.enter_context(engine())
        name = f"{prefix_of(spec.home)}-{os.getpid()}"
        opening = Opening(spec, folder, name, owner(), breakable=breakable, workers=workers)
        stack.push_async_callback(asyncio.to_thread, take_down, client, opening.name, opening.staging)
        tokens = await open_up(opening, client)
        project = Project(client, opening.name)
        published = (BROWSER_PORT, ORDERS_PORT, CONTROL_PORT, *((LOAD_PORT,) if workers else ()))
        browsing, ordering, *more = await asyncio.to_thread(project.ports, GATEWAY, published)
        orders = ProxyOrders(OrdersAt(ordering, tokens.orders))
        stack.callback(orders.close)
        yield OpenedContainers(project, opening, tokens, orders, browsing, *more)


@asynccontextmanager
async def container_lab(
    spec: LabSpec, folder: RunFolder, browser: BrowserKind = BrowserKind.HTTP, *, breakable: bool = False
) -> AsyncIterator[ContainerStage]:
    """The whole lab, ready to be played in; it is gone when it closes, however it closes.

    Args:
        spec: who takes part.
        folder: the run's.
        browser: what a person's browser is, on this machine.
        breakable: something is going to be broken on purpose.

    Raises:
        ScenarioInvalid: there is no engine, no image, no compose or no such browser here.
        ParticipantUnavailable: a container did not come up, with the last lines that it said.
    """
    async with AsyncExitStack() as stack:
        lab = await stack.enter_async_context(opened_containers(spec, folder, breakable=breakable))
        control = await stack.enter_async_context(calling(lab.control))
        proxy = f"http://{LOOPBACK}:{lab.browsing}"
        browsers = await browsers_through(stack, browser, proxy, spec.home.ca_file)
        breaker = ContainerBreaker(lab.project, lab.opening.staging, spec, lab.orders) if breakable else None
        processes = _Containers(lab.project, lab.orders)
        yield ContainerStage(processes, SchoolControl(control, lab.tokens.control), browsers, folder.releases, breaker)
