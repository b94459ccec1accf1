"""A load: who arrives when, what they do, what must hold, and what became of each of them."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, field_validator, model_validator

from testbed.model.agreement import Agreement
from testbed.model.person import Person
from testbed.model.scenario import FETCHED, PUSHED, Flow
from testbed.model.strict import Bilingual, Id, Role, Unfit, Written
from testbed.model.vendor import Vendor

FLOW_HEADER = "testbed-flow"
"""Tells the proxy which flow a browser's request belongs to, for many are under way at once; it goes no further."""
FLOW_ID = re.compile(r"[a-z-]{1,40}-[0-9]{1,7}", re.ASCII)
"""What :func:`flow_id` gives."""
LONGEST_S = 24 * 3600
MOST_ARRIVALS = 1_000_000
Seconds = Annotated[float, Field(ge=0, le=LONGEST_S)]
Share = Annotated[float, Field(ge=0, le=1)]


def in_order(value: tuple[float, float]) -> tuple[float, float]:
    """A time from and to.

    Raises:
        Unfit: it ends before it begins.
    """
    if value[1] < value[0]:
        raise Unfit("ends before it begins", "write the shorter time first")
    return value


LOGINS: tuple[Flow, ...] = ("login", "unsolicited", "logout-from-vendor", "logout-from-school")
EXCHANGES: tuple[Flow, ...] = ("roster", "roster-change", "roster-told", "roster-storm", "push", "push-change")
TOGETHER: tuple[Flow, ...] = (*LOGINS, *EXCHANGES)
"""Flows that many may go through at once: each leaves alone what the others are judged by. The others change keys,
agreements, the pace of a school or what a page must show, and whoever came meanwhile would be blamed for it."""


class Part(Written):
    """A share of those who arrive, all of whom do the same at the same vendor."""

    flow: Flow = "login"
    """One of :data:`TOGETHER`."""
    vendor: Id
    also: tuple[Id, ...] = ()
    """Other vendors that the person is logged in to in the same browser, for the flows that log out everywhere."""
    share: Annotated[float, Field(gt=0, le=1_000_000)] = 1
    """Beside the shares of the others."""
    role: Role = "pupil"
    school: Literal["skola", "granne"] = "skola"
    """Whose people; granne is the neighbour."""
    grades: tuple[Annotated[int, Field(ge=0, le=10)], ...] = ()
    """Of pupils, those of these school years alone; upper secondary school counts from 1 again."""

    @model_validator(mode="after")
    def _can_be_played_by_many(self) -> Self:
        if self.flow not in TOGETHER:
            raise Unfit(
                f"{self.flow!r} changes what others meet meanwhile, so that many cannot go through it at once",
                f"use one of {', '.join(TOGETHER)}; 'testbed run' plays it alone",
                "flow",
            )
        if self.also and not self.flow.startswith("logout"):
            mend = "use logout-from-vendor or logout-from-school, or take 'also' out"
            raise Unfit(f"in the flow {self.flow!r} nobody logs in to other vendors", mend, "also")
        if self.grades and self.role != "pupil":
            raise Unfit("only pupils are in a school year", "take 'grades' out, or set 'role' to pupil", "grades")
        if self.vendor in self.also or len(set(self.also)) != len(self.also):
            raise Unfit("names a vendor twice", "name the other vendors, each once", "also")
        return self

    @property
    def exchanges(self) -> bool:
        """Nobody logs in: servers exchange rosters."""
        return self.flow in (*FETCHED, *PUSHED)


class Wave(Written):
    """People who arrive in one stretch of time: so many, or so many a second."""

    from_s: Seconds = 0
    within_s: Annotated[float, Field(gt=0, le=LONGEST_S)]
    people: Annotated[int, Field(gt=0, le=100_000_000)] | None = None
    """At the scale 1."""
    per_s: Annotated[float, Field(gt=0, le=100_000)] | None = None
    """At the scale 1; each arrives whenever they do (a Poisson process)."""
    come: Literal["by-class", "alone"] = "alone"
    """By class: a class begins together and its pupils arrive within ``class_s`` of each other."""
    class_s: Annotated[float, Field(gt=0, le=LONGEST_S)] = 90
    unit_s: Annotated[float, Field(ge=0, le=LONGEST_S)] = 60
    """By class: the classes of one school unit begin within so long of each other, for they have one bell."""
    mix: tuple[Part, ...] = ()
    """The profile's where it is left out."""

    @model_validator(mode="after")
    def _counts_in_one_way(self) -> Self:
        if (self.people is None) == (self.per_s is None):
            raise Unfit("a wave has either 'people' or 'per_s'", "write one of them")
        if self.come == "by-class" and self.people is None:
            raise Unfit("classes are counted by their people", "write 'people' in place of 'per_s'", "per_s")
        return self

    @property
    def size(self) -> float:
        """How many arrive at the scale 1."""
        return self.people if self.people is not None else (self.per_s or 0) * self.within_s


class Patience(Written):
    """What a person does when a page hangs."""

    hangs_after_s: Annotated[float, Field(gt=0, le=600)] = 15
    """For so long they look at a page that does not come."""
    retry: Share = 0.5
    """So many of those who have waited begin again; the others go away."""
    retry_within_s: tuple[Seconds, Seconds] = (0, 15)
    """After so long, from and to."""
    attempts: Annotated[int, Field(ge=1, le=20)] = 3

    @field_validator("retry_within_s")
    @classmethod
    def _from_comes_first(cls, value: tuple[float, float]) -> tuple[float, float]:
        return in_order(value)


class Limit(Written):
    """A percentile of the time from the intended start until the right session was shown."""

    percentile: Annotated[float, Field(gt=0, lt=100)]
    under_s: Annotated[float, Field(gt=0, le=LONGEST_S)]


class Thresholds(Written):
    """What must hold. That nobody gets into another's session always must."""

    right: Share = 0.99
    """So many flows, of all that arrived, end in the right session."""
    latency: tuple[Limit, ...] = ()
    stop_below: Share | None = None
    """The run ends early when fewer of the last flows than this ended in the right session."""


class Profile(Written):
    """A stretch of a school day, as one file in ``loadtests/profiles`` describes it."""

    id: Id
    title: Bilingual
    description: Bilingual
    source: Bilingual | None = None
    """Where the numbers are from."""
    scale: Annotated[float, Field(gt=0, le=1000)] = 1
    """Of the people, unless the command says otherwise."""
    waves: Annotated[tuple[Wave, ...], Field(min_length=1, max_length=1000)]
    mix: tuple[Part, ...] = ()
    patience: Patience = Patience()
    think_s: tuple[Seconds, Seconds] = (1, 5)
    """Between the pages that a person opens once they are in, from and to."""
    settle_s: Annotated[float, Field(ge=0, le=3600)] = 60
    """After the last arrival, for so long those who are under way are waited for."""
    thresholds: Thresholds = Thresholds()

    @field_validator("think_s")
    @classmethod
    def _from_comes_first(cls, value: tuple[float, float]) -> tuple[float, float]:
        return in_order(value)

    @model_validator(mode="after")
    def _everybody_does_something(self) -> Self:
        if not self.mix and any(not wave.mix for wave in self.waves):
            raise Unfit("nobody says what those who arrive do", "write a 'mix' with a vendor", "mix")
        if any(wave.come == "by-class" and part.exchanges for wave in self.waves for part in wave.mix or self.mix):
            raise Unfit(
                "a class does not exchange rosters", "let those waves come 'alone', or give them a 'mix'", "mix"
            )
        return self

    @property
    def parts(self) -> tuple[Part, ...]:
        """All that somebody does."""
        return tuple(part for wave in self.waves for part in wave.mix or self.mix)

    @property
    def window_s(self) -> float:
        """Until the last arrival."""
        return max(wave.from_s + wave.within_s for wave in self.waves)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One person who is to arrive."""

    number: int
    due_s: float
    """After the beginning of the run."""
    flow: Flow
    vendor: str
    """Its id."""
    person: str
    intercepted: bool = False
    """Its traffic goes through the proxy, and is judged afterwards."""
    also: tuple[str, ...] = ()
    """Ids of other vendors that the person is logged in to."""
    moves_to: str = ""
    """The code of the school unit that they change to; "" where they stay."""


@dataclass(frozen=True, slots=True)
class Order:
    """All that a process that makes load is told; it holds the token of the school's control API, and is a secret."""

    seed: int
    arrivals: tuple[Arrival, ...]
    """Of all processes together, by number."""
    people: dict[str, Person]
    """Those who arrive, and nobody else."""
    vendors: dict[str, Vendor]
    agreements: dict[str, Agreement]
    schools: dict[str, str]
    """Id of each school, as people have it, to its SAML entity id."""
    hosts: dict[str, tuple[str, int]]
    """Where each host of the lab listens; those that are not here are reached by their own address."""
    ca: str
    """PEM of the authorities that are trusted; "" where those of the machine are."""
    patience: Patience
    think_s: tuple[float, float]
    ends_s: float
    """After the beginning, what is still under way is ended."""
    proxy: tuple[str, int] | None = None
    """Carries what is intercepted."""
    only_proxy: bool = False
    """It carries everything, for there is no other road."""
    control: str = ""
    """The school's control API; "" where there is none."""
    token: str = ""
    only: frozenset[str] = frozenset()
    """Hosts that may be reached beside loopback and those above."""
    max_rps: float = 0
    """Requests a second to those, of all processes together; 0 where there are none."""


class Outcome(StrEnum):
    """What became of one flow."""

    RIGHT = "right"
    """The vendor showed the person who had logged in; or, where nobody logs in, the exchange was done."""
    OTHER = "other-person"
    """It showed somebody else, alone or beside them."""
    NOBODY = "nobody"
    """It showed nobody of those who take part."""
    STOPPED = "stopped"
    """A page was not the one that the flow can go on from."""
    GAVE_UP = "gave-up"
    """A page did not come for so long that the person went away."""
    FAILED = "failed"
    """A page could not be had at all."""
    UNFINISHED = "unfinished"
    """The run ended before."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a flow, in seconds after the beginning of the run."""

    name: str
    """Method, host and path."""
    began_s: float
    took_s: float
    status: int
    """0 where no answer came."""


@dataclass(frozen=True, slots=True)
class Record:
    """One flow, in seconds after the beginning of the run."""

    number: int
    flow: Flow
    vendor: str
    person: str
    due_s: float
    began_s: float
    """Of the last attempt, when its first request was about to be sent; as the generator could, not as it should."""
    right_s: float | None
    """When the right session was first shown, or the exchange done."""
    ended_s: float
    outcome: Outcome
    attempts: int = 1
    why: str = ""
    shown: tuple[str, ...] = ()
    """Of whom else a page showed something: ids."""
    leaked: tuple[str, ...] = ()
    """Those of them who stood on a page that said that something had failed."""
    intercepted: bool = False
    requests: tuple[Request, ...] = field(default=(), repr=False)
    """Of all attempts."""

    @property
    def latency_s(self) -> float | None:
        """From the intended start until the right session: what the person waited."""
        return None if self.right_s is None else self.right_s - self.due_s

    @property
    def service_s(self) -> float | None:
        """The same from when the last attempt began: what a generator that waits for answers would call the latency."""
        return None if self.right_s is None else self.right_s - self.began_s


@dataclass(frozen=True, slots=True)
class Sample:
    """What one participant used at one moment."""

    at_s: float
    """After the beginning of the run."""
    participant: str
    cpu: float
    """Of one core since the sample before, 1.0 being all of it; more where it has several processes."""
    memory: int
    """Resident, in octets."""
    handles: int
    """Open files and sockets; 0 where they cannot be seen, for nothing has none."""
    threads: int
    processes: int = 1
    """So many it has; one of Python's own uses one core at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadAbout:
    """What was asked of a load run, and how it ended; without what became of each who arrived."""

    id: str
    started: datetime
    finished: datetime
    lab: str
    seed: int
    profile: Profile
    """With the scale and the times that it was run with."""
    vendors: dict[str, str]
    """Id to name."""
    cores: int
    """Of the machine that the load was made on."""
    arrivals: int
    """So many were to arrive."""
    versions: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    """What the command was given: the profile, and the options that were not left as they are by default."""
    ended: str = ""
    """Why it ended before everybody was done; "" where it did not."""
    problems: tuple[str, ...] = ()
    """Our own: a participant or a generator that went away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRun(LoadAbout):
    """A load run, whole: what was asked, and everything that came of it."""

    records: tuple[Record, ...]
    """By number; of each who arrived."""
    samples: tuple[Sample, ...] = ()
    """By time."""


ORDER: TypeAdapter[Order] = TypeAdapter(Order)
RECORDS: TypeAdapter[tuple[Record, ...]] = TypeAdapter(tuple[Record, ...])


def flow_id(arrival: Arrival | Record) -> str:
    """What the judge calls the play of a flow that was intercepted."""
    return f"{arrival.flow}-{arrival.number}"


class Stage(StrEnum):
    """What a process that makes load is: all of it, or one of several."""

    ALONE = "alone"
    MASTER = "master"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Process:
    """What a process that makes load is told when it starts."""

    stage: Stage
    host: str = "127.0.0.1"
    """Where the master is."""
    port: int = 0
    """Of the master."""
    workers: int = 1
    """So many a master waits for."""
    web: int = 0
    """The port of locust's web interface on loopback; 0 for none."""
    key: str = field(default="", repr=False)
    """Seals what a master and its workers tell each other."""
    join_s: float = 60
    """How long a master waits for its workers."""
    orders: int = 0
    """The port at which it is told what to do, in place of standard input; 0 for none."""
    token: str = field(default="", repr=False)
    """Of whoever tells it there."""


PROCESS: TypeAdapter[Process] = TypeAdapter(Process)
