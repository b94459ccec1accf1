"""The lab's side of the orders to a proxy that takes them at a port."""

import asyncio
import json
from dataclasses import dataclass, field

from testbed.interception import ParticipantUnavailable
from testbed.interception.config import OrdersAt
from testbed.interception.encoding import Line
from testbed.lab.child import Streams

LOOPBACK = "127.0.0.1"
LONGEST = 1024 * 1024
POLL_S = 0.1


async def called(at: OrdersAt, longest: int) -> Streams:
    """A connection to whoever takes orders there, to whom the token has been said; as soon as one is taken.

    Args:
        at: the port of this machine's loopback.
        longest: octets of an answer.
    """
    while True:
        try:
            reader, writer = await asyncio.open_connection(LOOPBACK, at.port, limit=longest)
        except ConnectionError:
            await asyncio.sleep(POLL_S)
            continue
        writer.write(json.dumps({"token": at.token}).encode() + b"\n")
        return reader, writer


@dataclass(slots=True)
class ProxyOrders:
    """Gives orders; where the proxy was started again meanwhile, to the new one."""

    at: OrdersAt
    """The port of this machine's loopback where the proxy's is published."""
    _streams: Streams | None = None
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def give(self, order: Line, timeout_s: float) -> dict[str, object]:
        """Give one, and return the answer.

        Raises:
            ParticipantUnavailable: it has ended, or does not answer in time.
        """
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(timeout_s):
                    return await self._given(json.dumps(order).encode() + b"\n")
            except TimeoutError as error:
                self.close()
                raise ParticipantUnavailable(f"the proxy gave no answer within {timeout_s:.0f} s") from error

    def close(self) -> None:
        """Say no more."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _given(self, line: bytes) -> dict[str, object]:
        while True:
            reader, writer = self._streams = self._streams or await called(self.at, LONGEST)
            try:
                writer.write(line)
                await writer.drain()
                answer = await reader.readline()
            except ConnectionError:
                answer = b""
            if answer:
                said: dict[str, object] = json.loads(answer)
                return said
            # NOTE: the engine takes a connection before the proxy does, and lets go of it where there is none; and an
            # order that is given twice comes to the same.
            self.close()
            await asyncio.sleep(POLL_S)
