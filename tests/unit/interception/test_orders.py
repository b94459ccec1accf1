"""Orders to a proxy at a port: only with the token, one answer each, and by whoever is there when they are given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from testbed.interception import ParticipantUnavailable
from testbed.interception.config import OrdersAt
from testbed.interception.journal import Journal
from testbed.interception.orders import Ordered, taking
from testbed.lab.containers.orders import ProxyOrders
from testbed.lab.ports import LOOPBACK, free_ports
from testbed.model.wire import Request

pytestmark = pytest.mark.anyio
TOKEN = "by this right"


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def proxy(path: Path, port: int) -> AsyncIterator[Journal]:
    with Journal(path, "docker", now) as journal:
        async with taking(OrdersAt(port, TOKEN), LOOPBACK, Ordered(journal, {})):
            yield journal


async def test_an_order_is_answered(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    async with proxy(tmp_path / "a", port) as journal:
        orders = ProxyOrders(OrdersAt(port, TOKEN))
        assert await orders.give({"quiet": 1}, 5) == {"quiet": True}
        journal.open("b.test", Request("GET", "https://a.test/"))
        assert await orders.give({"quiet": 0.01}, 5) == {"quiet": False}
        orders.close()


@pytest.mark.parametrize(
    "first", [b'{"token": "another"}\n', b'{"quiet": 1}\n', b"[]\n", b"\xff\n", b"null\n", b"\n"], ids=repr
)
async def test_without_the_token_nothing_is_answered(tmp_path: Path, first: bytes) -> None:
    (port,) = free_ports(1)
    async with proxy(tmp_path / "a", port):
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        writer.write(first + b'{"quiet": 1}\n')
        assert await reader.read() == b""
        writer.close()


async def test_an_order_waits_for_a_proxy_that_is_started_again(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    orders = ProxyOrders(OrdersAt(port, TOKEN))
    async with proxy(tmp_path / "a", port):
        await orders.give({"quiet": 1}, 5)
        first = orders._streams
    assert first is not None
    first[1].transport.abort()
    given = asyncio.create_task(orders.give({"quiet": 1}, 20))
    async with proxy(tmp_path / "b", port):
        assert await given == {"quiet": True}
    orders.close()


async def test_where_none_comes_back_it_is_said() -> None:
    (port,) = free_ports(1)
    with pytest.raises(ParticipantUnavailable, match="the proxy gave no answer"):
        await ProxyOrders(OrdersAt(port, TOKEN)).give({"quiet": 1}, 0.5)


def test_the_token_is_not_told_by_its_holder() -> None:
    assert TOKEN not in repr(OrdersAt(1, TOKEN))
    assert TOKEN not in repr(ProxyOrders(OrdersAt(1, TOKEN)))
