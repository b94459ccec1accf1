"""When a page has come to rest: it leads nowhere any more, and for a while nothing was under way."""

import asyncio
from contextlib import suppress

from playwright.async_api import BrowserContext, Error, Frame, Page, Request, WebSocket

from testbed.wire.browsing import BrowserError, NoAnswerInTime

QUIET_S = 0.5
"""A page whose scripts have sent nothing for so long, and await nothing, has said what it had to say."""
REST_S = 8.0
"""No longer is waited, once a page is there, for one that never rests (it asks again and again, or is being told)."""
LEAD_S = 30.0
"""How long an answer to a navigation may take."""
WHOLE_S = 90.0
"""How long one page may lead to the next by itself."""
ANSWER_S = 10.0
"""How long a page may take to answer a question about itself: its scripts may be busy without end."""
LOOK_S = 0.05
READY = "() => document.readyState"


class Traffic:
    """What the pages of a context have under way."""

    def __init__(self, context: BrowserContext, sheet: Page) -> None:
        self._sheet = sheet
        self._under_way: dict[Request, bool] = {}
        """Each request, and whether it leads the page somewhere else."""
        self._stirred = self._arrived = asyncio.get_running_loop().time()
        self._changed = asyncio.Event()
        self._gone = False
        context.on("request", self._begun)
        context.on("requestfinished", self._ended)
        context.on("requestfailed", self._ended)
        context.on("page", self._watch)
        self._watch(sheet)
        sheet.on("request", self._leads)
        sheet.on("framenavigated", self._landed)
        sheet.on("crash", self._lost)
        sheet.on("close", self._lost)

    async def settled(self, target: str) -> None:
        """Wait until the page rests.

        Raises:
            BrowserError: it leads on and on, or gives no answer.
        """
        loop = asyncio.get_running_loop()
        begun = loop.time()
        self._stir()
        while True:
            now, leading = loop.time(), any(self._under_way.values())
            if self._gone:
                raise BrowserError(f"the page of {target[:200]} crashed")
            if now > begun + WHOLE_S:
                raise NoAnswerInTime(f"{target[:200]} was still leading on after {WHOLE_S:.0f} s")
            rest = max(begun, self._arrived) + REST_S
            if not leading and now > rest:
                return
            quiet = self._stirred + QUIET_S
            if not self._under_way and now >= quiet:
                # NOTE: the page answers only when it has done what it was about to do, such as to send a form.
                if await self._ready(target) and self._stirred + QUIET_S == quiet:
                    return
                quiet = loop.time() + LOOK_S
            deadlines = [begun + WHOLE_S, *([] if leading else [rest]), *([] if self._under_way else [quiet])]
            await self._change(min(deadlines) - now)

    async def _change(self, seconds: float) -> None:
        """Wait until something changes, at most so long."""
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, LOOK_S)):
                await self._changed.wait()

    async def _ready(self, target: str) -> bool:
        """Whether the page is whole; False where it has just gone somewhere else.

        Raises:
            BrowserError: it gives no answer.
        """
        try:
            async with asyncio.timeout(ANSWER_S):
                return str(await self._sheet.evaluate(READY)) == "complete"
        except TimeoutError as error:
            raise NoAnswerInTime(f"the page of {target[:200]} gave no answer within {ANSWER_S:.0f} s") from error
        except Error:
            return False

    def _stir(self) -> None:
        self._stirred = asyncio.get_running_loop().time()
        self._changed.set()

    def _begun(self, request: Request) -> None:
        self._under_way[request] = False
        self._stir()

    def _ended(self, request: Request) -> None:
        self._under_way.pop(request, None)
        self._stir()

    def _leads(self, request: Request) -> None:
        """A request of the page itself; Playwright tells of it after :meth:`_begun`."""
        if request in self._under_way:
            self._under_way[request] = request.is_navigation_request() and request.frame == self._sheet.main_frame

    def _lost(self, _: Page) -> None:
        self._gone = True
        self._stir()

    def _landed(self, frame: Frame) -> None:
        if frame == self._sheet.main_frame:
            self._arrived = asyncio.get_running_loop().time()
            self._stir()

    def _watch(self, sheet: Page) -> None:
        """What is said on a WebSocket is a stir too; an open one that is silent is none."""

        def opened(socket: WebSocket) -> None:
            self._stir()
            for event in ("framesent", "framereceived", "close"):
                socket.on(event, lambda _: self._stir())

        sheet.on("websocket", opened)
