"""Answers every question for a name with an address of its own, and remembers which name it stands for."""

import socket
import struct
from ipaddress import IPv4Address

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


class Names:
    """The names that were asked for, each with its address."""

    def __init__(self) -> None:
        self._addresses: dict[str, IPv4Address] = {}
        self._names: dict[str, str] = {}

    def address_of(self, name: str) -> IPv4Address | None:
        """The same one each time; None for what no name of a host is, and when there are none left."""
        name = name.lower().rstrip(".")
        if name == LOCAL or name.endswith(f".{LOCAL}"):
            return LOOPBACK
        if name in self._addresses:
            return self._addresses[name]
        if not name or name.endswith(REVERSE) or len(self._addresses) >= MOST:
            return None
        address = self._addresses[name] = FIRST + len(self._addresses)
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


def _name(message: bytes) -> tuple[str, int]:
    """The name that is asked for, and where it ends."""
    labels, place = [], HEADER
    while length := message[place]:
        if length > LONGEST_LABEL or place + length >= len(message):
            raise IndexError("a label longer than the message")
        labels.append(message[place + 1 : place + 1 + length].decode("ascii"))
        place += 1 + length
    return ".".join(labels), place + 1
