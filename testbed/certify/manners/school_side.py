"""What the school changes on its side, and how the vendor keeps up: its keys, what it publishes, newer tokens."""

from typing import Literal

from testbed.certify.desk import Desk, NotToBeSeen, Observation, observation
from testbed.certify.manners.logins import brought, honest, login, must_be_made
from testbed.certify.oracle import Who
from testbed.interception.browser import Browser
from testbed.model.case import Case
from testbed.model.certificate import Observed
from testbed.model.orders import ForgetForgeries
from testbed.model.pages import Page
from testbed.model.rolling import RollKeys
from testbed.wire.browsing import BrowserError

type Step = Literal["announce", "switch", "retire"]
FORTH: tuple[Step, ...] = ("announce", "switch")
BACK: tuple[Step, ...] = ("retire", "announce", "switch", "retire")
"""To the key that vendors know: the two take turns."""


async def key_change(desk: Desk, case: Case, listener: str) -> Observation:
    """The next message is signed with a key that the school has just published (OpenID Connect Core 10.1.1)."""
    if (await login(desk, case, listener)).observed is not Observed.SESSION:
        raise NotToBeSeen(
            "Inloggningen före nyckelbytet öppnade ingen session.",
            "The login before the change of keys opened no session.",
        )
    for step in FORTH:
        await desk.world.ask(RollKeys(step=step))
    try:
        await desk.order(honest(desk))
        async with desk.browser() as browser:
            landed = await brought(desk.log_in(browser, desk.own))
            made = await desk.made()
            return observation(await desk.who(browser, made), made, landed)
    finally:
        for step in BACK:
            await desk.world.ask(RollKeys(step=step))


async def fresh_start(desk: Desk, case: Case, listener: str) -> Observation:
    """The vendor has just been started, and fetches the forged document. It is started once more afterwards."""
    if not desk.world.can_restart:
        raise NotToBeSeen("Tjänsten startas inte av testmiljön.", "The vendor is not started by the testbed.")
    await desk.world.restart(desk.vendor)
    try:
        await desk.order(case.forgery or honest(desk), listener)
        async with desk.browser() as browser:
            landed = await _as_far_as_it_goes(desk, browser)
            made = await desk.made()
            must_be_made(made, case)
            return observation(await desk.who(browser, made), made, landed)
    finally:
        await desk.world.ask(ForgetForgeries(party=desk.vendor.party))
        await desk.world.restart(desk.vendor)


async def _as_far_as_it_goes(desk: Desk, browser: Browser) -> Page | None:
    """A vendor that refuses what it has fetched need not come as far as the school."""
    try:
        return await desk.log_in(browser, desk.own)
    except (BrowserError, NotToBeSeen):
        return None


async def refresh(desk: Desk, case: Case, listener: str) -> Observation:
    """Somebody is logged in when the vendor refreshes its tokens (OpenID Connect Core 12.2)."""
    if desk.vendor.refresh is None:
        raise NotToBeSeen("Ingen sida får tjänsten att förnya.", "No page makes the vendor refresh.")
    async with desk.browser() as browser:
        await desk.order(honest(desk))
        await brought(desk.log_in(browser, desk.own))
        made = await desk.made()
        if (await desk.who(browser, made)).who is not Who.OWN:
            raise NotToBeSeen("Inloggningen öppnade ingen session.", "The login opened no session.")
        await desk.order(case.forgery or honest(desk), listener)
        landed = await brought(browser.visit(desk.vendor.refresh))
        made = await desk.made()
        must_be_made(made, case)
        return observation(await desk.who(browser, made), made, landed)
