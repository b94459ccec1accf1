"""A load that workers in containers make: as one process makes it, from behind a wall, and gone when it is over."""

import csv
import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker.models.containers import Container

from desk import LONGEST_S, Desk
from testbed.lab.containers.engine import images, service_of
from testbed.lab.containers.staging import CONTAINERS
from testbed.lab.containers.topology import BROWSER_PORT, CONTROL_PORT, LOAD_MASTER, LOAD_PORT, LOAD_WORKER, ORDERS_PORT
from testbed.model.files import ScenarioInvalid
from waiting import wait_for

pytestmark = pytest.mark.docker
SMALL = ("load", "steady", "--users", "30", "--duration", "6", "--lab", "docker")
LONG = ("load", "steady", "--users", "400", "--duration", "100", "--lab", "docker", "--workers", "2")
UID = 10001
LOCK = Path(__file__).parents[2] / "compose" / "load.lock"
CALLS = """
import json, socket
gateway, told = socket.gethostbyname("gateway"), {}
bridge = gateway.rpartition(".")[0] + ".1"
for host, port in (*((gateway, port) for port in PORTS), (bridge, 22), ("192.0.2.10", 80), ("school", 8443)):
    with socket.create_connection((host, port), 20) as calling:
        calling.sendall(b"GET /testbed HTTP/1.1\\r\\nHost: nobody.test\\r\\nConnection: close\\r\\n\\r\\n")
        told[str(port)] = calling.recv(100).split()[1].decode()
print(json.dumps(told))
"""


@pytest.fixture(autouse=True)
def _possible(desk: Desk) -> None:
    try:
        images(desk.client, workers=2)
    except ScenarioInvalid as lacking:
        pytest.skip(str(lacking))


def flows(folder: Path) -> list[tuple[str, ...]]:
    with (folder / "flows.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    names = ("number", "flow", "vendor", "person", "outcome", "intercepted")
    return [tuple(row[name] for name in names) for row in rows]


def about(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "load.json").read_text(encoding="utf-8"))["about"]
    return found


def used_by_generator(folder: Path) -> list[dict[str, str]]:
    with (folder / "resources.csv").open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["participant"] == "generator"]


def test_two_workers_in_containers_give_the_same_totals_as_one_process(desk: Desk) -> None:
    found = []
    for more, processes in (((), "1"), (("--workers", "2"), "3")):
        status, printed = desk.run(*SMALL, "--intercept", "0.2", *more)
        # NOTE: with so few people some percentile cannot be told.
        assert status in (0, 2), printed
        assert "Traceback" not in printed, printed
        assert desk.left() == []
        folder = desk.newest_run()
        told = about(folder)
        assert (told["ended"], told["problems"]) == ("", [])
        used = used_by_generator(folder)
        assert {row["processes"] for row in used} == {processes}
        assert all(int(row["memory_bytes"]) > 0 for row in used)
        judged = desk.judged()["scenarios"]
        assert {one["verdict"] for one in judged} == {"PASS"}  # type: ignore[attr-defined]
        found.append(flows(folder))
    alone, two = found
    assert alone == two
    assert len(alone) >= 20
    assert {outcome for *_, outcome, _ in alone} == {"right"}
    assert {intercepted for *_, intercepted in alone} == {"0", "1"}


def makers(desk: Desk, of: str) -> list[Container]:
    return [one for one in desk.client.containers.list() if service_of(one) == of]


def has_begun(desk: Desk) -> bool:
    return any(len(path.read_bytes().splitlines()) > 20 for path in desk.folder.glob("runs/*/exchanges.jsonl"))


@pytest.fixture
def loaded(desk: Desk) -> Iterator[Desk]:
    """A load that two workers are making."""
    command = desk.begin(*LONG)
    wait_for(lambda: has_begun(desk) or command.poll() is not None, deadline_s=LONGEST_S)
    assert command.poll() is None
    yield desk
    os.kill(command.pid, signal.SIGINT)
    printed, _ = command.communicate(timeout=LONGEST_S)
    # NOTE: whoever was under way did not get in, which is a failure as soon as they are enough.
    assert command.returncode in (1, 2)
    assert "Traceback" not in printed
    assert desk.left() == []
    told = about(desk.newest_run())
    assert told["ended"] == "interrupted with Ctrl-C"
    came = flows(desk.newest_run())
    assert len({number for number, *_ in came}) == len(came) > 0


def test_workers_have_no_leave_reach_the_proxy_alone_and_are_gone_after_ctrl_c(loaded: Desk) -> None:
    workers, masters = makers(loaded, LOAD_WORKER), makers(loaded, LOAD_MASTER)
    assert (len(workers), len(masters)) == (2, 1)
    status, printed = loaded.run("lab", "status")
    assert (status, printed.count(LOAD_WORKER)) == (0, 2), printed
    (staged,) = (loaded.home.path / CONTAINERS).iterdir()
    master = json.loads((staged / "load.json").read_text(encoding="utf-8"))
    for made in (*workers, *masters):
        config, host = made.attrs["Config"], made.attrs["HostConfig"]
        assert host["ReadonlyRootfs"]
        assert (host["CapDrop"], host["CapAdd"]) == (["ALL"], None)
        assert host["Memory"] > 0
        assert config["User"] not in ("", "0", "0:0")
        said = json.dumps(made.attrs)
        assert master["key"] not in said
        assert master["token"] not in said
        status = made.exec_run(["cat", "/proc/1/status"]).output.decode()
        assert "CapEff:\t0000000000000000" in status
        assert "Uid:\t0\t" not in status
    ports = (BROWSER_PORT, CONTROL_PORT, ORDERS_PORT, LOAD_PORT)
    answered = json.loads(workers[0].exec_run(["python", "-c", f"PORTS = {ports}\n{CALLS}"]).output)
    # NOTE: of the two that it may call the one is the school's, which has no such page; whatever else is called, the
    # recording proxy answers in its place.
    assert answered.pop(str(CONTROL_PORT)) == "404"
    assert set(answered.values()) == {"502"}
    assert len(answered) == len(ports) - 1 + 3


def test_what_a_load_that_was_killed_left_is_taken_down(desk: Desk) -> None:
    command = desk.begin(*LONG)
    wait_for(lambda: has_begun(desk) or command.poll() is not None, deadline_s=LONGEST_S)
    (made,) = makers(desk, LOAD_MASTER)
    command.kill()
    command.communicate()
    # NOTE: the connection by which it was told what to do was its lifeline, and it lets its workers go.
    assert made.wait(timeout=LONGEST_S)["StatusCode"] == 0
    status, printed = desk.run("lab", "down")
    assert (status, "gone" in printed) == (0, True)
    assert desk.left() == []


def test_a_worker_that_dies_ends_the_load_and_is_told(desk: Desk) -> None:
    command = desk.begin(*LONG)
    wait_for(lambda: has_begun(desk) or command.poll() is not None, deadline_s=LONGEST_S)
    makers(desk, LOAD_WORKER)[0].kill()
    printed, _ = command.communicate(timeout=LONGEST_S)
    assert command.returncode in (1, 2), printed
    told = about(desk.newest_run())
    assert told["ended"] == "a part of the load generator went away"
    assert any("lost 1 of 2 workers" in problem for problem in told["problems"])
    assert desk.left() == []


def test_the_image_adds_what_its_lock_says_and_nothing_else(desk: Desk) -> None:
    script = (
        "import importlib.util as util, json; from importlib.metadata import distributions as all; "
        "print(json.dumps([sorted({f'{one.name}=={one.version}' for one in all()}), "
        "[bool(util.find_spec('loadtests') and util.find_spec(f'loadtests.{name}')) for name in ('worker', 'bench')]]))"
    )
    made_of = images(desk.client, workers=2)
    (lab, _), (load, of_load) = (
        json.loads(desk.client.containers.run(name, ["python", "-c", script], network_mode="none", remove=True))
        for name in (made_of.lab, made_of.load)
    )
    lock = re.findall(r"^(\S+==\S+) ", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    assert {plain(name) for name in load} - {plain(name) for name in lab} == {plain(name) for name in lock}
    assert (set(lab) - set(load), of_load) == (set(), [True, False])
    assert desk.client.images.get(made_of.load).attrs["Config"]["User"] == f"{UID}:{UID}"


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.lower())


@pytest.mark.parametrize(
    ("more", "environment", "said"),
    [
        ((), {"TESTBED_LOAD_IMAGE": "no-such-image"}, "there is no image no-such-image. To mend it: make it"),
        (("--web", "8089"), {}, "--web: 8089: locust's web interface cannot be had beside workers in containers"),
        (("--join", "1"), {}, "--join: 1: workers of other machines cannot be had beside workers in containers"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    desk: Desk, more: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    status, printed = desk.run(*SMALL, "--workers", "2", *more, **environment)
    assert status == 2, printed
    assert said in " ".join(printed.split())
    assert "Traceback" not in printed
    assert not (desk.folder / "runs").exists()
