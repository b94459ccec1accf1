"""Profiles ask for what their kind of service needs, by names that the attribute table knows."""

import pytest

from sp_mocks.profiles import EPPN, PROFILES
from testbed.model.attributes import by_name


def test_every_kind_is_there_and_each_knows_its_name() -> None:
    assert list(PROFILES) == ["national-tests", "learning-material", "reading-service", "teacher-network"]
    assert all(profile.id == name for name, profile in PROFILES.items())


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_what_is_requested_has_a_name_in_saml_and_holds_the_user_name(profile: object) -> None:
    behaviour = profile.behaviour
    assert EPPN in behaviour.required
    assert all(by_name()[name].saml for name in behaviour.wanted)
    assert not set(behaviour.required) & set(behaviour.optional)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_no_compliant_vendor_passes_anything_on(profile: object) -> None:
    behaviour = profile.behaviour
    assert (behaviour.tracker, behaviour.partner_redirect, behaviour.checks_audience) == (None, None, True)


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
