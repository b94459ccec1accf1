"""Certify a product that the testbed did not write: the school on loopback, browsers that go to the vendor itself."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from ssl import SSLContext
from typing import Protocol

import httpx

from testbed.interception import ParticipantUnavailable
from testbed.interception.browser import Browser, BrowserKind
from testbed.interception.chromium import chromium_path
from testbed.interception.drive import NothingBreaks
from testbed.interception.forwarding import ForwardProxy
from testbed.interception.http_browser import HttpBrowser
from testbed.interception.journal import Journal
from testbed.interception.transport import RecordingTransport
from testbed.lab.certify_inprocess import fetched_metadata
from testbed.lab.control import SchoolControl
from testbed.lab.home import LabHome
from testbed.lab.outside import DEFAULT_URL, served
from testbed.lab.outside_clients import WantedClient
from testbed.lab.outside_vendors import WantedVendors
from testbed.lab.permission import LOOPBACK_ONLY, Permission, Permitted, permitted_road
from testbed.lab.recording import SchoolRecorder
from testbed.lab.spec import REQUEST_TIMEOUT_S
from testbed.lab.watching import ListenerApp
from testbed.model.calls import Call
from testbed.model.forgery import Made
from testbed.model.orders import AnyOrder
from testbed.model.vendor import Container, Process, Started
from testbed.model.verdict import Play, Sees
from testbed.model.wire import BROWSER
from testbed.model.written import Agreement, Person, Vendor
from testbed.runner.accounts import keep_accounts
from testbed.runner.folder import RunFolder

NAME = "outside"
PUBLISHED = ("/saml/metadata", "/.well-known/openid-configuration", "/oidc/jwks")
"""Of the school. Who reads them, and the vendor's metadata, has mostly done so before, where nobody recorded it."""


@dataclass(frozen=True, slots=True)
class OutsideCase:
    """One vendor under test, and what it trusts."""

    home: LabHome
    people: dict[str, Person]
    vendor: Vendor
    secret: str = field(default="", repr=False)
    """Of a client; "": none is needed, or the one of the lab home."""
    agreement: tuple[Path, Agreement] | None = None
    url: str = DEFAULT_URL
    patience_s: float = REQUEST_TIMEOUT_S
    """That the vendor may take for one answer."""
    permission: Permission = LOOPBACK_ONLY
    """What may be reached beside this machine."""
    process: Process | None = None
    """How the testbed starts the vendor; None where it runs already, or in a container."""
    container: Container | None = None
    """The same."""
    browser: BrowserKind = BrowserKind.HTTP

    @property
    def started(self) -> Started | None:
        """How the testbed starts the vendor; None where it runs already."""
        return self.process or self.container

    @property
    def wanted(self) -> WantedVendors:
        """As the school is to know it."""
        vendor = self.vendor
        return WantedVendors(
            sources=(vendor.metadata,) if vendor.protocol == "saml" else (),
            agreements=dict((self.agreement,)) if self.agreement else {},
            release=None if self.agreement else "requested",
            clients=(WantedClient(vendor.client, self.secret),) if vendor.client else (),
            sign_response=vendor.school_signs_response,
            permission=self.permission,
        )


class Server(Protocol):
    """A vendor's server that the testbed started, and whose own calls it sees."""

    @property
    def sees(self) -> Sees:
        """What of them is seen."""

    async def settled(self) -> None:
        """Wait until none of them is under way, or for long enough."""

    async def hand_over(self, folder: RunFolder) -> str:
        """End it, and put what it sent into the journal of this folder; returns "" or what went wrong."""


class RealBrowsers(Protocol):
    """A Chromium that runs."""

    def browser(self) -> AbstractAsyncContextManager[Browser]:
        """A fresh browser."""


class OutsideWorld(NothingBreaks):
    """See :class:`testbed.certify.world.World`, and :class:`testbed.runner.play.Stage` for the honest logins."""

    second_school = True
    can_restart = False

    def __init__(
        self,
        case: OutsideCase,
        school: str,
        control: SchoolControl,
        listener: ListenerApp,
        recorder: SchoolRecorder | None,
    ) -> None:
        self.school = school
        """See :class:`testbed.certify.world.World`."""
        self._control, self._recorder = control, recorder
        self._patience_s, self._permission = case.patience_s, case.permission
        self._vendors = (case.vendor.metadata,) if case.vendor.metadata else ()
        self.listener = listener
        self._recording: Journal | None = None
        self._folder: RunFolder | None = None
        self._proxy: ForwardProxy | None = None
        self._real: RealBrowsers | None = None
        self.server: Server | None = None
        """The vendor's, where the testbed started it."""
        self.trouble = ""
        """What went wrong with it, once it has ended."""

    @property
    def sees(self) -> Sees:
        """What is seen of the calls that the vendor's server makes to others."""
        return self.server.sees if self.server else "nothing"

    @property
    def records_servers(self) -> bool:
        """Whether honest logins are recorded with what the vendor's server asks of the school; a school that another
        command serves does not record that."""
        return self._recorder is not None

    @property
    def may_exhaust(self) -> bool:
        """See :class:`testbed.certify.world.World`."""
        return not self._permission.hosts or self._permission.exhaustion

    @property
    def listener_is_near(self) -> bool:
        """See :class:`testbed.certify.world.World`."""
        return not self._permission.hosts

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        """A fresh one; recorded while a play is."""
        if self._real is not None:
            async with self._real.browser() as real:
                yield real
            return
        async with self._way() as way:
            carrier: httpx.AsyncBaseTransport = way
            if self._recording is not None:
                carrier = RecordingTransport(BROWSER, lambda _: way, self._recording)
            async with httpx.AsyncClient(transport=carrier, timeout=self._patience_s, trust_env=False) as http:
                yield HttpBrowser(http, _now)

    async def restart(self, vendor: Vendor) -> None:
        """See :class:`testbed.certify.world.World`; whoever started it must do it."""
        raise ParticipantUnavailable(f"{vendor.id} was not started by the testbed, and cannot be started anew")

    async def ask(self, order: AnyOrder) -> None:
        """By the control API."""
        await self._control.ask(order)

    async def made(self) -> tuple[Made, ...]:
        """By the control API."""
        return await self._control.take_made()

    async def metadata(self, vendor: Vendor) -> bytes:
        """See :class:`testbed.certify.world.World`."""
        async with self._plain() as http:
            return await fetched_metadata(http, vendor)

    async def date_at(self, url: str) -> datetime | None:
        """See :class:`testbed.certify.world.World`."""
        try:
            async with self._plain() as http, http.stream("GET", url) as answer:
                told = parsedate_to_datetime(answer.headers["date"])
        except (httpx.HTTPError, KeyError, ValueError, OverflowError):
            return None
        # NOTE: "-0000" is UTC too, and Python gives such a time no zone.
        return told if told.tzinfo is not None else told.replace(tzinfo=UTC)

    async def school_calls(self) -> tuple[Call, ...]:
        """By the control API."""
        return await self._control.take_calls()

    # --- the honest logins, recorded --------------------------------------------------------------------------------

    @asynccontextmanager
    async def recorded(self, folder: RunFolder) -> AsyncIterator["OutsideWorld"]:
        """The same, with a journal in this folder."""
        # NOTE: the logins before are no part of any play.
        await self._control.take_releases(all_schools=False)
        with Journal(folder.journal, NAME, _now) as journal:
            self._record_in(journal)
            self._folder = folder
            try:
                async with self.browser() as browser:
                    for url in (*(f"{self.school}{path}" for path in PUBLISHED), *self._vendors):
                        await browser.visit(url)
                yield self
            finally:
                self._folder = None
                self._record_in(None)
        if self.server is not None:
            self.trouble = await self.server.hand_over(folder)

    async def begin(self, play: Play) -> None:
        """See :class:`testbed.runner.play.Stage`."""
        self._journal.begin(play)

    async def end(self, play_id: str, stopped: str, error: str, lacking: str = "") -> None:
        """See :class:`testbed.runner.play.Stage`."""
        if self.server is not None:
            await self.server.settled()
        self._journal.end(play_id, stopped, error, lacking)
        if self._folder is not None:
            keep_accounts(self._folder.releases, play_id, await self._control.take_releases(all_schools=False))

    @asynccontextmanager
    async def with_chromium(self, home: LabHome) -> AsyncIterator[None]:
        """Its browsers are real ones, which go the same way by a proxy of this process.

        Raises:
            ParticipantUnavailable: Chromium does not come up.
        """
        # NOTE: imported only where it is wanted, for it needs a library that need not be there.
        from testbed.interception.chromium_process import launched  # noqa: PLC0415

        home.certificate_authority()
        async with self._way() as way:
            self._proxy = ForwardProxy(way)
            async with served(self._proxy) as address, launched(chromium_path(), address, home.ca_file) as real:
                self._real = real
                yield

    def _record_in(self, journal: Journal | None) -> None:
        self._recording = journal
        if self._proxy is not None:
            self._proxy.record_in(journal)
        if self._recorder is not None:
            self._recorder.journal = journal

    @property
    def _journal(self) -> Journal:
        if self._recording is None:
            raise RuntimeError("nothing is being recorded")
        return self._recording

    def _way(self) -> Permitted:
        return permitted_road(self._permission, _tls())

    def _plain(self) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        return httpx.AsyncClient(transport=self._way(), timeout=self._patience_s, trust_env=False)


@cache
def _tls() -> SSLContext:
    """Made once: to read all authorities that are trusted takes longer than a login."""
    return httpx.create_ssl_context()


def _now() -> datetime:
    return datetime.now(UTC)
