"""One person: patience and retries, whose session they see, and what becomes of them when a vendor misbehaves."""

import socket
from dataclasses import replace

import pytest
from loading import ok, order, request_from, talking, world

from loadtests.arriving import Crowd
from loadtests.bench.canned import Told, person, shown
from loadtests.bench.crowds import canned_vendor
from loadtests.bench.load_generator import serving
from testbed.model.load import Order, Outcome, Patience, Record


def lived(asked: Order) -> list[Record]:
    records: list[Record] = []
    Crowd(world(asked), asked.arrivals, records.append, pytest.fail).come()
    return sorted(records, key=lambda record: record.number)


def silent(connection: socket.socket) -> None:
    request_from(connection)
    connection.recv(1)


def test_half_of_those_whose_page_hangs_begin_again_and_the_rest_go_away() -> None:
    patience = Patience(hangs_after_s=0.2, retry=0.5, retry_within_s=(0.1, 0.3), attempts=2)
    with talking(silent) as port:
        records = lived(order(f"http://127.0.0.1:{port}", [0.0] * 60, patience=patience))
        again = lived(order(f"http://127.0.0.1:{port}", [0.0] * 60, patience=patience))
    assert {record.outcome for record in records} == {Outcome.GAVE_UP}
    assert 18 <= sum(record.attempts == 2 for record in records) <= 42
    assert [record.attempts for record in records] == [record.attempts for record in again]
    for record in records:
        assert len(record.requests) == record.attempts
        assert {request.status for request in record.requests} == {0}
        assert record.ended_s >= 0.2 + (0.3 if record.attempts == 2 else 0)


def test_who_tries_again_and_gets_in_has_waited_from_when_they_were_due() -> None:
    patience = Patience(hangs_after_s=0.3, retry=1, retry_within_s=(0.5, 0.6), attempts=3)
    with serving(Told(stalls_after_s=0.0, stall_s=0.7)) as base:
        (record,) = lived(order(base, [0.0], patience=patience))
    assert (record.outcome, record.attempts) == (Outcome.RIGHT, 2)
    assert record.latency_s is not None
    assert record.latency_s > 0.8
    assert record.service_s is not None
    assert record.service_s < 0.5


@pytest.mark.parametrize(("answer", "outcome", "why"), [
    (b"SSH-2.0-OpenSSH\r\n", Outcome.FAILED, "no HTTP"),
    (b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n", Outcome.FAILED, "redirects"),
    (b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.7/\r\nContent-Length: 0\r\n\r\n", Outcome.FAILED, "authorised"),
    (b"HTTP/1.1 302 Found\r\nLocation: http://a:99999/\r\nContent-Length: 0\r\n\r\n", Outcome.FAILED, "no address"),
    (ok(b"\x00\xff<form><form id=x<<<>" * 50), Outcome.STOPPED, "login page"),
    (ok(b"<form action=/x method=post></form><script>document.forms[0].submit()</script>"), Outcome.FAILED, "forms"),
    (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", Outcome.STOPPED, "answered 500"),
    (b"", Outcome.FAILED, "without an answer"),
])  # fmt: skip
def test_a_vendor_that_misbehaves_ends_the_flow_and_says_why(answer: bytes, outcome: Outcome, why: str) -> None:
    def talk(connection: socket.socket) -> None:
        while request_from(connection):
            connection.sendall(answer)
            if not answer:
                return

    with talking(talk) as port:
        (record,) = lived(order(f"http://127.0.0.1:{port}", [0.0]))
    assert (record.outcome, record.right_s) == (outcome, None)
    assert why in record.why


def test_a_server_that_dies_in_the_middle_fails_those_who_come_later() -> None:
    with serving(Told()) as base:
        asked = order(base, [0.0])
        (before,) = lived(asked)
    (after,) = lived(asked)
    assert (before.outcome, after.outcome) == (Outcome.RIGHT, Outcome.FAILED)


def mixed_up(whom: str, then_hangs: bool) -> object:
    """A vendor that lets everybody in at once and shows somebody."""

    def talk(connection: socket.socket) -> None:
        looked = 0
        while asked := request_from(connection):
            path = asked.split(b" ")[1]
            if path == b"/me":
                looked += 1
                connection.sendall(ok(f"<p>{whom}</p>".encode()))
            elif path == b"/start" and then_hangs:
                connection.recv(1)
            elif path == b"/login":
                form = b"<form id=testbed-login action=/who method=post><input name=person></form>"
                connection.sendall(ok(form))
            else:
                connection.sendall(ok())

    return talk


@pytest.mark.parametrize("then_hangs", [False, True])
def test_that_somebody_else_was_shown_counts_for_more_than_how_it_ended(then_hangs: bool) -> None:
    patience = Patience(hangs_after_s=0.3, retry=1, retry_within_s=(0, 0), attempts=2)
    with talking(mixed_up(f"{shown(person(0))} {shown(person(1))}", then_hangs)) as port:  # type: ignore[arg-type]
        first, second = lived(order(f"http://127.0.0.1:{port}", [0.0, 0.0], patience=patience))
    assert (first.outcome, first.shown) == (Outcome.OTHER, (person(1),))
    assert (second.outcome, second.shown) == (Outcome.OTHER, (person(0),))
    assert first.attempts == 1


def test_the_right_session_of_an_attempt_that_hung_is_not_the_next_ones() -> None:
    patience = Patience(hangs_after_s=0.3, retry=1, retry_within_s=(0, 0), attempts=2)
    with talking(mixed_up(shown(person(0)), then_hangs=True)) as port:  # type: ignore[arg-type]
        (record,) = lived(order(f"http://127.0.0.1:{port}", [0.0], patience=patience))
    assert (record.outcome, record.right_s, record.attempts) == (Outcome.GAVE_UP, None, 2)


def test_nobody_shown_is_nobodys_session() -> None:
    with serving(Told()) as base:
        wrong = canned_vendor(base, probe={"url": f"{base}/start"})
        (record,) = lived(order(base, [0.0], vendors={"canned": wrong}))
    assert record.outcome is Outcome.NOBODY


def test_a_vendor_that_answers_before_it_has_fetched_is_looked_at_again() -> None:
    looks: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        while asked := request_from(connection):
            path = asked.split(b" ")[1]
            looks.extend([path] if path == b"/roster" else [])
            connection.sendall(ok(shown(person(0)).encode()) if len(looks) > 2 else ok())

    with talking(talk) as port:
        base = f"http://127.0.0.1:{port}"
        exchange = {"entity_id": base, "roster": f"{base}/roster", "fetch": {"url": f"{base}/sync"}}
        hooked = canned_vendor(base, protocol="ss12000", metadata="", probe=None, exchange=exchange)
        asked = order(base, [0.0], vendors={"canned": hooked})
        fetching = tuple(replace(one, flow="roster") for one in asked.arrivals)
        (record,) = lived(replace(asked, arrivals=fetching))
    assert record.outcome is Outcome.RIGHT
    # NOTE: three until the person was shown, and one after the second fetch.
    assert len(looks) == 4
