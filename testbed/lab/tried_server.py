"""Certify the testbed's own data API without sockets: for tests, the matrix, and whoever changes a case."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from types import MappingProxyType

import httpx
from starlette.types import ASGIApp

from idp.federated_tls.app import PATH
from idp.federated_tls.source import MachineSource
from idp.federated_tls.verifying import FederationKey
from idp.ss12000.app import SchoolDataConfig, make
from idp.state import State
from idp.token_service.app import JWKS
from idp.token_service.bearer import BearerTokens, TokenTrust
from testbed.lab.api_callers import holders_of_keys
from testbed.lab.certify_inprocess import LISTENER
from testbed.lab.home import LabHome
from testbed.lab.places import AUDIENCE, CLIENTS, MACHINES_HOST, MACHINES_URL, TOKEN_HOST, TOKEN_URL
from testbed.lab.tried_callers import TriedCallers, facts_of, members
from testbed.lab.tried_network import CAREFUL, TIMEOUT_S, Careless, InProcess, MovableClock, Network
from testbed.lab.tried_register import TriedRegister
from testbed.lab.tried_tokens import TriedTokens
from testbed.lab.watching import ListenerApp
from testbed.model.exchange_case import By, Token
from testbed.model.wire import host_of
from testbed.model.written import Agreement, Person

API = "https://data-api.test"


class InProcessServer(InProcess):
    """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""

    base, roster = API, ""

    def __init__(
        self,
        apps: Mapping[str, ASGIApp],
        callers: TriedCallers,
        services: tuple[TriedRegister, TriedTokens],
        clock: MovableClock,
        listener: ListenerApp,
    ) -> None:
        register, self._tokens = services
        super().__init__(apps, callers, register, clock, listener)
        self.facts = {**facts_of(callers, CLIENTS["own"]), **WEBHOOKS}

    def token(self, by: By, change: Token | None) -> str:
        """See :class:`testbed.certify.exchange.world.ExchangeWorld`."""
        return token_of(self._tokens, by, change)


WEBHOOKS: Mapping[str, str] = MappingProxyType({"webhook": f"{CLIENTS['own']}/webhook"})


def token_of(tokens: TriedTokens, by: By, change: Token | None) -> str:
    """That which a caller sends: its own, or the one that the case names; none of one who has none."""
    if change is not None:
        return tokens.made(CLIENTS[change.of], change)
    return tokens.made(CLIENTS[by], None) if by in CLIENTS else ""


@asynccontextmanager
async def inprocess_server(
    home: LabHome, people: Mapping[str, Person], agreement: Agreement, careless: Careless = CAREFUL
) -> AsyncIterator[InProcessServer]:
    """The school's own data API, the register of machines and the token service, in this process.

    Args:
        home: of the lab.
        people: of the school.
        agreement: with both clients.
        careless: what another implementation of it would do otherwise.
    """
    clock, callers, listener = MovableClock(), TriedCallers(home), ListenerApp(f"http://{LISTENER}")
    machines, pins = members(callers, CLIENTS)
    register = TriedRegister(home, MACHINES_URL, machines, pins, clock, careless.reads_as)
    tokens = TriedTokens(home, TOKEN_URL, API, clock)
    apps: dict[str, ASGIApp] = {MACHINES_HOST: register.app, TOKEN_HOST: tokens.app, LISTENER: listener}
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(transport=Network(apps), timeout=TIMEOUT_S))
        opened = BearerTokens(TokenTrust(TOKEN_URL, f"{TOKEN_URL}{JWKS}", AUDIENCE, API), http)
        key = FederationKey.of(MACHINES_URL, dict(register.key))
        known = MachineSource(f"{MACHINES_URL}{PATH}", key, http)

        hosts = {name: frozenset({host_of(name)}) for name in CLIENTS.values()}
        authenticate = holders_of_keys(opened, known, hosts, agreement, clock)
        config = SchoolDataConfig(people=people, authenticate=authenticate, secret=secrets.token_bytes(32))
        data = make(config, State(None, clock), http)
        apps[host_of(API)] = careless.around(data.app, Network(apps))
        yield InProcessServer(apps, callers, (register, tokens), clock, listener)
