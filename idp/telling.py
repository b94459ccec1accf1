"""What single logout needs of a protocol: tell vendors that a session is over, and answer who asked for it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from idp.logout_run import LogoutRun, Named
from testbed.model.written import Bilingual


class Telling(Protocol):
    """One protocol."""

    async def name(self, party: str) -> Bilingual:
        """What people call the vendor; its party name where nothing else is known."""

    async def tell(self, whom: Sequence[Named]) -> Mapping[Named, bool]:
        """Tell the servers of those that have an address for it, side by side; says of each whether it did as asked.

        Whom the result does not hold has no such address.
        """

    async def ask(self, request: Request, whom: Named, keep: Callable[[str], str]) -> Response | None:
        """Send the browser to the vendor, which will send it back with an answer; None where there is no such way.

        Args:
            request: the one that is being answered.
            whom: the vendor.
            keep: puts the logout away under the ID of the message that is sent; returns the state to send with it.
        """

    async def frame(self, whom: Named) -> str:
        """The address that tells the vendor when a frame opens it; "" where there is none."""

    async def home(self, request: Request, run: LogoutRun) -> Response | None:
        """Answer the vendor that began the logout; None where there is no place to send an answer."""
