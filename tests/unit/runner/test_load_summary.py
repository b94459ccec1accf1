"""The figures of a load, from records made by hand."""

from collections import Counter
from dataclasses import replace

import loads
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.model.load import Outcome, Record
from testbed.model.load_result import Ending, Group, LoadSummary
from testbed.runner.load_columns import load_data
from testbed.runner.load_summary import summary


def of(records: list[Record], *used: object, **changes: object) -> LoadSummary:
    return summary(load_data(loads.run(records, *used, **changes)))  # type: ignore[arg-type]


def test_flows_are_counted_by_how_they_ended() -> None:
    records = [
        loads.record(0, 0.0),
        loads.record(1, 0.5, None, Outcome.GAVE_UP, status=0),
        loads.record(2, 1.0, None, Outcome.GAVE_UP, status=0),
        loads.record(3, 1.5, None, Outcome.OTHER, shown=("elev-0001",)),
    ]
    whole = of(records).whole
    assert whole.outcomes == {Outcome.RIGHT: 1, Outcome.OTHER: 1, Outcome.GAVE_UP: 2}
    assert (whole.arrived, whole.right, whole.other) == (4, 1, 1)


def test_latency_is_from_the_intended_start_and_service_time_from_the_last_attempt() -> None:
    figures = of(loads.retried())
    assert figures.whole.latency.p90_s == pytest.approx(20.1)
    assert figures.whole.service.p90_s is not None
    assert figures.whole.service.p90_s < 0.5
    assert figures.whole.retried == 200


def test_each_kind_of_flow_at_each_vendor_has_figures_of_its_own() -> None:
    records = [
        replace(one, vendor=("prov", "bok")[one.number % 2], flow=("login", "roster")[one.number % 2])
        for one in loads.steady(200)
    ]
    groups = of(records).groups
    assert [(one.flow, one.vendor, one.arrived) for one in groups] == [
        ("", "", 200),
        ("login", "prov", 100),
        ("roster", "bok", 100),
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 90), st.floats(0.001, 40) | st.none(), st.sampled_from(list(Outcome))),
        min_size=1,
        max_size=80,
    )
)
def test_nobody_is_lost_between_the_stretches_of_a_run(drawn: list[tuple[float, float | None, Outcome]]) -> None:
    records = [
        loads.record(number, due, waits if outcome is Outcome.RIGHT else None, outcome)
        for number, (due, waits, outcome) in enumerate(drawn)
    ]
    intervals = of(records).intervals
    got_in = sum(one.right_s is not None for one in records)
    assert sum(one.due for one in intervals) == sum(one.ended for one in intervals) == len(records)
    assert sum(one.right for one in intervals) == got_in
    assert sum(sum(one.errors.values()) for one in intervals) == sum(one.outcome != Outcome.RIGHT for one in records)
    assert intervals[-1].waiting == intervals[-1].under_way == 0
    assert all(0 <= one.waiting <= one.under_way for one in intervals)
    assert len(intervals) <= 61


def test_a_stall_is_seen_where_it_was_and_in_who_waited() -> None:
    figures = of(loads.stalled())
    assert figures.interval_s == 1
    during = figures.intervals[10]
    assert during.latency_p50_s == pytest.approx(5.55, abs=0.1)
    assert figures.intervals[14].waiting == pytest.approx(150, abs=3)
    assert max(one.waiting for one in figures.intervals[17:]) < 10
    assert figures.whole.latency.p99_s == pytest.approx(5.7, abs=0.2)


def test_a_long_run_is_told_in_stretches_that_fit_a_page() -> None:
    figures = of(loads.steady(600, within_s=5400))
    assert figures.interval_s == 120
    assert len(figures.intervals) == 45


def test_flows_that_did_not_end_right_are_told_by_where_it_went_wrong() -> None:
    refused = loads.record(0, 0, None, Outcome.NOBODY)
    requests = (refused.requests[0], replace(refused.requests[1], status=403), refused.requests[2])
    gone = loads.record(1, 0, None, Outcome.FAILED, status=0, why="no answer")
    shut_out = loads.record(2, 0, None, Outcome.STOPPED, requests=(), why="an odd page")
    first = replace(gone, number=3, why="no answer either")
    figures = of([replace(refused, requests=requests, why="nobody"), gone, shut_out, first])
    assert figures.endings == (
        Ending(Outcome.FAILED, loads.ME, 0, 2, "no answer"),
        Ending(Outcome.NOBODY, loads.ACS, 403, 1, "nobody"),
        Ending(Outcome.STOPPED, "", 0, 1, "an odd page"),
    )


def test_a_page_that_knows_nobody_before_the_login_is_no_fault() -> None:
    record = loads.record(0, 0, None, Outcome.NOBODY)
    before = replace(record.requests[0], name="GET prov.test/me", status=401)
    (ending,) = of([replace(record, requests=(before, *record.requests[1:]))]).endings
    assert (ending.step, ending.status) == (loads.ME, 200)


def test_requests_are_told_by_name() -> None:
    figures = of(loads.dead(300))
    told = {one.name: one for one in figures.requests}
    assert {name: one.count for name, one in told.items()} == {loads.LOGIN: 300, loads.ACS: 300, loads.ME: 300}
    assert told[loads.ME].unanswered == 200
    assert told[loads.ME].took.count == 100
    assert told[loads.ACS].unanswered == told[loads.ACS].broken == told[loads.ACS].refused == 0


def test_rare_names_of_requests_are_counted_together() -> None:
    record = loads.record(0, 0)
    many = tuple(replace(record.requests[0], name=f"GET prov.test/{n}") for n in range(80))
    figures = of([replace(record, requests=many)])
    assert (len(figures.requests), figures.requests_left_out) == (50, 30)


def test_the_slowest_are_told_with_what_kept_them() -> None:
    slow = loads.record(5, 2.0, 9.0)
    long = replace(slow.requests[1], took_s=8.5)
    after = replace(slow.requests[2], began_s=20.0, took_s=30.0)
    figures = of([*loads.steady(5), replace(slow, requests=(slow.requests[0], long, after))])
    assert figures.slowest[0].number == 5
    assert figures.slowest[0].latency_s == 9
    assert (figures.slowest[0].slowest_request, figures.slowest[0].slowest_took_s) == (loads.ACS, 8.5)
    assert [one.latency_s for one in figures.slowest] == sorted((o.latency_s for o in figures.slowest), reverse=True)


def test_the_generators_lag_is_that_of_the_first_request_also_of_who_tried_again() -> None:
    record = loads.record(0, 1.0, 25.0, late_s=0.25)
    figures = of([replace(record, began_s=20.0, attempts=2)])
    assert figures.lag.max_s == 0.25
    bare = replace(record, requests=(), began_s=1.5)
    assert of([bare]).lag.max_s == 0.5


def test_what_too_few_flows_cannot_tell_is_said() -> None:
    said = [one.en for one in of(loads.steady(280)).cannot_tell]
    assert said[0] == "The percentile 99: it takes 299 flows that got in, and there were 280."
    assert said[1].startswith("The percentile 99.9: it takes 2995 ")
    assert any("were not sampled" in one for one in said)
    assert not any("never got in" in one for one in said)
    assert any("How long the 600 who never got in" in one.en for one in of(loads.dead()).cannot_tell)


def test_the_participant_nearest_to_its_limit_is_first() -> None:
    figures = of(loads.steady(), loads.samples(60, generator=0.3, school=0.6, vendors=0.5))
    used = figures.saturation
    assert [one.participant for one in used.usages] == ["school", "vendors", "generator"]
    assert used.first == ""
    assert used.usages[0].peak_share == pytest.approx(0.6)
    assert used.usages[0].machine_peak_share == pytest.approx(0.3)
    assert used.machine_peak_share == pytest.approx(0.7)


def test_the_participant_that_is_full_first_is_named_with_when() -> None:
    quiet, busy = loads.samples(60, school=0.4, vendors=0.4), []
    for one in quiet:
        full_from = {"school": 20, "vendors": 30}[one.participant]
        busy.append(replace(one, cpu=0.97) if one.at_s >= full_from else one)
    used = of(loads.steady(), busy).saturation
    assert used.first == "school"
    assert {one.participant: one.full_from_s for one in used.usages} == {"school": 20, "vendors": 30}


def test_one_sample_alone_makes_nobody_full() -> None:
    peak = [replace(one, cpu=1.0) if one.at_s == 20 else one for one in loads.samples(60, school=0.3)]
    (usage,) = of(loads.steady(), peak).saturation.usages
    assert usage.full_from_s is None
    assert usage.cpu_peak_cores == pytest.approx(0.533)


def test_several_processes_and_several_cores_have_a_higher_limit() -> None:
    two = [replace(one, processes=2) for one in loads.samples(60, school=1.2)]
    (usage,) = of(loads.steady(), two, cores=4).saturation.usages
    assert (usage.limit_cores, usage.full_from_s) == (2, None)
    (threads,) = of(loads.steady(), loads.samples(60, school=1.5), cores=4).saturation.usages
    assert (threads.limit_cores, threads.full_from_s) == (4, None)


def test_samples_after_the_last_flow_do_not_count() -> None:
    late = [
        *loads.samples(30, school=0.2),
        *(replace(one, at_s=one.at_s + 100) for one in loads.samples(9, school=1.0)),
    ]
    (usage,) = of(loads.steady(), late).saturation.usages
    assert usage.cpu_peak_cores == pytest.approx(0.2)


def test_who_was_shown_to_whom_is_told_person_by_person() -> None:
    two = loads.record(7, 1.0, None, Outcome.OTHER, shown=("elev-0001", "elev-0002"))
    unknown = loads.record(8, 1.0, None, Outcome.OTHER, requests=())
    figures = of([two, unknown])
    assert [(one.person, one.shown, one.request) for one in figures.wrong_persons] == [
        ("elev-0007", "elev-0001", loads.ME),
        ("elev-0007", "elev-0002", loads.ME),
        ("elev-0008", "", ""),
    ]
    many = [loads.record(n, 1.0, None, Outcome.OTHER, shown=("elev-9999",), requests=()) for n in range(1003)]
    assert (len(of(many).wrong_persons), of(many).wrong_persons_left_out) == (1000, 3)


def test_a_run_in_which_nobody_arrived_has_figures_too() -> None:
    figures = of([], loads.samples(5, school=0.2))
    assert figures.whole == Group("", "", 0, {}, figures.lag, figures.lag, 0)
    assert figures.endings == figures.slowest == figures.requests == ()


def test_the_order_of_records_does_not_matter() -> None:
    records = loads.mixed_up()
    assert of(records[::-1]) == of(records)
    assert Counter(one.outcome for one in records)[Outcome.OTHER] == 6
