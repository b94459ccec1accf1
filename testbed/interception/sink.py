"""Where a WebSocket to a host outside the lab leads: to a server that accepts it and swallows what is said.

A host outside the lab is answered by the recorder itself, but what a page or a server would *say* to it on a WebSocket
is said only once the connection stands. Here it stands, so what was meant for that host is recorded, and goes no
further.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Event, Ping, Request
from wsproto.utilities import RemoteProtocolError

from testbed.interception.answers import MARK

LOOPBACK = "127.0.0.1"
CHUNK = 64 * 1024
MOST_AT_ONCE = 256
"""So many connections are served at the same time; more are shut."""
HANDSHAKE_S = 10.0
"""How long a request for a WebSocket may take to come; how long an open one is silent does not matter."""


@asynccontextmanager
async def sink() -> AsyncIterator[tuple[str, int]]:
    """The server, on a free port of loopback; yields its address."""
    served: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("asyncio serves a connection in a task of its own")
        served.add(task)
        try:
            # NOTE: whoever called has gone or speaks no WebSocket; what they said stands in the journal.
            with suppress(ConnectionError, RemoteProtocolError, TimeoutError):
                if len(served) <= MOST_AT_ONCE:
                    await _swallow(reader, writer)
        finally:
            served.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, LOOPBACK, 0)
    host, port = server.sockets[0].getsockname()[:2]
    try:
        yield str(host), int(port)
    finally:
        server.close()
        for task in tuple(served):
            task.cancel()
        await asyncio.gather(*served, return_exceptions=True)


async def _swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, to its end. Nothing of what comes is kept."""
    connection = WSConnection(ConnectionType.SERVER)
    async with asyncio.timeout(HANDSHAKE_S) as handshake:
        while data := await reader.read(CHUNK):
            connection.receive_data(data)
            for event in connection.events():
                if isinstance(event, Request):
                    handshake.reschedule(None)
                answer = _answer(event)
                if answer is not None:
                    writer.write(connection.send(answer))
                    await writer.drain()
                if isinstance(event, CloseConnection):
                    return


def _answer(event: Event) -> Event | None:
    match event:
        case Request(subprotocols=offered):
            # NOTE: a browser gives up a connection whose server chooses none of the subprotocols that were offered.
            marked = [(name.encode(), value.encode()) for name, value in (MARK,)]
            return AcceptConnection(subprotocol=offered[0] if offered else None, extra_headers=marked)
        case Ping() | CloseConnection():
            return event.response()
        case _:
            return None
