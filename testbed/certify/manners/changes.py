"""What changes while a vendor runs: the school's keys, what it publishes, tokens that are refreshed."""

from testbed.certify.desk import Desk, NotToBeSeen, Observation, observation
from testbed.certify.manners.logins import brought, honest, login
from testbed.certify.oracle import Who
from testbed.model.case import Case
from testbed.model.orders import RollKeys


async def key_change(desk: Desk, case: Case, listener: str) -> Observation:
    """The school has just changed the key that signs, and publishes both."""
    for step in ("announce", "switch"):
        await desk.world.ask(RollKeys(step=step))
    return await login(desk, case, listener)


async def fresh_start(desk: Desk, case: Case, listener: str) -> Observation:
    """The vendor has just been started, so that it fetches what the school publishes of itself."""
    if case.forgery is not None:
        await desk.order(case.forgery, listener)
    try:
        if not await desk.world.restart(desk.vendor):
            raise NotToBeSeen("Tjänsten kan inte startas om.", "The vendor cannot be started anew.")
        async with desk.browser() as browser:
            try:
                landed = await brought(desk.log_in(browser, desk.own))
            except NotToBeSeen:
                # NOTE: a vendor that does not believe what the school publishes leads nobody there.
                landed = None
            made = await desk.made()
            if not made:
                raise NotToBeSeen(
                    "Tjänsten hämtade aldrig det förfalskade dokumentet.",
                    "The vendor never fetched the forged document.",
                )
            return observation(await desk.who(browser, made), made, landed)
    finally:
        await desk.clear()
        await desk.world.restart(desk.vendor)


async def refresh(desk: Desk, case: Case, listener: str) -> Observation:
    """Somebody is logged in when the vendor refreshes its tokens, and the forged one comes with the new ones."""
    if desk.vendor.refresh is None:
        raise NotToBeSeen("Tjänsten har ingen sida som förnyar.", "The vendor has no page that refreshes.")
    async with desk.browser() as browser:
        await desk.order(honest(desk))
        await brought(desk.log_in(browser, desk.own))
        made = await desk.made()
        if (await desk.who(browser, made)).who is not Who.OWN:
            raise NotToBeSeen("Inloggningen öppnade ingen session.", "The login opened no session.")
        await desk.order(case.forgery or honest(desk), listener)
        landed = await brought(browser.visit(desk.vendor.refresh))
        made = await desk.made()
        if not made:
            raise NotToBeSeen("Tjänsten förnyade inte.", "The vendor did not refresh.")
        return observation(await desk.who(browser, made), made, landed)
