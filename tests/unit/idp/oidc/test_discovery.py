"""What the school says of itself, and whether that is so."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from joserfc.jwk import KeySet

from idp.oidc.clients import Clients
from idp.state import State
from testbed.model.scopes import SCOPES

pytestmark = pytest.mark.anyio


async def test_every_endpoint_that_it_names_is_there(oidc: Any) -> None:
    answer = await oidc.browser.get("/.well-known/openid-configuration")
    told = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert told["issuer"] == "https://idp.skola.test"
    assert "access-control-allow-origin" not in answer.headers
    places = [value for name, value in told.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(places) == 8
    for place in places:
        assert place.startswith("https://idp.skola.test/")
        assert (await oidc.browser.options(urlsplit(place).path)).status_code == 405


async def test_what_it_supports(oidc: Any) -> None:
    told = (await oidc.browser.get("/.well-known/openid-configuration")).json()
    assert told["response_types_supported"] == ["code"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True
    assert told["request_parameter_supported"] is told["request_uri_parameter_supported"] is False
    assert told["scopes_supported"] == list(SCOPES)
    assert {"sub", "given_name", "address", "birthdate"} <= set(told["claims_supported"])
    assert not any("." in claim and not claim.startswith("https://") for claim in told["claims_supported"])
    assert "none" not in told["id_token_signing_alg_values_supported"]
    assert told["claims_supported"].count("sub") == 1


async def test_every_context_class_that_it_supports_can_be_had(oidc: Any, claims_parameter: Any) -> None:
    told = (await oidc.browser.get("/.well-known/openid-configuration")).json()
    for acr in told["acr_values_supported"]:
        wanted = claims_parameter(id_token={"acr": {"essential": True, "value": acr}})
        page = await oidc.choose(await oidc.ask(claims=wanted, prompt="login"), "larare-2")
        if page.status_code == 200:
            key = page.text.partition('name="key" value="')[2].partition('"')[0]
            page = await oidc.browser.post("/login/confirm", data={"key": key})
        tokens = (await oidc.redeem(oidc.returned(page)["code"])).json()
        assert (await oidc.read(tokens["id_token"])).claims["acr"] == acr


async def test_published_keys_are_public_and_named_by_their_thumbprint(oidc: Any) -> None:
    keys = (await oidc.browser.get("/oidc/jwks")).json()
    assert [(key["kty"], key["alg"], key["use"]) for key in keys["keys"]] == [
        ("RSA", "RS256", "sig"),
        ("EC", "ES256", "sig"),
    ]
    for key in KeySet.import_key_set(keys).keys:
        assert not key.is_private
        assert key.kid == key.thumbprint()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"scopes": ("profile",)}, "openid"),
        ({"scopes": ("openid", "unheard-of")}, "unheard-of"),
        ({"redirect_uris": ("https://a.test/", "https://b.test/")}, "sector_identifier"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks_uri"),
        ({"redirect_uris": ("https://a.test/#x",)}, "fragment"),
    ],
)
def test_a_client_that_cannot_be_served_stops_the_school(make_party: Any, changes: Any, word: str) -> None:
    state = State(None, lambda: None)  # type: ignore[arg-type, return-value]
    with pytest.raises(ValueError, match=word):
        Clients((make_party("bad", None, **changes),), state)
    state.close()
