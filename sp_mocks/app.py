"""A simulated vendor's service: start page, login, who is logged in, logout; by the protocol that it speaks."""

import logging
from collections.abc import Callable
from datetime import datetime

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Host, Route, Router

from sp_mocks.behaviour import Behaviour
from sp_mocks.config import ExchangePlace, FederationPlace, VendorConfig
from sp_mocks.every import AnyBehaviour, chosen
from sp_mocks.exchange.behaviour import ExchangeBehaviour
from sp_mocks.exchange.side import ExchangeSide
from sp_mocks.keys import VendorKeys
from sp_mocks.oidc.behaviour import OidcBehaviour
from sp_mocks.oidc.keys import ClientKeys
from sp_mocks.oidc.side import OidcSide
from sp_mocks.onward import REDIRECTING, Onward
from sp_mocks.page_script import CDN_PATH
from sp_mocks.pages import COVER, Pages
from sp_mocks.provisioning.behaviour import ProvisioningBehaviour
from sp_mocks.provisioning.side import ProvisioningSide
from sp_mocks.receiving.behaviour import ReceivingBehaviour
from sp_mocks.receiving.side import ReceivingSide
from sp_mocks.refusal import Refused
from sp_mocks.saml_side import SamlSide
from sp_mocks.sessions import LoggedIn
from sp_mocks.side import Ground, Side
from testbed.model.wire import host_of
from testbed.model.written import Bilingual

__all__ = ["ExchangePlace", "FederationPlace", "VendorConfig", "VendorService"]

ACCEPTED, NOT_FOUND = 202, 404
NO_SUCH_PAGE = Bilingual(sv="Sidan finns inte.", en="There is no such page.")
NOT_SO = Bilingual(sv="Så går det inte att fråga tjänsten.", en="The service cannot be asked in this way.")

type Keys = VendorKeys | ClientKeys | None

log = logging.getLogger("sp_mocks")


class VendorService:
    """One vendor.

    Args:
        config: who it is and whom it trusts.
        keys: loaded once for the process; those of SAML or of OpenID Connect, as the profile speaks; None where nobody
            logs in.
        http: its only way to the network.
        now: the time, in aware UTC.
        coming: the same way with the key that it changes to, where it has one (mutual TLS).

    Raises:
        ValueError: it names a profile, fault or host that is not there, or lacks what the protocol needs.
    """

    app: Starlette
    """Answers for all its hosts."""
    config: VendorConfig

    def __init__(
        self,
        config: VendorConfig,
        keys: Keys,
        http: httpx.AsyncClient,
        now: Callable[[], datetime],
        coming: httpx.AsyncClient | None = None,
    ) -> None:
        self.config = config
        self._profile, behaviour = chosen(config)
        own_host = host_of(config.base_url)
        self._cdn = f"cdn.{own_host}" if behaviour.cdn else ""
        self._mailer = f"utskick.{own_host}" if behaviour.reminders else ""
        if missing := {own_host, self._cdn, self._mailer} - {"", *config.hosts}:
            raise ValueError(f"{config.vendor_id}: its hosts lack {', '.join(sorted(missing))}")
        name = f"{config.name} (TEST)"
        self._onward = Onward(behaviour, own_host, http)
        self._script_of_pages = behaviour.script
        pictures = [("img-src", self._cdn)] if self._cdn else []
        sources = [*pictures, *self._onward.sources]
        raw = frozenset[str]()
        if isinstance(behaviour, Behaviour):
            raw = {"in-messages": frozenset({"messages"}), "in-values": frozenset({"values"})}.get(
                behaviour.lax.markup, raw
            )
        self._pages = Pages(name, sources, behaviour.script, self._script_url(behaviour), raw)
        self._side = self._speaking(Ground(config, self._pages, self._onward, http, now, coming), behaviour, keys)
        self.app = self._make_app()
        log.info("TEST vendor %s: a simulated service at %s", config.vendor_id, config.base_url)

    def _script_url(self, behaviour: AnyBehaviour) -> str:
        if behaviour.script is None or not behaviour.script.from_cdn:
            return ""
        if not self._cdn:
            raise ValueError(f"{self.config.vendor_id}: its script is to come from a host that it does not have")
        return f"https://{self._cdn}{CDN_PATH}"

    def _speaking(self, ground: Ground, behaviour: AnyBehaviour, keys: Keys) -> Side:
        if isinstance(behaviour, Behaviour) and isinstance(keys, VendorKeys):
            return SamlSide(ground, behaviour, self._profile.title, keys)
        if isinstance(behaviour, OidcBehaviour) and isinstance(keys, ClientKeys):
            return OidcSide(ground, behaviour, keys, self._start_page)
        if isinstance(behaviour, ExchangeBehaviour) and keys is None:
            return ExchangeSide(ground, behaviour)
        if isinstance(behaviour, ReceivingBehaviour) and keys is None:
            return ReceivingSide(ground, behaviour)
        if isinstance(behaviour, ProvisioningBehaviour) and keys is None:
            return ProvisioningSide(ground, behaviour)
        raise ValueError(f"{self.config.vendor_id}: the keys are not those of the protocol that it speaks")

    def _make_app(self) -> Starlette:
        delivered = [Route("/omslag.svg", self._cover), Route(CDN_PATH, self._script)]
        cdn = [Host(self._cdn, Router(delivered))] if self._cdn else []
        mailer = [Host(self._mailer, Router([Route("/send", self._send, methods=["POST"])]))] if self._mailer else []
        return Starlette(
            routes=[
                *cdn,
                *mailer,
                Route("/", self._index, methods=["GET"]),
                Route("/me", self._who, methods=["GET"]),
                Route("/start", self._start, methods=["GET"]),
                Route(REDIRECTING, self._partner, methods=["GET"]),
                *self._side.routes,
            ],
            exception_handlers={Refused: self._refused, HTTPException: self._http_error},
        )

    # --- pages ------------------------------------------------------------------------------------------------------

    async def _index(self, request: Request) -> Response:
        return self._pages.show(request, "index.html", values={"purpose": self._profile.title})

    async def _who(self, request: Request) -> Response:
        """The probe."""
        return self._pages.show(request, "me.html", values={"login": self._side.session(request)})

    async def _start(self, request: Request) -> Response:
        return self._start_page(request, self._side.session(request))

    def _start_page(self, request: Request, login: LoggedIn | None) -> Response:
        values = {
            "login": login,
            "first_name": next(iter(login.attributes.get("givenName", ())), "") if login else "",
            "heading": self._profile.heading,
            "items": self._profile.items,
            "cover": f"https://{self._cdn}/omslag.svg" if self._cdn else "",
            "embedded": self._onward.embedded(login),
        }
        page = self._pages.show(request, "start.html", values=values)
        if self._onward.referrer_policy:
            page.headers["Referrer-Policy"] = self._onward.referrer_policy
        return page

    async def _partner(self, request: Request) -> Response:
        url = self._onward.leads_to(self._side.session(request))
        if not url:
            raise HTTPException(NOT_FOUND)
        return RedirectResponse(url, 302, {"Cache-Control": "no-store"})

    async def _send(self, _: Request) -> Response:
        """The company that sends reminders takes one on, and no e-mail leaves this process."""
        return Response(status_code=ACCEPTED)

    async def _cover(self, _: Request) -> Response:
        headers = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
        return Response(COVER, media_type="image/svg+xml", headers=headers)

    async def _script(self, _: Request) -> Response:
        script = self._script_of_pages
        if script is None or not script.from_cdn:
            raise HTTPException(NOT_FOUND)
        return Response(script.text, media_type="text/javascript", headers={"X-Content-Type-Options": "nosniff"})

    # --- what goes wrong --------------------------------------------------------------------------------------------

    async def _refused(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, Refused):
            raise error
        # NOTE: request.url cannot be made of a query that is not UTF-8.
        path = request.scope["path"]
        log.info("%s: refused %s: %s", self.config.vendor_id, path, error.code)
        during = "logout" if path.startswith(tuple(self._side.logout_paths)) else "login"
        values = {"words": error.words, "code": error.code, "said": error.said, "during": during}
        return self._pages.show(request, "problem.html", error.status, values)

    async def _http_error(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        words = NO_SUCH_PAGE if error.status_code == NOT_FOUND else NOT_SO
        values = {"words": words, "code": "", "said": "", "during": ""}
        page = self._pages.show(request, "problem.html", error.status_code, values)
        page.headers.update(error.headers or {})
        return page
