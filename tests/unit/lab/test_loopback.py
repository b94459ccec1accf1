"""Ports for the proxy's listeners."""

import socket
from unittest.mock import patch

from testbed.lab import loopback

LOWEST = 20_000
"""Of the ports that are chosen from."""


def test_ports_are_free_and_none_that_a_caller_is_given() -> None:
    ports = loopback.free_ports(40)
    assert len(set(ports)) == 40
    assert all(LOWEST <= port < 32_768 for port in ports)
    for port in ports:
        with socket.socket() as listener:
            listener.bind((loopback.LOOPBACK, port))


def test_a_port_that_is_taken_is_passed_over() -> None:
    with loopback._listening() as taken:
        (port,) = [loopback._port(taken)]
        with patch.object(loopback, "PROXY_PORTS", [port]):
            assert loopback.free_ports(1) == []
