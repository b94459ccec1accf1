"""Open arrivals: everybody comes when they are due, however long those before them are kept waiting."""

import logging
from collections.abc import Callable, Iterable

import gevent
from gevent.pool import Group

from loadtests.carrier import Exhausted
from loadtests.pupil import Pupil, World
from testbed.model.load import Arrival, Outcome, Record

log = logging.getLogger("testbed.load")
MEND_S = 5.0
"""How long those who are ended may take to say so."""
# NOTE: where each was made is kept for those who look at greenlets; of thousands it is much, and it is one place.
gevent.config.track_greenlet_tree = False
ENDED = "the run ended before they were done"


class Crowd:
    """Those who arrive at one process.

    Args:
        world: what they have in common.
        arrivals: theirs, by the time at which they are due.
        done: is told what became of each who arrived, once.
        wrong: is told what is wrong with the generator itself.
    """

    def __init__(
        self,
        world: World,
        arrivals: Iterable[Arrival],
        done: Callable[[Record], None],
        wrong: Callable[[str], None],
    ) -> None:
        self._world, self._arrivals, self._done, self._wrong = world, tuple(arrivals), done, wrong
        self._greenlets = Group()
        self._under_way: dict[int, Pupil] = {}
        self.arrived = 0

    @property
    def under_way(self) -> int:
        """So many have arrived and are not done."""
        return len(self._under_way)

    def come(self) -> None:
        """Let everybody arrive, and wait until they are done or the run's time is over; a kill ends it early. Those who
        are then under way did not finish, and those who were still to come are told of nowhere."""
        world = self._world
        try:
            with gevent.Timeout(max(0.0, world.order.ends_s - world.now_s()), exception=False):
                for arrival in self._arrivals:
                    gevent.sleep(max(0.0, arrival.due_s - world.now_s()))
                    self._arrive(arrival)
                self._greenlets.join()
        finally:
            try:
                self._greenlets.kill(timeout=MEND_S)
            finally:
                # NOTE: one that is ended before its first turn says nothing, nor does one that does not end in time.
                for pupil in tuple(self._under_way.values()):
                    self._left(pupil, pupil.record(Outcome.UNFINISHED, ENDED))

    def _arrive(self, arrival: Arrival) -> None:
        pupil = self._under_way[arrival.number] = Pupil(self._world, arrival)
        self.arrived += 1
        self._greenlets.spawn(self._live, pupil)

    def _live(self, pupil: Pupil) -> None:
        try:
            record = pupil.live()
        except Exhausted as error:
            self._wrong(str(error))
            record = pupil.record(Outcome.UNFINISHED, str(error))
        except Exception as error:
            # NOTE: ours, and nobody else's: it must neither pass for the vendor's nor be lost.
            log.exception("a pupil of the load generator's own failed")
            why = f"the load generator failed ({type(error).__name__}: {error})"
            self._wrong(why)
            record = pupil.record(Outcome.UNFINISHED, why)
        self._left(pupil, record)

    def _left(self, pupil: Pupil, record: Record) -> None:
        if self._under_way.pop(pupil.arrival.number, None) is not None:
            self._done(record)
