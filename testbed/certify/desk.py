"""What a case has at hand: the vendor, two persons, browsers, the school, and the oracle."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from scenarios.flows.steps import press, say_who, shown, to_school
from testbed.certify.fitted import fitted
from testbed.certify.oracle import Oracle, Reading, Said, Who
from testbed.certify.whole import whole_values
from testbed.certify.world import World
from testbed.interception.browser import Browser
from testbed.interception.drive import lead
from testbed.model.certificate import Observed
from testbed.model.forgery import Forgery, Made
from testbed.model.orders import ForgeNext, ForgetForgeries
from testbed.model.pages import LOGIN_FORM, Cast, FlowStopped, Form, Page
from testbed.model.strict import Bilingual
from testbed.model.written import Person, Vendor
from testbed.wire.browsing import BrowserError
from testbed.wire.cookies import Cookie

OF_SCHOOL = "skola_"
"""How the names of the school's cookies begin."""
ANSWER_S = 20.0
"""That a vendor may take for one login."""
AFTER_WHOM: dict[Who, Observed] = {
    Who.NOBODY: Observed.NO_SESSION,
    Who.OWN: Observed.SESSION,
    Who.OTHER: Observed.OTHER_USER,
    Who.SOMEONE: Observed.OTHER_USER,
    Who.UNCLEAR: Observed.UNCLEAR,
}
TOO_MANY = Bilingual(
    sv="tjänsten svarade att den fick för många frågor, så den har kanske inte läst meddelandet",
    en="the service answered that it was asked too much, so that it may not have read the message",
)
TOO_SLOW = Bilingual(
    sv="tjänsten svarade inte i tid, så ingen vet vad den gjorde med meddelandet",
    en="the service did not answer in time, so that nobody knows what it made of the message",
)
UNDECIDED: dict[int, Bilingual] = {429: TOO_MANY, 503: TOO_MANY, 504: TOO_SLOW}
"""Status codes that say that a message was neither taken nor refused (RFC 6585, 4; RFC 9110, 15.6)."""
NOT_IN_TIME = Page("", 504)
"""In the place of a page that did not come in time."""
TRANSIENT = frozenset({Who.SOMEONE, Who.UNCLEAR})
"""What a message that is shown once can look like: the page is opened a second time, for a session is still there."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of one case."""

    observed: Observed
    user: str = ""
    why: Bilingual | None = None
    """More than the observation says by itself."""
    sent: tuple[Made, ...] = ()
    answered: str = ""


class NotToBeSeen(Exception):
    """A case could not be carried out, or not be observed: no verdict about the vendor comes of that."""

    def __init__(self, sv: str, en: str) -> None:
        super().__init__(en)
        self.words = Bilingual(sv=sv, en=en)


@dataclass(slots=True)
class Desk:
    """One vendor under test."""

    vendor: Vendor
    world: World
    own: Person
    """Who logs in."""
    other: Person
    """Whom forged parts speak of."""
    place: str = ""
    """Where the vendor takes the school's answers: told by the first of them."""
    oracle: Oracle | None = None
    said: dict[str, Said] = field(default_factory=dict)
    """What the school said of each person at last, by id."""
    answer_s: float = ANSWER_S
    encrypted: bool = False
    """The school encrypts what it says to this vendor."""
    waiting: int = 0
    """Forgeries that were ordered and that nobody has asked for yet."""

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        """A fresh one; whatever is done with it ends in time.

        Raises:
            NotToBeSeen: it does not.
        """
        try:
            async with asyncio.timeout(3 * self.answer_s), self.world.browser() as browser:
                yield browser
        except TimeoutError as error:
            raise NotToBeSeen(
                f"Tjänsten svarade inte på {3 * self.answer_s:.0f} sekunder.",
                f"The service did not answer within {3 * self.answer_s:.0f} seconds.",
            ) from error

    async def order(self, forgery: Forgery, listener: str = "") -> None:
        """The school makes its next such message so."""
        ready = fitted(forgery, self.vendor.clock_skew_s, listener or self.world.listener.url)
        await self.world.ask(ForgeNext(party=self.vendor.party, other=self.other.id, forgery=ready))
        self.waiting += 1

    async def clear(self) -> None:
        """Nothing that was ordered and never asked for waits for the next login."""
        if self.waiting:
            await self.world.ask(ForgetForgeries(party=self.vendor.party))
            self.waiting = 0

    def cast(self, person: Person) -> Cast:
        """This person, who comes to this vendor."""
        return Cast(self.vendor, person, school=f"{self.world.school}/saml/metadata")

    async def to_login_page(self, browser: Browser, person: Person, door: str = "") -> Page:
        """From the vendor's door, or another address of it, to the school's login page.

        Raises:
            NotToBeSeen: it did not come.
            BrowserError: a page could not be had at all.
        """
        try:
            page = await lead(to_school(self.cast(person), door or self.vendor.login), browser, self.world)
        except FlowStopped as stop:
            raise _not_there(str(stop)) from stop
        if page.form(LOGIN_FORM) is None:
            raise _not_there(f"after {self.vendor.login}, {shown(page)}")
        return page

    async def to_request(self, browser: Browser) -> Page:
        """The vendor's login request, held before the school; the last page where none came.

        Raises:
            FlowStopped: what has to be pressed on the way is not there.
            BrowserError: a page could not be had at all.
        """
        school = f"{self.world.school}/"
        page = await browser.visit(self.vendor.login, school)
        for click in self.vendor.clicks:
            if self.is_request(page):
                break
            page = await lead(press(click, page, school), browser, self.world)
        return page

    def is_request(self, page: Page) -> bool:
        """Whether the page, or the address, is one by which the vendor asks the school."""
        school = f"{self.world.school}/"
        return page.url.startswith(school) or any(form.action.startswith(school) for form in page.forms)

    async def log_in(self, browser: Browser, person: Person, *, hold: bool = False, door: str = "") -> Page:
        """A whole login, or up to the page or the address by which the school would answer the vendor.

        Raises:
            NotToBeSeen: the school's login page did not come.
            BrowserError: a page could not be had at all.
        """
        page = await self.to_login_page(browser, person, door)
        form = page.form(LOGIN_FORM)
        if form is None:
            raise _not_there(f"after {self.vendor.login}, {shown(page)}")
        return await lead(say_who(self.cast(person), form, self.place if hold else ""), browser, self.world)

    async def log_in_once(self, browser: Browser, person: Person) -> Page:
        """A whole login; a vendor that does not take the answer cannot ask for another one by itself.

        Raises:
            NotToBeSeen: the school's login page did not come.
            BrowserError: a page could not be had at all.
        """
        held = await self.log_in(browser, person, hold=True)
        form = self._answer(held)
        return held if form is None and not held.url.startswith(self.place) else await self.deliver(browser, held)

    async def deliver(self, browser: Browser, held: Page, **fields: str) -> Page:
        """Let the browser bring the answer that was held back; ``fields`` replace those of a form.

        The browser has no session at the school when it does: many vendors answer what they refuse, or what has just
        ended, with a new request, to which the school would give an honest answer.

        Raises:
            NotToBeSeen: nothing was held back.
            BrowserError: a page could not be had at all.
        """
        form = self._answer(held)
        if form is not None:
            await self.leave_school(browser)
            return await browser.submit(form, tuple(fields.items()))
        if held.url.startswith(self.place):
            await self.leave_school(browser)
            return await browser.visit(held.url)
        raise NotToBeSeen(
            "Skolans svar kom inte till tjänsten på det sätt som väntades.",
            f"The school's answer did not go to the vendor as it was expected: {shown(held)}.",
        )

    def _answer(self, held: Page) -> Form | None:
        return next((one for one in held.forms if one.auto_submit and one.action.startswith(self.place)), None)

    async def made(self, person: Person | None = None) -> tuple[Made, ...]:
        """What the school made since the last time, remembered as what it said of each person.

        Args:
            person: who logged in, where it was not the one who usually does.
        """
        made = await self.world.made()
        self.waiting = max(0, self.waiting - len(made))
        who = person or self.own
        self.encrypted = self.encrypted or any(one.plain for one in made)
        for one in made:
            if one.other and who is not self.other:
                self.said[self.other.id] = {**self.said.get(self.other.id, {}), **one.other}
            if one.said:
                self.said[who.id] = {**self.said.get(who.id, {}), **one.said}
        return made

    async def leave_school(self, browser: Browser) -> tuple[Cookie, ...]:
        """The school knows the browser no longer; the cookies by which it did."""
        schools = tuple(cookie for cookie in await browser.cookies() if is_of_school(cookie))
        await browser.drop(schools)
        return schools

    async def probe(self, browser: Browser) -> Page:
        """The page that shows who is logged in, opened without the school's session: many send whoever is not
        logged in to the school, and its session would log them in anew.

        Raises:
            BrowserError: it could not be had.
        """
        schools = await self.leave_school(browser)
        page = await browser.visit(self.vendor.probe_url)
        now = [cookie for cookie in await browser.cookies() if not is_of_school(cookie)]
        await browser.restore([*now, *schools])
        return page

    async def who(self, browser: Browser, made: Iterable[Made] = ()) -> Reading:
        """Whose session the probe shows.

        Raises:
            NotToBeSeen: nothing was learned of the probe, or it gave no answer.
        """
        if self.oracle is None:
            raise NotToBeSeen("Sonden är inte inlärd.", "Nothing was learned of the probe.")
        own, other = (self.said.get(person.id, {}) for person in (self.own, self.other))
        whole = whole_values(made, other)
        try:
            reading = self.oracle.read(await self.probe(browser), own, other, whole)
            if reading.who in TRANSIENT:
                reading = self.oracle.read(await self.probe(browser), own, other, whole)
        except BrowserError as error:
            raise NotToBeSeen(
                f"Sidan som visar vem som är inloggad svarade inte: {error}", f"The probe gave no answer: {error}"
            ) from error
        return reading


def is_of_school(cookie: Cookie) -> bool:
    """Whether the school has set it. Cookies ignore ports, so that on loopback it is told by its name."""
    return cookie.name.startswith(OF_SCHOOL)


def observation(reading: Reading, made: tuple[Made, ...], answered: Page | None) -> Observation:
    """What the probe tells of a login. A service that was too busy, or too slow, has refused nothing."""
    where = f"{answered.url[:200]} ({answered.status})" if answered else ""
    if reading.who is Who.NOBODY and answered is not None and answered.status in UNDECIDED:
        return Observation(Observed.UNCLEAR, "", UNDECIDED[answered.status], made, where)
    observed, why = AFTER_WHOM[reading.who], None
    if reading.mixed and observed is Observed.SESSION:
        observed = Observed.ATTRIBUTE_SHOWN
        names = ", ".join(reading.mixed)
        why = Bilingual(
            sv=f"Sidan visar den andra personens {names}.", en=f"The page shows the other person's {names}."
        )
    if reading.why:
        why = Bilingual(sv=f"Det gick inte att se vem som är inloggad: {reading.why}", en=reading.why)
    return Observation(observed, reading.user, why, made, where)


def _not_there(what: str) -> NotToBeSeen:
    return NotToBeSeen(f"Skolans inloggningssida kom aldrig: {what}", f"The school's login page did not come: {what}")
