"""What a process that makes load is: all of it, or the master or a worker of several (locust's distributed mode)."""

import time
from typing import Protocol

from loadtests.distributed import Master, Worker
from loadtests.users import State, environment_of
from loadtests.web import show
from testbed.model.load import Order, Process, Record, Stage


class Part(Protocol):
    """A process's share of the work, whatever it is."""

    def give(self, order: Order) -> None:
        """This is what is to be done.

        Raises:
            TimeoutError: those who are to do it have not come, or do not say that they will.
        """

    def begin(self, in_s: float) -> None:
        """Begin in so many seconds."""

    def take(self, most: int) -> list[Record]:
        """The flows that are done since the last call, or so many of them."""

    def state(self) -> State:
        """How far it has come."""

    def stop(self) -> None:
        """End what is under way; what became of it is taken afterwards."""

    def quit(self) -> None:
        """Go."""


def make_part(process: Process) -> Part:
    """What this process is to be."""
    match process.stage:
        case Stage.ALONE:
            return Alone(process.web)
        case Stage.MASTER:
            return Master(process)
        case Stage.WORKER:
            return Worker(process)


class Alone:
    """All of it in this process.

    Args:
        web: the port of locust's web interface; 0 for none.
    """

    def __init__(self, web: int = 0) -> None:
        self._environment, self._desk = environment_of()
        self._runner = self._environment.create_local_runner()
        if web:
            show(self._environment, web)

    def give(self, order: Order) -> None:
        """See :class:`Part`."""
        self._desk.given.set((order, 1))

    def begin(self, in_s: float) -> None:
        """See :class:`Part`."""
        self._desk.begins.set(time.monotonic() + in_s)
        self._runner.start(1, spawn_rate=1)

    def take(self, most: int) -> list[Record]:
        """See :class:`Part`."""
        return self._desk.take(most)

    def state(self) -> State:
        """See :class:`Part`."""
        return self._desk.state()

    def stop(self) -> None:
        """See :class:`Part`."""
        self._runner.stop()
        # NOTE: not before: until those under way have been ended, more may still arrive.
        self._desk.over.set()

    def quit(self) -> None:
        """See :class:`Part`."""
        self._runner.quit()
