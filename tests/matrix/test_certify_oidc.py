"""The cases of OpenID Connect against vendors that do well and against every mistake, through the whole lab."""

from collections.abc import Mapping
from dataclasses import fields
from fnmatch import fnmatchcase
from zlib import crc32

import pytest
from certifying import BROKEN, Certifier, cases_of

from sp_mocks.every import EVERY_FAULT
from sp_mocks.oidc.faults import OIDC_FAULTS
from sp_mocks.oidc.profiles import OIDC_PROFILES
from sp_mocks.oidc.rules import NO_RULES
from sp_mocks.oidc.unsafe import OIDC_UNSAFE, Unsafe
from testbed.model.certificate import CaseResult
from testbed.model.verdict import Verdict
from testbed.model.written import Vendor

CASES = {case.id: case for case in cases_of("oidc")}
PROFILES = ("maths-app", "news-for-schools", "guardian-messages")
SKEW_S = 60
HONEST_FAULTS: Mapping[str, tuple[str, ...]] = {
    "sends-no-pkce": ("oidc-pkce-*",),
    "sends-no-nonce": ("oidc-state-nonce-sent",),
    "accepts-answers-in-any-browser": ("oidc-state-elsewhere",),
    "keeps-session-after-logout-token": (
        "oidc-logout-token-honest",
        "oidc-logout-token-audience-as-list",
        "oidc-logout-token-person-alone",
        "oidc-logout-token-unknown-claim",
    ),
    "never-refetches-keys": ("oidc-key-change-sudden",),
}
"""Faults that honest traffic shows too, and the cases that must show them."""
UNVERIFIED = {
    "logs-out-sessions-alone": {"oidc-logout-replayed"},
    "keeps-session-after-logout-token": {"oidc-logout-replayed"},
    # NOTE: who is logged in before the second delivery is logged in after it, whatever becomes of that.
    "keeps-the-cookie-at-login": {"oidc-state-again"},
    "logs-in-by-the-access-token-alone": {
        "oidc-published-keys-unknown-kind", "oidc-published-keys-unknown-member", "oidc-published-keys-no-use",
        "oidc-refresh-other-person",
    },
}  # fmt: skip
"""What a fault keeps from being tried at all."""


@pytest.fixture(scope="module")
def certifier(tmp_path_factory: pytest.TempPathFactory) -> Certifier:
    return Certifier(tmp_path_factory.mktemp("certify") / "home")


def vendor(certifier: Certifier, profile: str, fault: str | None) -> Vendor:
    """It takes refresh tokens too, and knows a second school."""
    vendor = certifier.vendor(profile, fault)
    assert vendor.client is not None
    client = vendor.client.model_copy(update={"scopes": (*vendor.client.scopes, "offline_access")})
    more = {"clock_skew_s": SKEW_S, "return_param": "return_to", "trusts_second_school": True, "client": client}
    return vendor.model_copy(update={**more, "refresh": vendor.login.replace("/login", "/refresh")})


def named(patterns: tuple[str, ...]) -> set[str]:
    return {name for name in CASES if any(fnmatchcase(name, pattern) for pattern in patterns)}


def broken(results: Mapping[str, CaseResult]) -> set[str]:
    return {name for name, result in results.items() if result.verdict in BROKEN}


@pytest.fixture(scope="module")
def compliant(certifier: Certifier) -> Mapping[str, Mapping[str, CaseResult]]:
    """What every case came to at vendors that do well, by profile."""
    return {one: certifier.results(vendor(certifier, one, None), [*CASES.values()]) for one in PROFILES}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_vendor_that_does_well_breaks_nothing(
    compliant: Mapping[str, Mapping[str, CaseResult]], profile: str
) -> None:
    assert {name: one.reason.en for name, one in compliant[profile].items() if name in broken(compliant[profile])} == {}
    assert {one.verdict for one in compliant[profile].values()} == {Verdict.PASS, Verdict.SKIPPED}


def test_every_case_passes_at_some_vendor(compliant: Mapping[str, Mapping[str, CaseResult]]) -> None:
    passed = {name for of in compliant.values() for name, one in of.items() if one.verdict is Verdict.PASS}
    assert set(CASES) - passed == set()


def test_every_case_is_shown_by_a_fault_and_every_fault_by_a_case() -> None:
    every = {**{fault.id: fault.accepts for fault in OIDC_UNSAFE.values()}, **HONEST_FAULTS}
    assert [fault for fault, patterns in every.items() if not named(patterns)] == []
    shown = set().union(*(named(patterns) for patterns in every.values()))
    assert set(CASES) - shown == set()


def test_every_pattern_stands_for_a_case() -> None:
    patterns = {pattern for fault in OIDC_UNSAFE.values() for pattern in fault.accepts}
    assert [one for one in patterns if not named((one,))] == []


@pytest.mark.parametrize("fault", OIDC_UNSAFE.values(), ids=OIDC_UNSAFE)
def test_a_fault_is_one_decision_of_a_compliant_vendor(fault: Unsafe) -> None:  # type: ignore[type-arg]
    compliant = OIDC_PROFILES[fault.profile].behaviour
    changed = fault.apply(compliant)
    differing = [one.name for one in fields(compliant) if getattr(compliant, one.name) != getattr(changed, one.name)]
    assert len(differing) == 1
    assert compliant.rules == NO_RULES
    assert len(changed.rules.believed) + len(changed.rules.demanded) <= 1
    assert ": " in fault.title.sv
    assert ": " in fault.title.en
    assert fault.title.sv != fault.title.en
    assert fault.id not in EVERY_FAULT


@pytest.mark.parametrize("fault", OIDC_UNSAFE.values(), ids=OIDC_UNSAFE)
def test_a_fault_is_seen_by_the_cases_that_it_names(certifier: Certifier, fault: Unsafe) -> None:  # type: ignore[type-arg]
    names = named(fault.accepts)
    results = certifier.results(vendor(certifier, fault.profile, fault.id), [CASES[name] for name in sorted(names)])
    assert broken(results) == names


@pytest.mark.parametrize("fault", HONEST_FAULTS)
def test_a_fault_of_honest_traffic_is_seen_too(certifier: Certifier, fault: str) -> None:
    assert fault in OIDC_FAULTS
    names = named(HONEST_FAULTS[fault])
    results = certifier.results(vendor(certifier, "maths-app", fault), [CASES[name] for name in sorted(names)])
    assert broken(results) == names


@pytest.mark.kill
@pytest.mark.parametrize("fault", [*OIDC_UNSAFE, *HONEST_FAULTS])
def test_a_fault_is_seen_by_no_other_case(certifier: Certifier, fault: str, share: int) -> None:
    patterns = HONEST_FAULTS.get(fault) or OIDC_UNSAFE[fault].accepts
    profile = "maths-app" if fault in HONEST_FAULTS else OIDC_UNSAFE[fault].profile
    first = crc32(fault.encode()) % share
    tried = [*CASES.values()][first::share]
    results = certifier.results(vendor(certifier, profile, fault), tried)
    assert broken(results) == named(patterns).intersection(results)
    odd = {name for name, one in results.items() if one.verdict in (Verdict.NOT_VERIFIED, Verdict.ERROR)}
    assert odd == UNVERIFIED.get(fault, set()).intersection(results)
