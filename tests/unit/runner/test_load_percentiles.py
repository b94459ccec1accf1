"""Percentiles are durations that were measured, and are told only where there are enough of them."""

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.load_result import PERCENTILES, Percentiles
from testbed.runner.load_percentiles import enough_for, percentiles, rank, too_many_above

DURATIONS = st.lists(st.floats(0, 1e6, allow_nan=False, width=32), min_size=1, max_size=400)


def test_of_one_to_a_thousand_the_percentiles_are_known() -> None:
    told = percentiles(np.arange(1, 10_001, dtype=float))
    assert told == Percentiles(10_000, 5000.5, 10_000, 5000, 9000, 9500, 9900, 9990)


@pytest.mark.parametrize(("percentile", "needed"), [(50, 5), (90, 29), (95, 59), (99, 299), (99.9, 2995)])
def test_so_many_durations_tell_a_percentile(percentile: float, needed: int) -> None:
    part = percentile / 100
    assert enough_for(percentile) == needed
    assert part**needed <= 0.05 < part ** (needed - 1)


def test_one_duration_fewer_tells_no_percentile() -> None:
    assert percentiles(np.ones(59)).p95_s == 1
    assert percentiles(np.ones(58)) == Percentiles(58, 1, 1, 1, 1, None, None, None)
    assert percentiles(np.array([])) == Percentiles(0)


def test_those_who_never_got_in_have_no_duration() -> None:
    assert percentiles(np.array([np.nan, 2.0, np.nan])) == Percentiles(1, 2.0, 2.0)
    assert percentiles(np.array([np.nan])) == Percentiles(0)


@given(DURATIONS, st.sampled_from([*PERCENTILES.values(), 75, 97.5]))
def test_a_percentile_is_the_smallest_that_so_many_do_not_exceed(durations: list[float], percentile: float) -> None:
    place = ceil(Fraction(str(percentile)) * len(durations) / 100)
    assert rank(np.array(durations), percentile) == sorted(durations)[place - 1]


@given(DURATIONS)
def test_the_percentiles_are_those_of_numpy_wherever_they_are_told(durations: list[float]) -> None:
    values = np.array(durations)
    told = percentiles(values)
    for name, percentile in PERCENTILES.items():
        value = getattr(told, name)
        assert (value is not None) == (len(values) >= enough_for(percentile))
        # NOTE: where the rank is a whole number, numpy's takes the next for want of the last digit of 99.9.
        if value is not None and (Fraction(str(percentile)) * len(values) / 100).denominator > 1:
            assert value == np.percentile(values, percentile, method="inverted_cdf")
    assert told.max_s == values.max()


@pytest.mark.parametrize(
    ("above", "count", "percentile", "told"),
    [
        (0, 0, 95, False),
        (2, 10, 95, False),  # at least two of ten in nine cases of a hundred
        (3, 10, 95, True),  # at least three in one
        (3, 10, 90, False),  # in seven
        (4, 10, 90, True),  # in one
        (1500, 2000, 99.9, True),
    ],
)
def test_so_many_above_are_too_many(above: int, count: int, percentile: float, told: bool) -> None:
    assert too_many_above(above, count, percentile) is told
