"""A simulated vendor's service: start page, login, who is logged in, logout."""

import logging
from collections.abc import Callable
from datetime import datetime

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Host, Route, Router

from sp_mocks.config import FederationPlace, VendorConfig
from sp_mocks.consume import ServiceProvider
from sp_mocks.decrypt import Decrypter
from sp_mocks.faults import FAULTS
from sp_mocks.keys import VendorKeys
from sp_mocks.login import SignIn
from sp_mocks.logout import SignOut
from sp_mocks.metadata import MEDIA_TYPE, own_metadata
from sp_mocks.onward import partner_url
from sp_mocks.pages import COVER, Pages
from sp_mocks.parts import Parts, make_trust
from sp_mocks.profiles import PROFILES
from sp_mocks.refusal import Refused
from sp_mocks.sessions import Memory
from testbed.model.wire import host_of
from testbed.model.written import Bilingual

__all__ = ["FederationPlace", "VendorConfig", "VendorService"]

NOT_FOUND = 404
NO_SUCH_PAGE = Bilingual(sv="Sidan finns inte.", en="There is no such page.")
NOT_SO = Bilingual(sv="Så går det inte att fråga tjänsten.", en="The service cannot be asked in this way.")

log = logging.getLogger("sp_mocks")


class VendorService:
    """One vendor.

    Args:
        config: who it is and whom it trusts.
        keys: loaded once for the process.
        http: its only way to the network.
        now: the time, in aware UTC.

    Raises:
        ValueError: the configuration names a profile, fault or host that is not there.
    """

    app: Starlette
    """Answers for all its hosts."""
    config: VendorConfig

    def __init__(
        self, config: VendorConfig, keys: VendorKeys, http: httpx.AsyncClient, now: Callable[[], datetime]
    ) -> None:
        if config.profile not in PROFILES:
            raise ValueError(f"{config.vendor_id}: no profile is called {config.profile!r}: {', '.join(PROFILES)}")
        if config.fault is not None and config.fault not in FAULTS:
            raise ValueError(f"{config.vendor_id}: no fault is called {config.fault!r}: {', '.join(FAULTS)}")
        self.config, self._profile = config, PROFILES[config.profile]
        compliant = self._profile.behaviour
        behaviour = FAULTS[config.fault].apply(compliant) if config.fault else compliant
        self._cdn = f"cdn.{host_of(config.base_url)}" if behaviour.cdn else ""
        if missing := {host_of(config.base_url), self._cdn} - {"", *config.hosts}:
            raise ValueError(f"{config.vendor_id}: its hosts lack {', '.join(sorted(missing))}")
        name = Bilingual(sv=f"{config.name} (TEST)", en=f"{config.name} (TEST)")
        self._parts = Parts(
            config=config,
            me=_service_provider(config.base_url),
            behaviour=behaviour,
            keys=keys,
            decrypter=Decrypter(keys.private_key),
            http=http,
            trust=make_trust(config, behaviour, http, now),
            memory=Memory(now),
            pages=Pages(name.sv, [host for host in (self._cdn, behaviour.partner_redirect) if host]),
            now=now,
        )
        self._metadata = own_metadata(self._parts.me, name, self._profile.title, behaviour, keys)
        self.app = self._make_app()
        log.info("TEST vendor %s: a simulated service at %s", config.vendor_id, config.base_url)

    def _make_app(self) -> Starlette:
        sign_in, sign_out = SignIn(self._parts), SignOut(self._parts)
        cdn = [Host(self._cdn, Router([Route("/omslag.svg", self._cover)]))] if self._cdn else []
        return Starlette(
            routes=[
                *cdn,
                Route("/", self._index, methods=["GET"]),
                Route("/login", sign_in.begin, methods=["GET"]),
                Route("/saml/acs", sign_in.finish, methods=["POST"]),
                Route("/saml/metadata", self._show_metadata, methods=["GET"]),
                Route("/me", self._who, methods=["GET"]),
                Route("/start", self._start, methods=["GET"]),
                Route("/partner.gif", self._partner, methods=["GET"]),
                Route("/logout", sign_out.begin, methods=["GET"]),
                Route("/saml/slo", sign_out.by_redirect, methods=["GET"]),
                Route("/saml/slo", sign_out.by_post, methods=["POST"]),
                Route("/saml/slo/soap", sign_out.by_soap, methods=["POST"]),
            ],
            exception_handlers={Refused: self._refused, HTTPException: self._http_error},
        )

    # --- pages ------------------------------------------------------------------------------------------------------

    async def _index(self, request: Request) -> Response:
        return self._parts.pages.show(request, "index.html", values={"purpose": self._profile.title})

    async def _who(self, request: Request) -> Response:
        """The probe."""
        return self._parts.pages.show(request, "me.html", values={"login": self._parts.session(request)})

    async def _start(self, request: Request) -> Response:
        login = self._parts.session(request)
        values = {
            "login": login,
            "first_name": next(iter(login.attributes.get("givenName", ())), "") if login else "",
            "heading": self._profile.heading,
            "items": self._profile.items,
            "cover": f"https://{self._cdn}/omslag.svg" if self._cdn else "",
            "partner": "/partner.gif" if self._parts.behaviour.partner_redirect else "",
        }
        return self._parts.pages.show(request, "start.html", values=values)

    async def _partner(self, request: Request) -> Response:
        login = self._parts.session(request)
        if login is None or not self._parts.behaviour.partner_redirect:
            raise HTTPException(NOT_FOUND)
        url = partner_url(self._parts.behaviour.partner_redirect, login.user)
        return RedirectResponse(url, 302, {"Cache-Control": "no-store"})

    async def _show_metadata(self, _: Request) -> Response:
        return Response(self._metadata, media_type=MEDIA_TYPE, headers={"X-Content-Type-Options": "nosniff"})

    async def _cover(self, _: Request) -> Response:
        headers = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
        return Response(COVER, media_type="image/svg+xml", headers=headers)

    # --- what goes wrong --------------------------------------------------------------------------------------------

    async def _refused(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, Refused):
            raise error
        # NOTE: request.url cannot be made of a query that is not UTF-8.
        path = request.scope["path"]
        log.info("%s: refused %s: %s", self.config.vendor_id, path, error.code)
        during = "logout" if path.startswith("/saml/slo") else "login"
        values = {"words": error.words, "code": error.code, "said": error.said, "during": during}
        return self._parts.pages.show(request, "problem.html", error.status, values)

    async def _http_error(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        words = NO_SUCH_PAGE if error.status_code == NOT_FOUND else NOT_SO
        values = {"words": words, "code": "", "said": "", "during": ""}
        page = self._parts.pages.show(request, "problem.html", error.status_code, values)
        page.headers.update(error.headers or {})
        return page


def _service_provider(base_url: str) -> ServiceProvider:
    return ServiceProvider(
        entity_id=f"{base_url}/saml/metadata",
        acs_url=f"{base_url}/saml/acs",
        slo_url=f"{base_url}/saml/slo",
        soap_url=f"{base_url}/saml/slo/soap",
        login_url=f"{base_url}/login",
    )
