"""Profiles ask for what their kind of service needs, and for nothing that they do not keep."""

from typing import Any

import pytest

from sp_mocks.behaviour import PAIRWISE
from sp_mocks.oidc.profiles import OIDC_PROFILES
from testbed.model.attributes import by_name
from testbed.model.scopes import asked_by

EACH = pytest.mark.parametrize("profile", OIDC_PROFILES.values(), ids=OIDC_PROFILES)


def test_every_kind_knows_its_name() -> None:
    assert all(profile.id == name for name, profile in OIDC_PROFILES.items())
    assert {"maths-app", "news-for-schools", "guardian-messages", "listening-service"} <= set(OIDC_PROFILES)


@EACH
def test_what_is_asked_for_is_what_is_wanted(profile: Any) -> None:
    behaviour = profile.behaviour
    assert "openid" in behaviour.scopes
    assert set(asked_by(behaviour.scopes)) | set(behaviour.claims) == set(behaviour.wanted)
    assert all(by_name()[name].oidc for name in behaviour.wanted)
    assert not set(behaviour.required) & set(behaviour.optional)


@EACH
def test_every_compliant_vendor_makes_all_decisions_well(profile: Any) -> None:
    behaviour = profile.behaviour
    good = ("sends_pkce", "sends_nonce", "binds_answers", "refetches_keys", "tells_school")
    assert all(getattr(behaviour, name) for name in (*good, "ends_on_back_channel", "ends_on_front_channel"))
    assert (behaviour.leak, behaviour.account) == (None, PAIRWISE)
    assert not behaviour.token_in_address
    assert not behaviour.shows_page_at_callback
    assert behaviour.back_channel != behaviour.front_channel


def test_every_way_to_say_who_one_is_and_both_kinds_of_identifier_are_tried() -> None:
    behaviours = [profile.behaviour for profile in OIDC_PROFILES.values()]
    assert {one.authentication for one in behaviours} == {
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "none",
    }
    assert {one.subject_type for one in behaviours} == {"pairwise", "public"}
    assert [name for name, one in OIDC_PROFILES.items() if one.behaviour.acr] == ["guardian-messages"]


@EACH
def test_the_page_of_every_kind_is_in_both_languages(profile: Any) -> None:
    assert profile.items
    for text in (profile.title, profile.heading, *profile.items):
        assert text.sv
        assert text.en
        assert text.sv != text.en
