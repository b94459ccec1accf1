"""The stage of a lab whose participants and recorder are other processes, wherever these are."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import httpx

from testbed.interception.browser import Browser, BrowserKind
from testbed.interception.chromium import chromium_path
from testbed.interception.drive import CannotBreak
from testbed.interception.encoding import Line, broken_to_json, play_to_json, seen_to_json
from testbed.interception.http_browser import HttpBrowser
from testbed.lab.control import SchoolControl
from testbed.lab.home import trusting
from testbed.lab.spec import REQUEST_TIMEOUT_S
from testbed.model.breaking import AnyBreaking
from testbed.model.orders import KEPT, AnyOrder
from testbed.model.pages import Page
from testbed.model.verdict import Broken, Play, Seen
from testbed.runner.accounts import keep_accounts

QUIET_S = 15.0
"""How long the end of a play waits for exchanges under way."""
SHOWN = 1000
"""So many characters of a page are kept as what a person was shown; the whole of it stands in its exchange."""
ANSWER_S = 10.0
"""How long a process of the lab may take to answer an order."""

type Browsers = Callable[[], AbstractAsyncContextManager[Browser]]
"""Makes one person's browser after the other."""


class Processes(Protocol):
    """The participants and the proxy."""

    async def must_live(self) -> None:
        """Make sure that every participant is still there.

        Raises:
            ParticipantUnavailable: one has ended.
        """

    async def tell_proxy(self, order: Line, timeout_s: float) -> dict[str, object]:
        """Give the proxy an order, and return its answer.

        Raises:
            ParticipantUnavailable: it has ended, or does not answer in time.
        """


class LabBreaker(Protocol):
    """Breaks what a lab is made of, and mends it."""

    async def carry_out(self, order: AnyBreaking) -> None:
        """See :class:`testbed.interception.drive.Breaker`.

        Raises:
            CannotBreak: it is not possible in this lab.
            ParticipantUnavailable: what was to come back did not.
        """

    async def mend(self) -> None:
        """Everything is as before.

        Raises:
            ParticipantUnavailable: what was to come back did not.
        """


class ProcessStage:
    """See :class:`testbed.runner.play.Stage`.

    Args:
        processes: the participants and the proxy.
        control: of the schools.
        browsers: makes browsers.
        releases: where the schools' accounts of logins are kept.
        breaker: breaks what the lab is made of; None where it was not opened for that.
    """

    def __init__(
        self,
        processes: Processes,
        control: SchoolControl,
        browsers: Browsers,
        releases: Path,
        breaker: LabBreaker | None = None,
    ) -> None:
        self._processes, self._control, self._browsers, self._releases = processes, control, browsers, releases
        self._breaker = breaker

    def browser(self) -> AbstractAsyncContextManager[Browser]:
        """See :class:`testbed.runner.play.Stage`."""
        return self._browsers()

    async def begin(self, play: Play) -> None:
        """See :class:`testbed.runner.play.Stage`.

        Raises:
            ParticipantUnavailable: the proxy or a participant has died.
        """
        await self._processes.must_live()
        await self._tell({"begin": play_to_json(play)})

    async def end(self, play_id: str, stopped: str, error: str, lacking: str = "") -> None:
        """See :class:`testbed.runner.play.Stage`.

        Raises:
            ParticipantUnavailable: the proxy or a participant has died.
        """
        if self._breaker is not None:
            await self._breaker.mend()
        answer = await self._tell({"quiet": QUIET_S})
        if answer != {"quiet": True} and not error:
            error = f"an exchange was still under way after {QUIET_S:.0f} s"
        await self._tell({"end": play_id, "stopped": stopped, "error": error, "lacking": lacking})
        await self._processes.must_live()
        keep_accounts(self._releases, play_id, await self._control.take_releases())

    async def ask(self, order: AnyOrder) -> None:
        """See :class:`testbed.interception.drive.Orders`."""
        await self._control.ask(order)
        if isinstance(order, KEPT):
            await self._tell({"ordered": order.model_dump(mode="json", by_alias=True)})

    async def disturb(self, order: AnyBreaking) -> None:
        """See :class:`testbed.interception.drive.Breaker`.

        Raises:
            CannotBreak: it is not possible in this lab, or the lab was not opened for it.
            ParticipantUnavailable: what was to come back did not.
        """
        if self._breaker is None:
            raise CannotBreak(f"this lab was not opened to break things, and cannot do '{order.order}'")
        began = _now()
        await self._breaker.carry_out(order)
        await self._tell({"broken": broken_to_json("", Broken(began, _now(), order))})

    async def saw(self, page: Page) -> None:
        """See :class:`testbed.interception.drive.Breaker`."""
        seen = Seen(_now(), page.url, page.status, page.title[:SHOWN], page.text[:SHOWN])
        await self._tell({"seen": seen_to_json("", seen)})

    def _tell(self, order: Line) -> Awaitable[dict[str, object]]:
        return self._processes.tell_proxy(order, QUIET_S + ANSWER_S)


async def browsers_through(stack: AsyncExitStack, kind: BrowserKind, proxy: str, ca_file: Path) -> Browsers:
    """Makes browsers that call through this proxy and trust this certificate authority alone.

    Raises:
        ScenarioInvalid: there is no such browser here.
        ParticipantUnavailable: it did not come up.
    """
    if kind is BrowserKind.CHROMIUM:
        # NOTE: imported only where it is wanted, for it needs a library that need not be there.
        from testbed.interception.chromium_process import launched  # noqa: PLC0415

        return (await stack.enter_async_context(launched(chromium_path(), proxy, ca_file))).browser

    @asynccontextmanager
    async def made_of_http() -> AsyncIterator[Browser]:
        async with httpx.AsyncClient(
            proxy=proxy, verify=trusting(ca_file), timeout=REQUEST_TIMEOUT_S, trust_env=False
        ) as http:
            yield HttpBrowser(http, _now)

    return made_of_http


def _now() -> datetime:
    return datetime.now(UTC)
