"""Where packets of a name space of nets go: to itself, all but what is named."""

import errno
import fcntl
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass

from testbed.lab.gate.netlink import ACK, CREATE, EXCLUSIVE, NETLINK_ROUTE, REQUEST, attribute, message, tell

LOOPBACK = "127.0.0.1"
ONE_ADDRESS = 32
"""Bits of a prefix."""

# --- linux/sockios.h ---
GET_FLAGS, SET_FLAGS, GET_ADDRESS, UP = 0x8913, 0x8914, 0x8915, 0x1

# --- linux/rtnetlink.h ---
NEW_ROUTE, DELETE_ROUTE, NEW_RULE = 24, 25, 32
TABLE_MAIN, TABLE_LOCAL, PROTOCOL_STATIC = 254, 255, 4
SCOPE_UNIVERSE, SCOPE_HOST = 0, 254
TYPE_UNICAST, TYPE_LOCAL, TYPE_THROW = 1, 2, 9
ROUTE_TO, ROUTE_OUT, ROUTE_SOURCE = 1, 4, 7
RULE_PRIORITY, TO_TABLE, AFTER_LOCAL = 6, 1, 1


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface of this name space that has an address."""

    index: int
    address: str


def interfaces() -> tuple[Interface, ...]:
    """All of them."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for index, name in socket.if_nameindex():
            # NOTE: an interface without an address of IPv4 refuses to tell one.
            with suppress(OSError):
                told = fcntl.ioctl(asking, GET_ADDRESS, struct.pack("16s24x", name.encode()))
                found.append(Interface(index, socket.inet_ntoa(told[20:24])))
    return tuple(found)


def loopback_up() -> None:
    """Set this name space's loopback interface up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        name = b"lo"
        answer = fcntl.ioctl(asking, GET_FLAGS, struct.pack("16sH14x", name, 0))
        (flags,) = struct.unpack_from("H", answer, 16)
        fcntl.ioctl(asking, SET_FLAGS, struct.pack("16sH14x", name, flags | UP))


def every_address_is_here() -> None:
    """A route that makes each address of IPv4 one of this machine's: whatever is called, is called here."""
    out = _out(socket.if_nametoindex("lo")) + _address(ROUTE_SOURCE, LOOPBACK)
    tell(NETLINK_ROUTE, [_route(NEW_ROUTE, CREATE | EXCLUSIVE, (TABLE_LOCAL, SCOPE_HOST, TYPE_LOCAL), 0, out)])


def all_but(address: str) -> None:
    """This one is a neighbour's after all, whatever :func:`every_address_is_here` says."""
    destination = _address(ROUTE_TO, address)
    where = (TABLE_LOCAL, SCOPE_UNIVERSE, TYPE_THROW)
    # NOTE: as long as there is no rule but the system's own, the kernel keeps both tables as one, and what is thrown
    # out of the first is not looked for in the other.
    head = struct.pack("=BBBBBBBBI", socket.AF_INET, ONE_ADDRESS, 0, 0, TABLE_MAIN, 0, 0, TO_TABLE, 0)
    rule = head + destination + attribute(RULE_PRIORITY, struct.pack("=I", AFTER_LOCAL))
    tell(NETLINK_ROUTE, [message(NEW_RULE, REQUEST | ACK | CREATE | EXCLUSIVE, 1, rule)])
    tell(NETLINK_ROUTE, [_route(NEW_ROUTE, CREATE | EXCLUSIVE, where, ONE_ADDRESS, destination)])


def lead_nowhere() -> None:
    """Take away the road to whatever is in none of this name space's own nets."""
    try:
        tell(NETLINK_ROUTE, [_route(DELETE_ROUTE, 0, (TABLE_MAIN, SCOPE_UNIVERSE, TYPE_UNICAST), 0, b"")])
    except OSError as error:
        if error.errno != errno.ESRCH:
            raise


def _out(index: int) -> bytes:
    return attribute(ROUTE_OUT, struct.pack("=I", index))


def _address(kind: int, address: str) -> bytes:
    return attribute(kind, socket.inet_aton(address))


def _route(kind: int, flags: int, where: tuple[int, int, int], bits: int, attributes: bytes) -> bytes:
    """Where: table, scope and type."""
    table, scope, what = where
    # NOTE: whoever takes a route away names it, and not who made it.
    made_by = PROTOCOL_STATIC if kind == NEW_ROUTE else 0
    head = struct.pack("=BBBBBBBBI", socket.AF_INET, bits, 0, 0, table, made_by, scope, what, 0)
    return message(kind, REQUEST | ACK | flags, 1, head + attributes)
