"""The two-sided matrix: each fault is noticed by exactly what it declares; a compliant vendor by nothing."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from sp_mocks.crowded import CROWDED_FAULTS
from sp_mocks.every import EVERY_FAULT, EVERY_PROFILE
from sp_mocks.fragile import FRAGILE_FAULTS, OIDC_FRAGILE_FAULTS
from sp_mocks.scripts import SCRIPT_FAULTS
from testbed.model.verdict import Judgement, Verdict
from testbed.runner.catalogue import load_catalogue

CATALOGUE = load_catalogue()
FAULTY = [
    (vendor.simulated.fault, vendor.id)
    for vendor in CATALOGUE.vendors.values()
    if vendor.simulated and vendor.simulated.fault
]
ELSEWHERE = {*SCRIPT_FAULTS, *FRAGILE_FAULTS, *OIDC_FRAGILE_FAULTS, *CROWDED_FAULTS}
"""What needs a real browser, what needs something to break (``test_resilience.py``), and what needs many people at once
(``test_crowded.py``)."""
SEEN_WITHOUT_SCRIPTS = [(fault, vendor) for fault, vendor in FAULTY if fault not in ELSEWHERE]
IN_A_BROWSER = Path(__file__).parents[1] / "browser" / "test_plays.py"
"""Proves the others, by the same equality."""
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
    assert {fault for fault, _ in FAULTY} == set(EVERY_FAULT)
    assert set(COMPLIANT) == set(EVERY_PROFILE)


def test_the_faults_of_scripts_are_left_to_the_tests_with_a_browser_every_one() -> None:
    needing = {s.vendor for s in CATALOGUE.scenarios.values() if s.needs_scripts}
    assert needing == {vendor for fault, vendor in FAULTY if fault in SCRIPT_FAULTS}
    assert needing == {scenario.vendor for scenario in CATALOGUE.named(["scripts"])}
    assert not needing & {scenario.vendor for scenario in CATALOGUE.named(["tour"])}
    proof = IN_A_BROWSER.read_text(encoding="utf-8")
    assert '@pytest.mark.parametrize("fault", SCRIPT_FAULTS)' in proof
    assert set(re.findall(r'^    "([a-z-]+)": \(', proof, re.MULTILINE)) == set(SCRIPT_FAULTS)


@pytest.mark.parametrize(("fault", "vendor"), SEEN_WITHOUT_SCRIPTS, ids=[f"{v}-{f}" for f, v in SEEN_WITHOUT_SCRIPTS])
def test_a_fault_is_noticed_by_exactly_what_it_declares(fault: str, vendor: str, judged: Sequence[Judgement]) -> None:
    played = [j for j in judged if j.play.vendor.id == vendor]
    assert played
    assert {finding.check for j in played for finding in j.findings} == EVERY_FAULT[fault].breaks


@pytest.mark.parametrize("fault", CROWDED_FAULTS)
def test_what_many_people_at_once_would_show_nobody_notices_of_one(fault: str, judged: Sequence[Judgement]) -> None:
    played = [j for j in judged if j.play.vendor.simulated and j.play.vendor.simulated.fault == fault]
    assert {(j.verdict, j.findings) for j in played} == {(Verdict.PASS, ())}


@pytest.mark.parametrize("profile", EVERY_PROFILE)
def test_a_compliant_vendor_is_noticed_by_nothing(profile: str, judged: Sequence[Judgement]) -> None:
    played = [j for j in judged if j.play.vendor.id == COMPLIANT[profile]]
    assert played
    assert [f"{j.play.id}: {f.check}: {f.observed}" for j in played for f in j.findings] == []
    assert {j.play.id: (j.verdict, j.reason) for j in played if j.verdict is not Verdict.PASS} == {}


@pytest.mark.parametrize("vendor", OTHERS_AT_FAULT)
def test_what_the_school_or_the_agreement_does_wrong_is_noticed_by_exactly_one_check(
    vendor: str, judged: Sequence[Judgement]
) -> None:
    played = [j for j in judged if j.play.vendor.id == vendor]
    assert played
    assert {finding.check for j in played for finding in j.findings} == OTHERS_AT_FAULT[vendor]


def test_every_play_is_as_expected(judged: Sequence[Judgement]) -> None:
    assert [(j.play.id, j.reason, j.expectation) for j in judged if not j.expectation.met] == []


def test_no_check_failed_for_a_reason_of_its_own(judged: Sequence[Judgement]) -> None:
    errors = [(j.play.id, r.check, r.reason) for j in judged for r in j.results if r.verdict is Verdict.ERROR]
    assert errors == []
