"""Vendors that are fed with rosters and do one thing wrong: a file each, which expects what the fault declares."""

import pytest

from sp_mocks.exchange.faults import EXCHANGE_FAULTS
from testbed.model.written import Variant
from testbed.runner.catalogue import load_catalogue, project_folder

KNOWN = load_catalogue()
ROSTERS = {variant.id: variant for variant in KNOWN.variants.values() if variant.kind == "exchanges"}


def test_every_fault_has_a_vendor() -> None:
    assert {variant.fault for variant in ROSTERS.values()} == set(EXCHANGE_FAULTS)


def test_the_suite_plays_them_all_and_the_one_that_does_well() -> None:
    assert KNOWN.suites["exchange"].scenarios == (
        "roster-class-lists",
        "moves-class-lists",
        "protected-class-lists",
        *(variant.scenario for variant in ROSTERS.values()),
    )


@pytest.mark.parametrize("variant", ROSTERS.values(), ids=ROSTERS)
def test_a_file_is_named_by_id_and_expects_what_its_fault_declares(variant: Variant) -> None:
    assert KNOWN.sources[("variant", variant.id)] == project_folder() / "rosters" / f"{variant.id}.yaml"
    assert variant.host.endswith(".test")
    assert "(simulera" in variant.name
    assert variant.expect.login == "none"
    assert {finding.check for finding in variant.expect.findings} == EXCHANGE_FAULTS[variant.fault].breaks
