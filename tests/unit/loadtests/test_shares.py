"""Everybody is in one share, and each moment is dealt out."""

from loadtests.bench.crowds import canned_order
from loadtests.shares import split


def test_a_split_order_has_everybody_once_and_each_moment_is_dealt_out() -> None:
    asked = canned_order("http://127.0.0.1:1", 1000, 100)
    for of in (1, 2, 3, 7):
        shares = split(asked, of)
        assert sorted(one.number for share in shares for one in share.arrivals) == list(range(1000))
        assert max(len(share.arrivals) for share in shares) - min(len(share.arrivals) for share in shares) <= 1
        for share in shares:
            assert set(share.people) == {one.person for one in share.arrivals}
            first_second = [one for one in share.arrivals if one.due_s < 1]
            assert abs(len(first_second) - 100 / of) <= 1
