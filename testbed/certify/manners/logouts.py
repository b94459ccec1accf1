"""Logout really ends a session, and only whoever may end it does."""

from scenarios.flows.steps import shown
from testbed.certify.desk import Desk, NotToBeSeen, Observation
from testbed.certify.manners.logins import brought, honest
from testbed.certify.oracle import Who
from testbed.model.case import Case
from testbed.model.certificate import Observed
from testbed.model.forgery import TokenForgery
from testbed.model.pages import LOGOUT_FORM
from testbed.model.strict import Bilingual

LOGOUT_TOKEN = TokenForgery(message="logout-token")


async def ends(desk: Desk, _: Case, __: str) -> Observation:
    """After a logout at the vendor neither the browser nor the cookies that it had before open anything."""
    if desk.vendor.logout is None:
        raise NotToBeSeen("Tjänsten har ingen utloggning.", "The vendor has no logout.")
    async with desk.browser() as browser:
        await desk.order(honest(desk))
        await brought(desk.log_in(browser, desk.own))
        made = await desk.made()
        if (await desk.who(browser, made)).who is not Who.OWN:
            raise NotToBeSeen("Inloggningen öppnade ingen session.", "The login opened no session.")
        before = await browser.cookies()
        landed = await brought(browser.visit(desk.vendor.logout))
        after = await desk.who(browser, made)
        if after.who is Who.OWN:
            why = Bilingual(sv="Samma webbläsare är fortfarande inloggad.", en="The same browser is still logged in.")
            return Observation(Observed.SESSION_KEPT, after.user, why, made, landed.url if landed else "")
        await browser.restore(before)
        later = await desk.who(browser, made)
        if later.who is Who.OWN:
            why = Bilingual(
                sv="Den som har kvar kakan från före utloggningen är inloggad med den.",
                en="Whoever kept the cookie from before the logout is logged in by it.",
            )
            return Observation(Observed.SESSION_KEPT, later.user, why, made)
        return Observation(Observed.NO_SESSION if later.who is Who.NOBODY else Observed.UNCLEAR, "", None, made)


async def message(desk: Desk, case: Case, listener: str) -> Observation:
    """Somebody is logged in, and the school's own logout sends the forged message to the vendor."""
    async with desk.browser() as browser:
        await desk.order(honest(desk))
        await brought(desk.log_in(browser, desk.own))
        made = await desk.made()
        if (await desk.who(browser, made)).who is not Who.OWN:
            raise NotToBeSeen("Inloggningen öppnade ingen session.", "The login opened no session.")
        if case.forgery is not None:
            await desk.order(case.forgery, listener)
        page = await browser.visit(f"{desk.world.school}/logout")
        form = page.form(LOGOUT_FORM)
        if form is None:
            raise NotToBeSeen("Skolans utloggningssida kom aldrig.", f"The school's logout page: {shown(page)}.")
        landed = await brought(browser.submit(form))
        sent = await desk.made()
        if not sent and case.forgery is not None:
            raise NotToBeSeen(
                "Skolan hade ingen väg att berätta för tjänsten om utloggningen.",
                "The school had no way to tell the vendor of the logout.",
            )
        reading = await desk.who(browser, made)
        observed = {Who.OWN: Observed.SESSION, Who.NOBODY: Observed.NO_SESSION}.get(reading.who, Observed.UNCLEAR)
        return Observation(observed, reading.user, None, sent, landed.url if landed else "")


async def replayed(desk: Desk, case: Case, listener: str) -> Observation:
    """The logout message ended a session; it comes once more when the person has logged in again."""
    address = desk.vendor.backchannel_logout or (desk.vendor.client and desk.vendor.client.backchannel_logout_uri)
    if not address:
        raise NotToBeSeen("Tjänsten har ingen adress för det.", "The vendor has no address for that.")
    first = await message(desk, case.model_copy(update={"forgery": case.forgery or LOGOUT_TOKEN}), listener)
    if first.observed is not Observed.NO_SESSION or not first.sent:
        raise NotToBeSeen(
            "Inte ens första gången avslutade meddelandet sessionen.",
            "The message ended no session the first time either.",
        )
    async with desk.browser() as browser:
        await desk.order(honest(desk))
        await brought(desk.log_in(browser, desk.own))
        made = await desk.made()
        if (await desk.who(browser, made)).who is not Who.OWN:
            raise NotToBeSeen("Inloggningen öppnade ingen session.", "The login opened no session.")
        await desk.world.post(address, {"logout_token": first.sent[-1].document})
        reading = await desk.who(browser, made)
        observed = {Who.OWN: Observed.SESSION, Who.NOBODY: Observed.NO_SESSION}.get(reading.who, Observed.UNCLEAR)
        return Observation(observed, reading.user, None, first.sent)
