"""What leads out of a name space of nets whose inhabitants see every address as their own machine's: a few sockets."""

import ctypes
import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Protocol

from testbed.lab.gate.routes import LOOPBACK, all_but, every_address_is_here
from testbed.lab.gate.tables import Beside, lead

LISTENING = 256
OWN = IPv4Network("127.0.0.0/8")
LARGEST = 65_536
ORIGINAL_DESTINATION = 80
"""SO_ORIGINAL_DST of linux/netfilter_ipv4.h."""
EVERY_KIND, IP = 0x0003, 0x0800
"""ETH_P_ALL and ETH_P_IP of linux/if_ether.h."""
OUTGOING = 4
"""PACKET_OUTGOING of linux/if_packet.h."""
ATTACH_FILTER = 26
"""SO_ATTACH_FILTER of asm-generic/socket.h."""
LOAD_OCTET, JUMP_EQUAL, RETURN = 0x30, 0x15, 0x06
"""Instructions of linux/filter.h."""
PROTOCOL_AT = 9


class _Asked(Protocol):
    def getsockopt(self, level: int, optname: int, buflen: int, /) -> bytes:
        """See socket."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The sockets that stand in the name space and lead out of it."""

    connections: socket.socket
    """Listens: every connection to any address but loopback comes here."""
    names: socket.socket
    """Every question for a name comes here."""
    packets: socket.socket
    """A copy of every packet but those of TCP; see :func:`heard`."""


def open_doors(beside: Beside | None = None) -> Doors:
    """Lead all that is called in this name space, whatever its address and port, to sockets of ours.

    Args:
        beside: what may be called directly nevertheless.

    Raises:
        OSError: the kernel lacks something, or has no leave for it.
    """
    connections = listening(LOOPBACK, 0)
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind((LOOPBACK, 0))
    packets = _all_but_tcp()
    every_address_is_here()
    if beside:
        all_but(beside.address)
    lead(connections.getsockname()[1], names.getsockname()[1], beside)
    for door in (connections, names, packets):
        door.setblocking(False)
    return Doors(connections, names, packets)


def meant_for(connection: _Asked) -> tuple[str, int]:
    """The address and port that a connection to :attr:`Doors.connections` was meant for."""
    told = connection.getsockopt(socket.SOL_IP, ORIGINAL_DESTINATION, 16)
    (port,) = struct.unpack_from(">H", told, 2)
    return socket.inet_ntoa(told[4:8]), int(port)


def heard(packets: socket.socket) -> bytes | None:
    """The next packet of :attr:`Doors.packets`, with its IP header; None where it was none for others."""
    packet, (_, kind, direction, *_) = packets.recvfrom(LARGEST)
    # NOTE: what goes by loopback is seen as it leaves and as it comes; and some may be there from before the filter.
    if kind != IP or direction != OUTGOING or packet[PROTOCOL_AT] == socket.IPPROTO_TCP or destination(packet) in OWN:
        return None
    return packet


def destination(packet: bytes) -> IPv4Address:
    """Of a packet with its IP header."""
    return IPv4Address(packet[16:20])


def listening(address: str, port: int) -> socket.socket:
    """A socket for TCP that listens.

    Raises:
        OSError: the port is taken.
    """
    # NOTE: asyncio turns delays off (TCP_NODELAY) only for a socket that names its protocol.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(LISTENING)
    except OSError:
        listener.close()
        raise
    return listener


def _all_but_tcp() -> socket.socket:
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(EVERY_KIND))
    instructions = (
        (LOAD_OCTET, 0, 0, PROTOCOL_AT),
        (JUMP_EQUAL, 0, 1, socket.IPPROTO_TCP),
        (RETURN, 0, 0, 0),
        (RETURN, 0, 0, LARGEST),
    )
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *one) for one in instructions))
    told = struct.pack("HP", len(instructions), ctypes.addressof(program))
    packets.setsockopt(socket.SOL_SOCKET, ATTACH_FILTER, told)
    return packets
