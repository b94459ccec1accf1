"""The lab without sockets: every participant an ASGI app, the network a dict. Hundreds of plays a minute."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from starlette.types import ASGIApp

from idp.federated_tls.pins import pin_of
from testbed.interception.browser import Browser
from testbed.interception.drive import NothingBreaks
from testbed.interception.http_browser import HttpBrowser
from testbed.interception.journal import Journal
from testbed.interception.transport import RecordingTransport
from testbed.lab.authorities import make_authorities
from testbed.lab.control import SchoolControl
from testbed.lab.machines import NO_MUTUAL_TLS, MutualTls, certificate_in
from testbed.lab.mutual import ShowingTransport
from testbed.lab.simulated import make_vendor
from testbed.lab.spec import REQUEST_TIMEOUT_S, Clock, LabSpec
from testbed.model.calls import Call
from testbed.model.forgery import Made
from testbed.model.orders import AnyOrder
from testbed.model.verdict import Play
from testbed.model.wire import BROWSER
from testbed.model.written import Vendor
from testbed.runner.accounts import keep_accounts
from testbed.runner.folder import RunFolder

NAME = "inprocess"
CONTROL_TOKEN = "in-process"  # noqa: S105 - guards nothing: nobody outside this process can call


class InProcessStage(NothingBreaks):
    """A stage whose journal and participants live in this process: there is nothing that could die by itself."""

    called = NAME

    def __init__(
        self,
        journal: Journal,
        hosts: dict[str, httpx.AsyncBaseTransport],
        folder: RunFolder,
        now: Clock,
        mutual: MutualTls = NO_MUTUAL_TLS,
    ) -> None:
        self._journal, self._hosts, self._folder, self._now, self._mutual = journal, hosts, folder, now, mutual
        self.start: Callable[[Vendor], Awaitable[None]] | None = None
        self.control: SchoolControl | None = None

    def client(self, sender: str, number: int = 0) -> httpx.AsyncClient:
        """A client whose every exchange is recorded under this sender's name, and which shows the sender's certificate
        of this number to hosts that ask."""

        kept: dict[str, ShowingTransport] = {}

        def carrier(host: str) -> httpx.AsyncBaseTransport | None:
            found = self._hosts.get(host)
            if host not in self._mutual.hosts or not isinstance(found, httpx.ASGITransport):
                return found
            if host not in kept or kept[host].app is not found.app:
                kept[host] = ShowingTransport(found.app, host, sender, self._mutual, number)
            return kept[host]

        file = self._mutual.credential(sender, number)
        pin = pin_of(certificate_in(file)) if file else ""
        transport = RecordingTransport(
            sender, carrier, self._journal, lambda host: pin if host in self._mutual.hosts else ""
        )
        return httpx.AsyncClient(transport=transport, timeout=REQUEST_TIMEOUT_S, trust_env=False)

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        """See :class:`testbed.runner.play.Stage`."""
        async with self.client(BROWSER) as http:
            yield HttpBrowser(http, self._now)

    async def begin(self, play: Play) -> None:
        """See :class:`testbed.runner.play.Stage`."""
        self._journal.begin(play)

    async def end(self, play_id: str, stopped: str, error: str, lacking: str = "") -> None:
        """See :class:`testbed.runner.play.Stage`. Nothing is under way once the browser has its answer."""
        self._journal.end(play_id, stopped, error, lacking)
        if self.control is not None:
            keep_accounts(self._folder.releases, play_id, await self.control.take_releases())

    def serve(self, apps: Mapping[str, ASGIApp]) -> None:
        """The hosts of the schools and the federation."""
        self._hosts.update({host: httpx.ASGITransport(app) for host, app in apps.items()})

    def add_host(self, host: str, app: ASGIApp) -> None:
        """One more host of the network."""
        self._hosts[host] = httpx.ASGITransport(app)

    async def restart(self, vendor: Vendor) -> None:
        """One of the testbed's own vendors begins anew: it remembers nothing."""
        if self.start is None:
            raise RuntimeError("the stage has no vendors yet")
        await self.start(vendor)

    async def take_made(self) -> tuple[Made, ...]:
        """The first school's account of what it was ordered to make."""
        return await self._school.take_made()

    async def take_calls(self) -> tuple[Call, ...]:
        """What has reached the first school."""
        return await self._school.take_calls()

    async def ask(self, order: AnyOrder) -> None:
        """See :class:`testbed.interception.drive.Orders`."""
        await self._school.ask(order)
        self._journal.ordered(order)

    @property
    def _school(self) -> SchoolControl:
        if self.control is None:
            raise RuntimeError("the stage has no school yet")
        return self.control


@asynccontextmanager
async def inprocess_lab(spec: LabSpec, folder: RunFolder, now: Clock) -> AsyncIterator[InProcessStage]:
    """The whole lab, ready to be played in."""
    hosts: dict[str, httpx.AsyncBaseTransport] = {}
    async with AsyncExitStack() as stack:
        stage = InProcessStage(stack.enter_context(Journal(folder.journal, NAME, now)), hosts, folder, now, spec.mutual)

        async def client(sender: str, number: int = 0) -> httpx.AsyncClient:
            return await stack.enter_async_context(stage.client(sender, number))

        authorities = await make_authorities(spec, client, CONTROL_TOKEN, now)
        stage.serve(authorities.apps)

        async def start(vendor: Vendor) -> None:
            service = await make_vendor(vendor, spec, client, now)
            for host in service.config.hosts:
                hosts[host] = httpx.ASGITransport(service.app)

        stage.start = start
        for vendor in spec.simulated:
            await start(vendor)
        transport = httpx.ASGITransport(authorities.control)
        control = httpx.AsyncClient(transport=transport, base_url="http://control.localhost")
        stage.control = SchoolControl(await stack.enter_async_context(control), CONTROL_TOKEN)
        yield stage
