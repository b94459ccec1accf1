"""What the endpoints of a vendor of SAML are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx
from starlette.requests import Request
from starlette.responses import Response

from sp_mocks.behaviour import Behaviour
from sp_mocks.config import VendorConfig
from sp_mocks.consume import Login
from sp_mocks.cookies import BROWSER, SESSION
from sp_mocks.decrypt import Decrypter
from sp_mocks.federation import Aggregate, MetadataQuery
from sp_mocks.keys import VendorKeys
from sp_mocks.onward import Onward
from sp_mocks.pages import Pages
from sp_mocks.places import ServiceProvider
from sp_mocks.sessions import Memory
from sp_mocks.trust import Direct, Source, Trust


@dataclass(frozen=True)
class Parts:
    """One vendor's."""

    config: VendorConfig
    me: ServiceProvider
    behaviour: Behaviour
    keys: VendorKeys
    decrypter: Decrypter
    http: httpx.AsyncClient
    """Its only way to the network."""
    trust: Trust
    memory: Memory
    pages: Pages
    onward: Onward
    now: Callable[[], datetime]
    """The time, in aware UTC."""

    def session(self, request: Request) -> Login | None:
        """Of the browser that asks."""
        return self.memory.session(self.token(request))

    def token(self, request: Request) -> str:
        """What the browser holds of a session, "" for nothing."""
        planted = request.cookies.get(BROWSER, "") if self.behaviour.lax.fixed_session else ""
        return request.cookies.get(self._cookie, "") or planted

    def keep_session(self, answer: Response, token: str) -> None:
        """Have the browser keep a session."""
        lacks = self.behaviour.lax.cookie_lacks
        answer.set_cookie(
            self._cookie,
            token,
            secure=lacks != "secure",
            httponly=lacks != "http-only",
            samesite="none" if lacks == "same-site" else "lax",
        )

    def forget_session(self, answer: Response) -> None:
        """Have the browser forget it."""
        answer.delete_cookie(self._cookie, secure=True, httponly=True, samesite="lax")

    @property
    def _cookie(self) -> str:
        """Browsers keep no cookie by the first name that is not Secure."""
        return "session" if self.behaviour.lax.cookie_lacks == "secure" else SESSION


def make_trust(
    config: VendorConfig, behaviour: Behaviour, http: httpx.AsyncClient, now: Callable[[], datetime]
) -> Trust:
    """Whom the vendor trusts, as its profile has it.

    Raises:
        ValueError: it learns of schools from a federation, and was told of none.
    """
    return Trust(_source(config, behaviour, http, now), now, refreshes=behaviour.refreshes_metadata)


def _source(config: VendorConfig, behaviour: Behaviour, http: httpx.AsyncClient, now: Callable[[], datetime]) -> Source:
    if behaviour.trust == "direct":
        return Direct(config.idp_entity_id, config.idp_metadata_url, http)
    if config.federation is None:
        raise ValueError(f"{config.vendor_id}: the profile {config.profile!r} needs a federation, and there is none")
    kind = Aggregate if behaviour.trust == "aggregate" else MetadataQuery
    return kind(config.federation, http, now)
