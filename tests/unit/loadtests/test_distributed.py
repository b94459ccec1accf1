"""Several processes make one load: the same arrivals, each once; one that dies is told; big orders come through."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from loading import made_by, order

from loadtests.bench.canned import Told
from loadtests.bench.crowds import canned_order
from loadtests.bench.load_generator import serving
from testbed.interception import ParticipantUnavailable
from testbed.lab.load_processes import Outside, generator, new_key
from testbed.lab.ports import free_ports
from testbed.model.load import Outcome
from testbed.model.written import Person


@pytest.mark.lab
def test_two_workers_give_the_same_totals_as_one(tmp_path: Path) -> None:
    async def both(base: str) -> tuple[list[tuple[int, str, Outcome]], ...]:
        asked = order(base, [number / 40 for number in range(120)])
        came = []
        for workers in (1, 2):
            async with generator(tmp_path / "log", workers=workers) as makes:
                records = await made_by(makes, asked)
            came.append([(record.number, record.person, record.outcome) for record in records])
        return tuple(came)

    with serving(Told()) as base:
        alone, two = asyncio.run(both(base))
    assert alone == two
    assert [number for number, _, _ in alone] == list(range(120))
    assert {outcome for _, _, outcome in alone} == {Outcome.RIGHT}


@pytest.mark.lab
def test_a_worker_that_dies_is_told_and_the_numbers_so_far_are_kept(tmp_path: Path) -> None:
    async def run(base: str) -> tuple[str, list[int], set[Outcome]]:
        asked = order(base, [number / 20 for number in range(400)])
        records = []
        async with generator(tmp_path / "log", workers=2) as makes:
            await makes.give(asked)
            await makes.begin(0.3)
            await asyncio.sleep(1.5)
            os.kill(makes.pids[2], signal.SIGKILL)
            until = time.monotonic() + 15
            lost = ""
            while not lost and time.monotonic() < until:
                await asyncio.sleep(0.2)
                told = await makes.take()
                records += told.records
                lost = told.lost
            await makes.stop()
            while time.monotonic() < until and not told.over:
                await asyncio.sleep(0.2)
                told = await makes.take()
                records += told.records
            assert told.over
        return lost, [record.number for record in records], {record.outcome for record in records}

    with serving(Told()) as base:
        lost, numbers, outcomes = asyncio.run(run(base))
    assert lost.startswith("1 of 2 workers, and what became of ")
    assert len(numbers) == len(set(numbers))
    assert 20 < len(numbers) < 400
    assert Outcome.RIGHT in outcomes


@pytest.mark.lab
def test_an_order_of_seventeen_thousand_people_is_taken_by_two_workers(tmp_path: Path) -> None:
    asked = canned_order("http://127.0.0.1:1", 17_000, 1.0)
    long = {
        name: Person(id=name, role="pupil", attributes={**one.attributes, "street": "Storgatan " * 100})
        for name, one in asked.people.items()
    }

    async def given() -> float:
        async with generator(tmp_path / "log", workers=2) as makes:
            began = time.monotonic()
            await makes.give(replace(asked, people=long))
            took_s = time.monotonic() - began
            await makes.begin(0.1)
            await asyncio.sleep(2)
            told = await makes.take()
            assert (told.lost, told.problems, told.over) == ("", (), False)
            return took_s

    assert asyncio.run(given()) < 40


@pytest.mark.lab
def test_workers_from_elsewhere_join_by_the_command_and_share_the_load(tmp_path: Path) -> None:
    async def run(base: str) -> tuple[list[Outcome], int]:
        outside = Outside("127.0.0.1", free_ports(1)[0], 1, new_key(), join_s=30)
        command = [sys.executable, "-m", "loadtests.worker", "--master", f"127.0.0.1:{outside.port}"]
        environment = {**os.environ, "TESTBED_LOAD_KEY": outside.key}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as worker:  # noqa: ASYNC220
            async with generator(tmp_path / "log", workers=1, outside=outside) as makes:
                records = await made_by(makes, order(base, [number / 20 for number in range(40)]))
            status = await asyncio.to_thread(worker.wait, 20)
        return [record.outcome for record in records], status

    with serving(Told()) as base:
        outcomes, status = asyncio.run(run(base))
    assert outcomes == [Outcome.RIGHT] * 40
    assert status == 0


@pytest.mark.lab
@pytest.mark.kill
def test_a_worker_without_the_key_gets_nothing_done_and_is_told(tmp_path: Path) -> None:
    async def run() -> None:
        outside = Outside("127.0.0.1", free_ports(1)[0], 1, new_key(), join_s=30)
        command = [sys.executable, "-m", "loadtests.worker", "--master", f"127.0.0.1:{outside.port}"]
        environment = {**os.environ, "TESTBED_LOAD_KEY": new_key()}
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet) as stranger:  # noqa: ASYNC220
            try:
                async with generator(tmp_path / "log", workers=1, outside=outside) as makes:
                    await makes.give(order("http://127.0.0.1:1", [0.0, 0.1]))
            finally:
                stranger.kill()

    with pytest.raises(ParticipantUnavailable, match="not all 2 workers have taken the order within 30 s"):
        asyncio.run(run())


@pytest.mark.lab
def test_workers_who_do_not_come_are_told_in_a_sentence(tmp_path: Path) -> None:
    async def run() -> None:
        outside = Outside("127.0.0.1", free_ports(1)[0], 1, new_key(), join_s=3)
        async with generator(tmp_path / "log", workers=1, outside=outside) as makes:
            await makes.give(order("http://127.0.0.1:1", [0.0]))

    with pytest.raises(ParticipantUnavailable, match="the load cannot begin: not all 2 workers have come within 3 s"):
        asyncio.run(run())


def test_a_workers_bad_command_line_is_answered_by_a_sentence() -> None:
    for arguments, key, said in (
        (["--master", "nowhere"], "k", "as HOST:PORT"),
        (["--master", "127.0.0.1:5557"], "", "TESTBED_LOAD_KEY is not set"),
        (["--master", "127.0.0.1:5557"], "short", "32 url-safe base64"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "loadtests.worker", *arguments],
            env={**os.environ, "TESTBED_LOAD_KEY": key},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 2, json.dumps([arguments, done.stderr])
        assert said in done.stderr
        assert "Traceback" not in done.stderr
