"""A network name space whose one inhabitant of ours is a thread: sockets are made there and used anywhere.

The name space has a loopback interface and nothing else, so that no road leads out of it but the sockets that this
process holds. It has no name and leaves nothing behind: it is gone when its last process is.
"""

import ctypes
import os
import re
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from testbed.lab.gate.doors import Doors, listening, open_doors
from testbed.lab.gate.routes import LOOPBACK, loopback_up

BIND, RECURSIVE, PRIVATE = 0x1000, 0x4000, 0x40000
DROP_BOUNDING = 24
NET_ADMIN, SYS_MODULE, SYS_PTRACE, SYS_ADMIN = 12, 16, 19, 21
DROPPED = (NET_ADMIN, SYS_MODULE, SYS_PTRACE, SYS_ADMIN)
"""Capabilities by which a program could lay itself another road."""
NSSWITCH, RESOLVER, CACHED_NAMES = Path("/etc/nsswitch.conf"), Path("/etc/resolv.conf"), Path("/run/nscd")
STORES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/cert.pem"),
)
"""Where systems keep whom to trust, each in one file."""


class NoNameSpace(Exception):
    """This machine, or this user, can have none; says why."""


class NameSpace:
    """One name space; it lasts for as long as this process, or what was started in it.

    Args:
        enter: leads the thread that calls it there, and opens the doors.

    Raises:
        NoNameSpace: it cannot be had.
    """

    def __init__(self, enter: Callable[[], Doors]) -> None:
        try:
            self._thread = ThreadPoolExecutor(1)
            self.doors = self.call(enter)
        except (AttributeError, OSError) as error:
            raise NoNameSpace(str(error)) from error

    @classmethod
    def own(cls, folder: Path, ca_file: Path) -> Self:
        """A new one.

        Args:
            folder: for the files that stand in the place of the system's, there.
            ca_file: whom programs are to trust there.

        Raises:
            NoNameSpace: it cannot be had.
        """
        try:
            # NOTE: before there is a thread: the kernel gives a user name space to processes of one thread alone.
            if not _may_administer():
                _own_user_space()
        except (AttributeError, OSError) as error:
            raise NoNameSpace(str(error)) from error
        return cls(lambda: _enter(folder, ca_file))

    def call[T](self, function: Callable[[], T]) -> T:
        """What the function returns when it is called inside."""
        return self._thread.submit(function).result()

    def calling(self) -> socket.socket:
        """A socket for TCP that calls inside."""
        return self.call(_tcp)

    def listening(self, port: int) -> socket.socket:
        """One that listens on a port of the loopback inside.

        Raises:
            OSError: the port is taken there.
        """
        return self.call(lambda: listening(LOOPBACK, port))


def _may_administer() -> bool:
    found = re.search(r"^CapEff:\s*([0-9a-f]+)$", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    return found is not None and bool(int(found.group(1), 16) >> SYS_ADMIN & 1)


def _own_user_space() -> None:
    user, group = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWUSER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", name).write_text(text, encoding="ascii")


def joined(holder: int) -> Doors:
    """Go to the name space of this process's nets, and open the doors there.

    Raises:
        OSError: there is no such process, or no leave for it.
    """
    there = os.open(f"/proc/{holder}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.setns(there, os.CLONE_NEWNET)
    finally:
        os.close(there)
    loopback_up()
    return open_doors()


def _enter(folder: Path, ca_file: Path) -> Doors:
    os.unshare(os.CLONE_NEWNET | os.CLONE_NEWNS)
    system = ctypes.CDLL(None, use_errno=True)
    _stand_in(system, folder, ca_file)
    loopback_up()
    doors = open_doors()
    for capability in DROPPED:
        _done(system.prctl(DROP_BOUNDING, capability, 0, 0, 0), "a capability")
    return doors


def _stand_in(system: ctypes.CDLL, folder: Path, ca_file: Path) -> None:
    """Files of the system that others stand in for, inside alone: who answers for names, and whom to trust."""
    _done(system.mount(None, b"/", None, RECURSIVE | PRIVATE, None), "/")
    resolver, switch = folder / "resolv.conf", folder / "nsswitch.conf"
    resolver.write_text(f"nameserver {LOOPBACK}\n", encoding="ascii")
    places = {RESOLVER: resolver, **dict.fromkeys(STORES, ca_file)}
    if NSSWITCH.is_file():
        text = NSSWITCH.read_text(encoding="utf-8", errors="replace")
        switch.write_text(re.sub(r"(?m)^hosts:.*$", "hosts: files dns", text), encoding="utf-8")
        places[NSSWITCH] = switch
    for place, other in places.items():
        if place.is_file():
            _done(system.mount(bytes(other), bytes(place), None, BIND, None), str(place))
    if CACHED_NAMES.is_dir():
        # NOTE: a daemon that keeps names answers by a socket in the file system, which no name space of nets parts.
        _done(system.mount(b"none", bytes(CACHED_NAMES), b"tmpfs", 0, None), str(CACHED_NAMES))


def _done(status: int, what: str) -> None:
    if status:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def _tcp() -> socket.socket:
    # NOTE: asyncio turns delays off (TCP_NODELAY) only for a socket that names its protocol.
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
