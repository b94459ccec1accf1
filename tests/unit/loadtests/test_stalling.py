"""A server that stalls: what closed locust makes of it, and what the load generator does, in the same run."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from loading import made_by, order

from loadtests.bench.canned import Told
from loadtests.bench.load_generator import serving
from testbed.lab.load_processes import generator
from testbed.model.load import Outcome, Patience, Record

STALL_S, RUN_S, PER_S = 2.4, 8.0, 20
CLOSED = """
import gevent, json, sys
from locust import FastHttpUser, constant_throughput, task
from locust.env import Environment

class Closed(FastHttpUser):
    host = sys.argv[1]
    wait_time = constant_throughput(float(sys.argv[3]))

    @task
    def look(self):
        self.client.get("/login", allow_redirects=False)

environment = Environment(user_classes=[Closed])
runner = environment.create_local_runner()
print("ready", flush=True)
sys.stdin.readline()
runner.start(1, spawn_rate=1)
gevent.sleep(float(sys.argv[2]))
total = environment.stats.total
p99, longest = total.get_response_time_percentile(0.99), total.max_response_time
print(json.dumps({"p99_ms": p99, "longest_ms": longest, "requests": total.num_requests}), flush=True)
import os; os._exit(0)
"""


async def open_arrivals(base: str, log: Path, begun: Callable[[object], None]) -> list[Record]:
    due_s = [number / PER_S for number in range(int(RUN_S * PER_S))]
    asked = order(base, due_s, patience=Patience(hangs_after_s=20), ends_s=RUN_S + 10)
    async with generator(log) as makes:
        return await made_by(makes, asked, begun)


@pytest.mark.lab
def test_a_stall_is_seconds_from_the_intended_start_where_closed_locust_shows_milliseconds(tmp_path: Path) -> None:
    with serving(Told(stalls_after_s=3.0, stall_s=STALL_S)) as base:
        command = [sys.executable, "-c", CLOSED, base, str(RUN_S), str(5 * PER_S)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as closed:
            assert closed.stdin
            assert closed.stdout
            assert closed.stdout.readline() == "ready\n"
            go = iter((closed.stdin,))

            def begun(_: object) -> None:
                for told in go:
                    told.write("go\n")
                    told.flush()

            records = asyncio.run(open_arrivals(base, tmp_path / "log", begun))
            closed_said = json.loads(closed.stdout.readline())
    assert {record.outcome for record in records} == {Outcome.RIGHT}
    assert len(records) == RUN_S * PER_S
    latencies = [record.latency_s for record in records if record.latency_s is not None]
    p99_s = float(np.percentile(latencies, 99))
    assert p99_s > STALL_S * 0.8
    assert float(np.percentile(latencies, 50)) < p99_s / 2
    assert closed_said["requests"] > 200
    assert closed_said["longest_ms"] > STALL_S * 500
    assert closed_said["p99_ms"] < 500
