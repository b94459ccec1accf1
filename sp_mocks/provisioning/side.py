"""The side of a vendor that takes the national tests' provisioning: its API, and pages that show what it holds."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sp_mocks.exchange.roster import AS_PUPIL, at
from sp_mocks.exchange.side import ADMIN, ROSTER
from sp_mocks.leafing import SHOWN, Row, leaf
from sp_mocks.provisioning.access import Access
from sp_mocks.provisioning.api import ProvisioningApi
from sp_mocks.provisioning.behaviour import ProvisioningBehaviour
from sp_mocks.provisioning.holdings import Holdings
from sp_mocks.provisioning.resources import Group, Person
from sp_mocks.provisioning.results import seen_by_teachers
from sp_mocks.side import Ground
from testbed.model.attributes import by_name

RESULTS = "/results"
OF_PERSON = ("eduPersonPrincipalName", "givenName", "sn")
ON_PAGE = (*OF_PERSON, AS_PUPIL)
"""What the page tells of each person: nobody needs the number to see who is there."""
NOT_FOUND = 404


class ProvisioningSide:
    """See :class:`sp_mocks.side.Side`.

    Args:
        ground: what the vendor stands on.
        behaviour: what it decides.

    Raises:
        ValueError: it was not told where schools send rosters.
    """

    logout_paths: Sequence[str] = ()

    def __init__(self, ground: Ground, behaviour: ProvisioningBehaviour) -> None:
        place = ground.config.receiving
        if place is None:
            raise ValueError(f"{ground.config.vendor_id}: schools send it rosters, and it does not know where to")
        self._pages, self._behaviour = ground.pages, behaviour
        self._named = [urlsplit(school).hostname or school for school in place.schools]
        self._api = ProvisioningApi(Access(place, behaviour, ground.http, ground.now), behaviour, ground.now)

    @property
    def routes(self) -> Sequence[Route]:
        """See :class:`sp_mocks.side.Side`."""
        return (
            Route(ADMIN, self._show_admin, methods=["GET"]),
            Route(ROSTER, self._show_roster, methods=["GET"]),
            Route(RESULTS, self._show_teachers, methods=["GET"]),
            Route(f"{RESULTS}/{{teacher}}", self._show_results, methods=["GET"]),
            *self._api.routes(),
        )

    def session(self, _: Request) -> None:
        """Nobody logs in."""
        return

    async def _show_admin(self, request: Request) -> Response:
        return self._pages.show(request, "provisioning.html")

    async def _show_roster(self, request: Request) -> Response:
        self._api.settle()
        values = {"schools": self._named, "sent": True, "wanted": ON_PAGE, **leaf(request, self._rows())}
        return self._pages.show(request, "roster.html", values=values)

    async def _show_teachers(self, request: Request) -> Response:
        teachers = sorted(self._seen())
        values = {"teachers": teachers[:SHOWN], "total": len(teachers), "path": RESULTS}
        return self._pages.show(request, "teachers.html", values=values)

    async def _show_results(self, request: Request) -> Response:
        pupils = self._seen().get(str(request.path_params["teacher"]))
        if pupils is None:
            raise HTTPException(NOT_FOUND)
        values = {"pupils": sorted(pupils)[:SHOWN], "total": len(pupils), "path": RESULTS}
        return self._pages.show(request, "results.html", values=values)

    def _seen(self) -> Mapping[str, frozenset[str]]:
        self._api.settle()
        every = (school.holdings for school in self._api.schools.values())
        return seen_by_teachers(every, own_groups=self._behaviour.own_groups)

    def _rows(self) -> Iterator[Row]:
        """Of all schools: it is one platform."""
        for school in self._api.schools.values():
            groups = _groups(school.holdings)
            for person in school.holdings.all(Person):
                record = person.model_dump(exclude_none=True)
                found = ((name, at(record, by_name()[name].ss12000)) for name in OF_PERSON)
                values = {name: (value,) for name, value in found if isinstance(value, str)}
                yield person.id, values | {AS_PUPIL: tuple(groups.get(person.id, ()))}


def _groups(holdings: Holdings) -> Mapping[str, Sequence[str]]:
    """The names of each person's groups."""
    told: dict[str, list[str]] = {}
    for group in holdings.all(Group):
        for member in group.groupMemberships:
            told.setdefault(member.person.id, []).append(group.displayName)
    return told
