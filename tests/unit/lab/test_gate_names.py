"""The gate's answers to questions for names, as a resolver reads them."""

import socket
import struct
from ipaddress import IPv4Address

import pytest

from testbed.lab.gate.names import FIRST, Names, asked_for, is_own

A, AAAA = 1, 28


def question(name: str, kind: int = A, flags: int = 0x0100) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label)
    return struct.pack(">HHHHHH", 7, flags, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", kind, 1)


def address_in(answer: bytes | None) -> str:
    assert answer is not None
    return socket.inet_ntoa(answer[-4:])


def counts(answer: bytes | None) -> tuple[int, int]:
    """The status, and how many answers there are."""
    assert answer is not None
    return answer[3] & 0x0F, int(struct.unpack_from(">H", answer, 6)[0])


def test_each_name_has_an_address_of_its_own_and_keeps_it() -> None:
    names = Names()
    one, other = (address_in(names.answer(question(name))) for name in ("a.example", "b.example"))
    assert one != other
    assert address_in(names.answer(question("A.Example."))) == one
    assert (names.name_of(one), names.name_of(other)) == ("a.example", "b.example")


def test_an_address_that_no_name_led_to_stands_for_itself() -> None:
    assert Names().name_of("192.0.2.1") == "192.0.2.1"


def test_this_machine_is_this_machine() -> None:
    assert address_in(Names().answer(question("app.localhost"))) == "127.0.0.1"


def test_there_are_no_addresses_of_ipv6() -> None:
    assert counts(Names().answer(question("a.example", AAAA))) == (0, 0)


def test_an_address_has_no_name_to_be_asked_for() -> None:
    assert counts(Names().answer(question("1.2.0.192.in-addr.arpa"))) == (3, 0)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\0" * 11,
        question("a.example")[:-3],
        question("a.example", flags=0x8180),
        b"\0\1\1\0\0\1" + b"\0" * 6 + b"\xc0\x0c",
    ],
)
def test_what_is_no_question_gets_no_answer(message: bytes) -> None:
    assert Names().answer(message) is None


def test_a_name_that_has_an_address_already_keeps_it_and_takes_none_from_the_others() -> None:
    names = Names({"gateway": IPv4Address("172.20.0.2")})
    assert address_in(names.answer(question("Gateway"))) == "172.20.0.2"
    assert address_in(names.answer(question("a.example"))) == str(FIRST)
    assert names.name_of("172.20.0.2") == "172.20.0.2"


@pytest.mark.parametrize(
    ("name", "own"), [("localhost", True), ("a.localhost", True), ("1.0.0.127.in-addr.arpa", True), ("a.test", False)]
)
def test_whose_a_name_is(name: str, own: bool) -> None:
    assert is_own(name) is own


def test_the_name_in_a_question_is_read_whatever_else_stands_there() -> None:
    assert asked_for(question("Leak.Example", kind=16)) == "leak.example"
    assert asked_for(b"\0" * 5) == ""
    assert asked_for(question("a.example")[:16]) == ""
