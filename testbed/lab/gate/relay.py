"""Carries connections through the gate: in to the vendor, out to the school, and all others to the proxy."""

import asyncio
import logging
import re
import socket
import struct
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress

from testbed.interception.journal import Journal
from testbed.lab.gate.doors import Doors, destination, heard, meant_for
from testbed.lab.gate.names import Names, asked_for, is_own
from testbed.lab.gate.routes import LOOPBACK
from testbed.lab.gate.space import NameSpace
from testbed.model.wire import UNHEARD, Request

CHUNK = 65_536
FIRST_S = 10.0
"""How long a connection may stand before its caller says something."""
PAUSE_S = 1.0
"""Who says no more for so long, in a language that nobody here speaks, waits for an answer."""
MOST_RAW = 1024 * 1024
MOST_NOTED = 1000
"""Of one vendor, so many packets, and so many names that it asked for."""
TLS_HANDSHAKE = b"\x16\x03"
HTTP = re.compile(rb"(?!PRI )[A-Z]{3,20} ")
"""How a request begins; the preface of HTTP/2 without TLS is none that the proxy reads."""
CONNECTED = b" 200 "
QUIC = 443
NAMES = 53
"""Ports of UDP: what is asked by the one is asked again by TCP, and who is asked by the other answers here."""
UDP_HEADER = 8
FRAGMENT, PLACE = 6, 0x1FFF
"""Where a packet says which fragment of one it is: those but the first have no header of UDP."""
PROTOCOLS = {socket.IPPROTO_UDP: "UDP", socket.IPPROTO_ICMP: "ICMP"}
"""Others than TCP, by which no program of this world asks for anything, are called IP."""

log = logging.getLogger("testbed.gate")

type Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
type Serve = Callable[[Streams], Awaitable[None]]
"""Does what is to be done with one connection."""
type Way = Callable[[], Awaitable[Streams]]
"""Opens a connection to where another one is to lead."""


async def accepting(listener: socket.socket, serve: Serve) -> None:
    """Serve every connection to this socket, each by itself, until cancelled."""
    loop = asyncio.get_running_loop()
    listener.setblocking(False)
    with listener:
        async with asyncio.TaskGroup() as tasks:
            while True:
                connection, _ = await loop.sock_accept(listener)
                tasks.create_task(_serving(connection, serve))


async def _serving(connection: socket.socket, serve: Serve) -> None:
    streams = await asyncio.open_connection(sock=connection)
    try:
        await serve(streams)
    except (OSError, asyncio.IncompleteReadError) as error:
        # NOTE: either side may hang up at any time; whoever is at the other one then sees its connection end.
        log.debug("a connection broke: %r", error)
    finally:
        await _close(streams[1])


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def leading_to(way: Way) -> Serve:
    """Serves a connection by one that this way opens."""

    async def serve(caller: Streams) -> None:
        await _join(caller, await way())

    return serve


def outside(port: int) -> Way:
    """To a port of this machine's loopback."""
    return lambda: asyncio.open_connection(LOOPBACK, port)


def inside(space: NameSpace, port: int) -> Way:
    """To a port of the loopback inside."""

    async def way() -> Streams:
        calling = space.calling()
        try:
            calling.setblocking(False)
            await asyncio.get_running_loop().sock_connect(calling, (LOOPBACK, port))
            return await asyncio.open_connection(sock=calling)
        except OSError:
            calling.close()
            raise

    return way


class Road:
    """Where everything leads that the vendor sends to others.

    Args:
        sender: the vendor.
        proxy: where it calls the proxy.
        names: what its addresses stand for.
        journal: where that is written which the proxy does not read.
        hosts: of the lab, whose names anybody asks for.
    """

    def __init__(
        self, sender: str, proxy: tuple[str, int], names: Names, journal: Journal, hosts: Collection[str] = frozenset()
    ) -> None:
        self._sender, self._proxy, self._names, self._journal = sender, proxy, names, journal
        self._hosts, self._asked = hosts, set[str]()
        self._packets = 0

    def stand(self, doors: Doors, serving: Callable[[socket.socket, Serve], None]) -> None:
        """Serve all that leads out."""
        loop = asyncio.get_running_loop()
        loop.add_reader(doors.names, self.question, doors.names)
        loop.add_reader(doors.packets, self._hear, doors.packets)
        serving(doors.connections, self.connection)

    def _hear(self, packets: socket.socket) -> None:
        packet = heard(packets)
        if packet is not None:
            self.packet(packet)

    async def connection(self, caller: Streams) -> None:
        """One by TCP to any address."""
        address, port = meant_for(caller[1].get_extra_info("socket"))
        host = self._names.name_of(address)
        first = await _first(caller[0])
        if first.startswith(TLS_HANDSHAKE) or HTTP.match(first):
            await self._by_proxy(caller, first, f"{host}:{port}")
            return
        said = first + await _rest(caller[0])
        why = "it speaks neither HTTP nor TLS" if said else "it waits for the other side to speak first"
        self._note(Request("TCP", f"tcp://{host}:{port}/", (), said), f"{UNHEARD}: {why}")

    async def _by_proxy(self, caller: Streams, first: bytes, target: str) -> None:
        reader, writer = await asyncio.open_connection(*self._proxy)
        try:
            writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            if CONNECTED not in answer.partition(b"\r\n")[0]:
                raise ConnectionError(f"the proxy does not take {target}: {answer[:100]!r}")
            writer.write(first)
            await _join(caller, (reader, writer))
        finally:
            await _close(writer)

    def question(self, names: socket.socket) -> None:
        """One for a name. The first for each is noted: a name may hold what was to be said, and whoever asks has said
        it to those who answer for the names."""
        asked, caller = names.recvfrom(CHUNK)
        name = asked_for(asked)
        if name and name not in self._hosts and name not in self._asked and not is_own(name):
            if len(self._asked) < MOST_NOTED:
                self._note(Request("DNS", f"dns://{name}/"), "answered by the gate")
            self._asked.add(name)
        answer = self._names.answer(asked)
        if answer is not None:
            names.sendto(answer, caller)

    def packet(self, packet: bytes) -> None:
        """One that is none of TCP, with its IP header, to any address; nobody answers it."""
        header = (packet[0] & 0x0F) * 4
        protocol, host = packet[9], self._names.name_of(str(destination(packet)))
        name, where, said = PROTOCOLS.get(protocol, "IP"), host, packet[header:]
        (fragment,) = struct.unpack_from(">H", packet, FRAGMENT)
        if protocol == socket.IPPROTO_UDP and not fragment & PLACE and len(said) >= UDP_HEADER:
            (port,) = struct.unpack_from(">H", packet, header + 2)
            if port in (NAMES, QUIC):
                return
            where, said = f"{host}:{port}", packet[header + UDP_HEADER :]
        if self._packets < MOST_NOTED:
            self._packets += 1
            self._note(Request(name, f"{name.lower()}://{where}/", (), said), "nobody answers")

    def _note(self, sent: Request, error: str) -> None:
        self._journal.close(self._journal.open(self._sender, sent), None, error)


async def _first(reader: asyncio.StreamReader) -> bytes:
    """What is said first; nothing, where whoever called waits for that."""
    try:
        async with asyncio.timeout(FIRST_S):
            return await reader.read(CHUNK)
    except TimeoutError:
        return b""


async def _rest(reader: asyncio.StreamReader) -> bytes:
    """All that is said until nothing more is."""
    said = bytearray()
    with suppress(TimeoutError, ConnectionError):
        while len(said) < MOST_RAW:
            async with asyncio.timeout(PAUSE_S):
                more = await reader.read(CHUNK)
            if not more:
                break
            said += more
    return bytes(said)


async def _join(one: Streams, other: Streams) -> None:
    """Carry what each says to the other, until both have ended."""
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(_carry(one[0], other[1]))
            both.create_task(_carry(other[0], one[1]))
    except* OSError:
        # NOTE: the other direction was ended with it, as a connection that breaks ends both.
        one[1].transport.abort()
    finally:
        await _close(other[1])


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while said := await reader.read(CHUNK):
        writer.write(said)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
