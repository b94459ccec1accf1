"""What each participant uses, sampled in step with the load."""

import time
from collections.abc import Iterator, Mapping, Sequence

import psutil

from testbed.model.load import Sample
from testbed.model.load_result import OTHERS


class Resources:
    """Samples processes by participant.

    Args:
        processes: participant to the ids of its processes.
    """

    def __init__(self, processes: Mapping[str, Sequence[int]]) -> None:
        self._processes = {name: [psutil.Process(pid) for pid in pids] for name, pids in processes.items()}
        self._before: dict[str, tuple[float, float]] = {}

    def sample(self, at_s: float) -> tuple[Sample, ...]:
        """What each uses now; the first call only notes how much CPU they have used."""
        return tuple(self._samples(at_s))

    def _samples(self, at_s: float) -> Iterator[Sample]:
        for name, processes in self._processes.items():
            cpu_s, memory, handles, threads, alive = 0.0, 0, 0, 0, 0
            for process in processes:
                try:
                    with process.oneshot():
                        times = process.cpu_times()
                        cpu_s += times.user + times.system
                        memory += process.memory_info().rss
                        handles += process.num_fds()
                        threads += process.num_threads()
                        alive += 1
                except psutil.NoSuchProcess:
                    # NOTE: a participant that has died uses nothing; that it died is told by whoever started it.
                    continue
            now = time.monotonic()
            before = self._before.get(name)
            self._before[name] = (now, cpu_s)
            if before is not None and now > before[0]:
                share = max(0.0, cpu_s - before[1]) / (now - before[0])
                yield Sample(at_s, name, round(share, 3), memory, handles, threads, max(1, alive))


class Others:
    """What all other programs of this machine use: whoever waits may have waited for them."""

    def __init__(self) -> None:
        self._before: tuple[float, float] | None = None

    def sample(self, at_s: float, ours: Sequence[Sample]) -> tuple[Sample, ...]:
        """What they use now.

        Args:
            at_s: after the beginning of the run.
            ours: what the participants use, of the same moment.
        """
        times = psutil.cpu_times()
        # NOTE: guest time is a part of user time.
        busy_s = times.user + times.nice + times.system + times.irq + times.softirq + times.steal
        now, before = time.monotonic(), self._before
        self._before = (now, busy_s)
        if before is None or now <= before[0]:
            return ()
        cpu = (busy_s - before[1]) / (now - before[0]) - sum(one.cpu for one in ours)
        memory = psutil.virtual_memory()
        used = memory.total - memory.available - sum(one.memory for one in ours)
        return (Sample(at_s, OTHERS, round(max(0.0, cpu), 3), max(0, used), 0, 0, processes=psutil.cpu_count() or 1),)
