"""What a new network name space is told by netlink: to take every address for its own, and to lead it to one port.

NOTE: written by hand and not by the programs ip, iptables and nft, one or all of which are missing on many machines;
the kernel's own interface is there wherever name spaces are.
"""

import errno
import fcntl
import os
import socket
import struct
from collections.abc import Sequence

LOOPBACK = "127.0.0.1"
TIMEOUT_S = 5.0
ANSWER_SIZE = 65_536

# --- linux/netlink.h, linux/rtnetlink.h, linux/sockios.h ---
NETLINK_ROUTE, NETLINK_NETFILTER = 0, 12
REQUEST, ACK, EXCLUSIVE, CREATE, APPEND = 0x1, 0x4, 0x200, 0x400, 0x800
ERROR = 2
NESTED = 0x8000
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 0x1
NEW_ROUTE, TABLE_LOCAL, PROTOCOL_STATIC, SCOPE_HOST, TYPE_LOCAL = 24, 255, 4, 254, 2
ROUTE_OUT, ROUTE_SOURCE = 4, 7

# --- linux/netfilter/nf_tables.h ---
BATCH_BEGIN, BATCH_END = 0x10, 0x11
SUBSYSTEM = 10
NEW_TABLE, NEW_CHAIN, NEW_RULE = (SUBSYSTEM << 8 | number for number in (0, 3, 6))
VERDICT_REGISTER, REGISTER = 0, 1
NETWORK_HEADER, TRANSPORT_HEADER = 1, 2
META_PROTOCOL = 16
EQUAL, ACCEPT = 0, 1
HOOK_OUTPUT, PRIORITY_NAT = 3, -100
TABLE, CHAIN = "testbed", "output"


def loopback_up() -> None:
    """Set this name space's loopback interface up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        name = b"lo"
        answer = fcntl.ioctl(asking, GET_FLAGS, struct.pack("16sH14x", name, 0))
        (flags,) = struct.unpack_from("H", answer, 16)
        fcntl.ioctl(asking, SET_FLAGS, struct.pack("16sH14x", name, flags | UP))


def every_address_is_here() -> None:
    """A route that makes each address of IPv4 one of this machine's: whatever is called, is called here."""
    head = struct.pack("=BBBBBBBBI", socket.AF_INET, 0, 0, 0, TABLE_LOCAL, PROTOCOL_STATIC, SCOPE_HOST, TYPE_LOCAL, 0)
    out = _attribute(ROUTE_OUT, struct.pack("=I", socket.if_nametoindex("lo")))
    source = _attribute(ROUTE_SOURCE, socket.inet_aton(LOOPBACK))
    _tell(NETLINK_ROUTE, [_message(NEW_ROUTE, REQUEST | ACK | CREATE | EXCLUSIVE, 1, head + out + source)])


def lead(tcp_port: int, dns_port: int) -> None:
    """Lead every connection by TCP, whatever its address and port, to a port of loopback, and all names asked for to
    another; what is meant for loopback itself goes there.
    """
    names = [*_protocol(socket.IPPROTO_UDP), *_equal(TRANSPORT_HEADER, 2, struct.pack(">H", 53)), *_redirect(dns_port)]
    own = [*_equal(NETWORK_HEADER, 16, b"\x7f"), _accept()]
    rest = [*_protocol(socket.IPPROTO_TCP), *_redirect(tcp_port)]
    table = _attribute(1, _text(TABLE))
    hook = _nested(4, _attribute(1, _number(HOOK_OUTPUT)), _attribute(2, struct.pack(">i", PRIORITY_NAT)))
    chain = table + _attribute(3, _text(CHAIN)) + hook + _attribute(7, _text("nat"))
    wanted = [(NEW_TABLE, 0, table), (NEW_CHAIN, 0, chain)]
    wanted += [
        (NEW_RULE, APPEND, table + _attribute(2, _text(CHAIN)) + _nested(4, *rule)) for rule in (names, own, rest)
    ]
    batch = struct.pack(">BBH", 0, 0, SUBSYSTEM)
    family = struct.pack(">BBH", socket.AF_INET, 0, 0)
    _tell(
        NETLINK_NETFILTER,
        [
            _message(BATCH_BEGIN, REQUEST, 1, batch),
            *(
                _message(kind, REQUEST | ACK | CREATE | flags, number, family + body)
                for number, (kind, flags, body) in enumerate(wanted, start=2)
            ),
            _message(BATCH_END, REQUEST, len(wanted) + 2, batch),
        ],
    )


def _tell(protocol: int, messages: Sequence[bytes]) -> None:
    """Send these at once and wait until each that asks for it was taken.

    Raises:
        OSError: the kernel refuses one, or lacks what it speaks of.
    """
    waiting = sum(bool(struct.unpack_from("=H", message, 6)[0] & ACK) for message in messages)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) as kernel:
        kernel.bind((0, 0))
        kernel.settimeout(TIMEOUT_S)
        kernel.send(b"".join(messages))
        while waiting > 0:
            answer = kernel.recv(ANSWER_SIZE)
            while answer:
                length, kind = struct.unpack_from("=IH", answer)
                if kind == ERROR:
                    (code,) = struct.unpack_from("=i", answer, 16)
                    if code:
                        raise OSError(-code, os.strerror(-code))
                    waiting -= 1
                if not length:
                    raise OSError(errno.EPROTO, "an answer of netlink without length")
                answer = answer[_rounded(length) :]


# --- the pieces of a message ----------------------------------------------------------------------------------------


def _rounded(length: int) -> int:
    return length + -length % 4


def _padded(data: bytes) -> bytes:
    return data.ljust(_rounded(len(data)), b"\0")


def _message(kind: int, flags: int, number: int, body: bytes) -> bytes:
    return _padded(struct.pack("=IHHII", 16 + len(body), kind, flags, number, 0) + body)


def _attribute(kind: int, data: bytes) -> bytes:
    return _padded(struct.pack("=HH", 4 + len(data), kind) + data)


def _nested(kind: int, *attributes: bytes) -> bytes:
    return _attribute(kind | NESTED, b"".join(attributes))


def _text(text: str) -> bytes:
    return text.encode("ascii") + b"\0"


def _number(number: int) -> bytes:
    return struct.pack(">I", number)


# --- the pieces of a rule -------------------------------------------------------------------------------------------


def _expression(name: str, *attributes: bytes) -> bytes:
    return _nested(1, _attribute(1, _text(name)), _nested(2, *attributes))


def _is(data: bytes) -> bytes:
    value = _nested(3, _attribute(1, data))
    return _expression("cmp", _attribute(1, _number(REGISTER)), _attribute(2, _number(EQUAL)), value)


def _protocol(number: int) -> list[bytes]:
    read = _expression("meta", _attribute(2, _number(META_PROTOCOL)), _attribute(1, _number(REGISTER)))
    return [read, _is(bytes([number]))]


def _equal(header: int, offset: int, data: bytes) -> list[bytes]:
    numbers = (REGISTER, header, offset, len(data))
    read = _expression("payload", *(_attribute(kind, _number(one)) for kind, one in enumerate(numbers, start=1)))
    return [read, _is(data)]


def _redirect(port: int) -> list[bytes]:
    value = _nested(2, _attribute(1, struct.pack(">H", port)))
    load = _expression("immediate", _attribute(1, _number(REGISTER)), value)
    return [load, _expression("redir", _attribute(1, _number(REGISTER)))]


def _accept() -> bytes:
    verdict = _nested(2, _nested(2, _attribute(1, _number(ACCEPT))))
    return _expression("immediate", _attribute(1, _number(VERDICT_REGISTER)), verdict)
