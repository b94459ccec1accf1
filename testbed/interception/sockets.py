"""A bound on what mitmproxy gathers of one WebSocket message before it shows it to anyone."""

from collections.abc import Generator
from dataclasses import replace
from functools import partial

from mitmproxy import connection
from mitmproxy.proxy.layers import websocket
from wsproto import ConnectionType
from wsproto.events import CloseConnection, Event, Message
from wsproto.extensions import Extension
from wsproto.frame_protocol import CloseReason


class Bounded(websocket.WebsocketConnection):
    """One side of a WebSocket, as mitmproxy reads it; a message without end is ended, and so is its connection.

    What came of it by then is passed on as the message, so that it is recorded.
    """

    def __init__(
        self, largest: int, side: ConnectionType, extensions: list[Extension], *, conn: connection.Connection
    ) -> None:
        super().__init__(side, extensions, conn=conn)
        self._largest, self._size = largest, 0

    def events(self) -> Generator[Event]:
        """See :class:`wsproto.connection.Connection`."""
        for event in super().events():
            if isinstance(event, Message):
                self._size += len(event.data)
                if self._size > self._largest:
                    yield replace(event, message_finished=True)
                    yield CloseConnection(CloseReason.MESSAGE_TOO_BIG, "longer than the laboratory takes")
                    return
                if event.message_finished:
                    self._size = 0
            yield event


def bound_messages(largest: int) -> None:
    """From now on mitmproxy takes no message of more bytes, or of a text more characters.

    NOTE: it has a limit for the bodies of HTTP (body_size_limit) and none for a WebSocket, and gathers every fragment
    of a message before it calls an addon. Its layer takes the class from its own module.
    """
    setattr(websocket, websocket.WebsocketConnection.__name__, partial(Bounded, largest))
