"""How often a school may call: so many requests in each second, of reads and of the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sp_mocks.provisioning.entries import TOO_MANY, Rejected

WINDOW_S = 1.0
WRITES, READS = 5, 10
"""In each second, of one caller; asking how a job stands is among the first (Skolverket, since January 2026)."""


@dataclass
class Rates:
    """Counts requests of one kind, by caller."""

    limit: int
    _windows: dict[str, tuple[float, int]] = field(default_factory=dict)
    """When it began, and how many came in it. Callers are schools with an agreement, so that there are few."""

    def count(self, caller: str, now: datetime) -> Mapping[str, str]:
        """Count one request; the headers that tell how many are left.

        Raises:
            Rejected: there have been too many; says when to come back.
        """
        at = now.timestamp()
        began, used = self._windows.get(caller, (at, 0))
        if not 0 <= at - began < WINDOW_S:
            began, used = at, 0
        allowed = used < self.limit
        used += allowed
        self._windows[caller] = (began, used)
        headers = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.limit - used),
            "X-RateLimit-Reset": f"{began + WINDOW_S - at:.3f}",
        }
        if not allowed:
            raise Rejected((TOO_MANY,), headers)
        return headers
