"""Locust's side: a user that lets people arrive, and what it counts.

Locust's own users wait for an answer before they ask again, so that a server that stalls is asked less while it does,
and its percentiles flatter it. Here each process has one user, and that one starts everybody when they are due. Every
request is told to locust as any user's would be, so that its statistics and its web interface show them.
"""

import logging
import time
from dataclasses import dataclass

import gevent
from gevent.event import AsyncResult, Event
from locust import FastHttpUser, stats, task
from locust.env import Environment

from loadtests.arriving import Crowd
from loadtests.carrier import Carrier, Roads, trusting
from loadtests.files import raise_limit
from loadtests.pupil import World
from loadtests.reach import Pace, Reach
from loadtests.shown import Faces
from testbed.model.load import Order, Record, Request
from testbed.model.orders import ORDER, AnyOrder
from testbed.wire.browsing import BrowserError, Sent

log = logging.getLogger("testbed.load")
EXACT_MS = 1000
DIGITS = 3
ORDER_S = 60.0
HTTP_OK = 200


MAX_NAMES = 500
"""So many pages and reasons are told apart; a server that thinks of ever new ones must not fill the memory."""
MAX_PROBLEMS = 20


class Unanswered(Exception):
    """Why no answer came, for locust's table of failures."""


def bucket(response_time: float) -> int:
    """Three digits of a time in milliseconds, where locust keeps two: enough to tell p99.9 from p99."""
    if response_time < EXACT_MS:
        return round(response_time)
    return int(round(response_time, DIGITS - len(str(int(response_time)))))


stats.bucket_response_time = bucket


@dataclass(frozen=True, slots=True)
class State:
    """How far a process has come."""

    arrived: int = 0
    under_way: int = 0
    over: bool = False
    """It has no more to do and no more to tell."""
    lost: str = ""
    """What is no longer there and should be; "" for nothing."""
    problems: tuple[str, ...] = ()
    """What is wrong with the generator itself, since it began."""


class Desk:
    """Between a process's user and whoever started the process: the order comes in, and records go out.

    Args:
        environment: locust's, to which requests are told.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.given: AsyncResult[tuple[Order, int]] = AsyncResult()
        """What this process is to do, and how many there are."""
        self.begins: AsyncResult[float] = AsyncResult()
        """When, by the monotonic clock."""
        self.begun = False
        self.over = Event()
        self.crowd: Crowd | None = None
        self.problems: list[str] = []
        """What is wrong with the generator itself."""
        self._records: list[Record] = []
        self._names: set[str] = set()

    def take(self, most: int) -> list[Record]:
        """The flows that are done since the last call, or as many of them."""
        taken, self._records = self._records[:most], self._records[most:]
        return taken

    def state(self) -> State:
        """How far it has come."""
        crowd = self.crowd
        over = self.over.is_set() and not self._records
        problems = tuple(self.problems)
        if crowd is None:
            return State(over=over, problems=problems)
        return State(crowd.arrived, crowd.under_way, over, problems=problems)

    def wrong(self, problem: str) -> None:
        """Something is wrong with the generator itself."""
        if problem not in self.problems and len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)

    def done(self, record: Record) -> None:
        """A flow is done."""
        self._records.append(record)

    def told(self, request: Request, size: int, why: str) -> None:
        """A request was made."""
        method, _, place = request.name.partition(" ")
        place, why = self._kept(place), self._kept(why)
        self._environment.events.request.fire(  # type: ignore[no-untyped-call]
            request_type=method,
            name=place,
            response_time=request.took_s * 1000,
            response_length=size,
            response=None,
            context={},
            exception=Unanswered(why) if why else None,
            start_time=time.time() - request.took_s,
            url=place,
        )

    def _kept(self, name: str) -> str:
        if name not in self._names:
            if len(self._names) >= MAX_NAMES:
                return "others" if name else ""
            self._names.add(name)
        return name

    def world(self, order: Order, of: int) -> World:
        """What the people of this process have in common."""
        roads = Roads(order.hosts, trusting(order.ca), Reach(order.only), order.proxy, Pace(order.max_rps / of))
        return World(order, roads, Faces(order.people), School(order, roads), self.told, began=self.begins.get())


class School:
    """Carries orders to the school's control API.

    Args:
        order: names it.
        roads: to it.
    """

    def __init__(self, order: Order, roads: Roads) -> None:
        self._order, self._roads = order, roads

    def __call__(self, order: AnyOrder) -> None:
        """See :class:`loadtests.pupil.Asked`.

        Raises:
            BrowserError: the school does not do it.
        """
        if not self._order.control:
            raise BrowserError("this flow asks something of the school, and there is no school here to be asked")
        carrier = Carrier(self._roads)
        try:
            headers = {"Authorization": f"Bearer {self._order.token}", "Content-Type": "application/json"}
            body = ORDER.dump_json(order, by_alias=True)
            answer = carrier.send(Sent("POST", f"{self._order.control}/orders", headers, body), ORDER_S)
        finally:
            carrier.close()
        if answer.status != HTTP_OK:
            said = answer.body[:200].decode("utf-8", "replace")
            raise BrowserError(f"the school does not do '{order.order}' ({answer.status}: {said})")


class Arrivals(FastHttpUser):
    """The one user of a process. People are no users of locust's: it would start them by its own count."""

    host = "https://arrivals.invalid"
    """Asked of by locust, and never called."""
    desk: Desk

    @task
    def arrive(self) -> None:
        """Let everybody arrive, once."""
        desk = self.desk
        # NOTE: locust starts a second user where a worker has gone, or where somebody asks it to.
        if not desk.begun and not desk.over.is_set():
            desk.begun = True
            try:
                order, of = desk.given.get()
                by_time = sorted(order.arrivals, key=lambda arrival: arrival.due_s)
                desk.crowd = Crowd(desk.world(order, of), by_time, desk.done, desk.wrong)
                desk.crowd.come()
            except Exception as error:
                # NOTE: locust would note it where nobody looks, and let everybody arrive again.
                log.exception("the load generator failed")
                desk.wrong(f"the load generator failed ({type(error).__name__}: {error})")
            finally:
                desk.over.set()
        gevent.sleep(ORDER_S)


def environment_of() -> tuple[Environment, Desk]:
    """Locust's environment of a process, and the desk of its user."""
    raise_limit()
    environment = Environment()
    desk = Desk(environment)
    environment.user_classes = [type("Pupils", (Arrivals,), {"desk": desk})]
    return environment, desk
