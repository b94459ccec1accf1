"""A network and a clock in this process, for vendors that are tried without sockets."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import httpx
from starlette.types import ASGIApp

from testbed.certify.desk import NotToBeSeen
from testbed.certify.exchange.pages import page_at
from testbed.certify.exchange.world import Nudge
from testbed.lab.machines import shown_by
from testbed.lab.mutual import Telling
from testbed.lab.tried_callers import TriedCallers
from testbed.lab.tried_register import TriedRegister
from testbed.lab.watching import ListenerApp
from testbed.model.exchange_case import By, Publication
from testbed.model.federated_tls import Shown

READ_AFTER = timedelta(hours=2)
"""By then a vendor that keeps to what the register says has asked it again, also where the last answer was no good."""
EXPIRED_AFTER = timedelta(days=2)
TIMEOUT_S = 20.0
NOBODY = Shown()


class MovableClock:
    """The time, which can be let pass."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """In aware UTC."""
        return datetime.now(UTC) + self._ahead

    def let_pass(self, time: timedelta) -> None:
        """All at once."""
        self._ahead += time


class Network(httpx.AsyncBaseTransport):
    """Leads to apps in this process by host; a host that is not there answers 502.

    Args:
        apps: by host.
        shown: what the caller shows, to whatever host; nobody looks at who has issued it but the app.
    """

    def __init__(self, apps: Mapping[str, ASGIApp], shown: Shown = NOBODY) -> None:
        self._apps, self._shown = apps, shown

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Deliver; an app that fails answers 500, as a server in front of it does."""
        app = self._apps.get(request.url.host)
        if app is None:
            return httpx.Response(502, request=request)
        carrier = httpx.ASGITransport(Telling(app, self._shown, (request.url.host,)), raise_app_exceptions=False)
        return await carrier.handle_async_request(request)


type Around = Callable[[ASGIApp, Network], ASGIApp]
"""Another implementation of an app: it, with something around it that may call others."""


def _as_it_is(app: ASGIApp, _: Network) -> ASGIApp:
    return app


@dataclass(frozen=True, slots=True)
class Careless:
    """How an implementation differs from the one that does well: the matrix of tests is made of such."""

    around: Around = _as_it_is
    reads_as: Mapping[Publication, Publication] = MappingProxyType({})
    """What it takes a publication of the register for: one who heeds no signature takes a forgery for what is so."""


CAREFUL = Careless()


class InProcess:
    """What worlds in this process have in common; see :class:`testbed.certify.exchange.world.ExchangeWorld`."""

    has_tls = False
    may_exhaust = True
    listener_is_near = True

    def __init__(
        self,
        apps: Mapping[str, ASGIApp],
        callers: TriedCallers,
        register: TriedRegister,
        clock: MovableClock,
        listener: ListenerApp,
    ) -> None:
        self._apps, self._callers, self._register, self.clock = apps, callers, register, clock
        self.listener = listener
        self._shown: dict[By, Shown] = {}

    def now(self) -> datetime:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        return self.clock()

    @asynccontextmanager
    async def caller(self, by: By) -> AsyncIterator[httpx.AsyncClient]:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        if by not in self._shown:
            certificate = self._callers.certificate(by)
            self._shown[by] = shown_by(certificate) if certificate else NOBODY
        async with httpx.AsyncClient(transport=Network(self._apps, self._shown[by]), timeout=TIMEOUT_S) as http:
            yield http

    async def page(self, url: str) -> str | None:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        async with self.caller("nobody") as http:
            return await page_at(http, url, TIMEOUT_S)

    async def publish(self, what: Publication) -> None:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        self._register.publish(what)

    async def until_read(self, nudge: Nudge) -> bool:
        """The time is let pass, and the vendor made to look."""
        self.clock.let_pass(READ_AFTER)
        await nudge()
        return self._register.reads > 0

    async def until_expired(self) -> None:
        """The time is let pass."""
        self.clock.let_pass(EXPIRED_AFTER)

    async def weak_tls(self) -> str:
        """There is no TLS here, and the case is left out before it comes to this."""
        raise NotToBeSeen("Här finns ingen TLS.", "There is no TLS here.")
