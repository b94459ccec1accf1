"""How often a caller may ask: so many requests in each window of time."""

import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from idp.ss12000.errors import Problem

WINDOW_S = 60.0
MAX_CALLERS = 1000
"""So many are counted at once; who has been silent longest is forgotten first."""


@dataclass(slots=True)
class _Window:
    began: float
    used: int = 0


class RateLimit:
    """Counts the requests of each caller, in this process.

    Args:
        limit: requests in a window.
        window_s: how long a window is.
    """

    def __init__(self, limit: int, window_s: float = WINDOW_S) -> None:
        self._limit, self._window_s = limit, window_s
        self._windows: OrderedDict[str, _Window] = OrderedDict()

    def count(self, caller: str, now: datetime) -> Mapping[str, str]:
        """Count one request; the headers that tell how many are left.

        Raises:
            Problem: there have been too many; says when to come back.
        """
        at = now.timestamp()
        window = self._windows.get(caller)
        if window is None or not 0 <= at - window.began < self._window_s:
            window = self._windows[caller] = _Window(at)
        self._windows.move_to_end(caller)
        if len(self._windows) > MAX_CALLERS:
            self._windows.popitem(last=False)
        reset = window.began + self._window_s - at
        allowed = window.used < self._limit
        window.used += allowed
        headers = {
            "X-RateLimit-Limit": str(self._limit),
            "X-RateLimit-Remaining": str(self._limit - window.used),
            "X-RateLimit-Reset": f"{reset:.3f}",
        }
        if not allowed:
            again = {"Retry-After": str(math.ceil(reset))}
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", "wait and ask again", headers | again)
        return headers
