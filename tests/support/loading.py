"""What tests of the load generator share: servers that misbehave, and crowds of canned people."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from gevent.ssl import SSLContext

from loadtests.bench.crowds import canned_order
from loadtests.carrier import Roads, trusting
from loadtests.pupil import World
from loadtests.reach import Reach
from loadtests.shown import Faces
from testbed.lab.load_processes import Generator, Told
from testbed.model.load import Order, Patience, Record, Request
from testbed.wire.browsing import Sent

type Talk = Callable[[socket.socket], None]
"""What a server does with a connection; it is closed when this returns."""


@contextmanager
def talking(talk: Talk) -> Iterator[int]:
    """A server on loopback that does this with each connection, in a thread of its own; yields its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:

        def take() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=carry, args=(connection,), daemon=True).start()

        def carry(connection: socket.socket) -> None:
            with connection:
                try:
                    talk(connection)
                except OSError:
                    return

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        # NOTE: closing alone does not wake a thread that waits in accept.
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def request_from(connection: socket.socket) -> bytes:
    """One request with its body, or what came of it before the connection was closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(*answers: bytes) -> Talk:
    """Says these one after the other, each to one request, and then no more."""

    def talk(connection: socket.socket) -> None:
        for answer in answers:
            if not request_from(connection):
                return
            connection.sendall(answer)

    return talk


def ok(body: bytes = b"hej", *headers: str) -> bytes:
    """An answer with a page."""
    lines = ("HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def roads(context: SSLContext | None = None, **changes: Any) -> Roads:
    """To this machine, and nowhere else."""
    return Roads(**{"hosts": {}, "context": context or trusting(""), "resolve": Reach(), **changes})


def order(base: str, due_s: Sequence[float], **changes: Any) -> Order:
    """People who log in at the canned vendor at these times."""
    asked = canned_order(base, len(due_s), 1.0)
    arrivals = tuple(replace(one, due_s=at) for one, at in zip(asked.arrivals, due_s, strict=True))
    usual = {"arrivals": arrivals, "patience": Patience(hangs_after_s=5), "ends_s": 30.0}
    return replace(asked, **{**usual, **changes})


async def made_by(makes: Generator, asked: Order, looked: Callable[[Told], None] = lambda told: None) -> list[Record]:
    """What becomes of everybody, by processes that make load; each look is told to whoever wants to know."""
    records: list[Record] = []
    await makes.give(asked)
    await makes.begin(0.3)
    while True:
        await asyncio.sleep(0.1)
        told = await makes.take()
        records += told.records
        looked(told)
        if told.over:
            return sorted(records, key=lambda record: record.number)


@dataclass
class Heard:
    """What a crowd tells while it is under way."""

    requests: list[tuple[Request, str]] = field(default_factory=list)

    def told(self, request: Request, size: int, why: str) -> None:
        self.requests.append((request, why))


def world(asked: Order, heard: Heard | None = None, **changes: Any) -> World:
    """What those who follow an order have in common; it begins now."""

    def nobody(what: object) -> None:
        raise AssertionError(f"the school was asked for {what}")

    its_roads = roads(hosts=asked.hosts, resolve=Reach(asked.only), proxy=asked.proxy)
    made = World(asked, its_roads, Faces(asked.people), nobody, (heard or Heard()).told, **changes)
    return World(asked, its_roads, Faces(asked.people), nobody, made.told, began=made.clock())


def get(url: str, **headers: str) -> Sent:
    """A request as a browser makes it."""
    return Sent("GET", url, headers)
