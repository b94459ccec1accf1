"""The side of a vendor that fetches rosters: an administrator's page, one with what it holds, and webhooks."""

import asyncio
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sp_mocks.config import ExchangePlace
from sp_mocks.exchange.api import DataApi
from sp_mocks.exchange.behaviour import ExchangeBehaviour
from sp_mocks.exchange.connections import Connections
from sp_mocks.exchange.notices import Webhooks
from sp_mocks.exchange.rounds import Rounds
from sp_mocks.exchange.source import Source
from sp_mocks.exchange.subscribing import Subscribing
from sp_mocks.exchange.syncing import Syncing
from sp_mocks.exchange.tokens import Tokens
from sp_mocks.leafing import leaf
from sp_mocks.machine_tokens import KeysNotHad
from sp_mocks.refusal import Refused
from sp_mocks.side import Ground
from testbed.model.pages import ROTATE_FORM, SYNC_FORM
from testbed.model.wire import host_of
from testbed.model.written import Bilingual

ADMIN, SYNC, ROTATE, ROSTER = "/login", "/sync", "/rotate", "/roster"
WEBHOOK = "/webhook/{path}"
NOT_LET_IN = ("data-key-not-taken", "data-forbidden")
NOT_FOUND, UNAVAILABLE = 404, 503


class ExchangeSide:
    """See :class:`sp_mocks.side.Side`.

    Args:
        ground: what the vendor stands on.
        behaviour: what it decides.

    Raises:
        ValueError: it was told of no data API.
    """

    logout_paths: Sequence[str] = ()

    def __init__(self, ground: Ground, behaviour: ExchangeBehaviour) -> None:
        place = ground.config.exchange
        if place is None or not place.api_urls:
            raise ValueError(f"{ground.config.vendor_id}: fetches rosters, and has no data API to fetch them from")
        self._ground, self._behaviour, self._pages = ground, behaviour, ground.pages
        self._connections = Connections(ground.http, ground.coming)
        self._webhooks = Webhooks(
            place.told,
            ground.http,
            ground.now,
            checks=behaviour.checks_notices,
            checks_tokens=behaviour.checks_notice_tokens,
        )
        self._sources = {url: self._source(place, url) for url in place.api_urls}

    def _source(self, place: ExchangePlace, url: str) -> Source:
        behaviour, now = self._behaviour, self._ground.now

        tokens = Tokens(place.token_url, place.entity_id, url, lambda: self._connections.http, now)
        api = DataApi(url, lambda: self._connections.http, tokens, behaviour)
        subscribing = Subscribing(api, self._webhooks.target(url), behaviour.collections, now)
        syncing = Syncing(behaviour, api, subscribing, now)
        rounds = Rounds(syncing.sync, asyncio.sleep, one_for_many=behaviour.one_round_for_many)
        return Source(host_of(url), syncing, rounds)

    @property
    def routes(self) -> Sequence[Route]:
        """See :class:`sp_mocks.side.Side`."""
        return (
            Route(ADMIN, self._show_admin, methods=["GET"]),
            Route(SYNC, self._sync, methods=["POST"]),
            Route(ROTATE, self._rotate, methods=["POST"]),
            Route(ROSTER, self._show_everybody, methods=["GET"]),
            Route(f"{ROSTER}/{{host}}", self._show_school, methods=["GET"]),
            Route(WEBHOOK, self._hear, methods=["POST"]),
        )

    def session(self, _: Request) -> None:
        """Nobody logs in."""
        return

    async def _show_admin(self, request: Request) -> Response:
        return self._admin(request)

    def _admin(self, request: Request, words: Bilingual | None = None) -> Response:
        values = {"sync": (SYNC_FORM, SYNC), "rotate": (ROTATE_FORM, ROTATE), "words": words}
        return self._pages.show(request, "exchange.html", values=values)

    async def _sync(self, request: Request) -> Response:
        try:
            for source in self._sources.values():
                await source.syncing.sync()
        except Refused as error:
            if error.code not in NOT_LET_IN:
                raise
            return self._admin(request, error.words)
        return RedirectResponse(ROSTER, 303, {"Cache-Control": "no-store"})

    async def _rotate(self, _: Request) -> Response:
        if self._behaviour.changes_key:
            self._connections.change()
        return RedirectResponse(ADMIN, 303, {"Cache-Control": "no-store"})

    async def _hear(self, request: Request) -> Response:
        """A notice is answered at once, and what has changed is fetched afterwards."""
        try:
            school, _ = await self._webhooks.heard(request)
        except KeysNotHad:
            return Response(status_code=UNAVAILABLE, headers={"Cache-Control": "no-store", "Retry-After": "1"})
        if self._behaviour.heeds_notices:
            self._sources[school].rounds.ask()
        return Response(status_code=200, headers={"Cache-Control": "no-store"})

    async def _show_everybody(self, request: Request) -> Response:
        return await self._show(request, tuple(self._sources.values()))

    async def _show_school(self, request: Request) -> Response:
        host = request.path_params["host"]
        chosen = tuple(one for one in self._sources.values() if one.host == host)
        if not chosen:
            raise HTTPException(NOT_FOUND)
        return await self._show(request, chosen if self._behaviour.keeps_schools_apart else (*self._sources.values(),))

    async def _show(self, request: Request, sources: Sequence[Source]) -> Response:
        """Whoever looks is shown what the school has told of, also where that is still being fetched."""
        for source in sources:
            await source.rounds.settled()
        rows = (row for one in sources for row in one.syncing.roster.rows())
        former = [name for one in sources for name in one.syncing.roster.former]
        schools = [one.host for one in sources]
        told = {"wanted": self._behaviour.wanted, "schools": schools, "former": former}
        values = {**told, **leaf(request, rows)}
        return self._pages.show(request, "roster.html", values=values)
