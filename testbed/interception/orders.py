"""What the lab asks of its proxy while it runs: one line of JSON each, answered by one line.

``{"begin": play}``, ``{"end": id, ...}``, ``{"ordered": order}``, ``{"broken": order}``, ``{"seen": page}``,
``{"line": quality, "hosts": [...]}``,
``{"quiet": seconds}``.
"""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import JsonValue

from testbed.interception.config import OrdersAt
from testbed.interception.encoding import broken_from_json, play_from_json, seen_from_json
from testbed.interception.journal import Journal
from testbed.interception.relay.relaying import QUALITY, Relay
from testbed.model.orders import ORDER

LINE_LIMIT = 4 * 1024 * 1024
QUIET_POLL_S = 0.005
SILENCE_S = 0.25
"""A WebSocket on which nothing was said for so long has said what it had to say: it may stay open for ever."""
TALK_S = 3.0
"""No longer is waited for one that talks on and on; what it says later is recorded all the same."""
TOKEN_S = 5.0
"""How long whoever calls may take to say by what right."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What orders are about."""

    journal: Journal
    relays: Mapping[str, Relay]
    """By host; none where the lines are not to be bad."""


async def obey(reader: asyncio.StreamReader, ordered: Ordered, say: Callable[[JsonValue], None]) -> None:
    """Do as each line says, and answer it, until they end.

    Raises:
        ValueError: a line is no order.
    """
    while line := await reader.readline():
        say(await _do(json.loads(line), ordered))


@asynccontextmanager
async def taking(at: OrdersAt, address: str, ordered: Ordered) -> AsyncIterator[None]:
    """Obey whoever calls at this port with the token; the others are shut."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await _is_told(reader, at.token):
                await obey(reader, ordered, lambda answer: writer.write(json.dumps(answer).encode() + b"\n"))
        finally:
            writer.close()

    server = await asyncio.start_server(serve, address, at.port, limit=LINE_LIMIT)
    try:
        yield
    finally:
        # NOTE: a server waits for the end of its connections, and the lab keeps its own.
        server.close()
        server.close_clients()
        await server.wait_closed()


async def _is_told(reader: asyncio.StreamReader, token: str) -> bool:
    try:
        async with asyncio.timeout(TOKEN_S):
            said = json.loads(await reader.readline())
    except (TimeoutError, ValueError, ConnectionError):
        return False
    return isinstance(said, dict) and hmac.compare_digest(str(said.get("token")).encode(), token.encode())


async def _do(order: dict[str, JsonValue], about: Ordered) -> JsonValue:
    journal = about.journal
    match order:
        case {"begin": dict(play)}:
            journal.begin(play_from_json(play))
        case {"end": str(play_id), "stopped": str(stopped), "error": str(error), "lacking": str(lacking)}:
            journal.end(play_id, stopped, error, lacking)
        case {"ordered": dict(ordered)}:
            journal.ordered(ORDER.validate_python(ordered))
        case {"broken": dict(broken)}:
            journal.broke(broken_from_json(broken)[1])
        case {"seen": dict(seen)}:
            journal.saw(seen_from_json(seen)[1])
        case {"line": dict(quality), "hosts": list(hosts)}:
            for host in hosts:
                about.relays[str(host)].become(QUALITY.validate_python(quality))
        case {"quiet": float(seconds) | int(seconds)}:
            return {"quiet": await _quiet(float(seconds), journal)}
        case _:
            raise ValueError(f"an order that the proxy does not know: {sorted(order)}")
    return {"done": True}


async def _quiet(seconds: float, journal: Journal) -> bool:
    """Wait for the end of what is under way; whether every exchange was answered."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while journal.in_flight or (not journal.silent(SILENCE_S) and loop.time() < begun + TALK_S):
        if loop.time() > begun + seconds:
            return not journal.in_flight
        await asyncio.sleep(QUIET_POLL_S)
    return True
