"""What containers use, as the engine counts it, sampled in step with a load."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

import psutil
from docker.errors import NotFound

from testbed.lab.containers.engine import AT_ONCE, Project, service_of
from testbed.model.load import Sample

NANO = 1e-9
AS_THEY_ARE: Mapping[str, str] = MappingProxyType({})


class Statistics:
    """Samples the containers of one lab.

    Args:
        project: whose they are.
        parts: service to the participant that it is a part of, where it is one of several.
    """

    def __init__(self, project: Project, parts: Mapping[str, str] = AS_THEY_ARE) -> None:
        self._api = project.client.api
        self._pids: dict[str, int] = {}
        self._participants: dict[str, list[str]] = defaultdict(list)
        for container in project.containers():
            service = service_of(container)
            self._participants[parts.get(service, service)].append(container.id)
            self._pids[container.id] = int(container.attrs["State"].get("Pid", 0))
        self._before: dict[str, tuple[float, float]] = {}

    def sample(self, at_s: float) -> tuple[Sample, ...]:
        """See :class:`testbed.lab.loading.Sampler`."""
        return tuple(self._samples(at_s))

    def _samples(self, at_s: float) -> Iterator[Sample]:
        # NOTE: side by side, for engines keep each question waiting until they have counted once more, for a second.
        with ThreadPoolExecutor(AT_ONCE) as threads:
            used = dict(zip(self._pids, threads.map(lambda number: self._of(number, at_s), self._pids), strict=True))
        for participant, numbers in self._participants.items():
            own = [found for number in numbers if (found := used[number])]
            if own:
                yield Sample(
                    at_s,
                    participant,
                    round(sum(one.cpu for one in own), 3),
                    sum(one.memory for one in own),
                    sum(one.handles for one in own),
                    sum(one.threads for one in own),
                    len(own),
                )

    def _of(self, number: str, at_s: float) -> Sample | None:
        """Of one container; None where it is gone, or was not looked at before."""
        try:
            said = self._api.stats(number, stream=False, one_shot=True)
        except NotFound:
            # NOTE: one that is gone uses nothing; that it went is told by whoever started it.
            return None
        used_s = float(said["cpu_stats"]["cpu_usage"]["total_usage"]) * NANO
        now, before = time.monotonic(), self._before.get(number)
        self._before[number] = (now, used_s)
        if before is None or now <= before[0]:
            return None
        share = max(0.0, used_s - before[1]) / (now - before[0])
        return Sample(at_s, number, share, _memory(said), self._handles(number), _threads(said))

    def _handles(self, number: str) -> int:
        """Which the engine does not count: asked of this machine, where the engine runs on it."""
        try:
            first = psutil.Process(self._pids[number])
            return sum(process.num_fds() for process in (first, *first.children(recursive=True)))
        except psutil.Error:
            return 0


def _memory(said: Mapping[str, Any]) -> int:
    """Without what is only kept of files because there is room for it."""
    memory = said["memory_stats"]
    return max(0, int(memory.get("usage", 0)) - int(memory.get("stats", {}).get("inactive_file", 0)))


def _threads(said: Mapping[str, Any]) -> int:
    return int(said.get("pids_stats", {}).get("current", 0))
