"""What load may be sent to, and at which pace."""

import time
from typing import Any
from unittest.mock import patch

import gevent
import pytest

from loadtests.reach import Pace, Reach
from testbed.wire.browsing import BrowserError


def named(monkeypatch: pytest.MonkeyPatch, address: str) -> list[str]:
    asked: list[str] = []

    def found(host: str, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        return [(2, 1, 6, "", (address, 0))]

    monkeypatch.setattr("loadtests.reach.socket.getaddrinfo", found)
    return asked


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.10"])
def test_this_machine_is_reached_without_asking_anybody(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = named(monkeypatch, "93.184.215.14")
    assert Reach()(host).startswith("127.")
    assert asked == []


@pytest.mark.parametrize("host", ["10.0.0.1", "8.8.8.8", "skola.se", "localhost.skola.se", "[::1", ""])
def test_what_nobody_authorised_is_refused_without_asking_for_its_name(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = named(monkeypatch, "127.0.0.1")
    with pytest.raises(BrowserError, match="nobody has authorised it"):
        Reach({"vendor.example"})(host)
    assert asked == []


def test_an_authorised_host_is_reached_by_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, "93.184.215.14")
    assert Reach({"vendor.example"})("vendor.example") == "93.184.215.14"


@pytest.mark.parametrize(
    "inner", ["10.1.2.3", "192.168.0.1", "169.254.169.254", "127.0.0.1", "0.0.0.1", "100.64.0.1", "fd00::1", "::1"]
)
def test_a_name_that_leads_to_an_inner_network_is_refused(inner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, inner)
    with pytest.raises(BrowserError, match="not permitted"):
        Reach({"vendor.example"})("vendor.example")


def test_the_pace_is_never_exceeded() -> None:
    pace, gone = Pace(50), []

    def go() -> None:
        pace.wait()
        gone.append(time.monotonic())

    began = time.monotonic()
    gevent.joinall([gevent.spawn(go) for _ in range(20)], raise_error=True)
    # NOTE: how long it took beyond that is the machine's.
    assert all(moment - began > 0.99 * number / 50 for number, moment in enumerate(gone))


def test_no_pace_holds_nobody() -> None:
    with patch.object(gevent, "sleep", side_effect=AssertionError("somebody waited")):
        for _ in range(10_000):
            Pace(0).wait()
