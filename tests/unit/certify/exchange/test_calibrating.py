"""What is said where the first honest call comes to nothing: why, and a mend that fits."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import httpx
import pytest
import trustme

from testbed.certify.exchange.calibrating import DISTRUSTING, PLAIN, UNREACHED, learn_receiver, learn_server
from testbed.certify.exchange.calling import Caller
from testbed.certify.exchange.eyes import Eyes
from testbed.certify.exchange.world import ExchangeWorld
from testbed.model.exchange_case import By, Token
from testbed.model.strict import Bilingual

pytestmark = pytest.mark.anyio
CA = trustme.CA()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class World:
    """A vendor at an address, reached by sockets."""

    roster = ""

    def __init__(self, base: str) -> None:
        self.base = base

    @asynccontextmanager
    async def caller(self, _: By) -> AsyncIterator[httpx.AsyncClient]:
        trusted = ssl.create_default_context()
        CA.configure_trust(trusted)
        async with httpx.AsyncClient(verify=trusted, trust_env=False) as http:
            yield http

    def token(self, _: By, __: Token | None) -> str:
        return "token"


async def mend_of(base: str, side: str = "receiver") -> Bilingual:
    world = cast(ExchangeWorld, World(base))
    caller = Caller(world, "scim" if side == "receiver" else "ss12000", 5.0)
    learnt = await (learn_receiver(caller, Eyes(caller, world)) if side == "receiver" else learn_server(caller))
    (error,) = learnt.configuration
    if error.mend in [mend for _, mend in UNREACHED.values()]:
        assert base in error.what.en
        assert base in error.what.sv
    return error.mend


@asynccontextmanager
async def answering(text: bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(text)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


def context(issuer: trustme.CA) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issuer.issue_cert("127.0.0.1").configure_cert(made)
    return made


FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("side", ["receiver", "server"])
async def test_where_nothing_listens(side: str) -> None:
    async with answering(b"") as port:
        pass
    assert await mend_of(f"https://127.0.0.1:{port}", side) == UNREACHED["nobody"][1]


async def test_a_certificate_of_somebody_else() -> None:
    async with answering(FORBIDDEN, context(trustme.CA())) as port:
        assert await mend_of(f"https://127.0.0.1:{port}") == UNREACHED["distrusted"][1]


async def test_what_speaks_no_tls() -> None:
    async with answering(FORBIDDEN) as port:
        assert await mend_of(f"https://127.0.0.1:{port}") == UNREACHED["no-tls"][1]


async def test_one_that_refuses_is_to_trust_the_register_by_tls() -> None:
    async with answering(FORBIDDEN, context(CA)) as port:
        assert await mend_of(f"https://127.0.0.1:{port}") == DISTRUSTING
    async with answering(FORBIDDEN) as port:
        assert await mend_of(f"http://127.0.0.1:{port}") == PLAIN
