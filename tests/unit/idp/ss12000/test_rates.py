"""Each caller may ask so often a minute, and is told when to come back."""

import datetime as dt
from typing import Any

import pytest

from idp.ss12000.errors import Problem
from idp.ss12000.rates import MAX_CALLERS, RateLimit

pytestmark = pytest.mark.anyio
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


async def test_too_many_requests_are_refused_until_the_minute_is_over(new_lab: Any) -> None:
    lab = new_lab(limit=3)
    lefts = [(await lab.get("/organisations")).headers["x-ratelimit-remaining"] for _ in range(3)]
    assert lefts == ["2", "1", "0"]
    lab.now += dt.timedelta(seconds=20.25)
    refused = await lab.get("/organisations")
    assert refused.status_code == 429
    assert refused.json().keys() == {"code", "message"}
    assert refused.headers["x-ratelimit-limit"] == "3"
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert refused.headers["x-ratelimit-reset"] == "39.750"
    assert refused.headers["retry-after"] == "40"
    assert (await lab.get("/organisations", "other")).status_code == 200
    lab.now += dt.timedelta(seconds=39.75)
    assert (await lab.get("/organisations")).status_code == 200


async def test_a_refusal_counts_and_tells_too(new_lab: Any) -> None:
    lab = new_lab(limit=2)
    refused = await lab.get("/persons", limit=0)
    assert (refused.status_code, refused.headers["x-ratelimit-remaining"]) == (400, "1")
    assert (await lab.get("/persons", "nobody")).headers["x-ratelimit-remaining"] == "1"


async def test_whoever_is_not_authenticated_is_told_nothing_of_rates(new_lab: Any) -> None:
    answer = await new_lab(limit=2).get("/persons", "stranger")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "x-ratelimit-limit" not in answer.headers


def test_a_clock_that_goes_back_locks_nobody_out() -> None:
    rates = RateLimit(1)
    rates.count("reading", NOW)
    assert rates.count("reading", NOW - dt.timedelta(days=1))["X-RateLimit-Remaining"] == "0"


def test_so_many_callers_are_counted_at_once() -> None:
    rates = RateLimit(1)
    for number in range(MAX_CALLERS + 1):
        rates.count(f"caller {number}", NOW)
    with pytest.raises(Problem, match="too_many_requests"):
        rates.count(f"caller {MAX_CALLERS}", NOW)
    assert rates.count("caller 0", NOW)["X-RateLimit-Remaining"] == "0"
