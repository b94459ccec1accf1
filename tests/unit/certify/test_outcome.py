"""Outcomes for a purpose."""

from fnmatch import fnmatchcase

import pytest
from certificates import case, result

import testbed.checks  # noqa: F401 - importing it registers every family of checks
from testbed.certify.cases import load_every_case
from testbed.certify.outcome import outcome
from testbed.certify.profiles import load_profiles, requires
from testbed.checks.core import describe
from testbed.model.certificate import ConfigurationError, Outcome
from testbed.model.strict import Bilingual
from testbed.model.verdict import Verdict
from testbed.runner.catalogue import project_folder

PROFILES = load_profiles([project_folder()])
WORDS = Bilingual(sv="s", en="e")


@pytest.mark.parametrize(
    ("verdicts", "found"),
    [
        ([(Verdict.PASS, True)], Outcome.COMPLIANT),
        ([(Verdict.PASS, True), (Verdict.SKIPPED, True), (Verdict.WARNING, False)], Outcome.COMPLIANT),
        ([(Verdict.PASS, True), (Verdict.NOT_VERIFIED, False)], Outcome.COMPLIANT),
        ([(Verdict.PASS, True), (Verdict.NOT_VERIFIED, True)], Outcome.INCONCLUSIVE),
        ([(Verdict.PASS, True), (Verdict.ERROR, True)], Outcome.INCONCLUSIVE),
        ([(Verdict.FAIL, False), (Verdict.NOT_VERIFIED, True)], Outcome.NOT_COMPLIANT),
        ([(Verdict.SKIPPED, True)], Outcome.INCONCLUSIVE),
        ([], Outcome.INCONCLUSIVE),
    ],
)
def test_no_evidence_is_never_compliant(verdicts: list[tuple[Verdict, bool]], found: Outcome) -> None:
    results = [result(case(), verdict, required=required) for verdict, required in verdicts]
    assert outcome(PROFILES["strict"], results, (), None)[0] is found


def test_data_that_could_not_be_judged_is_never_compliant_where_the_purpose_demands_it() -> None:
    passed = [result(case(), Verdict.PASS, required=True)]
    assert outcome(PROFILES["strict"], passed, (), None, WORDS) == (Outcome.INCONCLUSIVE, (WORDS,))
    undemanding = PROFILES["strict"].model_copy(update={"checks": ()})
    assert outcome(undemanding, passed, (), None, WORDS)[0] is Outcome.COMPLIANT
    failed = [result(case(), Verdict.FAIL)]
    assert outcome(PROFILES["strict"], failed, (), None, WORDS)[0] is Outcome.NOT_COMPLIANT


def test_a_setting_that_is_wrong_is_inconclusive_and_says_so() -> None:
    error = ConfigurationError(WORDS, WORDS)
    assert outcome(PROFILES["strict"], [result(case(), Verdict.NOT_VERIFIED)], (error,), None) == (
        Outcome.INCONCLUSIVE,
        (WORDS,),
    )


def test_the_strict_profile_demands_what_is_only_advice() -> None:
    advice = case(level="SHOULD")
    assert requires(PROFILES["strict"], advice)
    assert not requires(PROFILES["skolfederation"], advice.model_copy(update={"id": "saml-nothing"}))


def test_every_pattern_of_a_profile_stands_for_a_case_and_every_check_exists() -> None:
    ids = [case.id for case in load_every_case([project_folder()])]
    known = {info.id for info in describe()}
    for profile in PROFILES.values():
        for pattern in (*profile.must, *profile.leave_out):
            assert any(fnmatchcase(name, pattern) for name in ids), (profile.id, pattern)
        assert set(profile.checks) <= known, set(profile.checks) - known
