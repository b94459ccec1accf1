"""Orders wait for their vendor, and are handed out once."""

import datetime as dt

import pytest

from idp.spoiling import MAX_WAITING, Spoiler
from idp.state import State
from testbed.model.written import Remove

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
ORDER = Remove(op="remove", xpath="//saml:Audience")


def test_an_order_is_handed_out_once_and_to_its_vendor_only() -> None:
    spoiler = Spoiler(State(None, lambda: NOW))
    spoiler.add("a", [ORDER])
    assert spoiler.take("b") == ()
    assert spoiler.take("a") == (ORDER,)
    assert spoiler.take("a") == ()


def test_there_is_a_limit_for_each_vendor() -> None:
    spoiler = Spoiler(State(None, lambda: NOW))
    for _ in range(MAX_WAITING):
        spoiler.add("a", [ORDER])
    with pytest.raises(ValueError, match="wait for a already"):
        spoiler.add("a", [ORDER])
    spoiler.add("b", [ORDER])
    assert spoiler.take("b") == (ORDER,)
