"""What a receiver answers, read within a bound; its answers are whatever it likes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import cast

import httpx

NO_ANSWER = 0
IDENTITY = "identity"
LEAST_WAIT_S = 0.1
MAX_DIGITS = 9
WAIT_HEADERS = ("x-ratelimit-reset", "retry-after")
"""The first is the national tests' own, and may have a fraction."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver has answered."""

    status: int
    """:data:`NO_ANSWER` where it has not."""
    body: bytes = field(default=b"", repr=False)
    """b"" where it is not sound."""
    sound: bool = False
    """The body is complete and JSON by its own account, or there is none."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def waits_s(self, now: datetime) -> float | None:
        """How long it asks to wait (RFC 9110, 10.2.3), in seconds; None where it says nothing that can be read.

        Args:
            now: the time, in aware UTC.
        """
        told = (_seconds(self.headers[name].strip(), now) for name in WAIT_HEADERS if name in self.headers)
        return next((max(seconds, LEAST_WAIT_S) for seconds in told if seconds is not None), None)


async def read(response: httpx.Response, limit: int, types: Collection[str]) -> Answer:
    """An answer, of which no more is read than may be.

    Args:
        response: under way.
        limit: octets of its body.
        types: media types that are JSON's.
    """
    status, headers = response.status_code, response.headers
    # NOTE: a compressed answer could become large after the limit has let it pass.
    if headers.get("content-encoding", IDENTITY) != IDENTITY:
        return Answer(status, headers=headers)
    received = bytearray()
    # NOTE: its stream itself, for there is nothing to decode.
    async for part in cast(httpx.AsyncByteStream, response.stream):
        received += part
        if len(received) > limit:
            return Answer(status, headers=headers)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    sound = not received or kind in types
    return Answer(status, bytes(received) if sound else b"", sound, headers)


def _seconds(text: str, now: datetime) -> float | None:
    whole, _, part = text.partition(".")
    if text.isascii() and whole.isdigit() and (part.isdigit() or not part) and len(text) <= MAX_DIGITS:
        return float(text)
    try:
        return (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        # NOTE: a date without a zone cannot be held against the time.
        return None
