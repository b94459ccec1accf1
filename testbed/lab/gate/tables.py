"""Rules of nf_tables by which connections are led to a port of this name space, whatever they were meant for."""

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from testbed.lab.gate.netlink import (
    ACK,
    APPEND,
    CREATE,
    NETLINK_NETFILTER,
    REQUEST,
    attribute,
    big_endian,
    message,
    nested,
    tell,
    text,
)

NAMES = 53
ENGINE_RESOLVER = "127.0.0.11"
"""Where container engines answer for names, by way of this machine."""

# --- linux/netfilter/nf_tables.h ---
BATCH_BEGIN, BATCH_END = 0x10, 0x11
SUBSYSTEM = 10
NEW_TABLE, NEW_CHAIN, NEW_RULE = (SUBSYSTEM << 8 | number for number in (0, 3, 6))
VERDICT_REGISTER, REGISTER = 0, 1
NETWORK_HEADER, TRANSPORT_HEADER = 1, 2
DESTINATION = 16
"""Its place in the header of IP."""
META_IN, META_OUT, META_PROTOCOL = 4, 5, 16
EQUAL, UNLIKE, AT_MOST, AT_LEAST = 0, 1, 3, 5
ACCEPT, DROP = 1, 0
HOOK_INPUT, HOOK_OUTPUT, PRIORITY_FILTER = 1, 3, 0
PRIORITY_NAT = -101
"""Before a container engine's own rules, which stand at -100."""
CONNECTION_STATE, ESTABLISHED_OR_RELATED = 0, 0x6
TABLE, CHAIN = "testbed", "leading"

type Rule = Sequence[bytes]
"""The expressions of one rule."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What may be called directly where all else is led away."""

    address: str
    ports: tuple[int, int]
    """Of TCP, first and last."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """An interface by which a neighbour calls."""

    interface: int
    """Its index."""
    ports: tuple[int, int]
    """Of TCP, first and last, that it may call."""


def lead(tcp_port: int, dns_port: int, beside: Beside | None = None) -> None:
    """Lead every connection by TCP, whatever its address and port, to a port of loopback, and all names asked for to
    another; what is meant for loopback itself goes there.
    """
    resolver = _to(ENGINE_RESOLVER)
    rules: list[Rule] = [
        [*_protocol(socket.IPPROTO_UDP), *_port(NAMES), *_redirect(dns_port)],
        [*_protocol(socket.IPPROTO_UDP), *resolver, *_redirect(dns_port)],
        [*_protocol(socket.IPPROTO_TCP), *resolver, *_redirect(tcp_port)],
        [*_equal(NETWORK_HEADER, DESTINATION, b"\x7f"), *_verdict(ACCEPT)],
    ]
    if beside:
        called = [*_protocol(socket.IPPROTO_TCP), *_to(beside.address), *_ports(*beside.ports)]
        rules.append([*called, *_verdict(ACCEPT)])
    rules.append([*_protocol(socket.IPPROTO_TCP), *_redirect(tcp_port)])
    _install(socket.AF_INET, _hook(HOOK_OUTPUT, PRIORITY_NAT, "nat"), rules)


def admit(entrances: Sequence[Entrance]) -> None:
    """Take from these neighbours the connections that they may make, and answers to our own; drop all else."""
    rules: list[Rule] = []
    for entrance in entrances:
        here = _meta(META_IN, struct.pack("=I", entrance.interface))
        rules += [
            [*here, *_of_a_connection(), *_verdict(ACCEPT)],
            [*here, *_protocol(socket.IPPROTO_TCP), *_ports(*entrance.ports), *_verdict(ACCEPT)],
            [*here, *_verdict(DROP)],
        ]
    _install(socket.AF_INET, _hook(HOOK_INPUT, PRIORITY_FILTER, "filter"), rules)


def refuse_ipv6() -> None:
    """Drop what is sent by IPv6 to anywhere but loopback: what leads to the gateway leads there by IPv4 alone."""
    index = struct.pack("=I", socket.if_nametoindex("lo"))
    hook = _hook(HOOK_OUTPUT, PRIORITY_FILTER, "filter") + attribute(5, big_endian(DROP))
    _install(socket.AF_INET6, hook, [[*_meta(META_OUT, index), *_verdict(ACCEPT)]])


def _install(family: int, hook: bytes, rules: Sequence[Rule]) -> None:
    """A table with one chain.

    Raises:
        OSError: the kernel refuses it, or lacks what it speaks of.
    """
    table = attribute(1, text(TABLE))
    chain = table + attribute(3, text(CHAIN)) + hook
    wanted = [(NEW_TABLE, 0, table), (NEW_CHAIN, 0, chain)]
    wanted += [(NEW_RULE, APPEND, table + attribute(2, text(CHAIN)) + nested(4, *rule)) for rule in rules]
    batch = struct.pack(">BBH", 0, 0, SUBSYSTEM)
    of_family = struct.pack(">BBH", family, 0, 0)
    tell(
        NETLINK_NETFILTER,
        [
            message(BATCH_BEGIN, REQUEST, 1, batch),
            *(
                message(kind, REQUEST | ACK | CREATE | flags, number, of_family + body)
                for number, (kind, flags, body) in enumerate(wanted, start=2)
            ),
            message(BATCH_END, REQUEST, len(wanted) + 2, batch),
        ],
    )


def _hook(hook: int, priority: int, kind: str) -> bytes:
    return nested(4, attribute(1, big_endian(hook)), attribute(2, struct.pack(">i", priority))) + attribute(
        7, text(kind)
    )


# --- the pieces of a rule -------------------------------------------------------------------------------------------


def _expression(name: str, *attributes: bytes) -> bytes:
    return nested(1, attribute(1, text(name)), nested(2, *attributes))


def _is(data: bytes, comparing: int = EQUAL) -> bytes:
    value = nested(3, attribute(1, data))
    return _expression("cmp", attribute(1, big_endian(REGISTER)), attribute(2, big_endian(comparing)), value)


def _meta(what: int, data: bytes) -> list[bytes]:
    return [_expression("meta", attribute(2, big_endian(what)), attribute(1, big_endian(REGISTER))), _is(data)]


def _protocol(number: int) -> list[bytes]:
    return _meta(META_PROTOCOL, bytes([number]))


def _port(port: int) -> list[bytes]:
    return _equal(TRANSPORT_HEADER, 2, struct.pack(">H", port))


def _ports(first: int, last: int) -> list[bytes]:
    lowest, highest = (struct.pack(">H", port) for port in (first, last))
    return [_read(TRANSPORT_HEADER, 2, 2), _is(lowest, AT_LEAST), _is(highest, AT_MOST)]


def _to(address: str) -> list[bytes]:
    return _equal(NETWORK_HEADER, DESTINATION, socket.inet_aton(address))


def _of_a_connection() -> list[bytes]:
    """One that stands, or what belongs to it."""
    register = big_endian(REGISTER)
    mask, nothing = (struct.pack("=I", number) for number in (ESTABLISHED_OR_RELATED, 0))
    return [
        _expression("ct", attribute(1, register), attribute(2, big_endian(CONNECTION_STATE))),
        _expression(
            "bitwise",
            attribute(1, register),
            attribute(2, register),
            attribute(3, big_endian(len(mask))),
            nested(4, attribute(1, mask)),
            nested(5, attribute(1, nothing)),
        ),
        _is(nothing, UNLIKE),
    ]


def _equal(header: int, offset: int, data: bytes) -> list[bytes]:
    return [_read(header, offset, len(data)), _is(data)]


def _read(header: int, offset: int, length: int) -> bytes:
    numbers = (REGISTER, header, offset, length)
    return _expression("payload", *(attribute(kind, big_endian(one)) for kind, one in enumerate(numbers, start=1)))


def _redirect(port: int) -> list[bytes]:
    value = nested(2, attribute(1, struct.pack(">H", port)))
    load = _expression("immediate", attribute(1, big_endian(REGISTER)), value)
    return [load, _expression("redir", attribute(1, big_endian(REGISTER)))]


def _verdict(verdict: int) -> list[bytes]:
    value = nested(2, nested(2, attribute(1, big_endian(verdict))))
    return [_expression("immediate", attribute(1, big_endian(VERDICT_REGISTER)), value)]
