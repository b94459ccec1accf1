"""The two-sided matrix: each fault is noticed by exactly what it declares; a compliant vendor by nothing."""

import pytest

from sp_mocks.every import EVERY_FAULT, EVERY_PROFILE
from testbed.model.verdict import RunRecord, Verdict
from testbed.runner.catalogue import load_catalogue

CATALOGUE = load_catalogue()
FAULTY = {
    vendor.simulated.fault: vendor.id
    for vendor in CATALOGUE.vendors.values()
    if vendor.simulated and vendor.simulated.fault
}
COMPLIANT = {
    vendor.simulated.profile: vendor.id
    for vendor in CATALOGUE.vendors.values()
    if vendor.simulated and not vendor.simulated.fault and vendor.id == vendor.simulated.profile
}
OTHERS_AT_FAULT: dict[str, set[str]] = {
    "young-maths": set(),
    "boundless-maths": {"data.rows-within-agreement"},
    "lapsed-tests": {"data.agreement-in-force"},
    "dated-encyclopedia": {"data.no-identifying-combination"},
}
"""Vendors that do well, and what is noticed of the school or the agreement."""


def test_every_fault_and_every_profile_is_played_by_some_vendor() -> None:
    assert set(FAULTY) == set(EVERY_FAULT)
    assert set(COMPLIANT) == set(EVERY_PROFILE)


@pytest.mark.parametrize("fault", EVERY_FAULT)
def test_a_fault_is_noticed_by_exactly_what_it_declares(fault: str, tour: RunRecord) -> None:
    judged = [j for j in tour.run.judgements if j.play.vendor.id == FAULTY[fault]]
    assert judged
    assert {finding.check for j in judged for finding in j.findings} == EVERY_FAULT[fault].breaks


@pytest.mark.parametrize("profile", EVERY_PROFILE)
def test_a_compliant_vendor_is_noticed_by_nothing(profile: str, tour: RunRecord) -> None:
    judged = [j for j in tour.run.judgements if j.play.vendor.id == COMPLIANT[profile]]
    assert judged
    assert [f"{j.play.id}: {f.check}: {f.observed}" for j in judged for f in j.findings] == []
    assert {j.play.id: (j.verdict, j.reason) for j in judged if j.verdict is not Verdict.PASS} == {}


@pytest.mark.parametrize("vendor", OTHERS_AT_FAULT)
def test_what_the_school_or_the_agreement_does_wrong_is_noticed_by_exactly_one_check(
    vendor: str, tour: RunRecord
) -> None:
    judged = [j for j in tour.run.judgements if j.play.vendor.id == vendor]
    assert judged
    assert {finding.check for j in judged for finding in j.findings} == OTHERS_AT_FAULT[vendor]


def test_every_play_of_the_tour_is_as_expected(tour: RunRecord) -> None:
    assert [(j.play.id, j.reason, j.expectation) for j in tour.run.judgements if not j.expectation.met] == []
    assert tour.run.exit_status == 0


def test_no_check_failed_for_a_reason_of_its_own(tour: RunRecord) -> None:
    errors = [
        (j.play.id, r.check, r.reason) for j in tour.run.judgements for r in j.results if r.verdict is Verdict.ERROR
    ]
    assert errors == []
