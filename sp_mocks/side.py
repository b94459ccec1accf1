"""What the two protocols have in common, seen from a vendor's pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import httpx
from starlette.requests import Request
from starlette.routing import Route

from sp_mocks.config import VendorConfig
from sp_mocks.onward import Onward
from sp_mocks.pages import Pages
from sp_mocks.sessions import LoggedIn


@dataclass(frozen=True)
class Ground:
    """What a vendor stands on, whichever protocol it speaks."""

    config: VendorConfig
    pages: Pages
    onward: Onward
    http: httpx.AsyncClient
    """Its only way to the network."""
    now: Callable[[], datetime]
    """The time, in aware UTC."""
    coming: httpx.AsyncClient | None = None
    """The same way with the key that it changes to, where it has one (mutual TLS)."""


class Side(Protocol):
    """The side of a vendor that speaks one protocol with schools."""

    @property
    def routes(self) -> Sequence[Route]:
        """Its endpoints; /login and /logout are among them."""

    @property
    def logout_paths(self) -> Sequence[str]:
        """How the paths begin on which a refusal is about a logout."""

    def session(self, request: Request) -> LoggedIn | None:
        """Of the browser that asks."""
