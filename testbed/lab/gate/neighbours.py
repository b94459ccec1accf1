"""Whom a container shares a network with, by the names that the container engine gives them."""

import os
import socket
import time
from pathlib import Path

from testbed.lab.gate.routes import interfaces

READY = Path("/tmp/ready")  # noqa: S108 - a folder of this container alone
"""Is there once everything is led where it belongs; a health check looks for it."""
WITHIN_S, POLL_S = 30.0, 0.05


def resolved(name: str) -> str:
    """The address of a neighbour, as soon as it has one.

    Raises:
        TimeoutError: it has none in time.
    """
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        try:
            return str(socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)[0][4][0])
        except socket.gaierror:
            time.sleep(POLL_S)
    raise TimeoutError(f"{name} has no address after {WITHIN_S:.0f} s")


def towards(address: str) -> int:
    """The index of the interface by which a neighbour is called.

    Raises:
        OSError: there is none.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as calling:
        calling.connect((address, 9))
        own = calling.getsockname()[0]
    return next(one.index for one in interfaces() if one.address == own)


def become(user: int, group: int) -> None:
    """Be this user's process from now on, without any leave that others lack."""
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
