"""Paths, and words of the specifications that more than one module says."""

from typing import Literal

AUTHORIZE, TOKEN, USERINFO = "/oidc/authorize", "/oidc/token", "/oidc/userinfo"
JWKS, INTROSPECT, REVOKE = "/oidc/jwks", "/oidc/introspect", "/oidc/revoke"
REGISTER, LOGOUT = "/oidc/register", "/oidc/logout"
CONFIGURATION = "/.well-known/openid-configuration"

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
AUTHORIZATION_CODE, REFRESH_TOKEN = "authorization_code", "refresh_token"
BACK_CHANNEL_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TOKEN_TYPE = "logout+jwt"

type Algorithm = Literal["RS256", "ES256"]
type ResponseMode = Literal["query", "form_post"]
