"""Ports for the proxy's listeners."""

from unittest.mock import patch

from testbed.lab import loopback_processes as loopback

NOBODYS = range(19_000, 20_000)
"""Ports that no lab of another test, which may start just now, takes."""


def test_ports_are_chosen_from_none_that_a_caller_is_given() -> None:
    assert min(loopback.PROXY_PORTS) >= 1024
    assert max(loopback.PROXY_PORTS) < 32_768


def test_ports_are_free() -> None:
    with patch.object(loopback, "PROXY_PORTS", NOBODYS):
        ports = loopback.free_ports(40)
    assert len(set(ports)) == 40
    assert all(port in NOBODYS for port in ports)
    for port in ports:
        with loopback.listening(port):
            pass


def test_a_port_that_is_taken_is_passed_over() -> None:
    with loopback.listening() as taken:
        (port,) = [loopback.port_of(taken)]
        with patch.object(loopback, "PROXY_PORTS", [port]):
            assert loopback.free_ports(1) == []
