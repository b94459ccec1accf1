"""Logins whose answer is forged, or delivered where it does not belong."""

from collections.abc import Coroutine
from dataclasses import replace
from time import monotonic
from urllib.parse import urlencode

from scenarios.flows.steps import say_who, shown
from testbed.certify.desk import NOT_IN_TIME, Desk, NotToBeSeen, Observation, observation
from testbed.certify.oracle import Who
from testbed.interception.drive import lead
from testbed.model.case import Case
from testbed.model.certificate import Observed
from testbed.model.forgery import Forgery, Made, SamlForgery, TokenForgery
from testbed.model.pages import LOGIN_FORM, Page
from testbed.model.strict import Bilingual
from testbed.wire.browsing import BrowserError, NoAnswerInTime

BOUNDED_S = 15.0
"""In which a message that wants to exhaust the vendor must be answered."""

BAD_REQUEST = 400
NOTHING_TO_FORGE = (
    "Skolan lämnar inte ut det till tjänsten som meddelandet skulle göras av: ge avtalet eller tjänstens metadata fler "
    "uppgifter.",
    "The school does not tell the service what the message was to be made of: name more data in the agreement, or in "
    "the service's metadata.",
)


def honest(desk: Desk) -> Forgery:
    """What makes no change: the school keeps an account of the message all the same."""
    return SamlForgery() if desk.vendor.protocol == "saml" else TokenForgery(message="id-token")


async def login(desk: Desk, case: Case, listener: str) -> Observation:
    """A login is begun, the school's answer is the forged message, and the probe tells who is logged in."""
    await desk.order(case.forgery or honest(desk), listener)
    async with desk.browser() as browser:
        landed = await brought(desk.log_in_once(browser, desk.own))
        made = await desk.made()
        if not made and landed is not None and is_refusal_of_school(landed, desk.world.school):
            raise NotToBeSeen(*NOTHING_TO_FORGE)
        must_be_made(made, case)
        reading = await desk.who(browser, made)
        # NOTE: what the message says of whoever logs in may be shown, though it is true of the other person.
        mixed = tuple(name for name in reading.mixed if name not in case.value.split())
        return observation(replace(reading, mixed=mixed), made, landed)


async def unsolicited(desk: Desk, case: Case, listener: str) -> Observation:
    """A login that begins at the school: nobody asked for it (SAML Profiles 4.1.5)."""
    await desk.order(case.forgery or honest(desk), listener)
    query = urlencode({"providerId": desk.vendor.party, "target": ""})
    async with desk.browser() as browser:
        page = await browser.visit(f"{desk.world.school}/saml/unsolicited?{query}")
        form = page.form(LOGIN_FORM)
        if form is None:
            raise NotToBeSeen(
                "Skolans inloggningssida kom aldrig.", f"The school's login page did not come: {shown(page)}."
            )
        landed = await brought(lead(say_who(desk.cast(desk.own), form), browser, desk.world))
        made = await desk.made()
        return observation(await desk.who(browser, made), made, landed)


async def elsewhere(desk: Desk, case: Case, listener: str) -> Observation:
    """Begun in one browser and delivered in another, which has begun a login of its own: what comes of a link that
    somebody was sent (RFC 9700, 4.7)."""
    await desk.order(case.forgery or honest(desk), listener)
    async with desk.browser() as browser:
        held = await desk.log_in(browser, desk.own, hold=True)
        made = await desk.made()
        await browser.forget()
        await desk.to_login_page(browser, desk.own)
        landed = await brought(desk.deliver(browser, held))
        return observation(await desk.who(browser, made), made, landed)


async def over_a_session(desk: Desk, case: Case, listener: str) -> Observation:
    """The other person is logged in in the browser that the forged message comes to: it must not change who it is."""
    async with desk.browser() as browser:
        await desk.order(honest(desk))
        await brought(desk.log_in(browser, desk.other))
        await desk.made(desk.other)
        before = await desk.who(browser)
        if before.who is not Who.OTHER:
            raise NotToBeSeen("Den andra personen kunde inte logga in.", "The other person could not log in before.")
        # NOTE: the school would answer for the person whom it knows, and show no login page.
        await desk.leave_school(browser)
        await desk.order(case.forgery or honest(desk), listener)
        held = await desk.log_in(browser, desk.own, hold=True)
        made = await desk.made()
        landed = await brought(desk.deliver(browser, held))
        reading = await desk.who(browser, made)
        if reading.who is Who.OTHER:
            # NOTE: who was logged in before still is: the message has opened nothing.
            reading = replace(reading, who=Who.NOBODY)
        return observation(reading, made, landed)


async def exhaustion(desk: Desk, case: Case, listener: str) -> Observation:
    """The message wants to exhaust the vendor: it is answered in bounded time, and opens no session."""
    await desk.order(case.forgery or honest(desk), listener)
    async with desk.browser() as browser:
        held = await desk.log_in(browser, desk.own, hold=True)
        made = await desk.made()
        since = monotonic()
        landed = await brought(desk.deliver(browser, held))
        took = monotonic() - since
        if took > BOUNDED_S or landed is NOT_IN_TIME:
            why = Bilingual(sv=f"Svaret tog {took:.0f} sekunder.", en=f"The answer took {took:.0f} seconds.")
            return Observation(Observed.ERROR, "", why, made)
        return observation(await desk.who(browser, made), made, landed)


async def brought(coming: Coroutine[object, object, Page]) -> Page | None:
    """The page that the browser was brought to; None where the connection broke, which may be the vendor's way to
    refuse. Silence is none: :data:`NOT_IN_TIME`."""
    try:
        return await coming
    except NoAnswerInTime:
        return NOT_IN_TIME
    except BrowserError:
        return None


def is_refusal_of_school(landed: Page, school: str) -> bool:
    """Whether the school could not make the message of what it tells this vendor."""
    return landed.url.startswith(f"{school}/") and landed.status == BAD_REQUEST


def must_be_made(made: tuple[Made, ...], case: Case) -> None:
    """Hold that the message was asked for at all.

    Raises:
        NotToBeSeen: it was not, so that the vendor never met it.
    """
    if not made and case.message:
        raise NotToBeSeen(
            "Tjänsten hämtade aldrig det förfalskade meddelandet.", "The vendor never fetched the forged message."
        )
