"""The side of a vendor that schools send rosters to: its endpoints, and pages that show whom it holds of which one."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sp_mocks.federated_tls import FederatedMachines
from sp_mocks.leafing import asked_number, leaf
from sp_mocks.receiving.behaviour import ReceivingBehaviour
from sp_mocks.receiving.callers import Callers
from sp_mocks.receiving.endpoints import Endpoints
from sp_mocks.receiving.holdings import Holdings
from sp_mocks.receiving.people import persons_of, rows_of
from sp_mocks.receiving.taking import Taking
from sp_mocks.side import Ground

ADMIN, ROSTER = "/login", "/roster"
SCHOOL = "school"
NOT_FOUND = 404


class ReceivingSide:
    """See :class:`sp_mocks.side.Side`.

    Args:
        ground: what the vendor stands on.
        behaviour: what it decides.

    Raises:
        ValueError: it was not told where schools send to, and how it knows them.
    """

    logout_paths: Sequence[str] = ()

    def __init__(self, ground: Ground, behaviour: ReceivingBehaviour) -> None:
        place = ground.config.receiving
        if place is None:
            raise ValueError(f"{ground.config.vendor_id}: schools send it rosters, and it does not know them")
        machines = FederatedMachines(place.machines, ground.http, ground.now)
        self._place, self._pages = place, ground.pages
        self._held = {school: Holdings() for school in place.schools}
        self._taking = Taking(behaviour, place.base_url, ground.onward, ground.http, ground.now)
        self._endpoints = Endpoints(Callers(machines, place.schools, behaviour), self._taking, self._held)

    @property
    def routes(self) -> Sequence[Route]:
        """See :class:`sp_mocks.side.Side`."""
        return (
            Route(ADMIN, self._show_admin, methods=["GET"]),
            Route(ROSTER, self._show_roster, methods=["GET"]),
            *self._endpoints.routes,
        )

    def session(self, _: Request) -> None:
        """Nobody logs in."""
        return

    async def _show_admin(self, request: Request) -> Response:
        schools = [
            {"name": urlsplit(school).hostname or school, "persons": sum(1 for _ in persons_of(held))}
            for school, held in self._held.items()
        ]
        values = {"entity_id": self._place.entity_id, "address": self._place.base_url, "schools": schools}
        return self._pages.show(request, "receiving.html", values=values)

    async def _show_roster(self, request: Request) -> Response:
        """Of the first school, or of that whose number stands in the address."""
        number = asked_number(request, SCHOOL)
        if not 1 <= number <= len(self._place.schools):
            raise HTTPException(NOT_FOUND)
        school = self._place.schools[number - 1]
        kept = {SCHOOL: str(number)} if SCHOOL in request.query_params else {}
        rows = leaf(request, rows_of(self._held[school], self._taking.wanted), kept)
        values = {"schools": [urlsplit(school).hostname or school], "sent": True, "wanted": self._taking.wanted, **rows}
        return self._pages.show(request, "roster.html", values=values)
