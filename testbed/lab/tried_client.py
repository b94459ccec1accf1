"""Certify the testbed's own vendors that fetch rosters without sockets: for tests, the matrix, and cases' authors."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import httpx
from starlette.types import ASGIApp

from testbed.certify.desk import NotToBeSeen
from testbed.certify.exchange.pages import page_at
from testbed.certify.exchange.world import Question
from testbed.interception.http_browser import HttpBrowser
from testbed.lab.exchange import make_exchange
from testbed.lab.machines import certificate_in, shown_by
from testbed.lab.places import SCHOOL, SCHOOLS, TOKEN_HOST, TOKEN_URL
from testbed.lab.school_questions import Elsewhere
from testbed.lab.simulated import make_vendor
from testbed.lab.spec import LabSpec
from testbed.lab.tricky_school import TrickySchool
from testbed.lab.tried_callers import TriedCallers
from testbed.lab.tried_network import NOBODY, READ_AFTER, TIMEOUT_S, MovableClock, Network
from testbed.lab.tried_tokens import token_for_another
from testbed.model.exchange_case import Trick
from testbed.model.federated_tls import Shown
from testbed.model.pages import SYNC_FORM
from testbed.model.wire import host_of
from testbed.model.written import Vendor

ELSEWHERE = "elsewhere.test"
NOTICE = {"modifiedEntites": ["Person"], "deletedEntities": True}
NOT_SUBSCRIBED = NotToBeSeen("Tjänsten prenumererar inte på något.", "The service has subscribed to nothing.")
NOTICED_S = 0.5
"""By then a vendor that heeds a notice has begun to fetch."""

type Middle = Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]


@dataclass(frozen=True, slots=True)
class CarelessClient:
    """How an implementation differs from the one that does well: what stands between it and the network, and around
    its own app."""

    middle: Middle = lambda transport: transport
    around: Callable[[ASGIApp], ASGIApp] = lambda app: app


CAREFUL = CarelessClient()


class InProcessClient:
    """See :class:`testbed.certify.exchange.world.ClientWorld`."""

    can_restart = True
    elsewhere_is_near = True
    fell = None

    def __init__(self, spec: LabSpec, vendor: Vendor, careless: CarelessClient, stack: AsyncExitStack) -> None:
        self._spec, self._vendor, self._careless, self._stack = spec, vendor, careless, stack
        self.roster = (vendor.exchange and vendor.exchange.roster) or ""
        self._elsewhere = Elsewhere()
        self._school = TrickySchool(f"https://{ELSEWHERE}")
        self._apps: dict[str, ASGIApp] = {}

    @property
    def people(self) -> Mapping[str, Mapping[str, str]]:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        return self._school.people

    @property
    def gone(self) -> Sequence[str]:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        return self._school.gone

    async def restart(self) -> None:
        """The vendor and the school begin anew."""
        spec, clock, apps = self._spec, MovableClock(), self._apps
        apps.clear()
        self._school = TrickySchool(f"https://{ELSEWHERE}")

        async def client(sender: str, number: int = 0) -> httpx.AsyncClient:
            file = spec.mutual.credential(sender, number)
            shown = shown_by(certificate_in(file)) if file else NOBODY
            way = Network(apps, shown)
            carrier = self._careless.middle(way) if sender == host_of(self._vendor.login) else way
            made = httpx.AsyncClient(transport=carrier, timeout=TIMEOUT_S, trust_env=False)
            return await self._stack.enter_async_context(made)

        secrets = {place.id: place.id.encode() for place in SCHOOLS}
        exchange = await make_exchange(spec, secrets, client, clock)
        # NOTE: so that nobody counts as changed in the minutes before, which vendors read again each time.
        clock.let_pass(READ_AFTER)
        apps |= {**exchange.apps, ELSEWHERE: self._elsewhere}
        apps[TOKEN_HOST] = self._school.before_tokens(exchange.apps[TOKEN_HOST])
        for place in SCHOOLS:
            apps[place.api_host] = self._school.before_data(exchange.apps[place.api_host])
        service = await make_vendor(self._vendor, spec, client, clock)
        apps |= dict.fromkeys(service.config.hosts, self._careless.around(service.app))

    async def fetch(self) -> None:
        """By the button on its page for administrators."""
        async with self._browser() as http:
            browser = HttpBrowser(http, MovableClock())
            page = await browser.visit(self._vendor.login)
            form = page.form(SYNC_FORM)
            if form is None:
                raise NotToBeSeen("Sidan har ingen knapp för att hämta.", "The page has no button to fetch by.")
            await browser.submit(form)

    def play(self, trick: Trick | None) -> None:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        self._school.play(trick)
        self._elsewhere.asked.clear()

    def asked(self) -> tuple[Question, ...]:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        return tuple(self._school.asked)

    def elsewhere(self) -> tuple[Question, ...]:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        return tuple(self._elsewhere.asked)

    async def forge_notice(self, *, with_token: bool) -> None:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        if not self._school.webhook:
            raise NOT_SUBSCRIBED
        headers: Mapping[str, str] = {}
        shown = NOBODY
        if with_token:
            headers = token_for_another(self._spec.home, TOKEN_URL, SCHOOL.api_url, MovableClock())
            file = TriedCallers(self._spec.home).credential("stranger")
            shown = shown_by(certificate_in(file)) if file else NOBODY
        async with self._browser(shown) as http:
            await http.post(self._school.webhook, json=NOTICE, headers=headers)
        # NOTE: that something does not happen can only be seen by waiting for as long as it would take.
        await asyncio.sleep(NOTICED_S)

    async def page(self, url: str) -> str | None:
        """See :class:`testbed.certify.exchange.world.ClientWorld`."""
        async with self._browser() as http:
            return await page_at(http, url, TIMEOUT_S)

    def _browser(self, shown: Shown = NOBODY) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=Network(self._apps, shown), timeout=TIMEOUT_S, trust_env=False)


@asynccontextmanager
async def inprocess_client(
    spec: LabSpec, vendor: Vendor, careless: CarelessClient = CAREFUL
) -> AsyncIterator[InProcessClient]:
    """A simulated vendor that fetches, and a school that misbehaves when it is told to, in this process.

    Args:
        spec: the lab that it is from.
        vendor: it.
        careless: what another implementation of it would do otherwise.
    """
    async with AsyncExitStack() as stack:
        world = InProcessClient(replace(spec, vendors=(vendor,)), vendor, careless, stack)
        await world.restart()
        yield world
