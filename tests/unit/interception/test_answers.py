"""What is said for a host outside the lab: nothing is there, except to a browser that asks whether it may send."""

import pytest

from testbed.interception.answers import outside
from testbed.model.wire import Headers, Request

ASKS: Headers = (("Origin", "https://vendor.test"), ("Access-Control-Request-Method", "POST"))


@pytest.mark.parametrize(
    ("method", "headers"),
    [("GET", ()), ("POST", ASKS), ("OPTIONS", ()), ("OPTIONS", ASKS[:1]), ("OPTIONS", ASKS[1:])],
)
def test_what_was_sent_went_no_further(method: str, headers: Headers) -> None:
    answer = outside(Request(method, "https://tracker.test/x", headers, b"mail"))
    assert (answer.status, answer.header("x-testbed")) == (502, "outside")
    assert b"tracker.test is outside" in answer.body


@pytest.mark.parametrize("named", ["", "content-type, x-reader"])
def test_a_preflight_is_allowed_so_that_what_would_be_sent_is_seen(named: str) -> None:
    headers = (*ASKS, *((("Access-Control-Request-Headers", named),) if named else ()))
    answer = outside(Request("OPTIONS", "https://tracker.test/x", headers))
    assert (answer.status, answer.body, answer.header("x-testbed")) == (204, b"", "outside")
    assert answer.header("access-control-allow-origin") == "https://vendor.test"
    assert answer.header("access-control-allow-methods") == "POST"
    assert answer.header("access-control-allow-headers") == named
    assert answer.header("access-control-allow-credentials") == "true"
