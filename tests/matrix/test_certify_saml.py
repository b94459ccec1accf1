"""The cases of SAML against vendors that do well and against every mistake, through the whole lab.

What a message alone decides is tried without a lab, and faster, in ``tests/unit/sp_mocks/test_unsafe.py``; here are the
cases that need a browser, a listener or a session, and under the marker ``kill`` every fault against each of them.
"""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import cache

import pytest
from certifying import BROKEN, Certifier
from consumed import CASES, of_the_message_alone

from sp_mocks.unsafe import UNSAFE_FAULTS, UnsafeFault
from testbed.model.certificate import CaseResult
from testbed.model.verdict import Verdict
from testbed.model.written import Vendor

SKEW_S = 60
PROFILES = ("reading-service", "national-tests", "staff-tests", "support-plans", "encyclopedia")
BOTH_SCHOOLS = "encyclopedia"
"""It knows both schools; its login is begun at the one that people of this lab go to."""
CHOSEN = "https://uppslagsverk.test/login?entityID=https%3A%2F%2Fidp.skola.test%2Fsaml%2Fmetadata"


@pytest.fixture(scope="module")
def certifier(tmp_path_factory: pytest.TempPathFactory) -> Certifier:
    return Certifier(tmp_path_factory.mktemp("certify") / "home")


def vendor(certifier: Certifier, profile: str, fault: str | None = None) -> Vendor:
    more = {"trusts_second_school": True, "login": CHOSEN} if profile == BOTH_SCHOOLS else {}
    return certifier.vendor(profile, fault, clock_skew_s=SKEW_S, **more)


def shown_by(fault: UnsafeFault) -> set[str]:
    return {name for name in CASES if any(fnmatchcase(name, pattern) for pattern in fault.accepts)}


def needs_a_lab(name: str) -> bool:
    return not of_the_message_alone(CASES[name])


def broken(results: Mapping[str, CaseResult]) -> set[str]:
    return {name for name, result in results.items() if result.verdict in BROKEN}


@pytest.fixture(scope="module")
def compliant(certifier: Certifier) -> Callable[[str], Mapping[str, CaseResult]]:
    """What every case came to at the vendor of this profile that does well."""
    return cache(lambda profile: certifier.results(vendor(certifier, profile), [*CASES.values()]))


@pytest.mark.parametrize(
    "profile", [PROFILES[0], *(pytest.param(other, marks=pytest.mark.kill) for other in PROFILES[1:])]
)
def test_a_vendor_that_does_well_breaks_nothing(
    compliant: Callable[[str], Mapping[str, CaseResult]], profile: str
) -> None:
    results = compliant(profile)
    assert broken(results) == set()
    assert {name for name, one in results.items() if one.verdict not in (Verdict.PASS, Verdict.SKIPPED)} == set()


@pytest.mark.kill
def test_every_case_passes_at_some_vendor(compliant: Callable[[str], Mapping[str, CaseResult]]) -> None:
    passed = {name for of in PROFILES for name, one in compliant(of).items() if one.verdict is Verdict.PASS}
    assert set(CASES) - passed == set()


IN_A_LAB = {id_: fault for id_, fault in UNSAFE_FAULTS.items() if any(map(needs_a_lab, shown_by(fault)))}


@pytest.mark.parametrize("fault", IN_A_LAB.values(), ids=IN_A_LAB)
def test_a_mistake_is_seen_by_the_cases_that_it_names(certifier: Certifier, fault: UnsafeFault) -> None:
    if fault.id == "expands-bombs":
        pytest.skip("it sleeps for as long as a bomb would take: see the marker kill")
    named = {name for name in shown_by(fault) if needs_a_lab(name)}
    results = certifier.results(vendor(certifier, fault.profile, fault.id), [CASES[name] for name in sorted(named)])
    assert broken(results) == {name for name in named if results[name].verdict is not Verdict.SKIPPED} != set()


@pytest.mark.kill
@pytest.mark.parametrize("fault", UNSAFE_FAULTS.values(), ids=UNSAFE_FAULTS)
def test_a_mistake_is_seen_by_no_other_case(certifier: Certifier, fault: UnsafeFault) -> None:
    tried = [case for name, case in CASES.items() if needs_a_lab(name)]
    results = certifier.results(vendor(certifier, fault.profile, fault.id), tried)
    named = shown_by(fault).intersection(results)
    assert broken(results) == {name for name in named if results[name].verdict is not Verdict.SKIPPED}
