"""Mistakes with what vendors are sent: each is one decision, and is seen by exactly the cases that it names."""

from dataclasses import fields
from fnmatch import fnmatchcase

import pytest
from consumed import CASES, Consumer, of_the_message_alone

from sp_mocks.behaviour import Behaviour
from sp_mocks.every import EVERY_FAULT
from sp_mocks.lax import STRICT
from sp_mocks.profiles import PROFILES
from sp_mocks.unsafe import UNSAFE_FAULTS, UnsafeFault

ALONE = [name for name, case in CASES.items() if of_the_message_alone(case)]


@pytest.fixture(scope="module")
def consumer(tmp_path_factory: pytest.TempPathFactory) -> Consumer:
    return Consumer(tmp_path_factory.mktemp("keys"))


def shown_by(fault: UnsafeFault) -> set[str]:
    """The cases that must show it."""
    return {name for name in CASES if any(fnmatchcase(name, pattern) for pattern in fault.accepts)}


AT_ONE = {id_: fault for id_, fault in UNSAFE_FAULTS.items() if fault.profile == "reading-service"}
"""Those of other profiles are tried in a lab: ``tests/matrix/test_certify_saml.py``."""


def behaviour(fault: UnsafeFault) -> Behaviour:
    return fault.apply(PROFILES[fault.profile].behaviour)


def test_every_case_is_shown_by_a_fault_and_every_fault_by_a_case() -> None:
    shown = {fault.id: shown_by(fault) for fault in UNSAFE_FAULTS.values()}
    assert [name for name, cases in shown.items() if not cases] == []
    assert set(CASES) - set().union(*shown.values()) == set()


def test_every_pattern_stands_for_a_case() -> None:
    patterns = {pattern for fault in UNSAFE_FAULTS.values() for pattern in fault.accepts}
    assert [one for one in patterns if not any(fnmatchcase(name, one) for name in CASES)] == []


def test_none_is_called_as_another_fault() -> None:
    assert len(UNSAFE_FAULTS) >= 30
    assert set(UNSAFE_FAULTS).isdisjoint(EVERY_FAULT)


@pytest.mark.parametrize("fault", UNSAFE_FAULTS.values(), ids=UNSAFE_FAULTS)
def test_a_fault_is_one_decision_of_a_compliant_vendor(fault: UnsafeFault) -> None:
    compliant = PROFILES[fault.profile].behaviour
    changed = fault.apply(compliant)
    assert [f.name for f in fields(compliant) if getattr(changed, f.name) != getattr(compliant, f.name)] != []
    assert sum(getattr(changed, f.name) != getattr(compliant, f.name) for f in fields(compliant)) == 1
    mistakes = {f.name for f in fields(changed.lax) if getattr(changed.lax, f.name) != getattr(STRICT, f.name)}
    assert len(mistakes - {"account"}) <= 1


def test_a_compliant_vendor_does_with_every_case_what_it_must(consumer: Consumer) -> None:
    compliant = PROFILES["reading-service"].behaviour
    assert [name for name in ALONE if consumer.breaks(name, compliant)] == []


@pytest.mark.parametrize("fault", AT_ONE.values(), ids=AT_ONE)
def test_a_fault_is_seen_by_the_cases_that_it_names(fault: UnsafeFault, consumer: Consumer) -> None:
    named = shown_by(fault).intersection(ALONE)
    assert {n for n in named if consumer.breaks(n, behaviour(fault))} == named


@pytest.mark.kill
@pytest.mark.parametrize("fault", AT_ONE.values(), ids=AT_ONE)
def test_a_fault_is_seen_by_no_other_case(fault: UnsafeFault, consumer: Consumer) -> None:
    seen = {name for name in ALONE if consumer.breaks(name, behaviour(fault))}
    assert seen == shown_by(fault).intersection(ALONE)
