"""Each fault changes exactly one decision, whatever the profile, and does what it says."""

from dataclasses import fields
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey

from sp_mocks.crowded import CROWDED_FAULTS
from sp_mocks.every import EVERY_FAULT, EVERY_PROFILE
from sp_mocks.exchange.faults import EXCHANGE_FAULTS
from sp_mocks.exchange.profiles import EXCHANGE_PROFILES
from sp_mocks.faults import FAULTS
from sp_mocks.fragile import FRAGILE_FAULTS, OIDC_FRAGILE_FAULTS
from sp_mocks.leaks.every import LEAKS
from sp_mocks.oidc.faults import OIDC_FAULTS
from sp_mocks.oidc.profiles import OIDC_PROFILES
from sp_mocks.profiles import PROFILES
from sp_mocks.provisioning.faults import PROVISIONING_FAULTS
from sp_mocks.provisioning.profiles import PROVISIONING_PROFILES
from sp_mocks.receiving.faults import RECEIVING_FAULTS
from sp_mocks.receiving.profiles import RECEIVING_PROFILES
from sp_mocks.scripts import SCRIPT_FAULTS

from .conftest import SUB

pytestmark = pytest.mark.anyio
CHANGES = {
    "sends-no-pkce": "sends_pkce",
    "sends-no-nonce": "sends_nonce",
    "accepts-answers-in-any-browser": "binds_answers",
    "asks-for-more-than-agreed": "scopes",
    "knows-people-by-mail": "account",
    "keeps-session-after-logout-token": "ends_on_back_channel",
    "keeps-session-after-logout-frame": "ends_on_front_channel",
    "never-refetches-keys": "refetches_keys",
    "access-token-in-address": "token_in_address",
    "code-in-referer": "shows_page_at_callback",
    "wants-the-shared-identifier": "subject_type",
    "proves-itself-otherwise-than-registered": "authentication",
    "tells-tracker-of-every-login": "leak",
}
ALREADY = {"wants-the-shared-identifier": {"school-library"}}
"""Kinds of vendor that decide so by right."""


@pytest.mark.parametrize("fault", OIDC_FAULTS)
@pytest.mark.parametrize("profile", OIDC_PROFILES)
def test_a_fault_changes_exactly_one_decision(fault: str, profile: str) -> None:
    compliant = OIDC_PROFILES[profile].behaviour
    faulty = OIDC_FAULTS[fault].apply(compliant)
    differing = [f.name for f in fields(compliant) if getattr(compliant, f.name) != getattr(faulty, f.name)]
    assert differing == ([] if profile in ALREADY.get(fault, ()) else [CHANGES[fault]])


def test_every_fault_says_what_it_does_and_who_must_notice() -> None:
    assert set(OIDC_FAULTS) == set(CHANGES)
    for name, fault in OIDC_FAULTS.items():
        assert fault.id == name
        assert fault.breaks
        assert fault.title.sv != fault.title.en
        assert ": " in fault.title.sv
        assert ": " in fault.title.en


def test_no_name_stands_for_a_fault_or_a_profile_of_two_protocols() -> None:
    of_logins = (FAULTS, OIDC_FAULTS, LEAKS, SCRIPT_FAULTS, FRAGILE_FAULTS, OIDC_FRAGILE_FAULTS, CROWDED_FAULTS)
    kinds = (*of_logins, EXCHANGE_FAULTS, PROVISIONING_FAULTS, RECEIVING_FAULTS)
    assert len(EVERY_FAULT) == sum(map(len, kinds))
    profiles = (PROFILES, OIDC_PROFILES, EXCHANGE_PROFILES, PROVISIONING_PROFILES, RECEIVING_PROFILES)
    assert len(EVERY_PROFILE) == sum(map(len, profiles))


@pytest.mark.parametrize(("fault", "missing"), [("sends-no-pkce", "code_challenge"), ("sends-no-nonce", "nonce")])
async def test_what_is_left_out_of_the_request(open_vendor: Any, fault: str, missing: str) -> None:
    async with open_vendor(fault=fault) as faulty:
        asked = await faulty.begin()
        assert missing not in asked
        await faulty.answer(asked["state"])
        assert await faulty.who() == SUB
        form = parse_qs(faulty.school.called("/oidc/token")[0].content.decode())
        assert ("code_verifier" in form) == (fault != "sends-no-pkce")


async def test_accepts_answers_in_any_browser(open_vendor: Any) -> None:
    async with open_vendor(fault="accepts-answers-in-any-browser") as faulty:
        state = (await faulty.begin())["state"]
        async with faulty.another_browser() as other:
            assert (await faulty.answer(state, other)).status_code == 303
            assert SUB in (await other.get("/me")).text
        assert "not-asked-for" in (await faulty.answer("x" * 43)).text


async def test_asks_for_more_than_agreed_by_scope(open_vendor: Any) -> None:
    async with open_vendor(fault="asks-for-more-than-agreed") as faulty:
        assert (await faulty.begin())["scope"].split() == ["openid", "civic"]


async def test_knows_people_by_mail_and_shuts_out_whoever_has_none(open_vendor: Any) -> None:
    async with open_vendor("news-for-schools", "knows-people-by-mail") as faulty:
        await faulty.log_in()
        assert await faulty.who() == "asa@skola.test"
        await faulty.browser.get("/logout")
        faulty.school.userinfo["email"] = None
        assert "no-account-in-claims" in (await faulty.log_in()).text
        assert await faulty.who() == ""


async def test_keeps_session_after_logout_token_though_it_answers_well(open_vendor: Any) -> None:
    async with open_vendor(fault="keeps-session-after-logout-token") as faulty:
        await faulty.log_in()
        token = faulty.school.make_logout_token()
        assert (await faulty.browser.post("/oidc/backchannel-logout", data={"logout_token": token})).status_code == 200
        assert await faulty.who() == SUB


async def test_keeps_session_after_logout_frame_though_it_shows_it(open_vendor: Any) -> None:
    async with open_vendor("listening-service", "keeps-session-after-logout-frame") as faulty:
        await faulty.log_in()
        asked = {"iss": "https://idp.skola.test", "sid": "session-1"}
        assert (await faulty.browser.get("/oidc/frontchannel-logout", params=asked)).status_code == 200
        assert await faulty.who() == SUB


async def test_never_refetches_keys(open_vendor: Any) -> None:
    async with open_vendor(fault="never-refetches-keys") as faulty:
        await faulty.log_in()
        faulty.school.rsa = RSAKey.generate_key(2048, {"kid": "rsa-2"})
        assert "token-key-not-known" in (await faulty.log_in()).text
        assert len(faulty.school.called("/oidc/jwks")) == 1


async def test_access_token_in_address(open_vendor: Any) -> None:
    async with open_vendor(fault="access-token-in-address") as faulty:
        place = urlsplit((await faulty.log_in()).headers["location"])
        assert (place.path, parse_qs(place.query)) == ("/me", {"access_token": ["access-1"]})


async def test_code_in_referer_by_a_page_with_pictures_at_the_address_of_the_answer(open_vendor: Any) -> None:
    async with open_vendor("listening-service", "code-in-referer") as faulty:
        page = await faulty.log_in()
        assert page.status_code == 200
        assert page.headers["referrer-policy"] == "unsafe-url"
        assert 'src="https://cdn.rakneresan.test/omslag.svg"' in page.text
        assert "Hej Åsa!" in page.text
        assert await faulty.who() == SUB


async def test_proves_itself_otherwise_than_registered(open_vendor: Any) -> None:
    async with open_vendor(fault="proves-itself-otherwise-than-registered") as faulty:
        await faulty.log_in()
        (call,) = faulty.school.called("/oidc/token")
        assert "authorization" not in call.headers
        assert "client_secret" in parse_qs(call.content.decode())


async def test_tells_tracker_of_every_login(open_vendor: Any) -> None:
    async with open_vendor("news-for-schools", "tells-tracker-of-every-login") as faulty:
        assert (await faulty.log_in()).status_code == 303
        assert [str(c.url) for c in faulty.school.calls if c.url.host != "idp.skola.test"] == [
            "https://metrics.tracker.test/collect"
        ]


async def test_wants_the_shared_identifier_and_must_be_registered_so(open_vendor: Any) -> None:
    with pytest.raises(ValueError, match="subject_type must have public"):
        async with open_vendor(fault="wants-the-shared-identifier"):
            pass
    async with open_vendor(fault="wants-the-shared-identifier", subject_type="public") as faulty:
        await faulty.log_in()
        assert await faulty.who() == SUB


@pytest.mark.parametrize("profile", OIDC_PROFILES)
async def test_a_compliant_vendor_tells_nobody(open_vendor: Any, profile: str) -> None:
    async with open_vendor(profile) as compliant:
        await compliant.log_in()
        start = await compliant.browser.get("/start")
        assert start.headers["referrer-policy"] == "same-origin"
        assert (await compliant.browser.get("/partner.gif")).status_code == 404
        works_for_it = {"utskick.rakneresan.test"} if profile == "swimming-lessons" else set()
        assert {call.url.host for call in compliant.school.calls} == {"idp.skola.test"} | works_for_it
