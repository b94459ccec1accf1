"""Ports of loopback, and that no two labs are given the same."""

import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from testbed.interception import ParticipantUnavailable
from testbed.lab import ports

NOBODYS = range(19_000, 20_000)
"""Ports that no lab of another test, which may start just now, takes."""


def test_ports_are_chosen_from_none_that_a_caller_is_given() -> None:
    assert min(ports.GIVEN) >= 1024
    assert max(ports.GIVEN) < 32_768


def test_ports_are_free() -> None:
    with patch.object(ports, "GIVEN", NOBODYS):
        given = ports.free_ports(40)
    assert len(set(given)) == 40
    assert all(port in NOBODYS for port in given)
    for port in given:
        with ports.listening(port):
            pass


def test_a_port_that_is_taken_is_passed_over() -> None:
    with ports.listening() as taken:
        port = ports.port_of(taken)
        with patch.object(ports, "GIVEN", [port]):
            assert ports.free_ports(1) == []


def test_no_other_process_is_given_a_port_until_this_one_has_ended() -> None:
    give = "import sys; from testbed.lab import ports; ports.GIVEN = [17_001]; print(ports.free_ports(1), flush=True)"
    ask = [sys.executable, "-c", f"{give}; sys.stdin.read()"]
    with subprocess.Popen(ask, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "[17001]\n"
        with patch.object(ports, "GIVEN", [17_001]):
            assert ports.free_ports(1) == []
            first.kill()
            first.wait()
            assert ports.free_ports(1) == [17_001]
            assert ports.free_ports(1) == []


def test_what_cannot_be_written_down_is_told_with_its_mend(tmp_path: Path) -> None:
    path = tmp_path / "ports"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ParticipantUnavailable, match="To mend it: remove it"):
        ports._Given(path)


def test_of_many_ports_the_oldest_are_given_back(tmp_path: Path) -> None:
    given = ports._Given(tmp_path / "ports")
    assert all(given.take(port) for port in range(ports.MOST_KEPT + 1))
    assert given.take(0)
    assert not given.take(2)
