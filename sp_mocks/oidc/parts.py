"""What the endpoints of a vendor of OpenID Connect are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx
from starlette.requests import Request
from starlette.responses import Response

from sp_mocks.config import VendorConfig
from sp_mocks.cookies import BROWSER, PLAIN_SESSION, SESSION
from sp_mocks.oidc.behaviour import OidcBehaviour
from sp_mocks.oidc.client import Credentials
from sp_mocks.oidc.memory import OidcLogin, OidcMemory
from sp_mocks.oidc.provider import School
from sp_mocks.onward import Onward
from sp_mocks.pages import Pages
from testbed.model.written import OidcClient

CALLBACK, BACK_CHANNEL, FRONT_CHANNEL = "/oidc/callback", "/oidc/backchannel-logout", "/oidc/frontchannel-logout"
LOGGED_OUT, KEYS = "/oidc/logged-out", "/jwks.json"
HOME, REFRESH = "/me", "/refresh"
OFFLINE = "offline_access"
ID_TOKEN_TYPES = frozenset({"", "jwt"})


@dataclass(frozen=True)
class OidcParts:
    """One vendor's."""

    config: VendorConfig
    behaviour: OidcBehaviour
    credentials: Credentials
    http: httpx.AsyncClient
    """Its only way to the network."""
    school: School
    memory: OidcMemory
    pages: Pages
    onward: Onward
    now: Callable[[], datetime]
    """The time, in aware UTC."""

    @property
    def redirect_uri(self) -> str:
        """Where answers come."""
        return f"{self.config.base_url}{CALLBACK}"

    @property
    def scopes(self) -> tuple[str, ...]:
        """What it asks for; refresh tokens too where it is registered for them."""
        registered = OFFLINE in self.credentials.registered.scopes
        return (*self.behaviour.scopes, *((OFFLINE,) if registered else ()))

    @property
    def after_logout(self) -> str:
        """Where the school leads back to once it has logged somebody out."""
        return f"{self.config.base_url}{LOGGED_OUT}"

    def session(self, request: Request) -> OidcLogin | None:
        """Of the browser that asks."""
        return self.memory.session(self.token(request))

    @property
    def _cookie(self) -> str:
        """The session's, by its name: a browser takes one that begins with ``__Host-`` with Secure alone."""
        return SESSION if "secure" in self.behaviour.cookie_flags else PLAIN_SESSION

    def token(self, request: Request) -> str:
        """By which the browser that asks holds a session, "" for none."""
        held = request.cookies.get(self._cookie, "")
        return held or ("" if self.behaviour.renews_cookie else request.cookies.get(BROWSER, ""))

    def set_cookie(self, answer: Response, token: str) -> None:
        """The browser holds the session by this token."""
        flags = self.behaviour.cookie_flags
        answer.set_cookie(
            self._cookie,
            token,
            secure="secure" in flags,
            httponly="http-only" in flags,
            samesite="lax" if "same-site" in flags else "none",
        )

    def drop_cookie(self, answer: Response) -> None:
        """The browser holds no session any more."""
        answer.delete_cookie(
            self._cookie, secure="secure" in self.behaviour.cookie_flags, httponly=True, samesite="lax"
        )


def must_be_registered(vendor_id: str, base_url: str, client: OidcClient, behaviour: OidcBehaviour) -> None:
    """The registration that the school has is one that a vendor of this kind can work with.

    How the vendor proves who it is stands in it too, but a vendor that does it otherwise is for the school to catch.

    Raises:
        ValueError: it is not; says what is otherwise.
    """

    def only(there: bool, path: str) -> str:
        return f"{base_url}{path}" if there else ""

    after_logout = only(behaviour.tells_school, LOGGED_OUT)
    back, front = only(behaviour.back_channel, BACK_CHANNEL), only(behaviour.front_channel, FRONT_CHANNEL)
    needed = (
        ("redirect_uris", f"{base_url}{CALLBACK}", f"{base_url}{CALLBACK}" in client.redirect_uris),
        ("scopes", " ".join(behaviour.scopes), set(behaviour.scopes) <= set(client.scopes)),
        ("subject_type", behaviour.subject_type, client.subject_type == behaviour.subject_type),
        ("backchannel_logout_uri", back, (client.backchannel_logout_uri or "") == back),
        ("frontchannel_logout_uri", front, (client.frontchannel_logout_uri or "") == front),
        ("post_logout_redirect_uris", after_logout, after_logout in ("", *client.post_logout_redirect_uris)),
    )
    otherwise = [f"{name} must have {what or 'nothing'}" for name, what, fits in needed if not fits]
    if otherwise:
        raise ValueError(f"{vendor_id}: is not registered as it works: {'; '.join(otherwise)}")
