"""The certificate that a caller has shown comes to the app, on both carriers in the same way."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from machines import API, CALLERS, NOBODY, OPEN, digest, foreign, mutual_tls, sees

from testbed.interception.client_certificates import NOT_ITS_OWN
from testbed.interception.journal import Journal
from testbed.interception.recorded import Recorded, read
from testbed.lab.home import LabHome, trusting
from testbed.lab.inprocess import InProcessStage
from testbed.lab.machines import NO_MUTUAL_TLS, MutualTls
from testbed.lab.participant import HostRouter, server_for
from testbed.lab.places import ASKING
from testbed.lab.spec import LabSpec
from testbed.runner.catalogue import load_catalogue
from testbed.runner.folder import RunFolder

pytestmark = [pytest.mark.lab, pytest.mark.anyio]

BROWSER, VENDOR = CALLERS


@dataclass(frozen=True)
class Net:
    """One carrier."""

    mutual: MutualTls
    client: Callable[[str, int], Awaitable[httpx.AsyncClient]]
    journal: Callable[[], Awaitable[Recorded]]

    async def seen(self, sender: str, number: int = 0, host: str = API) -> dict[str, Any]:
        http = await self.client(sender, number)
        return dict((await http.get(f"https://{host}/")).json())


def with_foreign(mutual: MutualTls, folder: Path) -> MutualTls:
    """The vendor's third certificate is of an issuer that is not taken."""
    files = (*mutual.credentials[VENDOR], foreign(folder, VENDOR))
    return replace(mutual, credentials={**mutual.credentials, VENDOR: files})


@asynccontextmanager
async def inprocess(mutual: MutualTls, folder: Path) -> AsyncIterator[Net]:
    run = RunFolder(folder)
    async with AsyncExitStack() as stack:
        journal = stack.enter_context(Journal(run.journal, "inprocess", lambda: datetime.now(UTC)))
        stage = InProcessStage(journal, {}, run, lambda: datetime.now(UTC), mutual)
        stage.serve({API: sees, OPEN: sees})

        async def client(sender: str, number: int) -> httpx.AsyncClient:
            return await stack.enter_async_context(stage.client(sender, number))

        async def recorded() -> Recorded:
            return read(run.journal)

        yield Net(mutual, client, recorded)


@asynccontextmanager
async def loopback(
    mutual: MutualTls, folder: Path, home: LabHome, start_proxy: Any, clients: MutualTls | None = None
) -> AsyncIterator[Net]:
    """With clients that show what ``clients`` says, where it is not what the proxy is told."""
    certificate = home.server_certificate("api", (API, OPEN))
    server = server_for(HostRouter({API: sees, OPEN: sees}), certificate, mutual)
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        serving = asyncio.create_task(server.serve([listener]))
        await server.up.wait()
        hosts = dict.fromkeys((API, OPEN), listener.getsockname())
        more = {"asking": tuple(mutual.hosts), "credentials": mutual.credentials}
        proxy = await stack.enter_async_context(start_proxy(hosts, folder, **more))

        async def client(sender: str, number: int) -> httpx.AsyncClient:
            trust = trusting(proxy.ca_file, (clients or mutual).credential(sender, number))
            # NOTE: whoever has no certificate calls by a listener of somebody who has.
            port = proxy.url(sender if sender in CALLERS else VENDOR)
            http = httpx.AsyncClient(proxy=port, verify=trust, trust_env=False)
            return await stack.enter_async_context(http)

        async def recorded() -> Recorded:
            assert await proxy.quiet()
            return proxy.recorded()

        yield Net(mutual, client, recorded)
        server.should_exit = True
        await serving


@pytest.fixture(params=["inprocess", "loopback"])
async def net(
    request: pytest.FixtureRequest, tmp_path: Path, proxy_home: LabHome, start_proxy: Any
) -> AsyncIterator[Net]:
    mutual = with_foreign(mutual_tls(proxy_home), tmp_path)
    carrier = inprocess(mutual, tmp_path) if request.param == "inprocess" else None
    async with carrier or loopback(mutual, tmp_path, proxy_home, start_proxy) as made:
        yield made


async def test_two_callers_are_seen_by_their_own_pins(net: Net) -> None:
    pins = [(await net.seen(sender))["pin"] for sender in (BROWSER, VENDOR, BROWSER)]
    own = [digest(file) for file in (net.mutual.credentials[BROWSER][0], net.mutual.credentials[VENDOR][0])]
    assert pins == [own[0], own[1], own[0]]
    assert own[0] != own[1]


async def test_a_caller_that_changes_keys_is_seen_by_each(net: Net) -> None:
    pins = [(await net.seen(VENDOR, number))["pin"] for number in (0, 1, 0)]
    current, coming, _ = map(digest, net.mutual.credentials[VENDOR])
    assert pins == [current, coming, current]


async def test_a_caller_without_a_certificate_is_seen_as_none_and_refused(net: Net) -> None:
    assert await net.seen(NOBODY) == {"pin": None, "told": True}
    (exchange,) = (await net.journal()).exchanges
    assert exchange.response is not None
    assert exchange.response.status == 401


async def test_a_host_that_does_not_ask_is_told_nothing(net: Net) -> None:
    assert await net.seen(VENDOR, host=OPEN) == {"pin": None, "told": False}


async def test_a_certificate_of_another_issuer_is_refused_and_the_journal_says_so(net: Net) -> None:
    http = await net.client(VENDOR, 2)
    try:
        status = (await http.get(f"https://{API}/")).status_code
    except httpx.ConnectError:
        status = 502
    assert status == 502
    (exchange,) = (await net.journal()).exchanges
    assert exchange.response is None
    assert "certificate" in exchange.error
    assert exchange.sender == VENDOR


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_no_key_is_in_the_run_s_folder(net: Net, tmp_path: Path) -> None:
    await net.seen(VENDOR)
    await net.journal()
    written = files_in(tmp_path)
    assert b"PRIVATE KEY" in written.pop(f"foreign-{VENDOR}.pem")
    assert "exchanges.jsonl" in written
    assert not [name for name, content in written.items() if b"PRIVATE KEY" in content]


async def test_a_certificate_that_is_another_caller_s_gets_no_further_than_the_proxy(
    tmp_path: Path, proxy_home: LabHome, start_proxy: Any
) -> None:
    mutual = mutual_tls(proxy_home)
    borrowed = replace(mutual, credentials={VENDOR: mutual.credentials[BROWSER]})
    async with loopback(mutual, tmp_path, proxy_home, start_proxy, borrowed) as made:
        http = await made.client(VENDOR, 0)
        assert (await http.get(f"https://{API}/")).status_code == 502
        (exchange,) = (await made.journal()).exchanges
    assert (exchange.sender, exchange.response) == (VENDOR, None)
    assert exchange.error.endswith(NOT_ITS_OWN)


def test_a_lab_has_mutual_tls_where_a_vendor_is_fed_with_rosters(proxy_home: LabHome) -> None:
    known = load_catalogue()
    logged_in_to, fed = known.vendors["maths-app"], known.vendors["class-lists"]
    assert LabSpec(proxy_home, {}, (logged_in_to,), known.agreements).mutual == NO_MUTUAL_TLS
    # NOTE: every process of a lab makes it of the same folder, so that nobody need be told.
    first, second = (LabSpec(proxy_home, {}, (logged_in_to, fed), known.agreements).mutual for _ in range(2))
    assert first == second
    # NOTE: a vendor that fetches is called by schools, when something has changed.
    assert first.hosts == {*ASKING, "klasslistan.test"}
    assert set(first.credentials) == {"klasslistan.test", "api.skola.test", "api.granne.test"}
