"""Drive a flow: take each step that it yields with a browser, and send it the page that the step led to."""

from collections.abc import Generator
from dataclasses import replace
from typing import Protocol

from testbed.interception.answers import says_unanswered
from testbed.interception.browser import Browser
from testbed.model.breaking import AnyBreaking
from testbed.model.orders import AnyOrder
from testbed.model.pages import (
    Ask,
    Break,
    ChangeBrowser,
    Flow,
    FlowStopped,
    Page,
    Step,
    Submit,
    Visit,
    Witness,
)
from testbed.wire.browsing import BrowserError


class Orders(Protocol):
    """Whoever carries orders to the school."""

    async def ask(self, order: AnyOrder) -> None:
        """The school does as it is asked from now on."""


class CannotBreak(RuntimeError):
    """This lab cannot do what it was asked for; the text says what."""


class Breaker(Protocol):
    """Whoever breaks and mends what a lab is made of, and keeps what a person was shown meanwhile."""

    async def disturb(self, order: AnyBreaking) -> None:
        """It has been done when this returns.

        Raises:
            CannotBreak: this lab cannot do it.
            ParticipantUnavailable: what was to come back did not.
        """

    async def saw(self, page: Page) -> None:
        """This is what the person was shown."""


class NothingBreaks:
    """A lab in which nothing can be broken."""

    called = "outside"
    """By what the refusal names it."""

    async def disturb(self, order: AnyBreaking) -> None:
        """See :class:`Breaker`.

        Raises:
            CannotBreak: always.
        """
        raise CannotBreak(f"the lab {self.called} cannot do '{order.order}'")

    async def saw(self, page: Page) -> None:
        """See :class:`Breaker`; nothing was broken, so that every page is an ordinary one."""


NOTHING_OPEN = Page("about:blank", 0)
"""What a flow is sent after a step that opened no page."""
NOTHING_TO_BREAK = NothingBreaks()


async def drive(flow: Flow, browser: Browser, orders: Orders, breaker: Breaker) -> str:
    """Play the flow to its end; returns "" or, when it could not go on, the reason that it gave.

    Raises:
        BrowserError: a page could not be had at all.
        CannotBreak: the flow breaks what cannot be broken here.
        ParticipantUnavailable: the school's control API did not answer.
    """
    try:
        await lead(flow, browser, orders, breaker)
    except FlowStopped as stop:
        return str(stop)
    return ""


async def lead[Result](
    steps: Generator[Step, Page, Result],
    browser: Browser,
    orders: Orders,
    breaker: Breaker = NOTHING_TO_BREAK,
) -> Result:
    """Take these steps, and return what they come to.

    Raises:
        FlowStopped: they could not go on.
        BrowserError: a page could not be had at all.
        CannotBreak: one of them breaks what cannot be broken here.
        ParticipantUnavailable: the school's control API did not answer.
    """
    page = NOTHING_OPEN
    try:
        step = next(steps)
        while True:
            match step:
                case Visit() | Submit():
                    page = await _opened(step, browser)
                case Witness(attempt):
                    page = await _attempted(attempt, browser)
                    if not (attempt.stop_before and page.url.startswith(attempt.stop_before)):
                        await breaker.saw(page)
                case ChangeBrowser():
                    await browser.forget()
                case Ask(order):
                    await orders.ask(order)
                case Break(breaking):
                    await breaker.disturb(breaking)
            step = steps.send(page)
    except StopIteration as end:
        result: Result = end.value
        return result


async def _opened(step: Visit | Submit, browser: Browser) -> Page:
    match step:
        case Visit(url, stop_before):
            return await browser.visit(url, stop_before)
        case Submit(form, values, stop_before):
            return await browser.submit(form, values, stop_before)


async def _attempted(step: Visit | Submit, browser: Browser) -> Page:
    """What the person is shown; a page with the status 0 where none could be had."""
    try:
        page = await _opened(step, browser)
    except BrowserError as error:
        return Page(step.url if isinstance(step, Visit) else step.form.action, 0, text=str(error))
    return replace(page, status=0) if says_unanswered(page) else page
