"""The side of a vendor that fetches rosters: its page for administrators, and one that shows what it holds."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sp_mocks.exchange.api import DataApi
from sp_mocks.exchange.behaviour import ExchangeBehaviour
from sp_mocks.exchange.syncing import Syncing
from sp_mocks.exchange.tokens import Tokens
from sp_mocks.side import Ground
from testbed.model.pages import SYNC_FORM

ADMIN, SYNC, ROSTER = "/login", "/sync", "/roster"
SHOWN = 20_000
"""So many people stand on the page; a service would leaf through them."""


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
        if place is None:
            raise ValueError(f"{ground.config.vendor_id}: fetches rosters, and has no data API to fetch them from")
        tokens = Tokens(place.token_url, place.entity_id, place.api_url, ground.http, ground.now)
        api = DataApi(place.api_url, ground.http, tokens.token, behaviour.page_size)
        self._pages, self._syncing = ground.pages, Syncing(behaviour, api, ground.now)

    @property
    def routes(self) -> Sequence[Route]:
        """See :class:`sp_mocks.side.Side`."""
        return (
            Route(ADMIN, self._show_admin, methods=["GET"]),
            Route(SYNC, self._sync, methods=["POST"]),
            Route(ROSTER, self._show_roster, methods=["GET"]),
        )

    def session(self, _: Request) -> None:
        """Nobody logs in."""
        return

    async def _show_admin(self, request: Request) -> Response:
        return self._pages.show(request, "exchange.html", values={"form": SYNC_FORM, "action": SYNC})

    async def _sync(self, _: Request) -> Response:
        await self._syncing.sync()
        return RedirectResponse(ROSTER, 303, {"Cache-Control": "no-store"})

    async def _show_roster(self, request: Request) -> Response:
        rows = list(self._syncing.roster.rows())
        values = {"wanted": self._syncing.roster.wanted, "rows": rows[:SHOWN], "total": len(rows)}
        return self._pages.show(request, "roster.html", values=values)
