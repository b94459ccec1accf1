"""Who arrives and what becomes of them, against a canned vendor: open arrivals, ends and faults of ours."""

import gevent
import pytest
from loading import Heard, order, world

from loadtests import pupil
from loadtests.arriving import Crowd
from loadtests.bench.canned import Told
from loadtests.bench.load_generator import serving
from testbed.model.load import Order, Outcome, Record


def come(asked: Order, ended_after_s: float | None = None) -> tuple[list[Record], list[str], Crowd]:
    records: list[Record] = []
    wrong: list[str] = []
    crowd = Crowd(world(asked), asked.arrivals, records.append, wrong.append)
    coming = gevent.spawn(crowd.come)
    gevent.wait([coming], timeout=ended_after_s)
    coming.kill()
    return sorted(records, key=lambda record: record.number), wrong, crowd


def test_everybody_logs_in_and_sees_themselves() -> None:
    heard = Heard()
    with serving(Told()) as base:
        asked = order(base, [0.0, 0.05, 0.1])
        records: list[Record] = []
        Crowd(world(asked, heard), asked.arrivals, records.append, pytest.fail).come()
    assert [record.outcome for record in records] == [Outcome.RIGHT] * 3
    assert sorted(record.number for record in records) == [0, 1, 2]
    names = [request.name.split("/", 1)[1] for request in records[0].requests]
    assert names == ["login", "sso", "person", "acs", "me", "me", "start", "logout", "me"]
    assert len(heard.requests) == 27
    assert all(record.right_s is not None and record.due_s <= record.right_s <= record.ended_s for record in records)


def test_arrivals_do_not_wait_for_those_before_them() -> None:
    with serving(Told(stalls_after_s=0.3, stall_s=1.5)) as base:
        due_s = [number / 10 for number in range(20)]
        records, wrong, _ = come(order(base, due_s))
    assert not wrong
    assert [record.outcome for record in records] == [Outcome.RIGHT] * 20
    assert max(record.began_s - record.due_s for record in records) < 0.3
    held = [record for record in records if 0.4 <= record.due_s <= 1.0]
    assert all(record.latency_s is not None and record.latency_s > 0.7 for record in held)


def test_an_end_tells_what_became_of_everybody_who_arrived_and_of_nobody_else() -> None:
    with serving(Told(stalls_after_s=0.0, stall_s=60)) as base:
        asked = order(base, [0.0] * 50 + [0.2] * 50 + [20.0] * 10)
        records, wrong, crowd = come(asked, ended_after_s=0.6)
    assert not wrong
    assert [record.number for record in records] == list(range(100))
    assert {record.outcome for record in records} == {Outcome.UNFINISHED}
    assert (crowd.arrived, crowd.under_way) == (100, 0)


def test_one_who_is_ended_before_their_first_turn_has_a_record() -> None:
    asked = order("http://127.0.0.1:9", [0.0] * 3)
    records: list[Record] = []
    crowd = Crowd(world(asked), asked.arrivals, records.append, pytest.fail)
    for arrival in asked.arrivals:
        crowd._arrive(arrival)
    crowd._arrivals = ()
    coming = gevent.spawn(crowd.come)
    coming.kill()
    gevent.spawn(crowd.come).kill(block=False)
    coming = gevent.spawn(crowd.come)
    coming.join()
    assert sorted(record.number for record in records) == [0, 1, 2]


def test_the_run_ends_at_its_time() -> None:
    with serving(Told(stalls_after_s=0.0, stall_s=60)) as base:
        asked = order(base, [0.0, 0.1, 5.0], ends_s=0.5)
        records, _, crowd = come(asked)
    assert [(record.number, record.outcome) for record in records] == [
        (0, Outcome.UNFINISHED),
        (1, Outcome.UNFINISHED),
    ]
    assert all(0.4 < record.ended_s < 3 for record in records)
    assert crowd.arrived == 2


def test_a_fault_of_our_own_is_a_problem_and_not_the_vendors(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("a fault of ours")

    monkeypatch.setattr(pupil.Pupil, "_look", broken)
    with serving(Told()) as base:
        records, wrong, _ = come(order(base, [0.0, 0.0]))
    assert [record.outcome for record in records] == [Outcome.UNFINISHED] * 2
    assert wrong == ["the load generator failed (KeyError: 'a fault of ours')"] * 2
