"""Load by several processes: a master that hands out the order and gathers what came of it, and its workers.

They speak by locust's distributed mode. What is the testbed's own there is sealed with a key that both have.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gevent
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner
from pydantic import TypeAdapter

from loadtests.sealed import Seal, Unsealed
from loadtests.shares import split
from loadtests.users import State, environment_of
from loadtests.web import show
from testbed.model.load import Order, Process, Record

log = logging.getLogger("testbed.load")
TELL_S = 0.5
"""How often a worker tells what has become of whom."""
TOLD = 2000
"""So many records it tells at a time."""
TAKE_UP_S = 30.0
"""How long workers may take to say that they have an order."""
LOOK_S = 0.05
MESSAGE = "testbed-{}"

type Share = tuple[Order, int]
"""What a worker is to do, and how many there are."""
type News = tuple[State, tuple[Record, ...]]
SHARE: TypeAdapter[Share] = TypeAdapter(Share)
NEWS: TypeAdapter[News] = TypeAdapter(News)
IN_S: TypeAdapter[float] = TypeAdapter(float)


class Master:
    """Hands the order to workers, and gathers what they tell.

    Args:
        process: where it listens, and for how many.
    """

    def __init__(self, process: Process) -> None:
        self._environment, _ = environment_of()
        self._wanted, self._join_s, self._seal = process.workers, process.join_s, Seal(process.key)
        self._runner: MasterRunner = self._environment.create_master_runner(process.host, process.port)
        self._records: list[Record] = []
        self._states: dict[str, State] = {}
        self._given: set[str] = set()
        self._strange: Counter[str] = Counter()
        self._runner.register_message(MESSAGE.format("records"), self._heard)
        self._runner.register_message(MESSAGE.format("given"), self._taken_up)
        if process.web:
            show(self._environment, process.web)

    def give(self, order: Order) -> None:
        """See :class:`loadtests.parts.Part`."""
        runner = self._runner
        self._wait(lambda: runner.worker_count >= self._wanted, self._join_s, "workers have come")
        workers = sorted(client.id for client in runner.clients.ready)
        for worker, share in zip(workers, split(order, len(workers)), strict=True):
            self._send("order", SHARE.dump_json((share, len(workers)), by_alias=True), worker)
            gevent.sleep(0)
        self._wait(lambda: self._given >= set(workers), TAKE_UP_S, "workers have taken the order")
        self._states = {worker: State() for worker in workers}

    def begin(self, in_s: float) -> None:
        """See :class:`loadtests.parts.Part`."""
        for worker in self._states:
            self._send("begin", IN_S.dump_json(in_s), worker)
        # NOTE: one user for each that is there, also for one that came too late to be given anything; and it would wait
        # until all of them have told of theirs.
        count = self._runner.worker_count
        gevent.spawn(self._runner.start, count, spawn_rate=count)

    def take(self, most: int) -> list[Record]:
        """See :class:`loadtests.parts.Part`."""
        taken, self._records = self._records[:most], self._records[most:]
        return taken

    def state(self) -> State:
        """See :class:`loadtests.parts.Part`."""
        states, gone = self._states, [name for name in self._states if self._is_gone(name)]
        there = [state for name, state in states.items() if name not in gone]
        unknown = sum(states[name].under_way for name in gone)
        lost = f"{len(gone)} of {len(states)} workers, and what became of {unknown} people" if gone else ""
        problems = {problem for state in states.values() for problem in state.problems} | set(self._strange)
        return State(
            arrived=sum(state.arrived for state in states.values()),
            under_way=sum(state.under_way for state in there),
            over=all(state.over for state in there) and not self._records,
            lost=lost,
            problems=tuple(sorted(problems)),
        )

    def stop(self) -> None:
        """See :class:`loadtests.parts.Part`."""
        for worker in self._states:
            self._send("stop", b"", worker)

    def quit(self) -> None:
        """See :class:`loadtests.parts.Part`."""
        self._runner.quit()

    def _send(self, what: str, message: bytes, worker: str) -> None:
        self._runner.send_message(MESSAGE.format(what), {"sealed": self._seal.close(message)}, worker)

    def _is_gone(self, name: str) -> bool:
        client = self._runner.clients.get(name)
        return client is None or client.state == STATE_MISSING

    def _heard(self, environment: Environment, msg: Any, **_: Any) -> None:  # noqa: ANN401 - as locust calls
        try:
            state, records = NEWS.validate_json(self._seal.open(msg.data["sealed"]))
        except (Unsealed, ValueError, TypeError, KeyError):
            self._strange["a worker told what could not be read; it was left out of account"] += 1
            return
        if msg.node_id in self._states:
            self._states[msg.node_id] = state
            self._records += records

    def _taken_up(self, environment: Environment, msg: Any, **_: Any) -> None:  # noqa: ANN401 - as above
        with suppress(Unsealed, KeyError, TypeError):
            # NOTE: a stranger who has joined cannot say this; the master then tells that not all have taken the order.
            self._seal.open(msg.data["sealed"])
            self._given.add(msg.node_id)

    def _wait(self, there: Callable[[], bool], within_s: float, what: str) -> None:
        until = time.monotonic() + within_s
        while not there():
            if time.monotonic() > until:
                raise TimeoutError(f"not all {self._wanted} {what} within {within_s:g} s")
            gevent.sleep(LOOK_S)


class Worker:
    """One of several: the order comes from the master, and what becomes of whom is told to it.

    Args:
        process: where the master is.

    Raises:
        ConnectionError: there is none.
    """

    def __init__(self, process: Process) -> None:
        self._environment, self._desk = environment_of()
        self._seal = Seal(process.key)
        self._runner: WorkerRunner = self._environment.create_worker_runner(process.host, process.port)
        self._runner.register_message(MESSAGE.format("order"), self._given)
        self._runner.register_message(MESSAGE.format("begin"), self._begun)
        self._runner.register_message(MESSAGE.format("stop"), self._stopped, concurrent=True)
        self._telling = gevent.spawn(self._tell)

    def give(self, order: Order) -> None:
        """See :class:`loadtests.parts.Part`; its master does."""

    def begin(self, in_s: float) -> None:
        """See :class:`loadtests.parts.Part`; its master does."""

    def take(self, most: int) -> list[Record]:
        """See :class:`loadtests.parts.Part`; its master is told."""
        return []

    def state(self) -> State:
        """See :class:`loadtests.parts.Part`."""
        return self._desk.state()

    def stop(self) -> None:
        """See :class:`loadtests.parts.Part`."""
        self._runner.stop()
        self._desk.over.set()

    def quit(self) -> None:
        """See :class:`loadtests.parts.Part`."""
        self._telling.kill()
        self._runner.quit()

    def wait(self) -> None:
        """Until the master lets it go, or has not been heard of for a minute."""
        self._runner.greenlet.join()

    def _given(self, environment: Environment, msg: Any, **_: Any) -> None:  # noqa: ANN401 - as locust calls
        try:
            order, of = SHARE.validate_json(self._seal.open(msg.data["sealed"]))
        except Unsealed:
            log.error("an order came that is sealed with another key; is TESTBED_LOAD_KEY that of this run?")
            return
        if not self._desk.given.ready():
            self._desk.given.set((order, of))
            self._runner.send_message(MESSAGE.format("given"), {"sealed": self._seal.close(b"")})

    def _begun(self, environment: Environment, msg: Any, **_: Any) -> None:  # noqa: ANN401 - as above
        in_s = IN_S.validate_json(self._seal.open(msg.data["sealed"]))
        self._desk.begins.set(time.monotonic() + in_s)

    def _stopped(self, environment: Environment, msg: Any, **_: Any) -> None:  # noqa: ANN401 - as above
        self._seal.open(msg.data["sealed"])
        self.stop()

    def _tell(self) -> None:
        while True:
            gevent.sleep(TELL_S)
            records = tuple(self._desk.take(TOLD))
            # NOTE: the state is taken after the records, and says that it is over only when none are left.
            news = NEWS.dump_json((self._desk.state(), records))
            self._runner.send_message(MESSAGE.format("records"), {"sealed": self._seal.close(news)})
