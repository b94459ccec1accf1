"""Orders wait for their vendor, and are handed out once."""

import datetime as dt

import pytest

from idp.spoiling import MAX_WAITING, Spoiler, Waiting
from idp.state import State
from testbed.model.forgery import SamlForgery
from testbed.model.operations import Remove

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
ORDER = SamlForgery(before=(Remove(op="remove", xpath="//saml:Audience"),))


def test_an_order_is_handed_out_once_and_to_its_vendor_only() -> None:
    spoiler = Spoiler(State(None, lambda: NOW))
    spoiler.add(Waiting("a", ORDER))
    assert spoiler.take("b", "response") is None
    assert spoiler.take("a", "logout-request") is None
    assert spoiler.take("a", "response") == Waiting("a", ORDER)
    assert spoiler.take("a", "response") is None


def test_what_nobody_says_who_fetches_goes_to_whoever_comes() -> None:
    spoiler = Spoiler(State(None, lambda: NOW))
    waiting = Waiting("a", SamlForgery(message="metadata"), "elev-1", told=True)
    spoiler.add(waiting)
    assert spoiler.take("", "metadata") == waiting


def test_there_is_a_limit_for_each_vendor() -> None:
    spoiler = Spoiler(State(None, lambda: NOW))
    for _ in range(MAX_WAITING):
        spoiler.add(Waiting("a", ORDER))
    with pytest.raises(ValueError, match="wait for a already"):
        spoiler.add(Waiting("a", ORDER))
    spoiler.add(Waiting("b", ORDER))
    assert spoiler.take("b", "response") == Waiting("b", ORDER)
