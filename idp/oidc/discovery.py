"""What the school can do, for programs to read (OpenID Connect Discovery 1.0, 3; RFC 8414), and its keys (RFC 7517)."""

import json
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from idp.contexts import acceptable
from idp.oidc import names
from idp.oidc.asked import claim_names
from idp.oidc.forging import Forger
from idp.oidc.jose import KINDS, Json
from idp.oidc.keys import TokenKeys
from idp.parts import SchoolParts
from testbed.model.forgery import MessageKind
from testbed.model.scopes import SCOPES

AUTHENTICATION = ("client_secret_basic", "client_secret_post", "private_key_jwt")
OF_LOGINS = ("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash")
"""Claims about the login and not about the person."""


class Discovery:
    """The endpoints /.well-known/openid-configuration and /oidc/jwks."""

    def __init__(self, parts: SchoolParts, keys: TokenKeys, forger: Forger) -> None:
        self._parts, self._keys, self._forger = parts, keys, forger
        self._document: dict[str, Json] = {**_endpoints(parts.config.issuer), **_abilities(e_leg=parts.config.e_leg)}

    async def show(self, _: Request) -> Response:
        """GET /.well-known/openid-configuration."""
        document = self._told("discovery", self._document)
        return Response(document, headers={"X-Content-Type-Options": "nosniff"}, media_type="application/json")

    async def show_keys(self, _: Request) -> Response:
        """GET /oidc/jwks: the keys of the rollover's stage, those that sign first."""
        members: list[Json] = [dict(signer.public) for signer in self._keys.published(self._parts.rollover.stage)]
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
        return Response(self._told("jwks", {"keys": members}), headers=headers, media_type="application/jwk-set+json")

    def _told(self, message: MessageKind, document: Mapping[str, Json]) -> str:
        """The document, as the lab wants it. Nobody but vendors' servers fetches it."""
        forged = self._forger.asked_of_anyone(message)
        return self._forger.json(forged, None, document, fetched=True) if forged else json.dumps(document)


def _endpoints(issuer: str) -> dict[str, Json]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}{names.AUTHORIZE}",
        "token_endpoint": f"{issuer}{names.TOKEN}",
        "userinfo_endpoint": f"{issuer}{names.USERINFO}",
        "jwks_uri": f"{issuer}{names.JWKS}",
        "registration_endpoint": f"{issuer}{names.REGISTER}",
        "introspection_endpoint": f"{issuer}{names.INTROSPECT}",
        "revocation_endpoint": f"{issuer}{names.REVOKE}",
        "end_session_endpoint": f"{issuer}{names.LOGOUT}",
    }


def _abilities(*, e_leg: bool) -> dict[str, Json]:
    algorithms: list[Json] = list(KINDS)
    return {
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": [names.AUTHORIZATION_CODE, names.REFRESH_TOKEN],
        "subject_types_supported": ["pairwise", "public"],
        "id_token_signing_alg_values_supported": algorithms,
        "token_endpoint_auth_methods_supported": [*AUTHENTICATION, "none"],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": list(AUTHENTICATION),
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": [*AUTHENTICATION, "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": list(acceptable((), "", e_leg=e_leg)),
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claim_types_supported": ["normal"],
        "claims_supported": [*OF_LOGINS, *claim_names()],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "require_request_uri_registration": False,
        "ui_locales_supported": ["sv", "en"],
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
    }
