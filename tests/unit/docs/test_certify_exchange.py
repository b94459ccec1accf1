"""The page on certifying exchanges shows files that can be loaded, and names what a vendor is really told."""

import re
from pathlib import Path

import pytest
import yaml

from testbed.certify.cases import load_exchange_cases
from testbed.certify.exchange.verdicts import WORDS
from testbed.lab.outside_fetcher import AGREEMENT
from testbed.lab.places import AUDIENCE, CLIENTS, SCHOOLS
from testbed.lab.tried_fetcher import LATE_S, NOTICED_S, QUIET_S
from testbed.lab.tried_outside import KEY_FILE
from testbed.model.certificate import Observed
from testbed.model.exchange_case import ExchangeSubject
from testbed.model.files import load
from testbed.model.placeholders import OF_FETCHING
from testbed.model.vendor import Fetch
from testbed.model.written import Vendor

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "certify-exchange.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_vendors_that_are_shown_are_vendors() -> None:
    vendors = [Vendor.model_validate(yaml.safe_load(block)) for block in BLOCKS if "entity_id" in block]
    assert [vendor.protocol for vendor in vendors] == ["scim", "ss12000", "ss12000"]


def test_the_case_that_is_shown_is_a_case() -> None:
    (block,) = (block for block in BLOCKS if "cases:" in block)
    (case,) = ExchangeSubject.model_validate(yaml.safe_load(block)).compiled()
    (real,) = (one for one in load_exchange_cases([ROOT / "scenarios"]) if one.id == case.id)
    assert (case.call, case.then) == (real.call, real.then)


@pytest.mark.parametrize("file", sorted((ROOT / "scenarios" / "started").glob("*.yaml")), ids=lambda file: file.stem)
def test_the_files_that_run_name_places_that_are_filled_in(file: Path) -> None:
    process = load(file, Vendor).process
    assert process is not None
    named = re.findall(r"\{[a-z_]+\}", " ".join((*process.command, *process.env.values(), process.ready)))
    assert [name for name in named if name.strip("{}") not in OF_FETCHING] == []
    assert {name for name in named if f"`{name}`" not in PAGE} == set()


def test_names_and_words_are_those_of_the_program() -> None:
    for name in (*CLIENTS.values(), *(place.api_url for place in SCHOOLS), AUDIENCE, KEY_FILE):
        assert name in PAGE
    told = WORDS.keys() - {Observed.UNCLEAR}
    assert {observed for observed in told if f"`{observed.value}`" not in PAGE} == set()


def test_an_unsupported_feature_stands_for_cases() -> None:
    blocks = [block for block in BLOCKS if block.startswith("unsupported:")]
    ids = [case.id for case in load_exchange_cases([ROOT / "scenarios"])]
    features = [feature for block in blocks for feature in yaml.safe_load(block)["unsupported"]]
    assert len(features) > len(blocks) > 1
    for feature in features:
        assert any(f"{name}-".startswith(f"ss12000-{feature}-") for name in ids)


def test_what_is_said_of_a_fetching_vendor_is_what_the_program_does() -> None:
    for text in (AGREEMENT, *(f"`{name}" for name in Fetch.model_fields)):
        assert text in PAGE
    seconds = {1: "a second", 2: "two seconds", 5: "five seconds"}
    assert all(seconds[int(told)] in PAGE for told in (QUIET_S, NOTICED_S, LATE_S))
