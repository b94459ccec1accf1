"""What containers use, as the engine counts it, sampled in step with a load."""

from collections.abc import Iterator, Mapping
from typing import Any

import psutil
from docker.errors import NotFound

from testbed.lab.containers.engine import Project, service_of
from testbed.model.load import Sample

NANO = 1e-9


class Statistics:
    """Samples the containers of one lab.

    Args:
        project: whose they are.
    """

    def __init__(self, project: Project) -> None:
        self._api = project.client.api
        self._containers = {container.id: service_of(container) for container in project.containers()}
        self._pids = {one.id: int(one.attrs["State"].get("Pid", 0)) for one in project.containers()}
        self._before: dict[str, tuple[float, float]] = {}

    def sample(self, at_s: float) -> tuple[Sample, ...]:
        """See :class:`testbed.lab.loading.Sampler`."""
        return tuple(self._samples(at_s))

    def _samples(self, at_s: float) -> Iterator[Sample]:
        for number, name in self._containers.items():
            try:
                said = self._api.stats(number, stream=False, one_shot=True)
            except NotFound:
                # NOTE: one that is gone uses nothing; that it went is told by whoever started it.
                continue
            used_s = float(said["cpu_stats"]["cpu_usage"]["total_usage"]) * NANO
            before = self._before.get(number)
            self._before[number] = (at_s, used_s)
            if before is not None and at_s > before[0]:
                share = max(0.0, used_s - before[1]) / (at_s - before[0])
                yield Sample(at_s, name, round(share, 3), _memory(said), self._handles(number), _threads(said))

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
