"""An honest answer that is delivered a second time (SAML Profiles 4.1.4.5; RFC 6749, 4.1.2)."""

from testbed.certify.desk import Desk, NotToBeSeen, Observation, observation
from testbed.certify.manners.logins import brought, honest
from testbed.certify.oracle import Reading, Who
from testbed.interception.browser import Browser
from testbed.model.case import Case
from testbed.model.forgery import Made
from testbed.model.pages import Page


async def again(desk: Desk, case: Case, listener: str) -> Observation:
    """In the browser that it was for, as it was before the first time."""
    async with desk.browser() as browser:
        held, made = await _held(desk, case, listener, browser)
        before = await browser.cookies()
        await _must_open(desk, browser, held, made)
        await browser.restore(before)
        landed = await brought(_once_more(desk, browser, held))
        reading = await desk.who(browser, made)
    await _must_not_be_kept(desk, case, listener, reading)
    return observation(reading, made, landed)


async def again_elsewhere(desk: Desk, case: Case, listener: str) -> Observation:
    """In another browser."""
    async with desk.browser() as browser:
        held, made = await _held(desk, case, listener, browser)
        await _must_open(desk, browser, held, made)
        await browser.forget()
        landed = await brought(_once_more(desk, browser, held))
        return observation(await desk.who(browser, made), made, landed)


async def again_after_logout(desk: Desk, case: Case, listener: str) -> Observation:
    """After the person has logged out at the vendor."""
    if desk.vendor.logout is None:
        raise NotToBeSeen("Tjänsten har ingen utloggning.", "The vendor has no logout.")
    async with desk.browser() as browser:
        held, made = await _held(desk, case, listener, browser)
        before = await browser.cookies()
        await _must_open(desk, browser, held, made)
        await brought(browser.visit(desk.vendor.logout))
        await browser.restore(before)
        landed = await brought(_once_more(desk, browser, held))
        reading = await desk.who(browser, made)
    await _must_not_be_kept(desk, case, listener, reading, logout=desk.vendor.logout)
    return observation(reading, made, landed)


async def _must_not_be_kept(desk: Desk, case: Case, listener: str, reading: Reading, logout: str | None = None) -> None:
    """Hold that the second delivery opened the session that is seen, by doing all the same without it.

    Raises:
        NotToBeSeen: the cookies from before the login open it already.
    """
    if reading.who is not Who.OWN:
        return
    async with desk.browser() as browser:
        held, made = await _held(desk, case, listener, browser)
        before = await browser.cookies()
        await _must_open(desk, browser, held, made)
        if logout is not None:
            await brought(browser.visit(logout))
        await browser.restore(before)
        if (await desk.who(browser, made)).who is Who.OWN:
            raise NotToBeSeen(
                "Kakorna från före inloggningen öppnar sessionen också utan att svaret kommer en gång till.",
                "The cookies from before the login open the session also when the answer does not come once more.",
            )


async def _held(desk: Desk, case: Case, listener: str, browser: Browser) -> tuple[Page, tuple[Made, ...]]:
    await desk.order(case.forgery or honest(desk), listener)
    held = await desk.log_in(browser, desk.own, hold=True)
    return held, await desk.made()


async def _must_open(desk: Desk, browser: Browser, held: Page, made: tuple[Made, ...]) -> None:
    await brought(desk.deliver(browser, held))
    made = (*made, *await desk.made())
    if (await desk.who(browser, made)).who is not Who.OWN:
        raise NotToBeSeen(
            "Inte ens första gången öppnade svaret en session.", "The answer opened no session the first time either."
        )


async def _once_more(desk: Desk, browser: Browser, held: Page) -> Page:
    """As a form that somebody kept: the browser has no page open that bears it."""
    return await desk.deliver(browser, held)
