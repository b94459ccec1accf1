"""The page on broken logins shows a scenario that can be loaded, and names every order, moment and check."""

import re
from pathlib import Path
from typing import get_args

import yaml

import testbed.checks  # noqa: F401 - importing it registers every family of checks
from testbed.checks.core import registered
from testbed.checks.resilience import PATIENCE_MS
from testbed.model.breaking import AnyBreaking, Moment
from testbed.model.rolling import RollKeys
from testbed.model.written import Scenario
from testbed.runner.catalogue import load_catalogue

PAGE = (Path(__file__).parents[3] / "docs" / "resilience.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([a-z.-]+)` \| ([^|]*) \|", PAGE, re.MULTILINE)


def test_the_story_that_is_shown_is_a_scenario() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert set(Scenario.model_validate(yaml.safe_load(block)).breaks) == {"before-login", "before-answer"}


def test_every_order_and_every_moment_stands_in_a_table() -> None:
    orders = {kind.model_fields["order"].default for kind in (*get_args(AnyBreaking.__value__), RollKeys)}
    named = {name for name, _ in ROWS}
    assert orders | set(get_args(Moment.__value__)) <= named


def test_every_participant_that_an_order_takes_is_named_beside_it() -> None:
    for kind in get_args(AnyBreaking.__value__):
        field = kind.model_fields.get("participant")
        if field is None:
            continue
        allowed = get_args(getattr(field.annotation, "__value__", field.annotation))
        (row,) = re.findall(rf"^\| `{kind.model_fields['order'].default}` \|.*\| ([a-z, ]+) \|$", PAGE, re.MULTILINE)
        assert set(row.split(", ")) <= set(allowed)


def test_every_check_of_the_family_is_explained_and_every_check_that_is_named_is_one() -> None:
    known = {one.info.id for one in registered()}
    named = {name for name, _ in ROWS if "." in name}
    assert named <= known
    assert {name for name in known if name.startswith("resilience.")} <= named
    assert f"within {PATIENCE_MS // 1000} seconds" in PAGE


def test_the_numbers_of_stories_and_vendors_are_those_of_the_suite() -> None:
    catalogue = load_catalogue()
    suite = catalogue.named(["resilience"])
    faulty = [one for one in suite if one.vendor in catalogue.variants]
    assert (len(suite) - len(faulty), len(faulty)) == (16, 6)
    assert "sixteen stories" in PAGE
    assert "six vendors" in PAGE
