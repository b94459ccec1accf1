"""What a push may do to a receiver, and how long it puts up with one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

type Pause = Callable[[float], Awaitable[object]]
"""Waits so many seconds."""


class Why(StrEnum):
    """Why a push stopped before its end."""

    NOTHING = ""
    """It did not."""
    GUARD = "guard"
    """More would be deleted than may be without somebody looking at it; nothing was sent."""
    UNKNOWN = "unknown-to-the-federation"
    """The federation names no such address for this receiver, or cannot be asked; nothing was sent."""
    UNREACHABLE = "receiver-unreachable"
    """It did not answer, so many times in a row."""
    REFUSED = "refused"
    """It answered that this school may not send (401, 403)."""
    BUSY = "busy"
    """It told the school to wait longer, or more often, than that waits."""
    FAILING = "failing"
    """It refused resource after resource."""
    TERMS = "terms-changed"
    """What the school has agreed with it is no more what it was when the push began; the next push goes by that."""
    UNLISTABLE = "unlistable"
    """What it holds could not be read from it; the record is as it was."""


class GivenUp(Exception):
    """The push cannot go on.

    Args:
        why: the reason.
    """

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Guard:
    """How much of a type a push may delete. A source that has lost half of its people looks like a school that has."""

    most: int = 500
    """Resources of one type."""
    share: float = 0.1
    """Of what the receiver holds of that type."""
    few: int = 10
    """So many are never too large a share."""

    def stops[Kind](self, gone: Mapping[Kind, int], held: Mapping[Kind, int]) -> Kind | None:
        """The first type of which too much would go; None where all is well.

        Args:
            gone: how many resources of each type would be deleted.
            held: how many the receiver holds.
        """
        for kind, count in gone.items():
            if count > self.most or count > max(self.few, self.share * held[kind]):
                return kind
        return None


@dataclass(frozen=True, slots=True)
class Patience:
    """Bounds on what a receiver can make a push do; the first three are those of Sambruk's EGIL client."""

    connect_s: float = 30.0
    request_s: float = 120.0
    """For a whole request with its answer, however slowly that drips."""
    silences: int = 3
    """Requests in a row, or times that one is tried, without an answer."""
    failures: int = 50
    """Resources in a row that it does not take."""
    wait_s: float = 60.0
    """The longest that it may tell the push to wait at once (429, 503)."""
    waits: int = 20
    """For one request."""
    waits_s: float = 900.0
    """All times that it tells the push to wait, together."""
    job_s: float = 1800.0
    """For the end of one job, where the receiver has such: as long as the national tests' may take."""
    jobs_s: float = 4 * 3600.0
    """For the ends of all jobs of a push together."""
    answer: int = 1024 * 1024
    """Octets of the answer to a write."""
    page: int = 128 * 1024 * 1024
    """Octets of one page of a list; a receiver need not page, and then that is all of it."""
    listed: int = 1_000_000
    """Resources of one list."""
    listing_s: float = 1800.0
    """For all pages of one list."""
    at_once: int = 4
    """Requests under way; all about resources of one type. More are slower at a receiver that is near: the HTTP client
    looks at every connection for every request."""


@dataclass(frozen=True, slots=True)
class SendingConfig:
    """How a school sends."""

    guard: Guard = Guard()
    patience: Patience = Patience()
    pause: Pause = asyncio.sleep
