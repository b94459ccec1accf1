"""The relay itself: listens, connects to one address, and passes bytes on as its line is."""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from pydantic import TypeAdapter

from testbed.interception.relay.shaping import GOOD, Line, Shaper
from testbed.model.breaking import Slow

LOOPBACK = "127.0.0.1"
CHUNK = 16 * 1024
LOOK_AGAIN_S = 0.05
"""Whoever waits for its time looks so often whether the line has changed."""
RESET_WITHIN = 32 * 1024
"""A connection that is to be reset is reset before so many bytes have passed."""
CONNECTIONS = 512
"""So many at once; whoever comes then waits to be taken."""
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER without a time: the connection ends with a reset and not in good order."""

type Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Quality:
    """What a line is like, both ways, and what becomes of the connections on it."""

    there: Line = GOOD
    back: Line = GOOD
    refused: float = 0.0
    """The share of connections that are reset before anything is passed on."""
    reset: float = 0.0
    """The share of the others that are reset somewhere in what is sent."""
    cut: bool = False
    """Nothing passes and nobody is told; what waits passes when the line is joined again."""
    seed: int = 1


PERFECT = Quality()
QUALITY: TypeAdapter[Quality] = TypeAdapter(Quality)
BITS = 8


def quality_of(order: Slow) -> Quality:
    """What a line is like that a scenario makes bad."""
    rate = None if order.kbit_s is None else order.kbit_s * 1000 / BITS
    line = Line(order.delay_ms / 1000, rate)
    return Quality(line, line, order.refused, order.reset, seed=order.seed)


class Relay:
    """Passes connections on to one address.

    Args:
        target: where they lead.
    """

    def __init__(self, target: Address) -> None:
        self.target = target
        self.address: Address = (LOOPBACK, 0)
        """Where it listens, once it does."""
        self.connections = 0
        """How many it has taken."""
        self._quality, self._chance = PERFECT, random.Random(PERFECT.seed)  # noqa: S311 - which connections fail
        self._joined = asyncio.Event()
        self._joined.set()
        self._room = asyncio.Semaphore(CONNECTIONS)

    @property
    def quality(self) -> Quality:
        """What its line is like."""
        return self._quality

    def become(self, quality: Quality) -> None:
        """The line is like this from now on, also for connections that stand."""
        self._quality, self._chance = quality, random.Random(quality.seed)  # noqa: S311
        (self._joined.clear if quality.cut else self._joined.set)()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection that has come, until both sides are done with it."""
        async with self._room:
            await self._joined.wait()
            self.connections += 1
            if self._chance.random() < self._quality.refused:
                _reset(writer)
                return
            fuse = _Fuse(self._chance.randrange(RESET_WITHIN) if self._chance.random() < self._quality.reset else None)
            try:
                onward = await asyncio.open_connection(*self.target)
            except OSError:
                # NOTE: whoever called would have been refused by the target itself.
                _reset(writer)
                return
            await self._pass_on((reader, writer), onward, fuse)

    async def _pass_on(self, caller: "_End", target: "_End", fuse: "_Fuse") -> None:
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(caller[0], target[1], "there", fuse))
                both.create_task(self._carry(target[0], caller[1], "back", fuse))
        except* OSError:
            # NOTE: one side has ended it the hard way, or the fuse has; so it ends for the other.
            for _, writer in (caller, target):
                _reset(writer)
        finally:
            for _, writer in (caller, target):
                writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str, fuse: "_Fuse") -> None:
        """One direction, until its sender has said all and all of it has left.

        Raises:
            OSError: either side has ended the connection, or it was to be reset here.
        """
        now = asyncio.get_running_loop().time
        shaper, changed, ended = Shaper(self._line(way), now()), asyncio.Condition(), False

        def heed() -> None:
            """The line may have become another one."""
            if shaper.line != self._line(way):
                shaper.change(self._line(way), now())

        async def fill() -> None:
            nonlocal ended
            while data := await reader.read(CHUNK):
                async with changed:
                    await changed.wait_for(lambda: shaper.has_room)
                    heed()
                    shaper.put(data, now())
                    changed.notify_all()
            async with changed:
                ended = True
                changed.notify_all()

        async def drain() -> None:
            while True:
                async with changed:
                    await changed.wait_for(lambda: shaper.held or ended)
                if not shaper.held:
                    break
                await self._joined.wait()
                heed()
                wait = shaper.wait_s(now())
                if wait:
                    await asyncio.sleep(min(wait, LOOK_AGAIN_S))
                    continue
                data = shaper.take(now())
                fuse.burn(len(data))
                writer.write(data)
                await writer.drain()
                async with changed:
                    changed.notify_all()
            with contextlib.suppress(OSError):
                writer.write_eof()

        async with asyncio.TaskGroup() as both:
            both.create_task(fill())
            both.create_task(drain())

    def _line(self, way: str) -> Line:
        return self._quality.there if way == "there" else self._quality.back


type _End = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Fuse:
    """Ends a connection when so many bytes have passed; None never does."""

    def __init__(self, left: int | None) -> None:
        self._left = left

    def burn(self, size: int) -> None:
        """So many bytes are about to pass.

        Raises:
            ConnectionResetError: it is to end here.
        """
        if self._left is None:
            return
        self._left -= size
        if self._left < 0:
            raise ConnectionResetError("the line was told to lose this connection")


def _reset(writer: asyncio.StreamWriter) -> None:
    plug = writer.get_extra_info("socket")
    if plug is not None and not writer.transport.is_closing():
        with contextlib.suppress(OSError):
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


@asynccontextmanager
async def relayed(target: Address) -> AsyncIterator[Relay]:
    """A relay on a free port of loopback; its connections end with it.

    Raises:
        OSError: no port is free.
    """
    relay = Relay(target)
    under_way: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        try:
            await relay.serve(reader, writer)
        except asyncio.CancelledError:
            _reset(writer)

    server = await asyncio.start_server(serve, LOOPBACK, 0)
    try:
        host, port = server.sockets[0].getsockname()[:2]
        relay.address = (str(host), int(port))
        yield relay
    finally:
        server.close()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


@asynccontextmanager
async def relays_to(hosts: Mapping[str, Address]) -> AsyncIterator[Mapping[str, Relay]]:
    """A relay to each of these addresses, by the hosts that are served there."""
    async with AsyncExitStack() as stack:
        made = {target: await stack.enter_async_context(relayed(target)) for target in set(hosts.values())}
        yield {host: made[target] for host, target in hosts.items()}
