"""The vendor's connections, each of which shows the key that it has at the time."""

import httpx


class Connections:
    """Its clients: one that shows its key, and one that shows the key that it changes to.

    Args:
        current: shows the key that it has.
        coming: shows the other; None where it has none.
    """

    def __init__(self, current: httpx.AsyncClient, coming: httpx.AsyncClient | None) -> None:
        self._clients = (current, coming or current)
        self._number = 0

    @property
    def http(self) -> httpx.AsyncClient:
        """The client by which it calls now."""
        return self._clients[self._number]

    def change(self) -> None:
        """Call with the other key from now on."""
        self._number = 1 - self._number
