"""How many files, and so connections, a process may have open: everybody who waits has one."""

import resource
from contextlib import suppress

WANTED = 262_144


def raise_limit(wanted: int = WANTED) -> int:
    """Ask for as many open files as the system gives, at most ``wanted``; returns how many there may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= wanted:
        return soft
    for limits in ((wanted, max(hard, wanted)), (min(wanted, hard), hard)):
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            break
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
