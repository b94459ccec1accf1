"""Orders to a master of load at a port: only with the token; whoever gave them is its lifeline."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from loading import made_by, order

from loadtests.bench.canned import Told
from loadtests.bench.load_generator import serving
from testbed.interception import ParticipantUnavailable
from testbed.interception.config import OrdersAt
from testbed.lab.containers import load_master as master_at
from testbed.lab.containers.load_master import load_master
from testbed.lab.load_processes import Generator, new_key
from testbed.lab.ports import LOOPBACK, free_ports
from testbed.model.load import PROCESS, Outcome, Process, Stage
from waiting import wait_for

TOKEN = "by this right"
WORKER = (sys.executable, "-m", "loadtests.worker")


@contextmanager
def process(told: Process) -> Iterator[subprocess.Popen[bytes]]:
    """One that makes load, and is handed what it is in the first line."""
    command = [sys.executable, "-m", "loadtests.process"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as made:  # type: ignore[call-overload]
        made.stdin.write(PROCESS.dump_json(told) + b"\n")
        made.stdin.close()
        try:
            yield made
        finally:
            made.kill()


@pytest.mark.lab
def test_a_master_takes_orders_at_its_port_and_a_worker_finds_the_key_in_a_file(tmp_path: Path) -> None:
    port, orders = free_ports(2)
    key = new_key()
    (tmp_path / "key").write_text(f"{key}\n", encoding="ascii")
    told = Process(Stage.MASTER, LOOPBACK, port, workers=1, key=key, join_s=30, orders=orders, token=TOKEN)
    command = [*WORKER, "--master", f"{LOOPBACK}:{port}", "--key-file", str(tmp_path / "key")]

    async def run(base: str) -> list[Outcome]:
        async with load_master(OrdersAt(orders, TOKEN)) as speaks:
            makes = Generator(speaks, join_s=30)
            assert makes.pids == ()
            return [one.outcome for one in await made_by(makes, order(base, [number / 20 for number in range(40)]))]

    with serving(Told()) as base, process(told) as made, subprocess.Popen(command, stdout=subprocess.PIPE) as worker:
        assert asyncio.run(run(base)) == [Outcome.RIGHT] * 40
        assert made.wait(20) == 0
        assert worker.wait(20) == 0


async def said_to(port: int, first: bytes) -> bytes:
    """What is answered; nothing also where the connection is broken off with what was said unread."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(first + b'{"take": true}\n')
    answer = b""
    with suppress(ConnectionResetError):
        answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.lab
def test_without_the_token_nothing_is_answered_and_who_has_it_is_served_afterwards() -> None:
    (orders,) = free_ports(1)
    strange = (b'{"token": "another"}\n', b"[]\n", b"\xff\n", b"null\n", b"\n", b"x" * 10_000 + b"\n")

    async def run() -> None:
        for first in strange:
            assert await said_to(orders, first) == b"", first
        async with load_master(OrdersAt(orders, TOKEN)) as speaks:
            assert (await speaks.ask(json.dumps({"take": True}), 20))["over"] is False

    with process(Process(Stage.ALONE, orders=orders, token=TOKEN)) as made:
        assert json.loads(made.stdout.readline()) == {"ready": True}  # type: ignore[union-attr]
        wait_for(lambda: listens(orders), deadline_s=20)
        asyncio.run(run())
        assert made.wait(20) == 0


def listens(port: int) -> bool:
    with socket.socket() as calling:
        return calling.connect_ex((LOOPBACK, port)) == 0


def test_where_none_takes_orders_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    (port,) = free_ports(1)
    monkeypatch.setattr(master_at, "READY_S", 0.3)

    async def run() -> None:
        async with load_master(OrdersAt(port, TOKEN)):
            pass

    with pytest.raises(ParticipantUnavailable, match="the load's master took no orders within 0 s"):
        asyncio.run(run())


def test_a_key_file_that_is_not_there_is_answered_by_a_sentence() -> None:
    command = [*WORKER, "--master", "127.0.0.1:5557", "--key-file", "/nowhere/key"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "No such file or directory: '/nowhere/key'" in done.stderr
    assert "Traceback" not in done.stderr
