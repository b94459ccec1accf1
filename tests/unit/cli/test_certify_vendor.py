"""Which vendor the flags of ``testbed certify`` describe, and by what name a wrong one is told."""

from typing import Any

import pytest

from testbed.cli.certify_vendor import Flags, of_flags
from testbed.model.files import ScenarioInvalid

APP = "http://127.0.0.1:8000"
SAML: dict[str, Any] = {"saml_metadata": f"{APP}/metadata", "login": f"{APP}/login", "probe": f"{APP}/me"}
OIDC: dict[str, Any] = {
    "oidc": True,
    "login": f"{APP}/login",
    "probe": f"{APP}/me",
    "client_id": "app",
    "redirect_uri": f"{APP}/callback",
}


def test_every_flag_reaches_the_vendor() -> None:
    more = {"logout": f"{APP}/logout", "return_param": "next", "trusts_second_school": True, "skew": 30}
    saml = of_flags(Flags(**SAML, **more, takes_unsolicited=True), None).vendor
    assert (saml.metadata, saml.login, saml.probe_url) == (f"{APP}/metadata", f"{APP}/login", f"{APP}/me")
    assert (saml.logout, saml.return_param, saml.trusts_second_school) == (f"{APP}/logout", "next", True)
    assert (saml.clock_skew_s, saml.unsolicited) == (30, True)
    about_logout = {"backchannel": f"{APP}/told", "after_logout": f"{APP}/bye"}
    client = of_flags(Flags(**OIDC, **more, **about_logout), None).vendor.client
    assert client is not None
    assert (client.client_id, client.redirect_uris) == ("app", (f"{APP}/callback",))
    assert (client.backchannel_logout_uri, client.post_logout_redirect_uris) == (f"{APP}/told", (f"{APP}/bye",))
    assert client.token_endpoint_auth_method == "none"


@pytest.mark.parametrize(
    ("flags", "option"),
    [
        (SAML | {"saml_metadata": "nonsense"}, "--saml-metadata"),
        (SAML | {"skew": 9999}, "--skew"),
        (SAML | {"logout": "nonsense"}, "--logout"),
        (OIDC | {"redirect_uri": "nonsense"}, "--redirect-uri"),
        (OIDC | {"backchannel": "nonsense"}, "--backchannel-logout-uri"),
        (OIDC | {"after_logout": "nonsense"}, "--post-logout-redirect-uri"),
        (OIDC | {"client_id": ""}, "--client-id"),
        (OIDC | {"saml_metadata": f"{APP}/metadata"}, "--saml-metadata"),
        (OIDC | {"takes_unsolicited": True}, "--takes-unsolicited"),
        (SAML | {"client_id": "app"}, "--client-id"),
        (SAML | {"secret_variable": "SECRET"}, "--client-secret-env"),
        (SAML | {"backchannel": f"{APP}/told"}, "--backchannel-logout-uri"),
    ],
)
def test_a_wrong_flag_is_told_by_its_own_name(flags: dict[str, Any], option: str) -> None:
    with pytest.raises(ScenarioInvalid) as wrong:
        of_flags(Flags(**flags), None)
    assert str(wrong.value).startswith(f"{option}: ")
    assert "To mend it: " in str(wrong.value)
