"""The two-sided matrix: each fault is noticed by exactly what it declares; a compliant vendor by nothing."""

import re
from pathlib import Path

import pytest

from sp_mocks.every import EVERY_FAULT, EVERY_PROFILE
from sp_mocks.scripts import SCRIPT_FAULTS
from testbed.model.verdict import RunRecord, Verdict
from testbed.runner.catalogue import load_catalogue

CATALOGUE = load_catalogue()
FAULTY = {
    vendor.simulated.fault: vendor.id
    for vendor in CATALOGUE.vendors.values()
    if vendor.simulated and vendor.simulated.fault
}
SEEN_WITHOUT_SCRIPTS = [fault for fault in EVERY_FAULT if fault not in SCRIPT_FAULTS]
IN_A_BROWSER = Path(__file__).parents[1] / "browser" / "test_plays.py"
"""Proves the others, by the same equality."""
COMPLIANT = {
    vendor.simulated.profile: vendor.id
    for vendor in CATALOGUE.vendors.values()
    if vendor.simulated and not vendor.simulated.fault
}


def test_every_fault_and_every_profile_is_played_by_some_vendor() -> None:
    assert set(FAULTY) == set(EVERY_FAULT)
    assert set(COMPLIANT) == set(EVERY_PROFILE)


def test_the_faults_of_scripts_are_left_to_the_tests_with_a_browser_every_one() -> None:
    needing = {s.vendor for s in CATALOGUE.scenarios.values() if s.needs_scripts}
    assert needing == {FAULTY[fault] for fault in SCRIPT_FAULTS}
    assert needing == {scenario.vendor for scenario in CATALOGUE.named(["scripts"])}
    assert not needing & {scenario.vendor for scenario in CATALOGUE.named(["tour"])}
    proof = IN_A_BROWSER.read_text(encoding="utf-8")
    assert '@pytest.mark.parametrize("fault", SCRIPT_FAULTS)' in proof
    assert set(re.findall(r'^    "([a-z-]+)": \(', proof, re.MULTILINE)) == set(SCRIPT_FAULTS)


@pytest.mark.parametrize("fault", SEEN_WITHOUT_SCRIPTS)
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


def test_every_play_of_the_tour_is_as_expected(tour: RunRecord) -> None:
    assert [(j.play.id, j.reason, j.expectation) for j in tour.run.judgements if not j.expectation.met] == []
    assert tour.run.exit_status == 0


def test_no_check_failed_for_a_reason_of_its_own(tour: RunRecord) -> None:
    errors = [
        (j.play.id, r.check, r.reason) for j in tour.run.judgements for r in j.results if r.verdict is Verdict.ERROR
    ]
    assert errors == []
