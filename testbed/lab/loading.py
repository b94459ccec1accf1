"""A load run: the generator and the samples, from the first arrival until the last has ended."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from testbed.interception import ParticipantUnavailable
from testbed.lab.control import SchoolControl
from testbed.lab.load_processes import Generator, Outside, Told, generator
from testbed.lab.load_resources import Others, Resources
from testbed.lab.spec import LabSpec
from testbed.model.load import Arrival, Order, Profile, Record, Sample
from testbed.model.load_result import GENERATOR
from testbed.model.written import Person

LEAD_S = 1.0
"""Between the order to begin and the beginning."""
EVERY_S = 1.0
"""How often it is asked how far the load has come."""
ENDING_S = 15.0
"""How long those who are ended may take to say what became of them."""
NAMES = "pairwise-id"
"""The attribute that holds them, for whoever makes the load."""


@dataclass(slots=True)
class Taken:
    """What has come of a load so far."""

    records: list[Record] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    ended: str = ""
    """Why it ended before everybody was done."""
    arrived: int = 0
    under_way: int = 0
    at_s: float = 0.0


class Watch(Protocol):
    """Whoever looks on."""

    def __call__(self, taken: Taken) -> str:
        """How far it has come; returns "" or why it is to end now."""


class Sampler(Protocol):
    """Whoever knows what participants use."""

    def sample(self, at_s: float) -> tuple[Sample, ...]:
        """What each of them uses now; the first call may have nothing to tell yet."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the load is made on."""

    schools: Mapping[str, str]
    """Id of each school, as people have it, to its SAML entity id."""
    sampler: Sampler
    """Of its participants."""
    hosts: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Where each host of the lab listens; those that are not here are reached by their own address."""
    ca: str = ""
    """PEM of the authorities that are trusted; "" where those of the machine are."""
    proxy: tuple[str, int] | None = None
    """Carries what is intercepted."""
    only_proxy: bool = False
    """It carries everything, for there is no other road."""
    control: SchoolControl | None = None
    control_at: str = ""
    """Address of the school's control API."""
    token: str = field(default="", repr=False)
    """Of the same."""
    only: frozenset[str] = frozenset()
    """Hosts that may be reached beside those above and this machine."""
    max_rps: float = 0
    """Requests a second to those."""
    names: Callable[[Person], tuple[str, ...]] | None = None
    """By what else pages may show people, and nobody else."""
    generator: Generator | None = None
    """Makes the load, where that is done over there; the sampler knows what it uses."""

    def order(self, order: Order) -> Order:
        """The order, with where everything is."""
        return replace(
            order,
            people={name: self._named(person) for name, person in order.people.items()},
            schools=dict(self.schools),
            hosts=dict(self.hosts),
            ca=self.ca,
            proxy=self.proxy,
            only_proxy=self.only_proxy,
            control=self.control_at,
            token=self.token,
            only=self.only,
            max_rps=self.max_rps,
        )

    def _named(self, person: Person) -> Person:
        names = self.names(person) if self.names else ()
        return person.model_copy(update={"attributes": {**person.attributes, NAMES: names}}) if names else person


@asynccontextmanager
async def loading(
    target: Target, order: Order, log: Path, *, workers: int = 1, web: int = 0, outside: Outside | None = None
) -> AsyncIterator["Loading"]:
    """A generator that has been told what to do there.

    Args:
        target: what the load is made on.
        order: what is to be done.
        log: where processes say what goes wrong.
        workers: so many processes make the load, if none do over there.
        web: the port of locust's web interface; 0 for none.
        outside: workers that come from other machines, beside those.

    Raises:
        ParticipantUnavailable: a process did not come up, or not all workers came.
    """
    if target.generator is not None:
        await target.generator.give(target.order(order))
        yield Loading(target.generator, (target.sampler,))
        return
    async with generator(log, workers=workers, web=web, outside=outside) as makes:
        await makes.give(target.order(order))
        yield Loading(makes, (Resources({GENERATOR: makes.pids}), target.sampler))


class Loading:
    """A load that is about to begin.

    Args:
        makes: the generator, which has its order.
        samplers: of the participants.
    """

    def __init__(self, makes: Generator, samplers: Sequence[Sampler]) -> None:
        self._makes, self._samplers, self._others = makes, samplers, Others()

    async def run(self, watch: Watch, clock: Callable[[], float] = time.monotonic) -> Taken:
        """Let everybody arrive, and wait until they are done; what came of it, also when it ended early."""
        taken = Taken()
        try:
            await self._makes.begin(LEAD_S)
            began = clock() + LEAD_S
            await self._watched(taken, watch, lambda: clock() - began)
        except ParticipantUnavailable as gone:
            taken.problems.append(str(gone))
            taken.ended = "a process of the laboratory's own went away"
        except asyncio.CancelledError:
            taken.ended = "interrupted with Ctrl-C"
            await self._ended(taken)
        return taken

    async def _watched(self, taken: Taken, watch: Watch, at: Callable[[], float]) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            told = await self._makes.take()
            taken.at_s = at()
            ours = [sample for sampler in self._samplers for sample in sampler.sample(taken.at_s)]
            taken.samples += (*ours, *self._others.sample(taken.at_s, ours))
            self._add(taken, told)
            taken.problems += [problem for problem in told.problems if problem not in taken.problems]
            why = watch(taken)
            if told.lost:
                taken.problems.append(f"the load generator lost {told.lost}")
            if told.over and not told.under_way:
                return
            if why or told.lost:
                taken.ended = why or "a part of the load generator went away"
                await self._ended(taken)
                return

    def _add(self, taken: Taken, told: Told) -> None:
        taken.records += told.records
        taken.arrived, taken.under_way = told.arrived, told.under_way

    async def _ended(self, taken: Taken) -> None:
        """End what is under way, and take what became of it."""
        await self._makes.stop()
        until = time.monotonic() + ENDING_S
        while time.monotonic() < until:
            told = await self._makes.take()
            self._add(taken, told)
            if told.over and not told.under_way:
                return
            await asyncio.sleep(EVERY_S / 4)


def order_for(profile: Profile, arrivals: Sequence[Arrival], spec: LabSpec, seed: int) -> Order:
    """What a generator is told, but for where hosts are."""
    vendors = {vendor.id: vendor for vendor in spec.vendors}
    return Order(
        seed=seed,
        arrivals=tuple(arrivals),
        people={one.person: spec.people[one.person] for one in arrivals},
        vendors=vendors,
        agreements={vendor.agreement: spec.agreements[vendor.agreement] for vendor in spec.vendors if vendor.agreement},
        schools={},
        hosts={},
        ca="",
        patience=profile.patience,
        think_s=profile.think_s,
        ends_s=profile.window_s + profile.settle_s,
    )
