"""Drive a flow: take each step that it yields with a browser, and send it the page that the step led to."""

from typing import Protocol

from testbed.interception.browser import Browser
from testbed.model.pages import Flow, FlowStopped, Page, Spoil, Submit, Visit
from testbed.model.written import Operation


class Spoiler(Protocol):
    """Asks the school to spoil its next message to a vendor."""

    async def spoil(self, entity_id: str, operations: tuple[Operation, ...]) -> None:
        """The next message to this entity, once."""


NOTHING_OPEN = Page("about:blank", 0)
"""What a flow is sent after a step that opened no page."""


async def drive(flow: Flow, browser: Browser, spoiler: Spoiler) -> str:
    """Play the flow to its end; returns "" or, when it could not go on, the reason that it gave.

    Raises:
        BrowserError: a page could not be had at all.
        ParticipantUnavailable: the school's control API did not answer.
    """
    page = NOTHING_OPEN
    try:
        step = next(flow)
        while True:
            match step:
                case Visit(url):
                    page = await browser.visit(url)
                case Submit(form, values):
                    page = await browser.submit(form, values)
                case Spoil(entity_id, operations):
                    await spoiler.spoil(entity_id, operations)
            step = flow.send(page)
    except StopIteration:
        return ""
    except FlowStopped as stop:
        return str(stop)
