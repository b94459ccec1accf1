"""The verdict of a load: each check by a run that it passes and by runs that it does not."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import loads
import pytest

from testbed.model.load import Limit, LoadRun, Outcome, Record, Thresholds
from testbed.model.load_result import LoadReport, LoadResult
from testbed.model.verdict import Run, Verdict
from testbed.runner.load_columns import load_data
from testbed.runner.load_verdict import report_of


def report(run: LoadRun, judged: Run | None = None) -> LoadReport:
    return report_of(load_data(run), judged)


def said(run: LoadRun, check: str, judged: Run | None = None) -> LoadResult:
    return next(one for one in report(run, judged).verdict.results if one.check == check)


def with_limit(percentile: float, under_s: float, right: float = 0.5) -> object:
    limits = (Limit(percentile=percentile, under_s=under_s),)
    return loads.profile(thresholds=Thresholds(right=right, latency=limits))


def test_a_steady_run_passes_every_check() -> None:
    told = report(loads.run(loads.steady(), loads.samples(60, generator=0.3, school=0.5)))
    assert {one.check: one.verdict for one in told.verdict.results} == {
        "load.no-other-person": Verdict.PASS,
        "load.right-sessions": Verdict.PASS,
        "load.latency": Verdict.PASS,
        "load.generator-kept-up": Verdict.PASS,
        "load.complete": Verdict.PASS,
    }
    assert (told.verdict.verdict, told.verdict.exit_status, told.verdict.findings) == (Verdict.PASS, 0, ())


def test_one_wrong_person_fails_a_run_whatever_the_thresholds_say() -> None:
    lax = loads.profile(thresholds=Thresholds(right=0))
    records = [*loads.steady(999), loads.record(999, 5.0, None, Outcome.OTHER, shown=("elev-0003",))]
    told = report(loads.run(records, profile=lax, options=("nine", "--rate", "20")))
    assert told.verdict.exit_status == 1
    (finding,) = told.verdict.findings
    assert (finding.check, finding.person, finding.recipient) == ("load.no-other-person", "elev-0003", "elev-0999")
    assert (finding.sender, finding.vendor) == ("prov", "prov")
    assert finding.observed == (
        "Flow 999, due at 5.000 s: elev-0999 had logged in, and by 6.301 s was shown elev-0003 at the request "
        "GET prov.test/me."
    )
    assert finding.reproduce == "testbed load nine --rate 20 --seed 1"


def test_a_wrong_person_is_a_failure_also_of_a_run_that_ended_early_and_of_a_late_generator() -> None:
    records = [replace(one, began_s=one.due_s + 9) for one in loads.mixed_up()]
    told = report(loads.run(records, ended="interrupted with Ctrl-C", problems=("the proxy went away",)))
    assert told.verdict.exit_status == 1


def test_where_nobody_got_in_nobody_can_say_whose_session_it_would_have_been() -> None:
    nobody = [loads.record(n, n / 10, None, Outcome.FAILED, status=0) for n in range(100)]
    assert said(loads.run(nobody), "load.no-other-person").verdict is Verdict.NOT_VERIFIED


@pytest.mark.parametrize(("right", "verdict"), [(99, Verdict.PASS), (98, Verdict.FAIL)])
def test_the_share_of_right_sessions_must_reach_the_threshold(right: int, verdict: Verdict) -> None:
    records = [
        one if one.number < right else replace(one, outcome=Outcome.NOBODY, right_s=None) for one in loads.steady(100)
    ]
    result = said(loads.run(records), "load.right-sessions")
    assert result.verdict is verdict
    assert f"{right} of 100 flows ({right} %)" in result.reason.en
    assert "minst 99 %" in result.reason.sv


def test_a_share_is_never_rounded_up_to_the_threshold() -> None:
    records = [
        one if one.number else replace(one, outcome=Outcome.NOBODY, right_s=None) for one in loads.steady(20_001)
    ]
    strict = loads.profile(thresholds=Thresholds(right=1))
    result = said(loads.run(records, profile=strict), "load.right-sessions")
    assert result.verdict is Verdict.FAIL
    assert "(99.99 %)" in result.reason.en


def test_those_who_were_cut_off_by_an_early_end_do_not_count() -> None:
    cut = [
        replace(one, outcome=Outcome.UNFINISHED, right_s=None) if one.number >= 90 else one for one in loads.steady(100)
    ]
    lax = with_limit(95, 5, right=0.99)
    early = loads.run(cut, ended="interrupted with Ctrl-C", arrivals=500, profile=lax)
    assert said(early, "load.right-sessions").reason.en.startswith("90 of 90 flows")
    assert said(early, "load.right-sessions").verdict is Verdict.PASS
    assert said(early, "load.complete").verdict is Verdict.NOT_VERIFIED
    assert "100 of 500 had arrived" in said(early, "load.complete").reason.en
    assert report(early).verdict.exit_status == 2
    assert said(loads.run(cut), "load.right-sessions").verdict is Verdict.FAIL


def test_a_vendor_that_died_fails_also_where_the_run_was_stopped_for_it() -> None:
    told = report(loads.run(loads.dead(), ended="of the last 200 flows 20 ended in the right session", arrivals=1700))
    assert told.verdict.exit_status == 1


@pytest.mark.parametrize(("under_s", "verdict"), [(0.3, Verdict.PASS), (0.05, Verdict.FAIL)])
def test_a_percentile_must_lie_under_its_limit(under_s: float, verdict: Verdict) -> None:
    result = said(loads.run(loads.steady(), profile=with_limit(95, under_s)), "load.latency")
    assert (result.verdict, result.of) == (verdict, "p95")


def test_a_percentile_of_just_the_limit_is_not_under_it() -> None:
    records = [loads.record(n, n / 10, 0.5) for n in range(100)]
    assert said(loads.run(records, profile=with_limit(50, 0.5)), "load.latency").verdict is Verdict.FAIL
    assert said(loads.run(records, profile=with_limit(50, 0.51)), "load.latency").verdict is Verdict.PASS


def test_a_stall_breaks_the_limit_by_seconds() -> None:
    result = said(loads.run(loads.stalled(), profile=with_limit(99, 2)), "load.latency")
    assert result.verdict is Verdict.FAIL
    assert ": 5.80 s; the limit is 2 s" in result.reason.en or ": 5.7" in result.reason.en


def test_those_who_never_got_in_count_as_having_waited_for_ever() -> None:
    records = [*loads.steady(90), *(loads.record(n, 50, None, Outcome.GAVE_UP, status=0) for n in range(90, 100))]
    result = said(loads.run(records, profile=with_limit(95, 60)), "load.latency")
    assert result.verdict is Verdict.FAIL
    assert "never; the limit is 60 s. 90 of 100 kept within it" in result.reason.en
    assert said(loads.run(records, profile=with_limit(90, 60)), "load.latency").verdict is Verdict.PASS


def test_whoever_waited_beyond_the_limit_when_the_run_ended_early_did_not_keep_it() -> None:
    waiting = [loads.record(n, 1.0, None, Outcome.UNFINISHED, uses_s=8.0, status=0) for n in range(90, 100)]
    cut = loads.run([*loads.steady(90), *waiting], profile=with_limit(95, 5), ended="interrupted with Ctrl-C")
    assert said(cut, "load.latency").verdict is Verdict.FAIL
    not_yet = loads.run([*loads.steady(90), *waiting], profile=with_limit(95, 60), ended="interrupted with Ctrl-C")
    assert said(not_yet, "load.latency").verdict is Verdict.PASS


def test_too_few_flows_tell_no_percentile() -> None:
    result = said(loads.run(loads.steady(200), profile=with_limit(99, 5)), "load.latency")
    assert result.verdict is Verdict.NOT_VERIFIED
    assert "takes 299 flows, and there are 200" in result.reason.en


def test_few_flows_tell_that_a_limit_is_broken_where_too_many_of_them_are_beyond_it() -> None:
    def of(slow: int) -> LoadResult:
        records = [loads.record(n, n / 10, 9.0 if n < slow else 0.1) for n in range(200)]
        return said(loads.run(records, profile=with_limit(99, 5)), "load.latency")

    assert [of(slow).verdict for slow in (0, 4, 6, 200)] == [
        Verdict.NOT_VERIFIED,
        Verdict.NOT_VERIFIED,
        Verdict.FAIL,
        Verdict.FAIL,
    ]
    assert "9.00 s; the limit is 5 s. 194 of 200" in of(6).reason.en


def test_a_profile_without_limits_has_no_latency_to_judge() -> None:
    run = loads.run(loads.steady(), profile=loads.profile(thresholds=Thresholds()))
    assert said(run, "load.latency").verdict is Verdict.SKIPPED
    assert report(run).verdict.exit_status == 0


def late(records: list[Record], late_s: float) -> list[Record]:
    def moved(one: Record) -> Record:
        requests = tuple(replace(each, began_s=each.began_s + late_s) for each in one.requests)
        right = None if one.right_s is None else one.right_s + late_s
        return replace(
            one, began_s=one.began_s + late_s, requests=requests, right_s=right, ended_s=one.ended_s + late_s
        )

    return [moved(one) for one in records]


def test_a_late_generator_takes_failures_upon_itself() -> None:
    told = report(loads.run(late(loads.steady(), 3.0)))
    verdicts = {one.check: one.verdict for one in told.verdict.results}
    assert verdicts["load.generator-kept-up"] is Verdict.NOT_VERIFIED
    assert verdicts["load.latency"] is Verdict.NOT_VERIFIED
    assert "may be its own" in next(one for one in told.verdict.results if one.check == "load.latency").reason.en
    assert told.verdict.exit_status == 2


def test_a_generator_that_is_a_little_late_for_a_slow_service_kept_up() -> None:
    slow = [replace(one, right_s=one.due_s + 8, ended_s=one.due_s + 9) for one in loads.steady()]
    assert said(loads.run(late(slow, 0.3)), "load.generator-kept-up").verdict is Verdict.PASS
    assert said(loads.run(late(loads.steady(), 0.3)), "load.generator-kept-up").verdict is Verdict.NOT_VERIFIED


def test_a_saturated_generator_did_not_keep_up() -> None:
    run = loads.run(loads.steady(), loads.samples(60, generator=0.98, school=0.3))
    assert said(run, "load.generator-kept-up").verdict is Verdict.NOT_VERIFIED


def test_a_saturated_school_is_no_fault_of_the_generator() -> None:
    run = loads.run(loads.steady(), loads.samples(60, generator=0.3, school=0.98))
    assert report(run).verdict.exit_status == 0


def test_a_problem_of_our_own_is_an_error() -> None:
    result = said(loads.run(loads.steady(), problems=("the load generator lost worker-1",)), "load.complete")
    assert result.verdict is Verdict.ERROR
    assert "worker-1" in result.reason.en


def test_people_who_are_missing_without_a_reason_are_an_error() -> None:
    run = loads.run(loads.steady(), arrivals=1300)
    assert said(run, "load.complete").verdict is Verdict.ERROR
    assert report(run).verdict.exit_status == 2


def judged(problem: Literal["", "a"] = "") -> Run:
    now = datetime(2026, 9, 1, tzinfo=UTC)
    return Run("x", now, now, "loopback", 1, {}, (), problems=(problem,) if problem else ())


def test_traffic_that_was_recorded_and_not_judged_is_not_verified() -> None:
    seen = [replace(one, intercepted=one.number < 12) for one in loads.steady()]
    result = said(loads.run(seen), "load.intercepted")
    assert result.verdict is Verdict.NOT_VERIFIED
    assert "12 flows" in result.reason.en
    assert result.told == result.reason.en
    looked = said(loads.run(seen), "load.intercepted", judged())
    assert looked.verdict is Verdict.NOT_VERIFIED
    assert looked.told.endswith(" See report.html.")


def test_a_machine_that_other_programs_filled_leaves_the_waits_open() -> None:
    used = loads.samples(60, generator=0.2, school=0.6, others=1.1)
    run = loads.run(loads.steady(), [replace(one, processes=2) if one.participant == "others" else one for one in used])
    result = said(run, "load.generator-kept-up")
    assert result.verdict is Verdict.NOT_VERIFIED
    assert "other programs used up to 55% of it" in result.reason.en
    quiet = loads.samples(60, generator=0.6, school=0.9, others=0.3)
    assert said(loads.run(loads.steady(), quiet), "load.generator-kept-up").verdict is Verdict.PASS
