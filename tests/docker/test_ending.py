"""However the command ends that opened a lab in containers: nothing of it is left, at the latest by ``lab down``."""

import json
import os
import signal

import pytest

from desk import LONGEST_S, Desk
from testbed.interception.recorded import read
from testbed.lab.ports import free_ports
from waiting import wait_for

pytestmark = pytest.mark.docker


def lines_of_journal(desk: Desk) -> int:
    journals = list(desk.folder.glob("runs/*/exchanges.jsonl"))
    return len(journals[0].read_bytes().splitlines()) if journals else 0


def test_ctrl_c_while_plays_go_on_keeps_what_was_seen_and_leaves_nothing(desk: Desk) -> None:
    command = desk.begin("run", "tour", "--lab", "docker")
    wait_for(lambda: lines_of_journal(desk) > 30 or command.poll() is not None, deadline_s=LONGEST_S)
    os.kill(command.pid, signal.SIGINT)
    printed, _ = command.communicate(timeout=LONGEST_S)
    assert command.returncode == 2
    assert "interrupted with Ctrl-C" in printed
    assert "Traceback" not in printed
    assert desk.left() == []
    assert any(one["verdict"] == "PASS" for one in desk.judged()["scenarios"])  # type: ignore[attr-defined]
    assert "school: " in (desk.newest_run() / "lab.log").read_text(encoding="utf-8")


def test_ctrl_c_while_the_lab_comes_up_leaves_nothing(desk: Desk) -> None:
    command = desk.begin("lab", "up", "--lab", "docker", "--port", str(a_free_port()))
    wait_for(lambda: bool(desk.left()) or command.poll() is not None, deadline_s=LONGEST_S)
    os.kill(command.pid, signal.SIGINT)
    printed, _ = command.communicate(timeout=LONGEST_S)
    assert command.returncode == 2
    assert "Traceback" not in printed
    assert desk.left() == []


def test_what_a_command_that_was_killed_left_is_taken_down(desk: Desk) -> None:
    command = desk.begin("run", "tour", "--lab", "docker")
    wait_for(lambda: lines_of_journal(desk) > 30 or command.poll() is not None, deadline_s=LONGEST_S)
    status, printed = desk.run("lab", "down")
    assert (status, "left alone" in printed) == (0, True)
    assert desk.left()
    command.kill()
    command.communicate()
    status, printed = desk.run("lab", "down")
    assert status == 0, printed
    assert "gone" in printed
    assert desk.left() == []
    recorded = read(desk.newest_run() / "exchanges.jsonl")
    assert recorded.exchanges
    assert (desk.newest_run() / "exchanges.jsonl").stat().st_uid == os.geteuid()
    assert "school: " in (desk.newest_run() / "lab.log").read_text(encoding="utf-8")


def test_a_lab_stays_up_until_it_is_taken_down(desk: Desk) -> None:
    port = a_free_port()
    status, printed = desk.run("lab", "up", "--lab", "docker", "--port", str(port))
    assert status == 0, printed
    status, printed = desk.run("lab", "status")
    assert status == 0, printed
    assert printed.count("healthy") == 6
    status, printed = desk.run("lab", "logs", "school")
    assert (status, "TEST school" in printed) == (0, True)
    status, printed = desk.run("lab", "logs", "nobody")
    assert (status, "name one of gateway" in printed) == (2, True)
    status, printed = desk.run("lab", "up", "--lab", "docker", "--port", str(a_free_port()))
    assert (status, "is up already. To mend it: run 'testbed lab down --lab docker'" in printed) == (2, True)
    status, printed = desk.run("lab", "down")
    assert (status, "gone" in printed) == (0, True)
    assert desk.left() == []
    status, printed = desk.run("lab", "status")
    assert (status, "No lab is up." in printed) == (1, True)
    assert json.loads((desk.newest_run() / "plan.json").read_text(encoding="utf-8"))["lab"] == "docker"


def a_free_port() -> int:
    (port,) = free_ports(1)
    return port
