"""The lab's side of the schools' control APIs."""

from collections.abc import Collection

import httpx
from pydantic import TypeAdapter, ValidationError

from testbed.interception import ParticipantUnavailable
from testbed.lab.places import SCHOOLS, SchoolPlace
from testbed.model.calls import CALLS, Call
from testbed.model.forgery import MADE, Made
from testbed.model.orders import ORDER, AnyOrder
from testbed.model.release import RELEASE_RECORDS, ReleaseRecord
from testbed.model.written import Person

HTTP_OK, NOT_FOUND = 200, 404
ORDER_S = 60.0
"""Some orders have the school change hundreds of people, or call every vendor, before they are answered."""
PERSON: TypeAdapter[Person] = TypeAdapter(Person)


def calling(address: str) -> httpx.AsyncClient:
    """A client for the control APIs that are served there."""
    return httpx.AsyncClient(base_url=address, trust_env=False, timeout=ORDER_S)


class SchoolControl:
    """Calls the control API; its traffic is the laboratory's own and is not recorded."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"}

    async def ask(self, order: AnyOrder) -> None:
        """Hand an order to the school, which has carried it out when this returns.

        Raises:
            ParticipantUnavailable: the school does not answer or does not take the order.
        """
        try:
            answer = await self._http.post(
                "/orders", content=ORDER.dump_json(order, by_alias=True), headers=self._headers
            )
        except httpx.HTTPError as error:
            raise ParticipantUnavailable(f"the school's control API does not answer: {error}") from error
        if answer.status_code != HTTP_OK:
            raise ParticipantUnavailable(f"the school's control API answered {answer.status_code}: {answer.text[:200]}")

    async def take_made(self) -> tuple[Made, ...]:
        """The first school's account of the messages that were ordered since the last call; it is told once.

        Raises:
            ParticipantUnavailable: the school does not answer, or with something else.
        """
        return _read(MADE, await self._get("/made"), "what it made")

    async def take_calls(self) -> tuple[Call, ...]:
        """What reached the first school since the last call; it is told once.

        Raises:
            ParticipantUnavailable: the school does not answer, or with something else.
        """
        return _read(CALLS, await self._get("/calls"), "who has called")

    async def person(self, person_id: str) -> Person | None:
        """The person of this id, as the first school knows them now; None where it knows nobody by it.

        Raises:
            ParticipantUnavailable: the school does not answer, or with something else.
        """
        answer = await self._get(f"/people/{person_id}", (HTTP_OK, NOT_FOUND))
        return None if answer.status_code == NOT_FOUND else _read(PERSON, answer, "a person")

    async def take_releases(self, *, all_schools: bool = True) -> tuple[ReleaseRecord, ...]:
        """The account of every login since the last call, of each school of the lab or of the first; it is told once.

        Raises:
            ParticipantUnavailable: a school does not answer, or with something else.
        """
        places = SCHOOLS if all_schools else SCHOOLS[:1]
        taken = [record for place in places for record in await self._take_releases(place)]
        return tuple(sorted(taken, key=lambda record: record.at))

    async def _take_releases(self, place: SchoolPlace) -> tuple[ReleaseRecord, ...]:
        return _read(RELEASE_RECORDS, await self._get(f"{place.control_path}/releases"), "its logins")

    async def _get(self, path: str, accepted: Collection[int] = (HTTP_OK,)) -> httpx.Response:
        try:
            answer = await self._http.get(path, headers=self._headers)
        except httpx.HTTPError as error:
            raise ParticipantUnavailable(f"the school's control API does not answer: {error}") from error
        if answer.status_code not in accepted:
            raise ParticipantUnavailable(f"the school's control API answered {answer.status_code}: {answer.text[:200]}")
        return answer


def _read[Account](account: TypeAdapter[Account], answer: httpx.Response, of_what: str) -> Account:
    try:
        return account.validate_json(answer.content)
    except ValidationError as error:
        raise ParticipantUnavailable(f"the school's account of {of_what} cannot be read: {error}") from error
