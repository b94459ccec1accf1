"""A play in the journal is the play that was played, with every vendor that took part."""

import json
from dataclasses import replace

import pytest

from idp.people import generate
from testbed.interception.encoding import play_from_json, play_to_json
from testbed.model.verdict import Play
from testbed.runner.catalogue import load_catalogue
from testbed.runner.plan import plays_of, vendors_in


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


def test_a_lab_has_every_vendor_of_every_play_once() -> None:
    play = a_play()
    assert [vendor.id for vendor in vendors_in((play, play))] == ["reading-service", "national-tests"]
