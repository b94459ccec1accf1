"""The cookie by which a vendor knows a session."""

from collections.abc import Sequence

from testbed.certify.desk import Desk, NotToBeSeen, Observation, is_of_school, observation
from testbed.certify.manners.logins import brought, honest
from testbed.certify.oracle import Who
from testbed.interception.browser import Browser
from testbed.model.case import Case
from testbed.model.certificate import Observed
from testbed.model.strict import Bilingual
from testbed.wire.cookies import Cookie

MOST = 8
"""Cookies of which each is tried by itself."""


async def renewed(desk: Desk, _: Case, __: str) -> Observation:
    """The cookies that a browser had before a login, planted by somebody else say, are not enough after it."""
    async with desk.browser() as browser:
        await brought(browser.visit(desk.vendor.probe_url))
        await desk.order(honest(desk))
        held = await desk.log_in(browser, desk.own, hold=True)
        before = {_name(cookie): cookie for cookie in await browser.cookies()}
        await brought(desk.deliver(browser, held))
        made = await desk.made()
        await _must_be_in(desk, browser)
        await browser.restore(tuple(before.values()))
        reading = await desk.who(browser, made)
        if reading.who is Who.NOBODY:
            return Observation(Observed.AS_ASKED, "", None, made)
        if reading.who is Who.UNCLEAR:
            return observation(reading, made, None)
        why = Bilingual(
            sv="Kakorna från före inloggningen öppnar sessionen efter den.",
            en="The cookies from before the login open the session after it.",
        )
        return Observation(Observed.SESSION_KEPT, reading.user, why, made)


async def flags(desk: Desk, case: Case, _: str) -> Observation:
    """The cookies of the session bear the flag that ``value`` names: secure, http-only or same-site."""
    async with desk.browser() as browser:
        await desk.order(honest(desk))
        await brought(desk.log_in(browser, desk.own))
        made = await desk.made()
        await _must_be_in(desk, browser)
        needed = await _needed(desk, browser)
        lacking = [cookie.name for cookie in needed if not _bears(cookie, case.value)]
        if not lacking:
            return Observation(Observed.AS_ASKED, "", None, made)
        names = ", ".join(lacking)
        why = Bilingual(sv=f"Kakan {names} saknar {case.value}.", en=f"The cookie {names} lacks {case.value}.")
        return Observation(Observed.REQUEST_LACKS, "", why, made)


async def _needed(desk: Desk, browser: Browser) -> Sequence[Cookie]:
    """Those without which the session is not open: of each it is tried."""
    held = [cookie for cookie in await browser.cookies() if not is_of_school(cookie)]
    needed = []
    for cookie in held[:MOST]:
        await browser.restore([one for one in held if one is not cookie])
        if (await desk.who(browser)).who is not Who.OWN:
            needed.append(cookie)
    await browser.restore(held)
    if not needed:
        raise NotToBeSeen(
            "Ingen kaka bär sessionen ensam, så det går inte att se vilken som ska skyddas.",
            "No cookie bears the session by itself, so that nobody can tell which one must be protected.",
        )
    return needed


def _bears(cookie: Cookie, flag: str) -> bool:
    match flag:
        case "secure":
            return cookie.secure
        case "http-only":
            return cookie.http_only
        case _:
            return cookie.same_site in ("lax", "strict")


def _name(cookie: Cookie) -> tuple[str, str, str]:
    return cookie.domain, cookie.path, cookie.name


async def _must_be_in(desk: Desk, browser: Browser) -> None:
    if (await desk.who(browser)).who is not Who.OWN:
        raise NotToBeSeen("Inloggningen öppnade ingen session.", "The login opened no session.")
