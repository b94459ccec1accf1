"""Profiles ask for what their kind of service needs, by names that the attribute table knows."""

import pytest

from sp_mocks.behaviour import EPPN, PAIRWISE
from sp_mocks.profiles import PROFILES
from testbed.model.assurance import DNP_E_LEG, LOA_TWO_FACTORS
from testbed.model.attributes import by_name


def test_every_kind_knows_its_name() -> None:
    assert list(PROFILES) == [
        "national-tests",
        "learning-material",
        "reading-service",
        "staff-tests",
        "support-plans",
        "guardian-portal",
        "encyclopedia",
        "teacher-network",
    ]
    assert all(profile.id == name for name, profile in PROFILES.items())


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_what_is_requested_has_a_name_in_saml_and_holds_the_user_name(profile: object) -> None:
    behaviour = profile.behaviour
    assert behaviour.identifier in behaviour.required
    assert all(by_name()[name].saml for name in behaviour.wanted)
    assert not set(behaviour.required) & set(behaviour.optional)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_no_compliant_vendor_passes_anything_on(profile: object) -> None:
    behaviour = profile.behaviour
    assert (behaviour.leak, behaviour.reminders, behaviour.checks_audience) == (None, False, True)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_compliant_vendor_makes_all_decisions_well(profile: object) -> None:
    behaviour = profile.behaviour
    good = ("checks_scope", "keeps_up", "checks_context", "signs_logout", "refreshes_metadata")
    assert all(getattr(behaviour, name) for name in (*good, "ends_on_front_channel", "ends_on_back_channel"))


def test_what_makes_each_of_the_stricter_kinds_strict() -> None:
    assert PROFILES["staff-tests"].behaviour.contexts == DNP_E_LEG
    assert PROFILES["staff-tests"].behaviour.comparison == "exact"
    assert PROFILES["support-plans"].behaviour.wants_encrypted
    assert PROFILES["support-plans"].behaviour.logout == ("soap",)
    assert PROFILES["guardian-portal"].behaviour.required_assurance == LOA_TWO_FACTORS
    assert PROFILES["encyclopedia"].behaviour.wanted == (PAIRWISE,)
    assert [name for name, one in PROFILES.items() if one.behaviour.trust != "direct"] == ["encyclopedia"]


def test_the_national_tests_ask_for_the_account_alone_and_for_a_fresh_login() -> None:
    behaviour = PROFILES["national-tests"].behaviour
    assert behaviour.wanted == (EPPN,)
    assert (behaviour.signs_requests, behaviour.force_authn) == (False, True)


def test_the_page_of_every_kind_is_in_both_languages() -> None:
    for profile in PROFILES.values():
        assert profile.items
        for text in (profile.title, profile.heading, *profile.items):
            assert text.sv
            assert text.en
            assert text.sv != text.en
