"""What load may be sent to: this machine, and hosts whose owner has authorised it, at their pace."""

import time
from collections.abc import Collection
from ipaddress import ip_address

import gevent
from gevent import socket
from gevent.lock import Semaphore

from testbed.wire.browsing import BrowserError

LOCALHOST = "localhost"
HERE = "127.0.0.1"


class Reach:
    """Finds the address of a host that is not one of the lab's.

    Args:
        authorised: hosts that may be reached beside this machine.
    """

    def __init__(self, authorised: Collection[str] = ()) -> None:
        self._authorised = frozenset(authorised)

    def __call__(self, host: str) -> str:
        """An address to connect to.

        Raises:
            BrowserError: the host may not be reached, or has no address, or one in an inner network.
        """
        if host == LOCALHOST:
            return HERE
        try:
            if ip_address(host).is_loopback:
                return host
        except ValueError:
            pass
        if host not in self._authorised:
            raise BrowserError(f"{host[:100]} is not on loopback, and nobody has authorised it")
        try:
            address = str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
        except OSError as error:
            raise BrowserError(f"{host[:100]} has no address ({error})") from error
        if not ip_address(address).is_global:
            raise BrowserError(f"{host[:100]} leads to {address}, which is not permitted")
        return address


class Pace:
    """Lets so many requests a second go.

    Args:
        per_s: of this process; 0 for as many as come.
    """

    def __init__(self, per_s: float) -> None:
        self._apart_s = 1 / per_s if per_s else 0.0
        self._turn = Semaphore()
        self._next = 0.0

    def wait(self) -> None:
        """Until it is this request's turn."""
        if not self._apart_s:
            return
        with self._turn:
            gevent.sleep(max(0.0, self._next - time.monotonic()))
            # NOTE: from when it did go: who was woken late must not have the next one at their heels.
            self._next = max(self._next, time.monotonic()) + self._apart_s


UNHURRIED = Pace(0)
