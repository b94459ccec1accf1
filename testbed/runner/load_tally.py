"""How a load fares while it runs: a tally that is cheap however many are done."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from testbed.model.load import Outcome, Record
from testbed.runner.load_percentiles import rank

RECENT_S = 10.0
LAST = 200
"""So many flows tell whether a run is to go on."""
LEAST = 50
"""Fewer say nothing yet."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands at one moment."""

    done: int
    right: int
    other: int
    """Shown somebody else."""
    failed: int
    """Neither right nor shown somebody else."""
    latency_p50_s: float | None
    latency_p95_s: float | None
    """Of those who got in during the last ten seconds, from the intended start; None where nobody did."""


class Tally:
    """Counts records as they come.

    Args:
        stop_below: the run is to end when fewer of the last flows than this ended in the right session; None for never.
    """

    def __init__(self, stop_below: float | None = None) -> None:
        self._stop_below = stop_below
        self._counts: Counter[Outcome] = Counter()
        self._last: deque[bool] = deque(maxlen=LAST)
        self._recent: deque[tuple[float, float]] = deque()

    def add(self, records: Iterable[Record]) -> None:
        """These have come since."""
        for record in records:
            self._counts[record.outcome] += 1
            self._last.append(record.outcome is Outcome.RIGHT)
            if record.right_s is not None and record.latency_s is not None:
                self._recent.append((record.right_s, record.latency_s))

    def standing(self, at_s: float) -> Standing:
        """How it stands, so many seconds after the beginning of the run."""
        # NOTE: records come as flows end, not as people get in, so that the oldest need not stand first.
        self._recent = deque(one for one in self._recent if one[0] > at_s - RECENT_S)
        waited = np.array([latency for _, latency in self._recent])
        done, right, other = self._counts.total(), self._counts[Outcome.RIGHT], self._counts[Outcome.OTHER]
        return Standing(done, right, other, done - right - other, rank(waited, 50), rank(waited, 95))

    @property
    def why_end(self) -> str:
        """Why the run is to end now; "" where it is to go on."""
        if self._stop_below is None or len(self._last) < LEAST:
            return ""
        right = sum(self._last)
        if right >= self._stop_below * len(self._last):
            return ""
        return (
            f"of the last {len(self._last)} flows {right} ended in the right session, "
            f"and it stops below {self._stop_below:.0%}"
        )
