"""A process that makes load: told by lines, stopped in the middle, and looked at by locust's web interface."""

import asyncio
from pathlib import Path

import httpx
import pytest
from loading import made_by, order

from loadtests.bench.canned import Told
from loadtests.bench.load_generator import serving
from testbed.lab.load_processes import generator
from testbed.lab.ports import free_ports
from testbed.model.load import Outcome

pytestmark = pytest.mark.lab


def test_a_stop_tells_of_everybody_who_arrived_and_the_log_stays_empty(tmp_path: Path) -> None:
    log = tmp_path / "log"

    async def run(base: str) -> tuple[int, list[int], set[Outcome]]:
        async with generator(log) as makes:
            await makes.give(order(base, [number / 200 for number in range(2000)]))
            await makes.begin(0.2)
            await asyncio.sleep(1.5)
            await makes.stop()
            records, over = [], False
            while not over:
                told = await makes.take()
                records += told.records
                over = told.over
            return told.arrived, sorted(record.number for record in records), {one.outcome for one in records}

    with serving(Told(stalls_after_s=0.5, stall_s=60)) as base:
        arrived, numbers, outcomes = asyncio.run(run(base))
    assert numbers == list(range(arrived))
    assert 100 < arrived < 2000
    assert outcomes == {Outcome.RIGHT, Outcome.UNFINISHED}
    assert log.read_text(encoding="utf-8") == ""


def test_a_stop_before_the_beginning_is_over_at_once(tmp_path: Path) -> None:
    async def run() -> tuple[int, bool]:
        async with generator(tmp_path / "log") as makes:
            await makes.give(order("http://127.0.0.1:1", [0.0]))
            await makes.stop()
            told = await makes.take()
            return told.arrived, told.over

    assert asyncio.run(run()) == (0, True)


def test_the_fault_of_an_order_is_a_problem_of_the_run(tmp_path: Path) -> None:
    problems: set[str] = set()

    async def run() -> None:
        async with generator(tmp_path / "log") as makes:
            asked = order("http://127.0.0.1:1", [0.0], ca="no certificate")
            assert await made_by(makes, asked, lambda told: problems.update(told.problems)) == []

    asyncio.run(run())
    assert len(problems) == 1
    assert "the load generator failed" in problems.pop()


@pytest.mark.parametrize("workers", [1, 2])
def test_the_web_interface_shows_the_counts_and_its_buttons_do_nothing(workers: int, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    seen: list[int] = []
    answers: list[int] = []

    async def run(base: str) -> int:
        async with generator(tmp_path / "log", workers=workers, web=port) as makes:

            def look(_: object) -> None:
                with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
                    shown = client.get("/stats/requests").json()
                    seen.append(sum(one["num_requests"] for one in shown["stats"] if one["name"].endswith("/login")))
                    if len(answers) < 3:
                        form = {"user_count": "5", "spawn_rate": "5"}
                        answers.append(client.post("/swarm", data=form).status_code)
                        answers.append(client.get("/stop").status_code)
                        answers.append(client.get("/stats/reset").status_code)
                        assert client.get("/").status_code == 200

            return len(await made_by(makes, order(base, [number / 20 for number in range(100)]), look))

    with serving(Told()) as base:
        assert asyncio.run(run(base)) == 100
    assert answers == [403, 403, 403]
    assert seen == sorted(seen)
    assert 20 < seen[-1] <= 100
