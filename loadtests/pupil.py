"""One virtual person: drives a flow as they would, waits no longer than they would, and tells what became of it."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import gevent

from loadtests.carrier import Carrier, Roads
from loadtests.shown import Faces
from loadtests.sight import Sight
from scenarios.flows import FLOWS
from testbed.model.load import FLOW_HEADER, Arrival, Order, Outcome, Record, Request, flow_id
from testbed.model.orders import AnyOrder
from testbed.model.pages import Ask, Cast, ChangeBrowser, Flow, FlowStopped, Page, Step, Submit, Visit
from testbed.model.scenario import ROSTER
from testbed.model.wire import Response
from testbed.model.written import Vendor
from testbed.wire.browsing import BrowserError, Browsing, Loading, NoAnswerInTime, Sent
from testbed.wire.forms import read_forms, read_page

NOTHING_OPEN = Page("about:blank", 0)
MAX_WHY = 300
LOOK_AGAIN_S = 0.5
"""How often it is looked whether a vendor that is fetching holds somebody yet."""
SHOWN = "the page that shows who is logged in showed somebody else"


class Asked(Protocol):
    """Whoever carries orders to the school."""

    def __call__(self, order: AnyOrder) -> None:
        """It has been carried out when this returns.

        Raises:
            BrowserError: the school does not do it.
        """


@dataclass(frozen=True, slots=True)
class World:
    """What all pupils of one process have in common."""

    order: Order
    roads: Roads
    faces: Faces
    ask: Asked
    told: Callable[[Request, int, str], None]
    """Of every request that was made: it, how long its answer was, and why there was none."""
    clock: Callable[[], float] = time.monotonic
    began: float = 0.0
    """By the clock, the beginning of the run."""

    def now_s(self) -> float:
        """Seconds after the beginning of the run."""
        return self.clock() - self.began


@dataclass(slots=True)
class Pupil:
    """One flow, from when it was due until it has ended."""

    world: World
    arrival: Arrival
    attempts: int = 0
    began_s: float = 0.0
    right_s: float | None = None
    shown: frozenset[str] = frozenset()
    leaked: frozenset[str] = frozenset()
    requests: list[Request] = field(default_factory=list)
    _drawn: int = 0
    _carrier: Carrier = field(init=False)

    def __post_init__(self) -> None:
        proxied = self.arrival.intercepted or self.world.order.only_proxy
        self._carrier = Carrier(self.world.roads, proxied=proxied)

    def live(self) -> Record:
        """Try until it is done, or the person has had enough."""
        patience = self.world.order.patience
        outcome, why = Outcome.UNFINISHED, "the run ended before it did"
        try:
            while True:
                outcome, why = self._attempt()
                hung = outcome is Outcome.GAVE_UP and not self.shown
                if not hung or self.attempts >= patience.attempts or self._draw(0, 1) >= patience.retry:
                    break
                outcome, why = Outcome.UNFINISHED, "the run ended before they tried again"
                gevent.sleep(self._draw(*patience.retry_within_s))
        except gevent.GreenletExit:
            pass
        finally:
            self._carrier.close()
        return self.record(outcome, why)

    def _attempt(self) -> tuple[Outcome, str]:
        self.attempts += 1
        self.began_s, self.right_s = self.world.now_s(), None
        try:
            cast = self._cast()
            sight = Sight(self.arrival.flow, cast, self.world.faces)
            self._drive(FLOWS[self.arrival.flow](cast), sight)
        except FlowStopped as stop:
            return Outcome.STOPPED, str(stop)
        except NoAnswerInTime as hung:
            return Outcome.GAVE_UP, str(hung)
        except BrowserError as error:
            return Outcome.FAILED, str(error)
        if self.right_s is None:
            return Outcome.NOBODY, sight.lacking
        return Outcome.RIGHT, ""

    def _drive(self, flow: Flow, sight: Sight) -> None:
        """Take each step that the flow yields, and send it the page that the step led to."""
        vendor = self._vendor
        # NOTE: who logs out everywhere is logged out at some vendors by what the school's page has embedded; and what
        # is judged afterwards is to hold what a page makes a browser tell others.
        embeds = self.arrival.intercepted or self.arrival.flow.startswith("logout")
        browsing = Browsing(_now, reader=read_page if vendor.clicks or embeds else read_forms, embeds=embeds)
        page, looked = NOTHING_OPEN, False
        try:
            step = next(flow)
            while True:
                if looked and isinstance(step, Visit):
                    gevent.sleep(self._draw(*self.world.order.think_s))
                page = self._taken(step, browsing, page)
                looked = self._look(sight, step, page) or looked
                until = self.world.now_s() + sight.may_take_s(step)
                while not sight.right and self.world.now_s() < until:
                    gevent.sleep(LOOK_AGAIN_S)
                    page = self._taken(step, browsing, page)
                    self._look(sight, step, page)
                step = flow.send(page)
        except StopIteration:
            if self.arrival.flow in ROSTER and sight.right:
                self.right_s = self.world.now_s()

    def _look(self, sight: Sight, step: Step, page: Page) -> bool:
        """Whether the page is one that shows who is logged in."""
        try:
            looked = sight.take(step, page)
        finally:
            self.shown |= sight.others
            self.leaked |= sight.leaked
        if looked and sight.right and self.right_s is None:
            self.right_s = self.world.now_s()
        return looked

    def _taken(self, step: Step, browsing: Browsing, page: Page) -> Page:
        match step:
            case Visit(url, stop_before):
                return self._carried(browsing.visit(url, stop_before))
            case Submit(form, values, stop_before):
                return self._carried(browsing.submit(form, values, stop_before))
            case Ask(order):
                self.world.ask(order)
                return page
            case ChangeBrowser():
                browsing.forget()
                return page
            case _:
                raise FlowStopped(f"a load cannot take the step {type(step).__name__}")

    def _carried[Result](self, loading: Loading[Result]) -> Result:
        try:
            sent = next(loading)
            while True:
                try:
                    response = self._sent(sent)
                except BrowserError as error:
                    sent = loading.throw(error)
                else:
                    sent = loading.send(response)
        except StopIteration as end:
            result: Result = end.value
            return result

    def _sent(self, sent: Sent) -> Response:
        self._carrier.wait(sent)
        began, name = self.world.now_s(), f"{sent.method} {_place(sent.url)}"
        status, size, why = 0, 0, "was broken off"
        try:
            if self.arrival.intercepted:
                sent.headers[FLOW_HEADER] = flow_id(self.arrival)
            response = self._carrier.send(sent, self.world.order.patience.hangs_after_s)
            status, size, why = response.status, len(response.body), ""
            return response
        except BrowserError as error:
            why = str(error)
            raise
        finally:
            request = Request(name, began, self.world.now_s() - began, status)
            self.requests.append(request)
            self.world.told(request, size, why)

    @property
    def _vendor(self) -> Vendor:
        return self.world.order.vendors[self.arrival.vendor]

    def _cast(self) -> Cast:
        order, vendor, arrival = self.world.order, self._vendor, self.arrival
        person = order.people[arrival.person]
        return Cast(
            vendor=vendor,
            person=person,
            also=tuple(order.vendors[name] for name in arrival.also),
            school=order.schools.get(person.school, ""),
            moves_to=arrival.moves_to,
            agreement=order.agreements.get(vendor.agreement or ""),
        )

    def _draw(self, from_: float, to: float) -> float:
        """A draw that the same seed repeats; one at a time, for what draws many holds more than all else of a pupil."""
        self._drawn += 1
        # NOTE: S311 is about secrets.
        draw = random.Random(f"{self.world.order.seed}/{self.arrival.number}/{self._drawn}")  # noqa: S311
        return draw.uniform(from_, to)

    def record(self, outcome: Outcome, why: str) -> Record:
        """What became of it, if it ended now; that somebody else was shown counts for more than how it ended."""
        if self.shown:
            outcome, why = Outcome.OTHER, f"{SHOWN}; {why}" if why else SHOWN
        arrival = self.arrival
        return Record(
            number=arrival.number,
            flow=arrival.flow,
            vendor=arrival.vendor,
            person=arrival.person,
            due_s=arrival.due_s,
            began_s=self.began_s if self.attempts else arrival.due_s,
            right_s=self.right_s if outcome is Outcome.RIGHT else None,
            ended_s=self.world.now_s(),
            outcome=outcome,
            attempts=self.attempts,
            why=why[:MAX_WHY],
            shown=tuple(sorted(self.shown)),
            leaked=tuple(sorted(self.leaked)),
            intercepted=arrival.intercepted,
            requests=tuple(self.requests),
        )


def _place(url: str) -> str:
    """Host and path, by which requests are counted together."""
    return url.partition("://")[2].partition("?")[0][:200]


def _now() -> datetime:
    return datetime.now(UTC)
