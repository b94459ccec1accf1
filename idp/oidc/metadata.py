"""What a vendor may say of itself when it registers (RFC 7591, 2; OpenID Connect Dynamic Client Registration 2).

What is not understood is left out, as the specification says; what is understood and cannot be is refused.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from idp.oidc.clients import OPEN_SCOPES
from idp.oidc.errors import Rejected
from idp.oidc.names import AUTHORIZATION_CODE, REFRESH_TOKEN, Algorithm
from testbed.model.wire import host_of
from testbed.model.written import ClientAuthentication

MAX_URIS, MAX_URI, MAX_NAME = 20, 2_000, 100
LOOPBACK = ("127.0.0.1", "localhost")
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
WEB = frozenset(map(chr, range(0x21, 0x7F))) - set('"<>\\^`{|}*')
"""The characters of a URI (RFC 3986, 2), less the asterisk: nobody shall think that it stands for others."""


def _web(uri: str) -> str:
    """An absolute URI over https, or over http on the machine that the browser runs on, without a fragment."""
    if len(uri) > MAX_URI or not set(uri) <= WEB or "#" in uri:
        raise ValueError("is no URI that can be registered")
    parts = urlsplit(uri)
    host = parts.hostname or ""
    if not HOST.fullmatch(host) or parts.port == 0 or "@" in parts.netloc:
        raise ValueError("has no host that can be registered")
    if not uri.startswith("https://") and not (uri.startswith("http://") and host in LOOPBACK):
        raise ValueError("is neither https nor http on loopback")
    return uri


WebUri = Annotated[str, AfterValidator(_web)]


class ClientMetadata(BaseModel):
    """The members that the school understands."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=False)

    redirect_uris: tuple[WebUri, ...] = Field(min_length=1, max_length=MAX_URIS)
    client_name: Annotated[str, Field(max_length=MAX_NAME)] = ""
    response_types: tuple[Literal["code"], ...] = ("code",)
    grant_types: tuple[str, ...] = (AUTHORIZATION_CODE,)
    scope: Annotated[str, Field(max_length=1_000)] = " ".join(OPEN_SCOPES[:-1])
    post_logout_redirect_uris: tuple[WebUri, ...] = Field(default=(), max_length=MAX_URIS)
    backchannel_logout_uri: WebUri | None = None
    frontchannel_logout_uri: WebUri | None = None
    jwks_uri: WebUri | None = None
    jwks: None = None
    """By URI only: keys that can be changed nowhere grow old."""
    sector_identifier_uri: WebUri | None = None
    token_endpoint_auth_method: ClientAuthentication = "client_secret_basic"
    id_token_signed_response_alg: Algorithm = "RS256"
    subject_type: Literal["pairwise", "public"] = "pairwise"
    userinfo_signed_response_alg: None = None
    id_token_encrypted_response_alg: None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """Those that it may have; it is told which."""
        wanted = {"openid", *self.scope.split()}
        if REFRESH_TOKEN not in self.grant_types:
            wanted.discard("offline_access")
        return tuple(scope for scope in OPEN_SCOPES if scope in wanted)

    @property
    def has_no_secret(self) -> bool:
        """It authenticates with a key of its own, or not at all."""
        return self.token_endpoint_auth_method in ("private_key_jwt", "none")

    @field_validator("client_name")
    @classmethod
    def _can_be_shown(cls, name: str) -> str:
        shown = "".join(character for character in name if character.isprintable()).strip()
        return shown or "?"

    @field_validator("grant_types")
    @classmethod
    def _by_code(cls, grants: tuple[str, ...]) -> tuple[str, ...]:
        if not {AUTHORIZATION_CODE} <= set(grants) <= {AUTHORIZATION_CODE, REFRESH_TOKEN}:
            raise ValueError("the school has the authorization code, and refresh tokens")
        return grants

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.token_endpoint_auth_method == "private_key_jwt" and self.jwks_uri is None:
            raise ValueError("private_key_jwt needs a jwks_uri")
        hosts = {host_of(uri) for uri in self.redirect_uris}
        if self.subject_type == "pairwise" and len(hosts) > 1 and self.sector_identifier_uri is None:
            raise ValueError("redirect URIs of several hosts need a sector_identifier_uri")
        return self


def read_metadata(content: Mapping[str, object]) -> ClientMetadata:
    """The metadata of a registration request.

    Raises:
        Rejected: it cannot be registered so.
    """
    try:
        return ClientMetadata.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        member = str(first["loc"][0]) if first["loc"] else ""
        code = "invalid_redirect_uri" if member == "redirect_uris" else "invalid_client_metadata"
        raise Rejected(code, f"{member or 'the metadata'} cannot be registered so") from error
