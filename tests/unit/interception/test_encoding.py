"""A play in the journal is the play that was played, with every vendor that took part."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from idp.people import generate
from testbed.interception.encoding import exchange_from_json, exchange_to_json, play_from_json, play_to_json
from testbed.model.verdict import Play
from testbed.model.wire import Exchange, Request, Response
from testbed.runner.catalogue import load_catalogue
from testbed.runner.plan import plays_of, vendors_in

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)


def a_play() -> Play:
    known = load_catalogue()
    scenario = known.scenarios["login-reading-service"].model_copy(update={"also": ("national-tests",)})
    (play,) = plays_of((scenario,), known, generate(1, 100).people, seed=1)
    return play


def test_a_play_comes_back_with_the_other_vendors() -> None:
    play = a_play()
    assert [vendor.id for vendor in play.also] == ["national-tests"]
    assert play_from_json(json.loads(json.dumps(play_to_json(play)))) == play


def test_a_journal_of_before_there_were_other_vendors_is_read() -> None:
    line = play_to_json(a_play())
    del line["also"]
    assert play_from_json(line) == replace(a_play(), also=())


@pytest.mark.parametrize("also", ["national-tests", {}, None])
def test_other_vendors_that_are_no_list_are_refused(also: object) -> None:
    with pytest.raises(TypeError):
        play_from_json({**play_to_json(a_play()), "also": also})  # type: ignore[dict-item]


@pytest.mark.parametrize("shown", ["", "q1+8Vn5BJrTYqZ6LXjJ8f5k0Jd6G1m5sVtq0Vb7b0wE="])
def test_an_exchange_comes_back_with_the_key_that_was_shown(shown: str) -> None:
    moment = datetime(2026, 11, 26, tzinfo=UTC)
    request = Request("GET", "https://api.test/persons")
    exchange = Exchange(1, "play", "vendor.test", "api.test", request, Response(200), moment, 1.0, shown=shown)
    assert exchange_from_json(json.loads(json.dumps(exchange_to_json(exchange)))) == exchange


def test_a_lab_has_every_vendor_of_every_play_once() -> None:
    play = a_play()
    assert [vendor.id for vendor in vendors_in((play, play))] == ["reading-service", "national-tests"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("duration_ms", "nan"),
        ("duration_ms", "inf"),
        ("duration_ms", -1),
        ("duration_ms", 1e300),
        ("started", "0001-01-01T00:00:00+14:00"),
        ("started", "9999-12-31T23:59:59Z"),
    ],
)
def test_times_with_which_nobody_can_reckon_are_refused(field: str, value: str | float) -> None:
    exchange = Exchange(1, "p", "a.test", "b.test", Request("GET", "https://b.test/"), None, NOW, 1.0)
    assert exchange_from_json(exchange_to_json(exchange)) == exchange
    with pytest.raises(ValueError, match=r"lasts|recorded"):
        exchange_from_json({**exchange_to_json(exchange), field: value})
