"""What containers use: those that are parts of one participant are counted as one."""

import threading
from types import SimpleNamespace
from typing import Any

from docker.errors import NotFound

from testbed.lab.containers.engine import Project
from testbed.lab.containers.load import MAKERS
from testbed.lab.containers.statistics import Statistics

SERVICES = {"1": "school", "2": "load-master", "3": "load-worker", "4": "load-worker"}
SECOND = 1_000_000_000


class Engine:
    """Counts a second of CPU more at each look; all looks of a moment wait for each other."""

    def __init__(self, at_once: int) -> None:
        self.together, self.gone, self.looks = threading.Barrier(at_once), "", dict.fromkeys(SERVICES, 0)

    def stats(self, number: str, *, stream: bool, one_shot: bool) -> dict[str, Any]:
        assert (stream, one_shot) == (False, True)
        self.together.wait(timeout=30)
        if number == self.gone:
            raise NotFound("gone")
        self.looks[number] += 1
        return {
            "cpu_stats": {"cpu_usage": {"total_usage": self.looks[number] * SECOND}},
            "memory_stats": {"usage": 1000 + int(number), "stats": {"inactive_file": 1000}},
            "pids_stats": {"current": 2},
        }


def of(engine: Engine) -> Statistics:
    made = [
        SimpleNamespace(id=number, name=number, labels={"com.docker.compose.service": service}, attrs={"State": {}})
        for number, service in SERVICES.items()
    ]
    client: Any = SimpleNamespace(api=engine, containers=SimpleNamespace(list=lambda **_: made))
    return Statistics(Project(client, "x"), MAKERS)


def test_master_and_workers_are_the_generator_and_are_all_asked_about_at_once() -> None:
    counted = of(Engine(at_once=len(SERVICES)))
    assert counted.sample(1.0) == ()
    samples = {one.participant: one for one in counted.sample(2.0)}
    assert samples.keys() == {"school", "generator"}
    school, generator = samples["school"], samples["generator"]
    assert (school.memory, school.threads, school.processes) == (1, 2, 1)
    assert (generator.memory, generator.threads, generator.processes) == (2 + 3 + 4, 6, 3)
    assert generator.cpu > school.cpu > 0
    assert {school.at_s, generator.at_s} == {2.0}


def test_one_that_has_gone_is_counted_no_more() -> None:
    engine = Engine(at_once=len(SERVICES))
    counted = of(engine)
    counted.sample(1.0)
    engine.gone = "3"
    samples = {one.participant: one for one in counted.sample(2.0)}
    assert samples["generator"].processes == 2
    assert samples["generator"].memory == 2 + 4
