"""The federation's operator, put together: its publications, and its discovery page."""

import logging

import httpx
from cryptography.hazmat.primitives import hashes
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from idp.config import Clock
from idp.federation.aggregate import Publisher, instant
from idp.federation.config import FederationConfig, Member
from idp.federation.discovery import Discovery
from idp.federation.mdq import answer, asked_for, entity_id_of, wants_anew
from idp.federation.pages import FederationPages
from idp.federation.registry import Members, Registry
from idp.keys import SigningKey
from idp.problems import Words, error_handlers
from idp.saml.signing import Signer
from testbed.model.written import Bilingual

__all__ = ["Federation", "FederationConfig", "Member"]

log = logging.getLogger("idp.federation")

PEM = "application/x-pem-file"
WORDS = Words(
    not_here=Bilingual(sv="Sidan finns inte hos federationen.", en="The federation has no such page."),
    not_so=Bilingual(sv="Så går det inte att fråga federationen.", en="The federation cannot be asked in this way."),
    our_fault=Bilingual(
        sv="Federationen gjorde ett fel. Testmiljöns logg vet mer.", en="The federation failed; see the lab's log."
    ),
)
NOBODY = "No member could be published; the start page of this host says why.\n"
UNKNOWN = "The federation publishes no entity by this identifier.\n"


class Federation:
    """One federation's operator.

    Args:
        config: who it is and whom it has registered.
        key: signs what is published.
        http: its only way to the network.
        now: the time, in aware UTC.
    """

    metadata: Starlette
    """The host where metadata is published."""
    discovery: Starlette
    """The host of the discovery page."""

    def __init__(self, config: FederationConfig, key: SigningKey, http: httpx.AsyncClient, now: Clock) -> None:
        log.info("TEST federation %s: %d members are registered", config.metadata_url, len(config.members))
        self._key, self._now = key, now
        self._registry = Registry(config.members, http, now)
        self._publisher = Publisher(config, Signer(key))
        self._pages = FederationPages(config.name)
        handlers = error_handlers(self._pages, WORDS)
        discovery = Discovery(self._registry, self._pages)
        self.metadata = Starlette(
            routes=[
                Route("/", self._status, methods=["GET"]),
                Route("/aggregate.xml", self._all, methods=["GET"]),
                Route("/entities", self._all, methods=["GET"]),
                Route("/entities/{identifier:path}", self._one, methods=["GET"]),
                Route("/certificate.pem", self._certificate, methods=["GET"]),
            ],
            exception_handlers=handlers,
        )
        self.discovery = Starlette(
            routes=[
                Route("/ds", discovery.ask, methods=["GET"]),
                Route("/ds", discovery.choose, methods=["POST"]),
            ],
            exception_handlers=handlers,
        )
        for app in (self.metadata, self.discovery):
            # NOTE: Starlette would redirect to the path without its slash, on whichever host the request names.
            app.router.redirect_slashes = False

    async def _members(self, request: Request) -> Members:
        return await self._registry.members(anew=wants_anew(request))

    async def _all(self, request: Request) -> Response:
        members = await self._members(request)
        if not members.entities:
            return PlainTextResponse(NOBODY, 503)
        now = self._now()
        return answer(request, self._publisher.aggregate(members.entities, now), now)

    async def _one(self, request: Request) -> Response:
        identifier = asked_for(request)
        if not identifier:
            return PlainTextResponse(UNKNOWN, 404)
        members = await self._members(request)
        entity = members.find(entity_id_of(identifier, members) or "")
        if entity is None:
            return PlainTextResponse(UNKNOWN, 404)
        now = self._now()
        return answer(request, self._publisher.single(entity, now), now)

    async def _status(self, request: Request) -> Response:
        members = await self._members(request)
        document = self._publisher.aggregate(members.entities, self._now()) if members.entities else None
        fingerprint = self._key.certificate.fingerprint(hashes.SHA256()).hex(":").upper()
        return self._pages.status(request, members, instant(document.valid_until) if document else "", fingerprint)

    async def _certificate(self, _: Request) -> Response:
        return Response(self._key.certificate_pem, media_type=PEM, headers={"X-Content-Type-Options": "nosniff"})
