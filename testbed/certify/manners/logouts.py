"""Logout really ends a session, and only whoever may end it does."""

from scenarios.flows.steps import shown
from testbed.certify.desk import Desk, NotToBeSeen, Observation
from testbed.certify.manners.logins import brought, honest
from testbed.certify.oracle import Who
from testbed.interception.browser import Browser
from testbed.model.case import Case
from testbed.model.certificate import Observed
from testbed.model.forgery import Made
from testbed.model.pages import LOGOUT_FORM, Form, Page
from testbed.model.strict import Bilingual


async def ends(desk: Desk, _: Case, __: str) -> Observation:
    """After a logout at the vendor neither the browser nor the cookies that it had before open anything."""
    if desk.vendor.logout is None:
        raise NotToBeSeen("Tjänsten har ingen utloggning.", "The vendor has no logout.")
    async with desk.browser() as browser:
        made = await _in(desk, browser)
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
        made = await _in(desk, browser)
        landed, sent = await _told_by_school(desk, browser, case, listener)
        reading = await desk.who(browser, made)
        return Observation(_kept(reading.who), reading.user, None, sent, landed.url if landed else "")


async def replayed(desk: Desk, case: Case, listener: str) -> Observation:
    """The message that ended a session comes once more when the person has logged in again."""
    place = _back_channel(desk)
    async with desk.browser() as browser:
        made = await _in(desk, browser)
        _, sent = await _told_by_school(desk, browser, case, listener)
        if (await desk.who(browser, made)).who is not Who.NOBODY:
            raise NotToBeSeen(
                "Inte ens första gången avslutade beskedet sessionen.",
                "The message ended no session the first time either.",
            )
        await browser.forget()
        made = await _in(desk, browser)
        form = Form(place, "POST", (("logout_token", sent[-1].document),))
        landed = await brought(browser.submit(form))
        reading = await desk.who(browser, made)
        return Observation(_kept(reading.who), reading.user, None, sent, landed.url if landed else "")


async def _in(desk: Desk, browser: Browser) -> tuple[Made, ...]:
    """Whoever logs in is logged in."""
    await desk.order(honest(desk))
    await brought(desk.log_in(browser, desk.own))
    made = await desk.made()
    if (await desk.who(browser, made)).who is not Who.OWN:
        raise NotToBeSeen("Inloggningen öppnade ingen session.", "The login opened no session.")
    return made


async def _told_by_school(
    desk: Desk, browser: Browser, case: Case, listener: str
) -> tuple[Page | None, tuple[Made, ...]]:
    """The school ends its session, and tells the vendor so as the case has it."""
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
    return landed, sent


def _back_channel(desk: Desk) -> str:
    client = desk.vendor.client
    place = desk.vendor.backchannel_logout or (client.backchannel_logout_uri if client else None)
    if place is None:
        raise NotToBeSeen("Tjänsten har ingen adress för besked.", "The vendor has no address for such messages.")
    return place


def _kept(who: Who) -> Observed:
    return {Who.OWN: Observed.SESSION, Who.NOBODY: Observed.NO_SESSION}.get(who, Observed.UNCLEAR)
