"""Percentiles of durations, exact, and how many durations it takes to tell one."""

from math import ceil, exp, lgamma, log

import numpy as np

from testbed.model.load_result import PERCENTILES, Percentiles
from testbed.runner.load_columns import Floats

DOUBT = 0.05
"""One chance in twenty."""
HUNDRED = 100
HAIR = 1e-6
"""Less than any rank differs from a whole number that it is not."""


def enough_for(percentile: float) -> int:
    """So many durations it takes before some lie above their percentile but for one chance in twenty.

    That all of n lie below it has the chance (percentile/100)^n (Wilks 1941, of the largest of a sample).
    """
    return ceil(log(DOUBT) / log(percentile / HUNDRED))


def rank(durations: Floats, percentile: float) -> float | None:
    """The smallest duration that so many in a hundred do not exceed (the nearest rank); None where there are none."""
    if not len(durations):
        return None
    # NOTE: less a hair, for 99.9 of a hundred times 10,000 is the 9,990th, and comes out a last digit above (as numpy's
    # own "inverted_cdf" has it).
    place = max(0, ceil(percentile / HUNDRED * len(durations) - HAIR) - 1)
    return float(np.partition(durations, place)[place])


def percentiles(durations: Floats) -> Percentiles:
    """Of durations in seconds; those that are not a number are left out."""
    known = durations[~np.isnan(durations)]
    if not len(known):
        return Percentiles(0)
    told = [
        rank(known, percentile) if len(known) >= enough_for(percentile) else None for percentile in PERCENTILES.values()
    ]
    return Percentiles(len(known), round(float(known.mean()), 6), float(known.max()), *told)


def too_many_above(above: int, count: int, percentile: float) -> bool:
    """Whether so many of so few can lie above a limit only by one chance in twenty, if the percentile does not.

    That at least so many of n lie above has a binomial chance, of which the largest is at the percentile itself.
    """
    share = 1 - percentile / HUNDRED
    fewer = sum(exp(_log_binomial(count, k, share)) for k in range(above))
    return 1 - fewer <= DOUBT


def _log_binomial(count: int, k: int, share: float) -> float:
    """The logarithm of the chance that just k of so many are of a share."""
    ways = lgamma(count + 1) - lgamma(k + 1) - lgamma(count - k + 1)
    return ways + k * log(share) + (count - k) * log(1 - share)
