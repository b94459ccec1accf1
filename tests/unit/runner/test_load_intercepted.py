"""Which flows go through the proxy: drawn with the seed, a share of each kind, and never none."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.load import Arrival
from testbed.runner.load_intercepted import with_intercepted

ARRIVALS = tuple(
    Arrival(number, number / 10, flow, vendor, f"pupil-{number}")
    for number, (flow, vendor) in enumerate(
        [("login", "a")] * 60 + [("login", "b")] * 3 + [("logout-from-vendor", "a")] * 1
    )
)


@given(st.floats(0, 1), st.integers(0, 50))
def test_of_each_kind_the_share_and_at_least_one(share: float, seed: int) -> None:
    drawn = with_intercepted(ARRIVALS, share, seed)
    assert drawn == with_intercepted(ARRIVALS, share, seed)
    assert [one.number for one in drawn] == [one.number for one in ARRIVALS]
    found = Counter((one.flow, one.vendor) for one in drawn if one.intercepted)
    for kind, count in Counter((one.flow, one.vendor) for one in ARRIVALS).items():
        assert found[kind] == (max(1, round(share * count)) if share else 0)


def test_the_seed_decides_which() -> None:
    chosen = {tuple(one.number for one in with_intercepted(ARRIVALS, 0.2, seed) if one.intercepted) for seed in (1, 2)}
    assert len(chosen) == 2


def test_all_and_none() -> None:
    assert all(one.intercepted for one in with_intercepted(ARRIVALS, 1.0, 1))
    assert not any(one.intercepted for one in with_intercepted(ARRIVALS, 0.0, 1))
    assert with_intercepted((), 0.5, 1) == ()


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_what_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="a share is from 0 to 1"):
        with_intercepted(ARRIVALS, share, 1)
