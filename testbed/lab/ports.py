"""Ports of loopback: listeners of our own, and ports for programs that bind theirs themselves, seconds later."""

import fcntl
import os
import secrets
import socket
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import Lock

from testbed.interception import ParticipantUnavailable
from testbed.model.files import ScenarioInvalid

LOOPBACK = "127.0.0.1"
GIVEN = range(20_000, 32_000)
"""Below those that systems give to whoever calls out: such a one would be taken again before the program has it."""
MOST_KEPT = 1000
"""So many of the ports that this process has given are kept from other processes; a lab has a hundred."""


def port_of(listener: socket.socket) -> int:
    """Where it listens."""
    return int(listener.getsockname()[1])


@contextmanager
def listening(port: int = 0) -> Iterator[socket.socket]:
    """A listening socket on a port of loopback, a free one unless it is named.

    Raises:
        OSError: the port is taken.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(256)
        yield listener


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, and that no other process of this user is given while this one has them.

    Whoever is to listen there binds them itself, and says so when a stranger took one meanwhile.

    Raises:
        ParticipantUnavailable: what is given cannot be written down.
    """
    given, ports = _given(), list[int]()
    with ExitStack() as stack:
        for port in secrets.SystemRandom().sample(GIVEN, len(GIVEN)):
            if len(ports) == count:
                break
            with suppress(OSError):
                stack.enter_context(listening(port))
                if given.take(port):
                    ports.append(port)
    return ports


def must_be_free(port: int) -> None:
    """Make sure that a port can be listened on, before anything is made for it.

    Raises:
        ScenarioInvalid: it is taken.
    """
    try:
        with listening(port):
            pass
    except OSError as error:
        raise ScenarioInvalid("--port", "", f"port {port} of {LOOPBACK} is taken", "choose another --port") from error


class _Given:
    """Which ports processes of this user were given: an octet of a file each, locked by the process that has it.

    A lock goes with its process, however that ends.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            reason = (error.strerror or "no").lower()
            raise ParticipantUnavailable(f"{path}: cannot be opened ({reason}). To mend it: remove it") from error
        self._mine = deque[int]()
        self._alone = Lock()

    def take(self, port: int) -> bool:
        """Whether it is this process's from now on, and was nobody's."""
        with self._alone:
            # NOTE: a process is never kept from what it has locked itself.
            if port in self._mine:
                return False
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
            except (BlockingIOError, PermissionError):
                return False
            self._mine.append(port)
            if len(self._mine) > MOST_KEPT:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, self._mine.popleft())
            return True


@cache
def _given() -> _Given:
    return _Given(Path(tempfile.gettempdir()) / f"testbed-ports-{os.getuid()}")
