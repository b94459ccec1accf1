"""When bytes leave that are held back by delay and rate: decided here, without a socket and without a clock.

One :class:`Shaper` stands for one direction of one connection. Bytes leave in the order in which they came, none before
its delay is over, and no more in any time than the token bucket gives (as RFC 2697 counts: a burst and a rate).
"""

from collections import deque
from dataclasses import dataclass

HELD_BYTES = 256 * 1024
"""So much one direction holds; from there on nothing more is read from the sender, whose window then fills."""
BURST_S = 0.02
"""Of a limited line so much time's worth of bytes may leave at once."""
PACKET_BYTES = 1500
"""The least burst: what an Ethernet frame carries."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one direction of a line is like."""

    delay_s: float = 0.0
    bytes_per_s: float | None = None
    """None is as fast as it goes."""

    @property
    def burst(self) -> float:
        """How many bytes may leave at once."""
        return float("inf") if self.bytes_per_s is None else max(PACKET_BYTES, self.bytes_per_s * BURST_S)


GOOD = Line()


class Shaper:
    """One direction of one connection.

    Args:
        line: what it is like.
        now: by a clock that only goes forward, in seconds.
    """

    def __init__(self, line: Line, now: float) -> None:
        self.line = line
        """What it is like."""
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._tokens, self._counted = line.burst, now
        self.held = 0
        """How many bytes wait."""

    @property
    def has_room(self) -> bool:
        """Whether more may be read from the sender."""
        return self.held < HELD_BYTES

    def change(self, line: Line, now: float) -> None:
        """The line is another one from now on. What came before waits no longer than it would have."""
        self._count(now)
        self.line, self._tokens = line, min(self._tokens, line.burst)
        self._waiting = deque((min(due, now + line.delay_s), data) for due, data in self._waiting)

    def put(self, data: bytes, now: float) -> None:
        """These bytes have come."""
        if data:
            self._waiting.append((now + self.line.delay_s, data))
            self.held += len(data)

    def wait_s(self, now: float) -> float | None:
        """How long until something may leave; None where nothing waits."""
        if not self._waiting:
            return None
        due, data = self._waiting[0]
        self._count(now)
        rate = self.line.bytes_per_s
        # NOTE: small pieces wait until a packet is full, or a slow line would be a torrent of single bytes.
        lacking = min(len(data), PACKET_BYTES) - self._tokens
        return max(0.0, due - now, lacking / rate if rate and lacking > 0 else 0.0)

    def take(self, now: float) -> bytes:
        """What may leave now, in its order; b"" where nothing may."""
        if self.wait_s(now) != 0.0:
            return b""
        due, data = self._waiting.popleft()
        size = int(min(len(data), self._tokens))
        if size < len(data):
            self._waiting.appendleft((due, data[size:]))
        self._tokens -= size
        self.held -= size
        return data[:size]

    def _count(self, now: float) -> None:
        """The tokens that have come since they were counted."""
        if self.line.bytes_per_s is None:
            self._tokens = self.line.burst
        else:
            came = (now - self._counted) * self.line.bytes_per_s
            self._tokens = min(self.line.burst, self._tokens + came)
        self._counted = now
