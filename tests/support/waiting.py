"""Waiting for processes of their own: look at a condition until it holds."""

import time
from collections.abc import Callable, Iterable

import psutil

DEADLINE_S = 60.0
"""Longer than anything takes that happens at all."""
POLL_S = 0.02


def wait_for(
    condition: Callable[[], bool],
    otherwise: Callable[[], str] = lambda: "it never came to that",
    deadline_s: float = DEADLINE_S,
) -> None:
    """Look until it holds; fail with what else there is to say."""
    deadline = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(POLL_S)  # between two looks at a condition


def gone(processes: Iterable[psutil.Process]) -> bool:
    """Whether none of them runs; one that its parent has not looked after yet does not."""
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
