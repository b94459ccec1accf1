"""Vendors that are fed with rosters and do one thing wrong: a file each, which expects what the fault declares."""

import pytest

from sp_mocks.every import EVERY_FAULT
from sp_mocks.exchange.faults import EXCHANGE_FAULTS
from sp_mocks.provisioning.faults import PROVISIONING_FAULTS
from sp_mocks.receiving.faults import RECEIVING_FAULTS
from testbed.model.written import Variant
from testbed.runner.catalogue import load_catalogue, project_folder

KNOWN = load_catalogue()
OF_EXCHANGE = {**EXCHANGE_FAULTS, **RECEIVING_FAULTS, **PROVISIONING_FAULTS}
ROSTERS = {variant.id: variant for variant in KNOWN.variants.values() if variant.kind == "exchanges"}


def test_every_fault_has_a_vendor() -> None:
    assert {variant.fault for variant in ROSTERS.values()} == set(OF_EXCHANGE)
    assert len(OF_EXCHANGE) == len(EXCHANGE_FAULTS) + len(RECEIVING_FAULTS) + len(PROVISIONING_FAULTS)


def test_the_suite_plays_them_all_and_the_one_that_does_well() -> None:
    played = KNOWN.named(["exchange"])
    faulty = [one.vendor for one in played if one.vendor in ROSTERS]
    assert faulty == list(ROSTERS)
    well = [one for one in played if one.vendor not in ROSTERS]
    assert {one.vendor for one in well} == {"class-lists", "shared-lists", "pupil-accounts", "test-platform"}
    assert {finding for one in well for finding in one.expect.findings} == set()


def test_each_thing_that_can_change_is_played_with_a_vendor_that_does_well() -> None:
    flows = {one.flow for one in KNOWN.named(["exchange"]) if one.vendor not in ROSTERS}
    assert flows >= {one.flow for one in ROSTERS.values()}


@pytest.mark.parametrize("variant", ROSTERS.values(), ids=ROSTERS)
def test_a_file_is_named_by_id_and_expects_what_its_fault_declares(variant: Variant) -> None:
    assert KNOWN.sources[("variant", variant.id)] == project_folder() / "rosters" / f"{variant.id}.yaml"
    assert variant.host.endswith(".test")
    assert "(simulera" in variant.name
    assert variant.expect.login == "none"
    assert {finding.check for finding in variant.expect.findings} == EVERY_FAULT[variant.fault].breaks
