"""What becomes of logins that are under way at one vendor at the same time.

Whoever does well keeps them apart. The mistakes here are those of products that were tried by one person at a time:
nothing shows until two people come within the time that it takes to write a login down.
"""

import asyncio
from html import escape

from starlette.responses import HTMLResponse, Response

from sp_mocks.behaviour import Crowding
from sp_mocks.consume import Login
from testbed.model.written import Bilingual

WRITES_S = 0.25
"""How long such a vendor takes to write a login down."""
ROOM = 2
"""So many are written down at the same time by one that has a queue."""
BUSY = 503
TITLE = Bilingual(sv="Det är kö", en="There is a queue")
BEFORE = Bilingual(sv="Försök igen om en stund. Före dig loggas in:", en="Try again in a while. Before you:")


class NoRoom(Exception):
    """Too many log in at the same time."""

    def __init__(self, before: tuple[str, ...]) -> None:
        super().__init__()
        self.before = before


class Crowd:
    """The logins that are being written down at one vendor.

    Args:
        manner: how it keeps them.
    """

    def __init__(self, manner: Crowding) -> None:
        self._manner = manner
        self._latest: Login | None = None
        self._written: list[str] = []

    async def write_down(self, login: Login) -> Login:
        """Write a login down; returns the one that the session is then opened for.

        Raises:
            NoRoom: this vendor has a queue, and it is long.
        """
        match self._manner:
            case "one-variable":
                self._latest = login
                await asyncio.sleep(WRITES_S)
                return self._latest
            case "queue-shown":
                if len(self._written) >= ROOM:
                    raise NoRoom(tuple(self._written))
                self._written.append(login.user)
                try:
                    await asyncio.sleep(WRITES_S)
                finally:
                    self._written.remove(login.user)
        return login


def queue_page(full: NoRoom, language: str) -> Response:
    """The page that shows a person who is before them."""
    title = TITLE.sv if language == "sv" else TITLE.en
    text = BEFORE.sv if language == "sv" else BEFORE.en
    names = "".join(f"<li>{escape(name)}</li>" for name in full.before)
    page = f'<!doctype html><html lang="{language}"><title>{title}</title><h1>{title}</h1><p>{text}</p><ul>{names}</ul>'
    return HTMLResponse(page, BUSY, {"Retry-After": "5", "Cache-Control": "no-store"})
