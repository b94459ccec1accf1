"""Certify a product that the testbed did not write: a receiver of rosters, or a data API, over TLS on loopback or where
its file authorises."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount

from idp.federated_tls.app import PATH
from idp.token_service.app import JWKS
from testbed.certify.exchange.world import Nudge
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.guardrail import LOCALHOST, school_url
from testbed.lab.machines import MachineCertificates
from testbed.lab.outside import served
from testbed.lab.outside_reach import Reach
from testbed.lab.places import CLIENTS, SCHOOLS
from testbed.lab.tried_callers import TriedCallers, facts_of, members
from testbed.lab.tried_program import TriedProgram
from testbed.lab.tried_register import SHORT_LIVED, TriedRegister
from testbed.lab.tried_server import WEBHOOKS, token_of
from testbed.lab.tried_start import Surroundings, ports_of, tried_program
from testbed.lab.tried_tokens import TriedTokens
from testbed.lab.vendor_places import LOOPBACK, addressed, written_out
from testbed.lab.watching import ListenerApp
from testbed.lab.weak_tls import agreed_weakly
from testbed.model.exchange_case import By, Publication, Token
from testbed.model.private import write_private
from testbed.runner.folder import RunFolder

CACHE_TTL_S = 1
"""So short that a vendor which keeps to it knows of a change before the next case."""
READ_S, RESTARTED_AFTER_S = 75.0, 3.0
"""How long a vendor may take to ask the register again, and how long one that the testbed can start anew."""
POLL_S = 0.5
KEY_FILE = "machines-key.json"
SENDERS: Mapping[By, str] = {"own": SCHOOLS[0].api_url, "other": SCHOOLS[1].api_url}
"""The schools that send a receiver rosters, as the register names them."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the testbed serves for the vendor, and hands it."""

    register: TriedRegister
    tokens: TriedTokens
    callers: TriedCallers


class OutsideTried:
    """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""

    def __init__(self, case: OutsideCase, services: Services, listener: ListenerApp) -> None:
        self._case, self._services = case, services
        self.vendor = case.vendor
        """With its addresses written out, and without what says how it is started."""
        exchange = case.vendor.exchange
        serves = exchange.serves if exchange else None
        self.base = ((serves or (exchange and exchange.receives)) or "").rstrip("/")
        self.roster = (exchange and exchange.roster) or ""
        self.listener = listener
        names = CLIENTS if serves else SENDERS
        self.facts = {**facts_of(services.callers, names["own"]), **WEBHOOKS}
        self.program: TriedProgram | None = None
        self.reach = Reach(case)

    @property
    def listener_is_near(self) -> bool:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        return not self._case.permission.hosts

    @property
    def has_tls(self) -> bool:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        return self.base.startswith("https://")

    @property
    def may_exhaust(self) -> bool:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        return not self._case.permission.hosts or self._case.permission.exhaustion

    def now(self) -> datetime:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        return datetime.now(UTC)

    @asynccontextmanager
    async def caller(self, by: By) -> AsyncIterator[httpx.AsyncClient]:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        async with self.reach.http(self._services.callers.credential(by)) as http:
            yield http

    def token(self, by: By, change: Token | None) -> str:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        return token_of(self._services.tokens, by, change)

    async def page(self, url: str) -> str | None:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        return await self.reach.page(url)

    async def publish(self, what: Publication) -> None:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        self._services.register.publish(what)

    async def until_read(self, nudge: Nudge) -> bool:
        """A vendor that the testbed has started, and that does not ask by itself, is started anew: some wait an hour
        after a publication that was no good."""
        if await self._read(nudge, RESTARTED_AFTER_S if self.program else READ_S):
            return True
        if self.program is None:
            return False
        await self.program.restart()
        return await self._read(nudge, RESTARTED_AFTER_S)

    async def _read(self, nudge: Nudge, within_s: float) -> bool:
        loop = asyncio.get_running_loop()
        ends = loop.time() + within_s
        while not self._services.register.reads and loop.time() < ends:
            await nudge()
            if not self._services.register.reads:
                await asyncio.sleep(POLL_S)
        return self._services.register.reads > 0

    async def until_expired(self) -> None:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        await asyncio.sleep(SHORT_LIVED.total_seconds() + 1)

    async def weak_tls(self) -> str:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        address = urlsplit(self.base)
        return await agreed_weakly(address.hostname or "", address.port or 443, self._case.patience_s)


@asynccontextmanager
async def outside_tried(case: OutsideCase, folder: RunFolder) -> AsyncIterator[OutsideTried]:
    """The vendor, started where its file says how, and what the testbed serves for it.

    Raises:
        ScenarioInvalid: an address is not on loopback or in use, or the vendor does not come up.
    """
    case.home.certificate_authority()
    async with AsyncExitStack() as stack:
        listener = ListenerApp()
        own = await stack.enter_async_context(served(listener))
        listener.url = own.replace(LOOPBACK, LOCALHOST)
        vendor, started, base = addressed(case.vendor)
        case = replace(case, vendor=vendor, url=written_out(case.url))
        services = await _services(stack, case)
        world = OutsideTried(case, services, listener)
        if started is not None:
            places, near = _places(case, services, base), ports_of(case.url, listener.url)
            making = tried_program(case, started, Surroundings(places, near, folder))
            world.program = await stack.enter_async_context(making)
            await world.program.start()
        yield world


async def _services(stack: AsyncExitStack, case: OutsideCase) -> Services:
    """The register and the keys of the token service, served at the school's address."""
    exchange, callers = case.vendor.exchange, TriedCallers(case.home)
    serves = exchange.serves if exchange else None
    machines, pins = members(callers, CLIENTS if serves else SENDERS, CACHE_TTL_S)
    register = TriedRegister(case.home, case.url, machines, pins, _now)
    tokens = TriedTokens(case.home, case.url, (serves or "").rstrip("/"), _now)
    both = Starlette(routes=[*tokens.app.routes, Mount("/", register.app)])
    host, port = school_url(case.url)
    await stack.enter_async_context(served(both, host, port))
    key_file = MachineCertificates(case.home).folder / KEY_FILE
    write_private(key_file, json.dumps(dict(register.key)).encode())
    return Services(register, tokens, callers)


def _places(case: OutsideCase, services: Services, base: str) -> Mapping[str, str]:
    """What stands for what in the vendor's process."""
    return {
        **places_of_any(case, base),
        "machines": f"{case.url}{PATH}",
        "machines_key": str((MachineCertificates(case.home).folder / KEY_FILE).absolute()),
        "tokens": services.tokens.issuer,
        "tokens_jwks": f"{case.url}{JWKS}",
    }


def places_of_any(case: OutsideCase, base: str) -> Mapping[str, str]:
    """What stands for what in the process of any vendor that exchanges rosters.

    Args:
        case: the vendor.
        base: where it is to serve.
    """
    certificate = case.home.server_certificate(f"tried-{case.vendor.id}", (LOOPBACK, LOCALHOST))
    return {
        "base_url": base,
        "port": str(urlsplit(base).port or 443),
        "python": sys.executable,
        "server_certificate": str(certificate.absolute()),
        "client_issuers": str(MachineCertificates(case.home).issuer_file.absolute()),
        "ca": str(case.home.ca_file.absolute()),
    }


def _now() -> datetime:
    return datetime.now(UTC)
