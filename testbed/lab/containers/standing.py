"""A lab in containers that stays when the command which opened it has ended."""

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from docker.models.containers import Container

from testbed.lab.containers import opening
from testbed.lab.containers.ending import take_down
from testbed.lab.containers.engine import AT_ONCE, OPTION, WELL, Project, engine, health_of, projects, service_of
from testbed.lab.containers.opening import Opening, is_healthy, lab_of, lives, open_up, prefix_of
from testbed.lab.containers.staging import CONTAINERS, Staging
from testbed.lab.home import LabHome
from testbed.lab.spec import LabSpec
from testbed.model.files import ScenarioInvalid
from testbed.runner.folder import RunFolder

DOWN = "run 'testbed lab down --lab docker'"
MEBIBYTE = 1024 * 1024


def name_of(home: LabHome) -> str:
    """Of the lab that stays; there is one for each lab home."""
    return f"{prefix_of(home)}-up"


def must_be_possible(home: LabHome, port: int) -> None:
    """Make sure that one can be opened, before anything is made for it.

    Raises:
        ScenarioInvalid: there is no engine, no image or no compose here, the port is taken, or one is up already.
    """
    with engine() as client:
        if name_of(home) in projects(client, lab_of(home)):
            raise ScenarioInvalid(OPTION, "", "a lab of this lab home is up already", DOWN)
    opening.must_be_possible(port)


def up(spec: LabSpec, folder: RunFolder, port: int) -> None:
    """Open it; returns when all is healthy.

    Args:
        spec: who takes part.
        folder: the run's.
        port: of this machine's loopback for the browser.

    Raises:
        ScenarioInvalid: see :func:`must_be_possible`.
        ParticipantUnavailable: a container did not come up; everything was taken down again.
    """
    wanted = Opening(spec, folder, name_of(spec.home), port=port)
    with engine() as client:
        try:
            asyncio.run(open_up(wanted, client, is_healthy))
        except BaseException:
            take_down(client, wanted.name, wanted.staging)
            raise


@dataclass(frozen=True, slots=True)
class Down:
    """What was taken down, and what was not."""

    taken: tuple[str, ...]
    playing: tuple[str, ...]
    """Labs of commands that still run."""


def down(home: LabHome) -> Down:
    """Take down the lab that stays, and whatever a command that was killed has left of others.

    Raises:
        ScenarioInvalid: there is no engine here.
        ParticipantUnavailable: the engine does not let go of something.
    """
    staged = home.path / CONTAINERS
    with engine() as client:
        found = dict.fromkeys((path.name for path in staged.glob("*")), "") | projects(client, lab_of(home))
        playing = tuple(sorted(name for name, owned_by in found.items() if lives(owned_by)))
        taken = tuple(sorted(found.keys() - set(playing)))
        for name in taken:
            take_down(client, name, Staging.left(home, name))
    return Down(taken, playing)


@dataclass(frozen=True, slots=True)
class Shown:
    """How one container is."""

    project: str
    service: str
    health: str
    cpu_percent: float | None
    """Of one processor; None where it does not run."""
    memory_mib: float | None

    @property
    def is_well(self) -> bool:
        """Whether it is as it is to be."""
        return self.health in WELL


def status(home: LabHome) -> tuple[Shown, ...]:
    """How every container of this lab home's labs is.

    Raises:
        ScenarioInvalid: there is no engine here.
    """
    with engine() as client, ThreadPoolExecutor(AT_ONCE) as threads:
        found = [
            (name, container)
            for name in sorted(projects(client, lab_of(home)))
            for container in Project(client, name).containers()
        ]
        return tuple(threads.map(lambda one: _shown(*one), found))


def _shown(project: str, container: Container) -> Shown:
    health, service = health_of(container), service_of(container)
    if container.status != "running":
        return Shown(project, service, health, None, None)
    return Shown(project, service, health, *used(container.stats(stream=False)))


def used(stats: Mapping[str, Mapping[str, object]]) -> tuple[float, float]:
    """Processor in percent of one, and memory in MiB, of what the engine tells of a container: as ``docker stats``."""
    now, before = stats["cpu_stats"], stats["precpu_stats"]
    passed = _number(now, "system_cpu_usage") - _number(before, "system_cpu_usage")
    spent = _number(now, "cpu_usage", "total_usage") - _number(before, "cpu_usage", "total_usage")
    cpus = _number(now, "online_cpus") or 1
    memory = stats["memory_stats"]
    # NOTE: what files of it are kept in memory for is given back when it is wanted; the two versions of cgroups name
    # it differently.
    files = _number(memory, "stats", "total_inactive_file") or _number(memory, "stats", "inactive_file")
    cpu = spent / passed * cpus * 100 if passed > 0 else 0.0
    return cpu, max(_number(memory, "usage") - files, 0) / MEBIBYTE


def _number(stats: Mapping[str, object], *path: str) -> float:
    found: object = stats
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return float(found) if isinstance(found, int | float) else 0.0


def logs(home: LabHome, service: str = "") -> Iterator[str]:
    """What containers of the lab that stays have said, a line each.

    Args:
        home: whose lab it is.
        service: of which container; "" for all.

    Raises:
        ScenarioInvalid: there is no engine, no lab that is up, or no such container.
    """
    with engine() as client:
        containers = Project(client, name_of(home)).containers()
        if not containers:
            raise ScenarioInvalid(OPTION, "", "no lab of this lab home is up", "run 'testbed lab up --lab docker'")
        names = [service_of(container) for container in containers]
        if service and service not in names:
            raise ScenarioInvalid(
                OPTION, "", f"the lab has no container '{service}'", f"name one of {', '.join(names)}"
            )
        for container in containers:
            if service in ("", service_of(container)):
                said = container.logs(timestamps=True).decode("utf-8", "replace")
                yield from (f"{service_of(container)}: {line}" for line in said.splitlines())
