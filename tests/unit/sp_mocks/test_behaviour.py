"""Decisions: a vendor wants what it requires and what it likes, each once."""

import dataclasses

import pytest

from sp_mocks.behaviour import Behaviour


def test_what_is_wanted_is_named_once_required_first() -> None:
    behaviour = Behaviour(required=("sn", "mail"), optional=("mail", "givenName"))
    assert behaviour.wanted == ("sn", "mail", "givenName")


def test_the_defaults_are_careful() -> None:
    behaviour = Behaviour(required=("sn",))
    assert (behaviour.checks_audience, behaviour.signs_requests) == (True, True)
    assert (behaviour.leak, behaviour.reminders, behaviour.cdn) == (None, False, False)


def test_it_cannot_be_changed_while_the_vendor_runs() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Behaviour(required=("sn",)).checks_audience = False
