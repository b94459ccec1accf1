"""Orders that come at a port, for a process that makes load in a container: from one caller, who has the token.

Whoever calls first says ``{"token": ...}`` in a line and is answered by ``{"ready": true}``; all that follows is as on
standard input (:mod:`loadtests.process`). Others are shut. The connection is the process's lifeline.
"""

import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from gevent import socket

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - of a name space where nobody lives but what makes load
TOKEN_S = 5.0
"""How long whoever calls may take to say by what right."""
LONGEST_TOKEN = 4096
"""Octets of the line that says it."""

type Talk = tuple[Iterator[bytes], Callable[[str], None]]
"""The lines that come, and what answers them."""


@contextmanager
def orders_at(port: int, token: str) -> Iterator[Talk]:
    """Wait for the one who may give orders.

    Args:
        port: where they call.
        token: by which they are known.

    Raises:
        OSError: the port is taken.
    """
    with socket.create_server((EVERY_ADDRESS, port)) as listener:
        connection, lines = _from_whom(listener, token)

    def answer(line: str) -> None:
        connection.sendall(line.encode() + b"\n")

    with connection, lines:
        answer(json.dumps({"ready": True}))
        # NOTE: who gave the orders may have died, in the middle of an answer too; then there is nobody to be told.
        with suppress(ConnectionError):
            yield lines, answer


def _from_whom(listener: socket.socket, token: str) -> tuple[socket.socket, BinaryIO]:
    while True:
        connection, _ = listener.accept()
        lines = connection.makefile("rb")
        connection.settimeout(TOKEN_S)
        if _is_told(lines, token):
            connection.settimeout(None)
            return connection, lines
        lines.close()
        connection.close()


def _is_told(lines: BinaryIO, token: str) -> bool:
    try:
        said = json.loads(lines.readline(LONGEST_TOKEN))
    except (OSError, ValueError):
        return False
    return isinstance(said, dict) and hmac.compare_digest(str(said.get("token")).encode(), token.encode())
