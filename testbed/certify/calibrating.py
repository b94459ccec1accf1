"""Learn the probe before any case runs: as nobody, as one person, as another, and with plain garbage."""

from dataclasses import dataclass

from scenarios.flows.steps import shown
from testbed.certify.desk import Desk, NotToBeSeen
from testbed.certify.manners.logins import brought, honest
from testbed.certify.oracle import Said, Who, learn
from testbed.model.certificate import Calibration
from testbed.model.forgery import Made
from testbed.model.pages import Page
from testbed.model.strict import Bilingual
from testbed.model.written import Person
from testbed.wire.browsing import BrowserError

GARBAGE = "dGhpcyBpcyBub3QgYSByZXNwb25zZQ"
"""Base64 of a sentence in English."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What calibrating came to."""

    calibration: Calibration
    garbage_opens: bool = False
    """Plain garbage in the place of an answer opened a session: no oracle needs to say more."""
    shows_another: str = ""
    """One person logged in, and the probe showed the other's name."""


async def calibrate(desk: Desk) -> Learnt:
    """Fill the desk's oracle; what keeps it from being filled is told in words.

    Raises:
        NotToBeSeen: a login did not come as far as the vendor.
        BrowserError: a page could not be had at all.
    """
    nobody = await _as_nobody(desk)
    own, said_own = await _logged_in(desk, desk.own)
    other, said_other = await _logged_in(desk, desk.other)
    desk.said[desk.own.id], desk.said[desk.other.id] = said_own, said_other
    oracle = learn(nobody, (own, said_own), (other, said_other), await _as_nobody(desk))
    if not oracle.slots:
        return Learnt(Calibration((), _why_not(nobody, own, other, (said_own, said_other))))
    desk.oracle = oracle
    opened = await _garbage(desk)
    notes: tuple[str, ...] = (f"nobody: {shown(nobody)}", f"somebody: {shown(own)}")
    if oracle.folded:
        notes = (*notes, "the probe writes values in capital letters of its own: these were not regarded")
    return Learnt(Calibration(oracle.slots, None, notes), garbage_opens=opened)


async def _as_nobody(desk: Desk) -> Page:
    async with desk.browser() as browser:
        return await browser.visit(desk.vendor.probe_url)


async def _logged_in(desk: Desk, person: Person) -> tuple[Page, Said]:
    """The probe once this person has logged in, and what the school said of them."""
    await desk.order(honest(desk))
    async with desk.browser() as browser:
        await brought(desk.log_in(browser, person))
        made = await desk.made()
        if not made:
            raise NotToBeSeen(
                "Tjänsten hämtade aldrig skolans svar.", "The vendor never asked for what the school had to say."
            )
        desk.place = desk.place or _place(desk, made)
        try:
            page = await desk.probe(browser)
        except BrowserError as error:
            raise NotToBeSeen(
                f"Sonden svarade inte: {error}", f"The probe gave no answer once somebody had logged in: {error}"
            ) from error
        return page, {name: values for one in made for name, values in one.said.items()}


def _place(desk: Desk, made: tuple[Made, ...]) -> str:
    """Where the vendor takes answers."""
    if desk.vendor.client is not None:
        return desk.vendor.client.redirect_uris[0]
    return next((one.delivered_to for one in made if one.delivered_to), "")


async def _garbage(desk: Desk) -> bool:
    """Whether plain garbage in the place of an answer opens a session."""
    async with desk.browser() as browser:
        held = await desk.log_in(browser, desk.own, hold=True)
        if desk.vendor.protocol == "saml":
            await brought(desk.deliver(browser, held, SAMLResponse=GARBAGE))
        else:
            await brought(browser.visit(f"{desk.place}?code={GARBAGE}&state={GARBAGE}"))
        await desk.made()
        reading = await desk.who(browser)
    return reading.who in (Who.OWN, Who.OTHER, Who.SOMEONE)


def _why_not(nobody: Page, own: Page, other: Page, said: tuple[Said, Said]) -> Bilingual:
    """Why nothing can be told by this probe."""
    if (own.document, own.url, own.status) == (nobody.document, nobody.url, nobody.status):
        return Bilingual(
            sv="Sidan som ska visa vem som är inloggad ser likadan ut före och efter en inloggning: "
            f"{own.url[:200]} svarade {own.status}. Antingen tog tjänsten inte emot skolans svar (är skolans metadata "
            "inläst, går klockan rätt?), eller så visar sidan ingenting om den som är inloggad.",
            en="The page that is to show who is logged in looks the same before and after a login: "
            f"{shown(own)}. Either the service did not take the school's answer (is the school's metadata loaded, is "
            "the clock right?), or the page shows nothing of whoever is logged in.",
        )
    names = sorted({name for name, values in said[0].items() for value in values if value and value in other.document})
    alone = [name for name in names if not any(v in other.document for v in said[1].get(name, ()))]
    if alone:
        return Bilingual(
            sv=f"När den andra personen loggade in visade sidan den förstas {', '.join(alone)}: "
            "tjänsten kan inte skilja dem åt, eller så visar den fel person.",
            en=f"When the other person logged in, the page showed the first one's {', '.join(alone)}: "
            "the service cannot tell them apart, or shows the wrong person.",
        )
    if any(value in own.document for values in said[0].values() for value in values if len(value) > 2):  # noqa: PLR2004
        return Bilingual(
            sv="Sidan visar båda personerna på samma sätt, så det går inte att se vem av dem som är inloggad.",
            en="The page shows both persons in the same way, so that nobody can tell which of them is logged in.",
        )
    return Bilingual(
        sv="Sidan visar ingenting av det som skolan sade om den som loggade in. Ange en sida (probe) som visar namn "
        "eller användarnamn.",
        en="The page shows nothing of what the school said of whoever logged in. Name a probe that shows a name or a "
        "user name.",
    )
