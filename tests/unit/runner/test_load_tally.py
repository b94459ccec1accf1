"""The running tally of a load."""

import loads
import pytest

from testbed.model.load import Outcome
from testbed.runner.load_tally import LAST, LEAST, Standing, Tally


def test_before_anybody_is_done_nothing_is_told() -> None:
    assert Tally().standing(5) == Standing(0, 0, 0, 0, None, None)


def test_it_counts_right_other_and_failed() -> None:
    tally = Tally()
    tally.add([loads.record(0, 0), loads.record(1, 0), loads.record(2, 0, None, Outcome.OTHER)])
    tally.add([loads.record(3, 0, None, Outcome.GAVE_UP), loads.record(4, 0, None, Outcome.NOBODY)])
    told = tally.standing(1)
    assert (told.done, told.right, told.other, told.failed) == (5, 2, 1, 2)


def test_the_waits_are_those_of_the_last_ten_seconds_from_the_intended_start() -> None:
    tally = Tally()
    tally.add(loads.record(n, 1.0, 2.0) for n in range(50))
    tally.add(loads.record(n, 15.0, 0.1 if n % 10 else 4.0) for n in range(50))
    told = tally.standing(20)
    assert told.latency_p50_s == pytest.approx(0.1)
    assert told.latency_p95_s == pytest.approx(4.0)
    assert tally.standing(60) == Standing(100, 100, 0, 0, None, None)


def test_a_late_record_of_an_old_flow_does_not_hide_the_newer_ones() -> None:
    tally = Tally()
    tally.add([loads.record(0, 19.0, 0.5), loads.record(1, 1.0, 0.2), loads.record(2, 18.0, 0.5)])
    assert tally.standing(20).latency_p50_s == pytest.approx(0.5)


def failing(count: int) -> list[object]:
    return [loads.record(n, 0, None, Outcome.FAILED) for n in range(count)]


def test_a_run_is_to_end_when_too_few_of_the_last_were_right() -> None:
    tally = Tally(stop_below=0.5)
    tally.add(loads.record(n, 0) for n in range(10 * LAST))
    assert tally.why_end == ""
    tally.add(failing(LAST // 2))  # type: ignore[arg-type]
    assert tally.why_end == ""
    tally.add(failing(1))  # type: ignore[arg-type]
    assert tally.why_end == "of the last 200 flows 99 ended in the right session, and it stops below 50%"


def test_few_flows_end_no_run() -> None:
    tally = Tally(stop_below=0.5)
    tally.add(failing(LEAST - 1))  # type: ignore[arg-type]
    assert tally.why_end == ""
    tally.add(failing(1))  # type: ignore[arg-type]
    assert tally.why_end


def test_a_run_without_such_a_threshold_goes_on() -> None:
    tally = Tally()
    tally.add(failing(1000))  # type: ignore[arg-type]
    assert tally.why_end == ""
