"""Expectations are strict both ways."""

import pytest

from testbed.model.verdict import Finding, Severity, Verdict
from testbed.model.written import Expect, ExpectedFinding
from testbed.runner.expect import compare, expected_verdict


def found(check: str, attribute: str = "", recipient: str = "", form: str = "") -> Finding:
    told = {"attribute": attribute, "recipient": recipient, "form": form}
    return Finding(check, "t", "c", Severity.MUST, "v", "seen", "wanted", **told)


def expecting(*findings: ExpectedFinding) -> Expect:
    return Expect(login="accepted", findings=findings)


ONWARD = ExpectedFinding(check="data.no-onward-transfer", attribute="mail", recipient="metrics.tracker.test")


def test_nothing_expected_and_nothing_found_is_met() -> None:
    assert compare(expecting(), Verdict.PASS, []).met


def test_nothing_expected_but_not_verified_is_not_met() -> None:
    assert not compare(expecting(), Verdict.NOT_VERIFIED, []).met


def test_an_unexpected_finding_is_named() -> None:
    expectation = compare(expecting(), Verdict.FAIL, [found("data.not-in-url", "mail", "x.test")])
    assert not expectation.met
    assert expectation.unexpected == ("data.not-in-url of mail to x.test: seen",)


def test_an_expected_finding_must_come() -> None:
    expectation = compare(expecting(ONWARD), Verdict.PASS, [])
    assert not expectation.met
    assert expectation.missing == ("data.no-onward-transfer of mail to metrics.tracker.test",)


def test_the_same_check_with_another_recipient_is_both_missing_and_unexpected() -> None:
    other = found("data.no-onward-transfer", "mail", "other.test")
    expectation = compare(expecting(ONWARD), Verdict.FAIL, [other])
    assert expectation.missing
    assert expectation.unexpected


def test_expected_findings_that_came_are_met_and_fail_is_the_expected_verdict() -> None:
    seen = found("data.no-onward-transfer", "mail", "metrics.tracker.test")
    assert expected_verdict(expecting(ONWARD)) is Verdict.FAIL
    assert compare(expecting(ONWARD), Verdict.FAIL, [seen, seen]).met


def test_where_only_warnings_are_expected_the_verdict_is_a_warning() -> None:
    combination = ExpectedFinding(check="data.no-identifying-combination")
    assert expected_verdict(expecting(combination)) is Verdict.WARNING
    assert expected_verdict(expecting(combination, ONWARD)) is Verdict.FAIL
    assert expected_verdict(expecting(ExpectedFinding(check="data.unheard-of"))) is Verdict.FAIL
    assert compare(expecting(combination), Verdict.WARNING, [found("data.no-identifying-combination", "sn")]).met


def test_a_field_that_is_not_given_matches_anything() -> None:
    loose = ExpectedFinding(check="data.no-onward-transfer")
    assert compare(expecting(loose), Verdict.FAIL, [found("data.no-onward-transfer", "sn", "y.test")]).met


def test_a_form_that_is_given_must_be_the_form() -> None:
    digest = ONWARD.model_copy(update={"form": "sha256"})
    assert compare(expecting(digest), Verdict.FAIL, [found(ONWARD.check, "mail", ONWARD.recipient or "", "sha256")]).met
    other = compare(expecting(digest), Verdict.FAIL, [found(ONWARD.check, "mail", ONWARD.recipient or "", "base64")])
    assert other.missing == ("data.no-onward-transfer of mail to metrics.tracker.test as sha256",)
    assert other.unexpected == ("data.no-onward-transfer of mail to metrics.tracker.test as base64: seen",)


@pytest.mark.parametrize(
    ("recipient", "met"), [("x7.t.test", True), ("a.b.t.test", True), ("t.test", False), ("x.t.test.evil", False)]
)
def test_a_recipient_may_be_any_host_below_one(recipient: str, met: bool) -> None:
    below = ExpectedFinding(check=ONWARD.check, recipient="*.t.test")
    assert compare(expecting(below), Verdict.FAIL, [found(ONWARD.check, "mail", recipient)]).met is met
