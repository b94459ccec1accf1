"""Certify the testbed's own receivers without sockets: for tests, the matrix, and whoever changes a case."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import httpx
from starlette.types import ASGIApp

from testbed.lab.certify_inprocess import LISTENER
from testbed.lab.places import MACHINES_HOST, MACHINES_URL, SCHOOLS
from testbed.lab.simulated import make_vendor
from testbed.lab.spec import LabSpec
from testbed.lab.tried_callers import TriedCallers, facts_of, members
from testbed.lab.tried_network import CAREFUL, TIMEOUT_S, Careless, InProcess, MovableClock, Network
from testbed.lab.tried_register import TriedRegister
from testbed.lab.watching import ListenerApp
from testbed.model.exchange_case import By, Token
from testbed.model.wire import host_of
from testbed.model.written import Vendor


class InProcessReceiver(InProcess):
    """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""

    def __init__(
        self,
        vendor: Vendor,
        apps: dict[str, ASGIApp],
        callers: TriedCallers,
        register: TriedRegister,
        clock: MovableClock,
        listener: ListenerApp,
    ) -> None:
        super().__init__(apps, callers, register, clock, listener)
        exchange = vendor.exchange
        self.base = ((exchange and exchange.receives) or "").rstrip("/")
        self.roster = (exchange and exchange.roster) or ""
        self.facts = facts_of(callers)

    def token(self, _: By, __: Token | None) -> str:
        """EGIL has no tokens."""
        return ""


@asynccontextmanager
async def inprocess_receiver(
    spec: LabSpec, vendor: Vendor, careless: Careless = CAREFUL
) -> AsyncIterator[InProcessReceiver]:
    """A simulated receiver, the register of machines and both schools, in this process.

    Args:
        spec: the lab that it is from.
        vendor: it.
        careless: what another implementation of it would do otherwise.
    """
    clock, callers, listener = MovableClock(), TriedCallers(spec.home), ListenerApp(f"http://{LISTENER}")
    names: dict[By, str] = {"own": SCHOOLS[0].api_url, "other": SCHOOLS[1].api_url}
    machines, pins = members(callers, names)
    register = TriedRegister(spec.home, MACHINES_URL, machines, pins, clock, careless.reads_as)
    apps: dict[str, ASGIApp] = {MACHINES_HOST: register.app, LISTENER: listener}
    async with AsyncExitStack() as stack:

        async def client(sender: str, number: int = 0) -> httpx.AsyncClient:
            return await stack.enter_async_context(httpx.AsyncClient(transport=Network(apps), timeout=TIMEOUT_S))

        service = await make_vendor(vendor, replace(spec, vendors=(vendor,)), client, clock)
        apps |= dict.fromkeys(service.config.hosts, service.app)
        address = host_of((vendor.exchange and vendor.exchange.receives) or vendor.login)
        apps[address] = careless.around(service.app, Network(apps))
        yield InProcessReceiver(vendor, apps, callers, register, clock, listener)
