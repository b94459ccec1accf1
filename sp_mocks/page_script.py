"""A script that a vendor lets run on its pages, and what its pages' policy must allow for that."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

CDN_PATH = "/statistik.js"
"""Where the vendor's content delivery host serves a script."""


@dataclass(frozen=True, slots=True)
class PageScript:
    """One script; its text stands in ``static/<id>.js``."""

    id: str
    connects: tuple[str, ...] = ()
    """Origins that it sends to, by fetch, XMLHttpRequest, beacon or WebSocket."""
    images: tuple[str, ...] = ()
    """Origins that it asks for images."""
    from_cdn: bool = False
    """Served by the vendor's content delivery host; else it stands in the page, with what the page tells it of whoever
    is logged in."""

    @property
    def text(self) -> str:
        """What it does."""
        return _text(self.id)


@cache
def _text(script: str) -> str:
    return files("sp_mocks").joinpath("static", f"{script}.js").read_text(encoding="utf-8")
