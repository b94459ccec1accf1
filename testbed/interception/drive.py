"""Drive a flow: take each step that it yields with a browser, and send it the page that the step led to."""

from collections.abc import Generator
from typing import Protocol

from testbed.interception.browser import Browser
from testbed.model.orders import AnyOrder
from testbed.model.pages import Ask, ChangeBrowser, Flow, FlowStopped, Page, Step, Submit, Visit


class Orders(Protocol):
    """Whoever carries orders to the school."""

    async def ask(self, order: AnyOrder) -> None:
        """The school does as it is asked from now on."""


NOTHING_OPEN = Page("about:blank", 0)
"""What a flow is sent after a step that opened no page."""


async def drive(flow: Flow, browser: Browser, orders: Orders) -> str:
    """Play the flow to its end; returns "" or, when it could not go on, the reason that it gave.

    Raises:
        BrowserError: a page could not be had at all.
        ParticipantUnavailable: the school's control API did not answer.
    """
    try:
        await lead(flow, browser, orders)
    except FlowStopped as stop:
        return str(stop)
    return ""


async def lead[Result](steps: Generator[Step, Page, Result], browser: Browser, orders: Orders) -> Result:
    """Take these steps, and return what they come to.

    Raises:
        FlowStopped: they could not go on.
        BrowserError: a page could not be had at all.
        ParticipantUnavailable: the school's control API did not answer.
    """
    page = NOTHING_OPEN
    try:
        step = next(steps)
        while True:
            match step:
                case Visit(url, stop_before):
                    page = await browser.visit(url, stop_before)
                case Submit(form, values, stop_before):
                    page = await browser.submit(form, values, stop_before)
                case ChangeBrowser():
                    await browser.forget()
                case Ask(order):
                    await orders.ask(order)
            step = steps.send(page)
    except StopIteration as end:
        result: Result = end.value
        return result
