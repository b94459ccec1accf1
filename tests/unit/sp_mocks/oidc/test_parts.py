"""A vendor starts only with a registration that it can work with."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from sp_mocks.app import VendorConfig, VendorService
from sp_mocks.keys import VendorKeys
from sp_mocks.oidc.keys import ClientKeys

from .conftest import BASE, NOW, registered


def start(config: VendorConfig, keys: ClientKeys | VendorKeys) -> VendorService:
    return VendorService(config, keys, httpx.AsyncClient(), lambda: NOW)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"redirect_uris": [f"{BASE}/oidc/callback/"]},
            "redirect_uris must have https://rakneresan.test/oidc/callback",
        ),
        ({"scopes": ["profile"]}, "scopes must have openid"),
        ({"subject_type": "public"}, "subject_type must have pairwise"),
        ({"backchannel_logout_uri": None}, "backchannel_logout_uri must have https"),
        ({"frontchannel_logout_uri": f"{BASE}/frame"}, "frontchannel_logout_uri must have nothing"),
        ({"post_logout_redirect_uris": []}, "post_logout_redirect_uris must have https"),
    ],
)
def test_a_registration_that_does_not_fit_is_told(
    oidc_config: VendorConfig, client_keys: ClientKeys, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        start(replace(oidc_config, client=registered("maths-app", **changed)), client_keys)


def test_a_vendor_needs_an_issuer_and_the_keys_of_its_protocol(
    oidc_config: VendorConfig, client_keys: ClientKeys, keys: VendorKeys
) -> None:
    with pytest.raises(ValueError, match="has no issuer"):
        start(replace(oidc_config, issuer=""), client_keys)
    with pytest.raises(ValueError, match="not those of the protocol"):
        start(oidc_config, keys)


@pytest.mark.parametrize(
    "changed", [{"profile": "reading-service"}, {"fault": "accepts-any-audience"}, {"client": None}, {"fault": "x"}]
)
def test_profiles_and_faults_of_the_other_protocol_are_not_there(
    oidc_config: VendorConfig, client_keys: ClientKeys, changed: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="is called"):
        start(replace(oidc_config, **changed), client_keys)


def test_the_secret_is_not_shown(oidc_config: VendorConfig) -> None:
    assert oidc_config.client_secret
    assert oidc_config.client_secret not in repr(oidc_config)
