"""A simulated vendor's service: start page, login, who is logged in, logout."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Host, Route, Router

from sp_mocks.consume import Login, ServiceProvider, consume
from sp_mocks.decrypt import Decrypter
from sp_mocks.faults import FAULTS
from sp_mocks.keys import VendorKeys
from sp_mocks.metadata import MEDIA_TYPE, own_metadata
from sp_mocks.onward import partner_url, tell_tracker
from sp_mocks.pages import COVER, Pages
from sp_mocks.posted import saml_response
from sp_mocks.profiles import PROFILES
from sp_mocks.refusal import Refused
from sp_mocks.request import authn_request, redirect_to
from sp_mocks.sessions import LOGIN_TAKES, Memory, new_token
from sp_mocks.statements import SKEW
from sp_mocks.trust import Trust
from testbed.model.wire import host_of
from testbed.model.written import Bilingual

SESSION, BROWSER = "__Host-session", "__Host-login"
"""The cookies: of a session, and of a browser that has begun a login."""
NOT_FOUND = 404
NO_SUCH_PAGE = Bilingual(sv="Sidan finns inte.", en="There is no such page.")
NOT_SO = Bilingual(sv="Så går det inte att fråga tjänsten.", en="The service cannot be asked in this way.")

log = logging.getLogger("sp_mocks")


@dataclass(frozen=True)
class FederationPlace:
    """Where a federation publishes its members, and the key that its publications must be signed by."""

    aggregate_url: str
    """The signed EntitiesDescriptor of all members."""
    mdq_url: str
    """Base of the metadata queries, without a slash at its end: ``<mdq_url>/entities/<entityID>``."""
    discovery_url: str
    """The page where a person chooses a school (Identity Provider Discovery Service Protocol)."""
    certificate_der: bytes
    """Handed over out of band; a certificate in the document itself counts for nothing."""
    schools: tuple[str, ...] = ()
    """EntityIDs of the schools whose people the vendor lets in."""


@dataclass(frozen=True)
class VendorConfig:
    """Who a simulated vendor is, and whom it trusts."""

    vendor_id: str
    name: str
    """As people know the service."""
    base_url: str
    """Scheme and host, without a slash at its end."""
    hosts: tuple[str, ...]
    """Every host that it answers for."""
    profile: str
    """A key of ``PROFILES``."""
    fault: str | None
    """A key of ``FAULTS``; None for a compliant vendor."""
    idp_entity_id: str
    idp_metadata_url: str
    federation: FederationPlace | None = None
    """For vendors that know schools by the federation; None for those that know one school by its own metadata."""


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
        self.config, self._keys, self._http, self._now = config, keys, http, now
        self._profile = PROFILES[config.profile]
        compliant = self._profile.behaviour
        self._behaviour = FAULTS[config.fault].apply(compliant) if config.fault else compliant
        self._me = ServiceProvider(
            entity_id=f"{config.base_url}/saml/metadata",
            acs_url=f"{config.base_url}/saml/acs",
            slo_url=f"{config.base_url}/saml/slo",
            soap_url=f"{config.base_url}/saml/slo/soap",
            login_url=f"{config.base_url}/login",
        )
        self._cdn = f"cdn.{host_of(config.base_url)}" if self._behaviour.cdn else ""
        if missing := {host_of(config.base_url), self._cdn} - {"", *config.hosts}:
            raise ValueError(f"{config.vendor_id}: its hosts lack {', '.join(sorted(missing))}")
        name = Bilingual(sv=f"{config.name} (TEST)", en=f"{config.name} (TEST)")
        self._metadata = own_metadata(self._me, name, self._profile.title, self._behaviour, keys)
        self._pages = Pages(name.sv, [host for host in (self._cdn, self._behaviour.partner_redirect) if host])
        self._trust = Trust(config.idp_entity_id, config.idp_metadata_url, http, now)
        self._memory = Memory(now)
        self._decrypter = Decrypter(keys.private_key)
        self.app = self._make_app()
        log.info("TEST vendor %s: a simulated service at %s", config.vendor_id, config.base_url)

    def _make_app(self) -> Starlette:
        cdn = [Host(self._cdn, Router([Route("/omslag.svg", self._cover)]))] if self._cdn else []
        return Starlette(
            routes=[
                *cdn,
                Route("/", self._index, methods=["GET"]),
                Route("/login", self._login, methods=["GET"]),
                Route("/saml/acs", self._acs, methods=["POST"]),
                Route("/saml/metadata", self._show_metadata, methods=["GET"]),
                Route("/me", self._who, methods=["GET"]),
                Route("/start", self._start, methods=["GET"]),
                Route("/partner.gif", self._partner, methods=["GET"]),
                Route("/logout", self._logout, methods=["GET"]),
            ],
            exception_handlers={Refused: self._refused, HTTPException: self._http_error},
        )

    # --- login ------------------------------------------------------------------------------------------------------

    async def _login(self, request: Request) -> Response:
        school = await self._trust.school()
        browser = self._memory.browser(request.cookies.get(BROWSER, ""))
        force = self._behaviour.force_authn
        message = authn_request(self._me, self._memory.begin(browser), school, self._now(), force=force)
        # NOTE: the relay state means nothing: where a login leads is not for a message from outside to say.
        url = redirect_to(school, message, new_token(), self._keys if self._behaviour.signs_requests else None)
        answer = RedirectResponse(url, 302, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        lifetime = int(LOGIN_TAKES.total_seconds())
        # NOTE: SameSite=None, for it is the school's page that posts the answer.
        answer.set_cookie(BROWSER, browser, max_age=lifetime, secure=True, httponly=True, samesite="none")
        return answer

    async def _acs(self, request: Request) -> Response:
        encoded = await saml_response(request)
        school = await self._trust.school()
        login = consume(encoded, self._me, school, self._behaviour, self._now(), self._decrypter)
        self._must_be_awaited(login, request.cookies.get(BROWSER, ""))
        # NOTE: the token is always new, or whoever had planted one in this browser would share the session.
        self._memory.close(request.cookies.get(SESSION, ""))
        session = self._memory.open(login)
        log.info("%s: a person logged in", self.config.vendor_id)
        mail = login.attributes.get("mail", ())
        if self._behaviour.tracker and mail:
            await tell_tracker(self._http, self._behaviour.tracker, mail[0])
        answer = RedirectResponse("/me", 303, {"Cache-Control": "no-store"})
        answer.set_cookie(SESSION, session, secure=True, httponly=True, samesite="lax")
        return answer

    def _must_be_awaited(self, login: Login, browser: str) -> None:
        """This browser asked for it, and it was not used before (SAML Profiles 4.1.4.3 and 4.1.4.5)."""
        if self._memory.was_used(login.assertion_id):
            raise Refused("used-before")
        pending = self._memory.finish(login.in_response_to, browser)
        if pending is None:
            raise Refused("not-asked-for-by-this-browser")
        if self._behaviour.force_authn and login.authenticated < pending.since - SKEW:
            raise Refused("stale-authentication")

    # --- pages ------------------------------------------------------------------------------------------------------

    def _session(self, request: Request) -> Login | None:
        return self._memory.session(request.cookies.get(SESSION, ""))

    async def _index(self, request: Request) -> Response:
        return self._pages.show(request, "index.html", values={"purpose": self._profile.title})

    async def _who(self, request: Request) -> Response:
        """The probe."""
        return self._pages.show(request, "me.html", values={"login": self._session(request)})

    async def _start(self, request: Request) -> Response:
        login = self._session(request)
        values = {
            "login": login,
            "first_name": next(iter(login.attributes.get("givenName", ())), "") if login else "",
            "heading": self._profile.heading,
            "items": self._profile.items,
            "cover": f"https://{self._cdn}/omslag.svg" if self._cdn else "",
            "partner": "/partner.gif" if self._behaviour.partner_redirect else "",
        }
        return self._pages.show(request, "start.html", values=values)

    async def _partner(self, request: Request) -> Response:
        login = self._session(request)
        if login is None or not self._behaviour.partner_redirect:
            raise HTTPException(NOT_FOUND)
        url = partner_url(self._behaviour.partner_redirect, login.user)
        return RedirectResponse(url, 302, {"Cache-Control": "no-store"})

    async def _logout(self, request: Request) -> Response:
        self._memory.close(request.cookies.get(SESSION, ""))
        answer = self._pages.show(request, "logout.html")
        answer.delete_cookie(SESSION, secure=True, httponly=True, samesite="lax")
        return answer

    async def _show_metadata(self, _: Request) -> Response:
        return Response(self._metadata, media_type=MEDIA_TYPE, headers={"X-Content-Type-Options": "nosniff"})

    async def _cover(self, _: Request) -> Response:
        headers = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
        return Response(COVER, media_type="image/svg+xml", headers=headers)

    # --- what goes wrong --------------------------------------------------------------------------------------------

    async def _refused(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, Refused):
            raise error
        log.info("%s: refused %s: %s", self.config.vendor_id, request.url.path, error.code)
        values = {"words": error.words, "code": error.code, "said": error.said}
        return self._pages.show(request, "problem.html", error.status, values)

    async def _http_error(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        words = NO_SUCH_PAGE if error.status_code == NOT_FOUND else NOT_SO
        values = {"words": words, "code": "", "said": ""}
        page = self._pages.show(request, "problem.html", error.status_code, values)
        page.headers.update(error.headers or {})
        return page
