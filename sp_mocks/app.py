"""A simulated vendor's service: start page, login, who is logged in, logout."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import httpx
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Host, Route, Router

from sp_mocks.consume import Login, Self, consume
from sp_mocks.faults import FAULTS
from sp_mocks.keys import VendorKeys
from sp_mocks.metadata import MEDIA_TYPE, own_metadata
from sp_mocks.pages import COVER, Pages
from sp_mocks.profiles import PROFILES
from sp_mocks.refusal import Refused
from sp_mocks.request import authn_request, redirect_to
from sp_mocks.sessions import Memory
from sp_mocks.trust import Trust
from testbed.model.written import Bilingual

log = logging.getLogger("sp_mocks")
SESSION, LOGIN = "__Host-session", "__Host-login"
MAX_FORM_BYTES = 512 * 1024
TRACKER_TIMEOUT_S = 5.0
FORBIDDEN, BAD_GATEWAY = 403, 502

type Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class VendorConfig:
    """Who a simulated vendor is, and whom it trusts."""

    vendor_id: str
    name: str
    base_url: str
    hosts: tuple[str, ...]
    """Every host that it answers for; all but the first serve pictures."""
    profile: str
    fault: str | None
    idp_entity_id: str
    idp_metadata_url: str


class VendorService:
    """One vendor. Its HTTP client is handed to it, so that nothing that it sends goes unseen."""

    def __init__(
        self, config: VendorConfig, keys: VendorKeys, http: httpx.AsyncClient, now: Callable[[], datetime]
    ) -> None:
        profile = PROFILES[config.profile]
        behaviour = profile.behaviour
        self.config, self._keys, self._http, self._now = config, keys, http, now
        self._behaviour = FAULTS[config.fault].of(behaviour) if config.fault else behaviour
        self._me = Self(f"{config.base_url}/saml/metadata", f"{config.base_url}/saml/acs")
        name = Bilingual(sv=f"{config.name} (TEST)", en=f"{config.name} (TEST)")
        self._metadata = own_metadata(self._me, (name, profile.title), self._behaviour, keys)
        pictures = [f"https://{host}" for host in config.hosts[1:]]
        self._pages = Pages(config.name, profile.start, " ".join(["'self'", *pictures, *self._partners()]))
        self._trust = Trust(config.idp_entity_id, config.idp_metadata_url, http)
        self._memory = Memory(now)
        self.app = self._make_app()

    def _partners(self) -> list[str]:
        return [self._behaviour.partner] if self._behaviour.partner else []

    def _make_app(self) -> Starlette:
        pictures = Router([Route("/omslag.svg", self._cover)])
        own = [
            Route("/", self._page("index.html")),
            Route("/login", self._login),
            Route("/saml/acs", self._acs, methods=["POST"]),
            Route("/saml/metadata", self._own_metadata),
            Route("/me", self._me_page),
            Route("/start", self._start),
            Route("/partner.gif", self._partner),
            Route("/logout", self._logout),
        ]
        hosts = [Host(host, pictures) for host in self.config.hosts[1:]]
        return Starlette(routes=[*hosts, *own], exception_handlers={Refused: self._refused})

    # --- login ---------------------------------------------------------------------------------------------------

    async def _login(self, request: Request) -> Response:
        school = await self._trust.school()
        token, pending = self._memory.begin(relay_state="")
        message = authn_request(
            self._me.entity_id, self._me.acs, pending.request_id, school, self._now(), force=self._behaviour.force_authn
        )
        # NOTE: the relay state names nothing; what belongs to the login is remembered here, bound to the browser.
        url = redirect_to(school, message, pending.request_id, self._behaviour, self._keys)
        answer = RedirectResponse(url, 302, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        # NOTE: SameSite=None, for the school's page posts the answer from another site.
        answer.set_cookie(LOGIN, token, secure=True, httponly=True, samesite="none", path="/", max_age=600)
        return answer

    async def _acs(self, request: Request) -> Response:
        form = await _form(request)
        encoded = form.get("SAMLResponse")
        if not isinstance(encoded, str):
            raise Refused("no-message")
        school = await self._trust.school()
        login = consume(encoded, self._me, school, self._behaviour, self._now())
        pending = self._memory.finish(request.cookies.get(LOGIN, ""))
        if pending is None or pending.request_id != login.in_response_to:
            raise Refused("not-asked-for-by-this-browser")
        if not self._memory.use(login.assertion_id, login.valid_until):
            raise Refused("used-before")
        self._memory.close(request.cookies.get(SESSION, ""))
        await self._tell_tracker(login)
        log.info("%s: someone logged in", self.config.vendor_id)
        answer = RedirectResponse("/me", 303, {"Cache-Control": "no-store"})
        answer.set_cookie(SESSION, self._memory.open(login), secure=True, httponly=True, samesite="lax", path="/")
        answer.delete_cookie(LOGIN, path="/", secure=True, httponly=True, samesite="none")
        return answer

    async def _tell_tracker(self, login: Login) -> None:
        mail = next(iter(login.attributes.get("mail", ())), "")
        if not self._behaviour.tracker or not mail:
            return
        try:
            await self._http.post(
                self._behaviour.tracker, json={"event": "login", "email": mail}, timeout=TRACKER_TIMEOUT_S
            )
        except httpx.HTTPError as error:
            log.info("%s: the tracker was not reached: %s", self.config.vendor_id, type(error).__name__)

    async def _refused(self, request: Request, error: Exception) -> Response:
        code = error.code if isinstance(error, Refused) else "unknown"
        log.warning("%s: refused: %s", self.config.vendor_id, code)
        status = BAD_GATEWAY if code.startswith("school-metadata") else FORBIDDEN
        return self._pages.show(request, "refused.html", status, {"code": code})

    # --- pages ---------------------------------------------------------------------------------------------------

    def _page(self, template: str) -> Handler:
        async def page(request: Request) -> Response:
            return self._pages.show(request, template)

        return page

    def _session(self, request: Request) -> Login | None:
        return self._memory.session(request.cookies.get(SESSION, ""))

    async def _me_page(self, request: Request) -> Response:
        login = self._session(request)
        attributes = sorted(login.attributes.items()) if login else []
        return self._pages.show(
            request, "me.html", values={"user": login.user if login else "", "attributes": attributes}
        )

    async def _start(self, request: Request) -> Response:
        login = self._session(request)
        cover = f"https://{self.config.hosts[1]}/omslag.svg" if self._behaviour.pictures else ""
        partner = "/partner.gif" if self._behaviour.partner else ""
        values = {"user": login.user if login else "", "cover": cover, "partner": partner}
        return self._pages.show(request, "start.html", values=values)

    async def _partner(self, request: Request) -> Response:
        login = self._session(request)
        if login is None or not self._behaviour.partner:
            raise HTTPException(404)
        return RedirectResponse(f"{self._behaviour.partner}?{urlencode({'uid': login.user})}", 302)

    async def _logout(self, request: Request) -> Response:
        self._memory.close(request.cookies.get(SESSION, ""))
        answer = self._pages.show(request, "logout.html")
        answer.delete_cookie(SESSION, path="/", secure=True, httponly=True, samesite="lax")
        return answer

    async def _own_metadata(self, request: Request) -> Response:
        return Response(self._metadata, media_type=MEDIA_TYPE)

    async def _cover(self, request: Request) -> Response:
        return Response(COVER, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=3600"})


async def _form(request: Request) -> FormData:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise Refused("message-too-large")
    whole = bytes(body)

    async def again() -> dict[str, object]:
        return {"type": "http.request", "body": whole, "more_body": False}

    try:
        return await Request(request.scope, again).form(max_files=0, max_fields=20)
    except HTTPException as error:
        raise Refused("not-a-form") from error
