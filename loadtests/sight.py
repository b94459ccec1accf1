"""What the pages of one flow show: whose session it is, who is logged out, whom a vendor holds."""

from collections import Counter
from dataclasses import dataclass, field

from loadtests.shown import Faces
from scenarios.flows.steps import shown
from testbed.model.pages import SYNC_FORM, Cast, FlowStopped, Page, Step, Submit, Visit
from testbed.model.scenario import FETCHED, ROSTER
from testbed.model.written import Vendor

CLIENT_ERROR = 400
LOGGED_IN = "the page that shows who is logged in showed nobody of those who take part"
UNTOLD = "nothing is known by which a page could show this person and nobody else"
HELD = "the page that shows whom the vendor holds did not show the one of whom it was told"


@dataclass(slots=True)
class Sight:
    """Looks at each page of one attempt.

    Args:
        flow: by name.
        cast: who plays.
        faces: everybody who may be shown.
    """

    flow: str
    cast: Cast
    faces: Faces
    right: bool = False
    """The session was that of whoever logged in; or, where nobody logs in, the vendor held whom it was told of."""
    others: frozenset[str] = frozenset()
    """Whose data was shown to whoever logged in, and should not have been: ids."""
    leaked: frozenset[str] = frozenset()
    """Those of them who stood on a page that said that something had failed."""
    _looks: Counter[str] = field(default_factory=Counter)

    def take(self, step: Step, page: Page) -> bool:
        """Look at the page that a step led to; returns whether it is one that shows who is logged in.

        Raises:
            FlowStopped: the page says that it has failed.
        """
        self._of_failure(page)
        if self.flow in ROSTER:
            self._of_exchange(step, page)
            return False
        vendor = self._probed(step)
        if vendor is not None:
            self._of_session(vendor, page)
        return vendor is not None

    @property
    def lacking(self) -> str:
        """What was not seen, in words."""
        if not self.faces.tells(self.cast.person.id):
            return UNTOLD
        return HELD if self.flow in ROSTER else LOGGED_IN

    def may_take_s(self, step: Step) -> float:
        """So long it may take until the page that a step led to shows whom the vendor was told of: one that is called
        may answer before it has fetched."""
        exchange = self.cast.vendor.exchange
        if self.right or self.flow not in FETCHED or not exchange or not exchange.fetch:
            return 0.0
        return float(exchange.fetch.within_s) if isinstance(step, Visit) and step.url == exchange.roster else 0.0

    def _probed(self, step: Step) -> Vendor | None:
        vendors = (self.cast.vendor, *self.cast.also)
        return next((one for one in vendors if isinstance(step, Visit) and step.url == one.probe_url), None)

    def _of_failure(self, page: Page) -> None:
        """A page that says that something has failed shows nobody else, whoever sends it."""
        if page.status >= CLIENT_ERROR:
            self.leaked |= self.faces.strangers(page, self.cast.person.id)
            self.others |= self.leaked

    def _of_session(self, vendor: Vendor, page: Page) -> None:
        """The first look says whether it is the right session; every look, whether it is another's; and where the flow
        is about logging out, the second one whether that has been done."""
        person = self.cast.person.id
        faces = self.faces.on(page)
        self.others |= self.faces.strangers(page, person)
        self._looks[vendor.id] += 1
        if self._looks[vendor.id] == 1:
            if person in faces:
                self.right = self.right or vendor is self.cast.vendor
            elif vendor is not self.cast.vendor:
                raise FlowStopped(f"{vendor.id} was to have the same person logged in, but {shown(page)}")
        elif person in faces and self.flow.startswith("logout"):
            raise FlowStopped(f"{vendor.id} still shows the person who has logged out")

    def _of_exchange(self, step: Step, page: Page) -> None:
        if not isinstance(step, Visit | Submit):
            return
        if page.status >= CLIENT_ERROR:
            raise FlowStopped(f"a page of the exchange was looked for, but {shown(page)}")
        exchange = self.cast.vendor.exchange
        hook = exchange is not None and exchange.fetch is not None
        if not hook and isinstance(step, Submit) and page.form(SYNC_FORM) is not None:
            raise FlowStopped("the school did not let the vendor fetch")
        if exchange and exchange.roster and page.url.partition("?")[0] == exchange.roster:
            self.right = self.right or self.cast.person.id in self.faces.on(page)
