"""Two loads beside each other: what differs, and what may be chance."""

import loads
import numpy as np
import pytest

from testbed.model.load import LoadRun
from testbed.model.load_comparison import Difference, LoadComparison
from testbed.model.load_result import PERCENTILES, LoadReport
from testbed.runner.load_columns import LoadData, load_data
from testbed.runner.load_compare import _drawn_percentiles, compare
from testbed.runner.load_percentiles import percentiles
from testbed.runner.load_verdict import report_of


def both(run: LoadRun) -> tuple[LoadReport, LoadData]:
    data = load_data(run)
    return report_of(data), data


def compared(before: LoadRun, after: LoadRun) -> LoadComparison:
    return compare(both(before), both(after))


def difference(comparison: LoadComparison, figure: str) -> Difference:
    return next(one for one in comparison.differences if one.figure == figure and not one.flow)


def test_a_run_beside_itself_does_not_differ() -> None:
    run = loads.run(loads.steady())
    told = compared(run, run)
    assert {one.change for one in told.differences if one.before is not None} == {0}
    assert not any(one.may_be_chance is False for one in told.differences)
    assert told.unlike == ()


def test_two_runs_of_the_same_kind_differ_by_chance_in_nearly_all_figures() -> None:
    sure = sum(
        one.may_be_chance is False
        for seed in range(2, 22, 2)
        for one in compared(loads.run(loads.steady(seed=seed)), loads.run(loads.steady(seed=seed + 1))).differences
        if one.figure == "latency_p95_s"
    )
    assert sure <= 2


def test_a_slower_service_is_told_from_chance_with_the_difference_between_the_bounds() -> None:
    told = difference(
        compared(loads.run(loads.steady()), loads.run(loads.steady(seed=2, mean_s=0.16))), "latency_p50_s"
    )
    assert told.may_be_chance is False
    assert told.low is not None
    assert told.high is not None
    assert told.change is not None
    assert 0.06 < told.low < told.change < told.high < 0.10


def test_a_stall_that_many_met_counts_as_one_accident() -> None:
    told = difference(
        compared(loads.run(loads.steady(900, within_s=30)), loads.run(loads.stalled(stall_s=1))), "latency_p95_s"
    )
    assert told.change is not None
    assert told.low is not None
    assert told.high is not None
    # NOTE: thirty flows of nine hundred met it; drawn one by one they would be three in a hundred in nearly every draw.
    assert told.high - told.low > 0.2


def test_more_failures_are_told_by_the_share() -> None:
    told = difference(compared(loads.run(loads.steady(900, within_s=30)), loads.run(loads.dead())), "right_share")
    assert (told.before, told.may_be_chance) == (1, False)
    assert told.change == pytest.approx(-2 / 3, abs=0.01)


def test_what_too_few_flows_cannot_tell_is_not_told() -> None:
    told = compared(loads.run(loads.steady(200)), loads.run(loads.steady(400)))
    rare = difference(told, "latency_p99_s")
    assert (rare.before, rare.change, rare.may_be_chance) == (None, None, None)
    assert rare.after is not None
    few = compared(loads.run(loads.steady(10)), loads.run(loads.steady(10)))
    assert difference(few, "right_share").may_be_chance is None
    nobody = compared(loads.run([]), loads.run([]))
    assert difference(nobody, "right_share").before is None


def test_runs_that_were_not_asked_the_same_are_said_to_be_unlike() -> None:
    other = loads.run(loads.steady(600), seed=2, profile=loads.profile(scale=0.5), cores=4)
    said = [one.en for one in compared(loads.run(loads.steady()), other).unlike]
    assert said == [
        "scale: 1 against 0.5",
        "number who were to arrive: 1200 against 600",
        "seed: 1 against 2",
        "cores: 2 against 4",
    ]


def test_the_same_two_runs_have_the_same_comparison() -> None:
    runs = loads.run(loads.steady()), loads.run(loads.stalled())
    assert compared(*runs) == compared(*runs)


def test_both_courses_have_stretches_of_one_length() -> None:
    told = compared(loads.run(loads.steady()), loads.run(loads.stalled()))
    assert len(told.intervals_before) == len(told.intervals_after)
    assert sum(one.due for one in told.intervals_before) == 1200
    assert sum(one.due for one in told.intervals_after) == 900


def test_a_draw_is_the_percentile_of_the_flows_that_were_drawn() -> None:
    rng = np.random.default_rng(5)
    values, block = np.sort(rng.gamma(2, size=500)), rng.integers(0, 20, 500)
    weights = rng.multinomial(20, np.full(20, 1 / 20), size=30)
    drawn = _drawn_percentiles(values, block, weights)
    for draw, weight in enumerate(weights):
        told = percentiles(np.repeat(values, weight[block]))
        for name in PERCENTILES:
            expected = getattr(told, name)
            if expected is not None:
                assert drawn[name][draw] == pytest.approx(expected, abs=1e-6)


def test_of_very_many_flows_neighbours_are_taken_together(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(6)
    values, block = np.sort(rng.gamma(2, size=30_000)), rng.integers(0, 20, 30_000)
    weights = rng.multinomial(20, np.full(20, 1 / 20), size=10)
    coarse = _drawn_percentiles(values, block, weights)
    monkeypatch.setattr("testbed.runner.load_compare.STEPS", 30_000)
    exact = _drawn_percentiles(values, block, weights)
    for name in PERCENTILES:
        np.testing.assert_allclose(coarse[name], exact[name], rtol=0.01)


def test_options_that_change_nothing_do_not_make_runs_unlike() -> None:
    def of(*options: str) -> LoadRun:
        return loads.run(loads.steady(40), options=options)

    asked = of("nine", "--seed", "1", "--out", "a", "--workers", "2")
    assert compared(asked, of("nine", "--workers", "2", "--web=8089", "--seed")).unlike == ()
    (said,) = compared(asked, of("nine", "--workers", "4")).unlike
    assert said.en == "options: nine --workers 2 against nine --workers 4"
