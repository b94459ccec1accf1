"""What a connection takes while nothing comes: thousands wait at once, so each holds as little as can be.

What comes is waited for before anything is read, so that nobody who waits holds room to read into, or an error that
says there is nothing yet.
"""

from typing import Any

from gevent import monkey
from gevent.socket import wait_read, wait_write
from gevent.ssl import SSLSocket, SSLWantReadError, SSLWantWriteError

POLL_IN = 1
_poll = monkey.get_original("select", "poll")


def received(connection: Any, most: int) -> bytes:  # noqa: ANN401 - gevent publishes no types
    """The next octets that the other side says; none when it has ended the connection.

    Args:
        connection: gevent's socket, plain or of TLS.
        most: so many at most.

    Raises:
        OSError: the connection is broken.
    """
    if not isinstance(connection, SSLSocket):
        wait_read(connection.fileno())
        return bytes(connection.recv(most))
    while True:
        if not connection.pending():
            wait_read(connection.fileno())
        try:
            return _read(connection, most)
        except SSLWantReadError:
            pass
        except SSLWantWriteError:
            wait_write(connection.fileno())


def stands(connection: Any) -> bool:  # noqa: ANN401 - likewise
    """Whether the other side has neither let go of the connection nor said what nobody asked."""
    poll = _poll()
    poll.register(connection.fileno(), POLL_IN)
    if not poll.poll(0):
        return True
    if not isinstance(connection, SSLSocket):
        return False
    try:
        _read(connection, 1)
    except SSLWantReadError:
        # NOTE: it was TLS's own: a ticket, or new keys.
        return True
    except OSError:
        return False
    return False


def _read(connection: SSLSocket, most: int) -> bytes:
    """What there is to be read.

    Raises:
        SSLWantReadError: nothing, or nothing but what TLS keeps to itself.
    """
    connection.settimeout(0.0)
    try:
        return bytes(connection.recv(most))
    except SSLWantReadError:
        # NOTE: who reads a ticket of TLS 1.3 is given a buffer of 16 KiB to answer it, and keeps it until something is
        # sent. To send nothing puts no octet on the wire and gives it back.
        connection.send(b"")
        raise
    finally:
        connection.settimeout(None)
