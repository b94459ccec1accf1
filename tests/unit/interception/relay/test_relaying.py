"""The relay between two real sockets."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from testbed.interception.relay.relaying import PERFECT, Quality, Relay, relayed
from testbed.interception.relay.shaping import Line

pytestmark = pytest.mark.anyio
SIZE = 700_000
"""More than a relay, and the sockets around it, hold."""


@asynccontextmanager
async def echoing(quality: Quality = PERFECT) -> AsyncIterator[Relay]:
    """A relay to a server that says everything again."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        except ConnectionError:
            writer.transport.abort()
        finally:
            writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server, relayed(server.sockets[0].getsockname()[:2]) as relay:
        relay.become(quality)
        yield relay


async def said_again(relay: Relay, data: bytes) -> bytes:
    """What comes back of this, to its end."""
    reader, writer = await asyncio.open_connection(*relay.address)
    try:

        async def say() -> None:
            writer.write(data)
            await writer.drain()
            writer.write_eof()

        _, heard = await asyncio.gather(say(), reader.read(-1))
        return heard
    finally:
        writer.close()


@pytest.mark.parametrize(
    "quality",
    [
        PERFECT,
        Quality(Line(0.02), Line(0.01)),
        Quality(Line(0.0, 5_000_000), Line(0.005, 8_000_000)),
    ],
    ids=["perfect", "slow", "narrow"],
)
async def test_everything_arrives_as_it_was_also_more_than_the_relay_holds(quality: Quality) -> None:
    data = random.Random(7).randbytes(SIZE)
    async with echoing(quality) as relay:
        assert await said_again(relay, data) == data


async def test_many_connections_do_not_mix() -> None:
    texts = [random.Random(number).randbytes(5_000) for number in range(40)]
    async with echoing(Quality(Line(0.01), Line(0.01))) as relay:
        assert await asyncio.gather(*(said_again(relay, text) for text in texts)) == texts
        assert relay.connections == 40


async def test_a_delay_is_waited_for_each_way() -> None:
    async with echoing(Quality(Line(0.1), Line(0.1))) as relay:
        began = asyncio.get_running_loop().time()
        await said_again(relay, b"ping")
        assert asyncio.get_running_loop().time() - began >= 0.2


async def test_a_connection_that_stands_is_delayed_from_when_the_line_becomes_slow() -> None:
    async with echoing() as relay:
        reader, writer = await asyncio.open_connection(*relay.address)
        writer.write(b"ping")
        assert await reader.readexactly(4) == b"ping"
        relay.become(Quality(Line(0.1), Line(0.1)))
        began = asyncio.get_running_loop().time()
        writer.write(b"ping")
        assert await reader.readexactly(4) == b"ping"
        assert asyncio.get_running_loop().time() - began >= 0.2
        writer.close()


async def test_a_share_of_the_connections_is_refused_always_the_same_ones() -> None:
    async def refused(seed: int) -> list[bool]:
        async with echoing(Quality(refused=0.5, seed=seed)) as relay:
            return [await lost(relay, b"ping") for _ in range(20)]

    first = await refused(3)
    assert first == await refused(3)
    assert first != await refused(4)
    assert 0 < sum(first) < 20


async def test_a_connection_is_reset_in_the_middle_of_what_is_sent() -> None:
    async with echoing(Quality(reset=1.0)) as relay:
        assert await lost(relay, random.Random(1).randbytes(SIZE))


async def lost(relay: Relay, data: bytes) -> bool:
    try:
        return await said_again(relay, data) != data
    except ConnectionError:
        return True


async def test_a_line_that_is_cut_tells_nobody_and_passes_everything_on_when_it_is_joined() -> None:
    async with echoing() as relay:
        reader, writer = await asyncio.open_connection(*relay.address)
        writer.write(b"before ")
        assert await reader.readexactly(7) == b"before "
        relay.become(Quality(cut=True))
        writer.write(b"during ")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(7), 0.2)
        newcomer = asyncio.create_task(said_again(relay, b"new"))
        relay.become(PERFECT)
        assert await reader.readexactly(7) == b"during "
        assert await newcomer == b"new"
        writer.close()


async def test_whoever_calls_a_target_that_is_not_there_is_refused() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    address = server.sockets[0].getsockname()[:2]
    server.close()
    await server.wait_closed()
    async with relayed(address) as relay:
        assert await lost(relay, b"ping")


async def test_connections_end_with_the_relay() -> None:
    async with echoing() as relay:
        reader, writer = await asyncio.open_connection(*relay.address)
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
    with suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()
