"""What a person's browser is to whoever drives it; the implementations are ``http_browser`` and ``chromium``."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from testbed.model.pages import Form, Page
from testbed.wire.cookies import Cookie


class BrowserKind(StrEnum):
    """The browsers that there are."""

    HTTP = "http"
    """Made of an HTTP client: quick, in every lab, and runs no scripts."""
    CHROMIUM = "chromium"
    """A real one: runs what a page brings."""


class Browser(Protocol):
    """One person's browser, which keeps cookies and has one page open."""

    async def visit(self, url: str, stop_before: str = "") -> Page:
        """Open a URL as if typed.

        Args:
            url: which.
            stop_before: see :meth:`submit`.

        Raises:
            BrowserError: it could not be had.
        """

    async def submit(self, form: Form, values: Sequence[tuple[str, str]] = (), stop_before: str = "") -> Page:
        """Send a form of the open page, with these values in place of its own of the same names.

        Args:
            form: of the open page.
            values: by the fields' names.
            stop_before: no redirect to an address that begins so is followed; the page bears the address. A form that
                sends itself there is not sent; the page bears the form.

        Raises:
            BrowserError: what it leads to could not be had.
        """

    async def cookies(self) -> tuple[Cookie, ...]:
        """All that it holds."""

    async def restore(self, cookies: Sequence[Cookie]) -> None:
        """Hold these cookies and no others, with no page open."""

    async def drop(self, cookies: Sequence[Cookie]) -> None:
        """Lose these cookies; the page stays open."""

    async def forget(self) -> None:
        """Be another browser from now on: without cookies, with no page open."""
