"""How a name space of nets is told what to do: messages of netlink, by the kernel's own interface.

NOTE: written by hand and not by the programs ip, iptables and nft, one or all of which are missing on many machines;
the kernel's own interface is there wherever name spaces are.
"""

import errno
import os
import socket
import struct
from collections.abc import Sequence

TIMEOUT_S = 5.0
ANSWER_SIZE = 65_536

# --- linux/netlink.h ---
NETLINK_ROUTE, NETLINK_NETFILTER = 0, 12
REQUEST, ACK, EXCLUSIVE, CREATE, APPEND = 0x1, 0x4, 0x200, 0x400, 0x800
ERROR = 2
NESTED = 0x8000


def tell(protocol: int, messages: Sequence[bytes]) -> None:
    """Send these at once and wait until each that asks for it was taken.

    Raises:
        OSError: the kernel refuses one, or lacks what it speaks of.
    """
    waiting = sum(bool(struct.unpack_from("=H", one, 6)[0] & ACK) for one in messages)
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


def message(kind: int, flags: int, number: int, body: bytes) -> bytes:
    """One message with its header."""
    return _padded(struct.pack("=IHHII", 16 + len(body), kind, flags, number, 0) + body)


def attribute(kind: int, data: bytes) -> bytes:
    """One attribute."""
    return _padded(struct.pack("=HH", 4 + len(data), kind) + data)


def nested(kind: int, *attributes: bytes) -> bytes:
    """One that holds others."""
    return attribute(kind | NESTED, b"".join(attributes))


def text(written: str) -> bytes:
    """A name, as the kernel takes it."""
    return written.encode("ascii") + b"\0"


def big_endian(value: int) -> bytes:
    """A number, as nf_tables takes it."""
    return struct.pack(">I", value)
