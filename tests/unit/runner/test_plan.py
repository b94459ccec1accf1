"""The plan is settled before anything is played, and comes back as it was written."""

from pathlib import Path

import pytest

from idp.people import generate
from testbed.model.files import ScenarioInvalid
from testbed.runner.catalogue import load_catalogue
from testbed.runner.plan import Plan, dump_plan, load_plan, plays_of


def test_a_plan_comes_back(tmp_path: Path) -> None:
    plan = Plan("r", "inprocess", 7, {"pysaml2": "7"}, ("a", "a.2"))
    path = tmp_path / "plan.json"
    path.write_text(dump_plan(plan), encoding="utf-8")
    assert load_plan(path) == plan


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"schema": "other/1"}', '{"schema": "testbed.plan/1", "id": 1}', "null"]
)
def test_what_is_no_plan_is_refused_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioInvalid, match="is not a plan"):
        load_plan(path)


def test_repetitions_play_every_scenario_with_other_people() -> None:
    known = load_catalogue()
    scenarios = known.named(["login-reading-service", "login-national-tests"])
    people = generate(3, 200).people
    plays = plays_of(scenarios, known, people, seed=3, repeat=4)
    assert len({play.id for play in plays}) == len(plays) == 8
    assert len({play.person for play in plays}) > 2
    assert plays == plays_of(scenarios, known, people, seed=3, repeat=4)


def test_what_belongs_to_captures_is_read_as_it_was_written(tmp_path: Path) -> None:
    plan = Plan(
        "x",
        "capture",
        0,
        {},
        ("a", "b"),
        command="testbed judge a.har",
        unreadable={"": ("people.json: person 1",), "a": ("a.har: entry 2",)},
        left_out=("a.har: 1 entry",),
    )
    path = tmp_path / "plan.json"
    path.write_text(dump_plan(plan), encoding="utf-8")
    assert load_plan(path) == plan
    assert plan.unreadable_of("a") == ("people.json: person 1", "a.har: entry 2")
    assert plan.unreadable_of("b") == ("people.json: person 1",)
