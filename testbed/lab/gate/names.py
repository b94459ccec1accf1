"""Answers every question for a name with an address of its own, and remembers which name it stands for."""

import socket
import struct
from collections.abc import Mapping
from ipaddress import IPv4Address
from types import MappingProxyType

FIRST = IPv4Address("198.18.0.1")
"""Of those that are set aside for tests of networks (RFC 2544, RFC 6890)."""
MOST = 100_000
LOCAL, LOOPBACK = "localhost", IPv4Address("127.0.0.1")
HEADER = 12
RESPONSE, RECURSION_ASKED, RECURSION = 0x8000, 0x0100, 0x0080
NO_ERROR, NO_SUCH_NAME = 0, 3
A, IN = 1, 1
LIFE_S = 60
LONGEST_LABEL = 63
REVERSE = ".arpa"


def is_own(name: str) -> bool:
    """Whether it is a name of the very machine that asks (RFC 6761, 6.3), or of an address."""
    return name == LOCAL or name.endswith((f".{LOCAL}", REVERSE))


NOBODY: Mapping[str, IPv4Address] = MappingProxyType({})


class Names:
    """The names that were asked for, each with its address.

    Args:
        known: those that have addresses already.
    """

    def __init__(self, known: Mapping[str, IPv4Address] = NOBODY) -> None:
        self._addresses = dict(known)
        self._names: dict[str, str] = {}

    def address_of(self, name: str) -> IPv4Address | None:
        """The same one each time; None for what no name of a host is, and when there are none left."""
        name = name.lower().rstrip(".")
        if name in self._addresses:
            return self._addresses[name]
        if is_own(name):
            return None if name.endswith(REVERSE) else LOOPBACK
        if not name or len(self._names) >= MOST:
            return None
        address = self._addresses[name] = FIRST + len(self._names)
        self._names[str(address)] = name
        return address

    def name_of(self, address: str) -> str:
        """The name that led to this address, else the address itself."""
        return self._names.get(address, address)

    def answer(self, question: bytes) -> bytes | None:
        """The answer to a message of DNS (RFC 1035, 4); None for what is none."""
        try:
            number, flags, count, *_ = struct.unpack_from(">HHHHHH", question)
            name, end = _name(question)
            kind, kind_of_net = struct.unpack_from(">HH", question, end)
        except (struct.error, IndexError, UnicodeDecodeError):
            return None
        if count != 1 or flags & RESPONSE:
            return None
        address = self.address_of(name)
        answered = address is not None and kind == A and kind_of_net == IN
        status = NO_ERROR if address is not None else NO_SUCH_NAME
        told = RESPONSE | (flags & RECURSION_ASKED) | RECURSION | status
        head = struct.pack(">HHHHHH", number, told, 1, int(answered), 0, 0) + question[HEADER : end + 4]
        if address is None or not answered:
            return head
        # NOTE: the name is told by a pointer to where it stands in the question.
        return head + struct.pack(">HHHIH", 0xC000 | HEADER, A, IN, LIFE_S, 4) + socket.inet_aton(str(address))


def asked_for(question: bytes) -> str:
    """The name that a message of DNS asks for, in small letters; "" where it is none."""
    try:
        return _name(question)[0].lower()
    except (IndexError, UnicodeDecodeError):
        return ""


def _name(message: bytes) -> tuple[str, int]:
    """The name that is asked for, and where it ends."""
    labels, place = [], HEADER
    while length := message[place]:
        if length > LONGEST_LABEL or place + length >= len(message):
            raise IndexError("a label longer than the message")
        labels.append(message[place + 1 : place + 1 + length].decode("ascii"))
        place += 1 + length
    return ".".join(labels), place + 1
