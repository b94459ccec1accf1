"""A vendor's machine buys a token by mutual TLS and calls the school's API with it, on both carriers."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from idp.federated_tls.app import PATH
from idp.federated_tls.pins import pin_of
from idp.token_service.asking import Access
from idp.token_service.callers import TokenClient
from idp.token_service.refused import TokenRefused
from sp_mocks.federated_tls import FederatedMachines, MachinesPlace
from sp_mocks.refusal import Refused
from testbed.interception.journal import Journal
from testbed.interception.recorded import Recorded, read
from testbed.lab.home import LabHome, trusting
from testbed.lab.inprocess import InProcessStage
from testbed.lab.machine_services import (
    Machine,
    MachineServices,
    bearer_tokens,
    coming_pin,
    make_machine_services,
    published_key,
)
from testbed.lab.machines import MachineCertificates, MutualTls, certificate_in
from testbed.lab.participant import HostRouter, server_for
from testbed.lab.places import MACHINES_HOST, MACHINES_URL, TOKEN_HOST
from testbed.runner.folder import RunFolder

pytestmark = [pytest.mark.lab, pytest.mark.anyio]

API, API_URL = "api.test", "https://api.test/v2.0"
RECEIVER = "receiver.test"
VENDOR = Machine("vendor.test", "https://vendor.test", "Läsappen AB", "SE5560000001", ("gnapv1",))
SCHOOL = Machine(
    "browser.test", "https://skola.test", "Exempelkommun", "SE2120000000", ("egilv1",), "https://skola.test"
)
MAY = (Access(type="ss12000-api", locations=(API_URL,)),)
ASKING = {
    "access_token": [{"access": [{"type": "ss12000-api", "locations": [API_URL]}], "flags": ["bearer"]}],
    "client": {"key": VENDOR.entity_id},
}


class Net:
    """One carrier with everything on it, and a clock that a test moves."""

    def __init__(self, home: LabHome) -> None:
        self.home, self.later = home, timedelta()
        self.certificates = MachineCertificates(home)
        self.mutual: MutualTls = self.certificates.mutual_tls((TOKEN_HOST, RECEIVER), (VENDOR.host, SCHOOL.host))
        self.services: MachineServices
        self.client: Any
        self.journal: Any

    def now(self) -> datetime:
        return datetime.now(UTC) + self.later

    def apps(self, http: httpx.AsyncClient) -> dict[str, Any]:
        """Put together; all that they ask each other goes by this client."""
        clients = (TokenClient(VENDOR.entity_id, MAY),)
        self.services = make_machine_services(self.home, (VENDOR, SCHOOL), clients, http, self.now)
        bearer = bearer_tokens(API_URL, http)
        place = MachinesPlace(f"{MACHINES_URL}{PATH}", MACHINES_URL, dict(published_key(self.home, self.now)))
        machines = FederatedMachines(place, http, self.now)

        async def persons(request: Request) -> JSONResponse:
            try:
                granted = await bearer.check(request.headers.get("authorization", ""), self.now())
            except TokenRefused as error:
                return JSONResponse({"code": error.code}, error.status)
            return JSONResponse({"entity": granted.entity_id, "organization": granted.organization_id})

        async def received(request: Request) -> JSONResponse:
            try:
                return JSONResponse({"entity": (await machines.caller(request.scope)).entity_id})
            except Refused as error:
                return JSONResponse({"code": error.code}, error.status)

        api = Starlette(routes=[Route("/v2.0/persons", persons)])
        receiver = Starlette(routes=[Route("/Users", received, methods=["POST"])])
        return {**self.services.apps, API: api, RECEIVER: receiver}

    async def asks(self, sender: str, number: int = 0) -> httpx.Response:
        http = await self.client(sender, number)
        return await http.post(f"https://{TOKEN_HOST}/transaction", json=ASKING)

    async def pushes(self, sender: str) -> Any:
        http = await self.client(sender, 0)
        return (await http.post(f"https://{RECEIVER}/Users", json={})).json()


@asynccontextmanager
async def inprocess(net: Net, folder: Path) -> AsyncIterator[Net]:
    run = RunFolder(folder)
    async with AsyncExitStack() as stack:
        stage = InProcessStage(
            stack.enter_context(Journal(run.journal, "inprocess", net.now)), {}, run, net.now, net.mutual
        )

        async def client(sender: str, number: int = 0) -> httpx.AsyncClient:
            return await stack.enter_async_context(stage.client(sender, number))

        async def recorded() -> Recorded:
            return read(run.journal)

        stage.serve(net.apps(await client(TOKEN_HOST)))
        net.client, net.journal = client, recorded
        yield net


@asynccontextmanager
async def loopback(net: Net, folder: Path, start_proxy: Any) -> AsyncIterator[Net]:
    hosts = (API, RECEIVER, MACHINES_HOST, TOKEN_HOST)
    router = HostRouter({})
    server = server_for(router, net.home.server_certificate("machines", hosts), net.mutual)
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        serving = asyncio.create_task(server.serve([listener]))
        await server.up.wait()
        more = {"asking": tuple(net.mutual.hosts), "credentials": net.mutual.credentials}
        addresses = dict.fromkeys(hosts, listener.getsockname())
        proxy = await stack.enter_async_context(start_proxy(addresses, folder, **more))

        async def client(sender: str, number: int = 0) -> httpx.AsyncClient:
            trust = trusting(proxy.ca_file, net.mutual.credential(sender, number))
            # NOTE: the fixture's proxy listens for two senders; what the services ask each other goes by one of them.
            port = proxy.url(sender if sender in net.mutual.credentials else VENDOR.host)
            http = httpx.AsyncClient(proxy=port, verify=trust, trust_env=False, timeout=15)
            return await stack.enter_async_context(http)

        async def recorded() -> Recorded:
            assert await proxy.quiet()
            return proxy.recorded()

        router._apps = net.apps(await client(TOKEN_HOST))
        net.client, net.journal = client, recorded
        yield net
        server.should_exit = True
        await serving


@pytest.fixture(params=["inprocess", "loopback"])
async def net(
    request: pytest.FixtureRequest, tmp_path: Path, proxy_home: LabHome, start_proxy: Any
) -> AsyncIterator[Net]:
    made = Net(proxy_home)
    carrier = inprocess(made, tmp_path) if request.param == "inprocess" else loopback(made, tmp_path, start_proxy)
    async with carrier as ready:
        yield ready


async def test_a_token_is_bought_by_mutual_tls_and_opens_the_api(net: Net) -> None:
    answer = await net.asks(VENDOR.host)
    assert answer.status_code == 200
    http = await net.client(VENDOR.host, 0)
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']['value']}"}
    opened = await http.get(f"{API_URL}/persons", headers=bearer)
    assert opened.json() == {"entity": VENDOR.entity_id, "organization": VENDOR.organization_id}
    assert (await http.get(f"{API_URL}/persons")).json() == {"code": "no-token"}


async def test_another_member_without_a_certificate_or_with_its_own_gets_no_token_in_the_vendor_s_name(
    net: Net,
) -> None:
    answers = [await net.asks(sender) for sender in (SCHOOL.host, API)]
    assert [answer.status_code for answer in answers] == [401, 401]
    statuses = [one.response.status for one in (await net.journal()).exchanges if one.request.host == TOKEN_HOST]
    assert statuses == [401, 401]


async def test_a_vendor_knows_the_school_by_its_key(net: Net) -> None:
    assert await net.pushes(SCHOOL.host) == {"entity": SCHOOL.entity_id}
    assert await net.pushes(API) == {"code": "machine-shows-no-certificate"}
    key = pin_of(certificate_in(net.certificates.credential(SCHOOL.host)))
    net.services.registry.revoke_pin(SCHOOL.entity_id, key)
    net.later += timedelta(seconds=60)
    assert await net.pushes(SCHOOL.host) == {"code": "machine-not-known"}


async def test_a_vendor_changes_its_key_without_a_gap(net: Net) -> None:
    assert (await net.asks(VENDOR.host, 1)).status_code == 401
    net.services.registry.announce_pin(VENDOR.entity_id, coming_pin(VENDOR, net.certificates))
    net.later += timedelta(seconds=60)
    assert [(await net.asks(VENDOR.host, number)).status_code for number in (0, 1)] == [200, 200]
    old = pin_of(certificate_in(net.certificates.credential(VENDOR.host)))
    net.services.registry.revoke_pin(VENDOR.entity_id, old)
    net.later += timedelta(seconds=60)
    assert [(await net.asks(VENDOR.host, number)).status_code for number in (0, 1)] == [401, 200]
