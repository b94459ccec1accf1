"""What goes around the proxy is noted: packets by what they are, and names by what was asked."""

import socket
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from testbed.interception.journal import Journal
from testbed.interception.recorded import read
from testbed.lab.gate.names import Names
from testbed.lab.gate.relay import MOST_NOTED, Road
from testbed.model.wire import Exchange

LOOPBACK = "127.0.0.1"
UDP, ICMP, SCTP = socket.IPPROTO_UDP, socket.IPPROTO_ICMP, 132


def packet(protocol: int, said: bytes, to: str = "192.0.2.10", options: bytes = b"") -> bytes:
    length = 5 + len(options) // 4
    head = struct.pack(">BBHHHBBH", 0x40 | length, 0, 0, 0, 0, 64, protocol, 0)
    return head + socket.inet_aton(LOOPBACK) + socket.inet_aton(to) + options + said


def datagram(port: int, said: bytes) -> bytes:
    return struct.pack(">HHHH", 5000, port, 8 + len(said), 0) + said


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "attempts.jsonl", "docker", lambda: datetime.now(UTC)) as journal:
        yield journal


@pytest.fixture
def road(journal: Journal) -> Road:
    return Road("vendors", (LOOPBACK, 1), Names(), journal, frozenset({"idp.skola.test"}))


def noted(tmp_path: Path) -> list[tuple[str, str, bytes]]:
    def shown(exchange: Exchange) -> tuple[str, str, bytes]:
        assert (exchange.sender, exchange.response, bool(exchange.error)) == ("vendors", None, True)
        return exchange.request.method, exchange.request.url, exchange.request.body

    return [shown(exchange) for exchange in read(tmp_path / "attempts.jsonl").exchanges]


@pytest.mark.parametrize("options", [b"", b"\x01" * 8])
def test_a_packet_is_noted_by_what_it_is(road: Road, tmp_path: Path, options: bytes) -> None:
    road.packet(packet(UDP, datagram(9999, b"mail"), options=options))
    road.packet(packet(ICMP, b"\x08\0\0\0mail", options=options))
    road.packet(packet(SCTP, b"mail", options=options))
    assert noted(tmp_path) == [
        ("UDP", "udp://192.0.2.10:9999/", b"mail"),
        ("ICMP", "icmp://192.0.2.10/", b"\x08\0\0\0mail"),
        ("IP", "ip://192.0.2.10/", b"mail"),
    ]


def test_a_fragment_is_noted_as_far_as_it_goes(road: Road, tmp_path: Path) -> None:
    later = bytearray(packet(UDP, b"ma"))
    later[6:8] = struct.pack(">H", 185)
    road.packet(bytes(later))
    road.packet(packet(UDP, b"il"))
    assert noted(tmp_path) == [("UDP", "udp://192.0.2.10/", b"ma"), ("UDP", "udp://192.0.2.10/", b"il")]


@pytest.mark.parametrize("port", [53, 443])
def test_what_comes_again_in_another_way_is_noted_there(road: Road, tmp_path: Path, port: int) -> None:
    road.packet(packet(UDP, datagram(port, b"x")))
    assert noted(tmp_path) == []


def test_no_more_packets_are_noted_than_can_be_read(road: Road, tmp_path: Path) -> None:
    for _ in range(MOST_NOTED + 5):
        road.packet(packet(ICMP, b"x"))
    assert len(noted(tmp_path)) == MOST_NOTED


def ask(road: Road, *names: str) -> list[bytes]:
    """The answers to these questions."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked,
    ):
        asked.bind((LOOPBACK, 0))
        asking.settimeout(5)
        answers = []
        for name in names:
            labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
            question = struct.pack(">6H", 1, 0x100, 1, 0, 0, 0) + labels + b"\0\0\x01\0\x01"
            asking.sendto(question, asked.getsockname())
            road.question(asked)
            answers.append(asking.recv(1500))
        return answers


def test_a_name_that_is_not_of_the_lab_is_noted_once(road: Road, tmp_path: Path) -> None:
    names = ("anna.tracker.example", "Anna.Tracker.example", "idp.skola.test", "localhost", "x.idp.skola.test")
    assert all(answer[-4:] for answer in ask(road, *names))
    assert [(method, url) for method, url, _ in noted(tmp_path)] == [
        ("DNS", "dns://anna.tracker.example/"),
        ("DNS", "dns://x.idp.skola.test/"),
    ]


def test_no_more_names_are_noted_than_can_be_read(road: Road, tmp_path: Path) -> None:
    assert len(ask(road, *(f"n{number}.example" for number in range(MOST_NOTED + 5)))) == MOST_NOTED + 5
    assert len(noted(tmp_path)) == MOST_NOTED
