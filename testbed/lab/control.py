"""The lab's side of the schools' control APIs."""

import httpx
from pydantic import ValidationError

from testbed.interception import ParticipantUnavailable
from testbed.lab.places import SCHOOLS, SchoolPlace
from testbed.model.forgery import MADE, Made
from testbed.model.orders import ORDER, AnyOrder
from testbed.model.release import RELEASE_RECORDS, ReleaseRecord

HTTP_OK = 200


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
            answer = await self._http.post("/orders", content=ORDER.dump_json(order), headers=self._headers)
        except httpx.HTTPError as error:
            raise ParticipantUnavailable(f"the school's control API does not answer: {error}") from error
        if answer.status_code != HTTP_OK:
            raise ParticipantUnavailable(f"the school's control API answered {answer.status_code}: {answer.text[:200]}")

    async def take_made(self) -> tuple[Made, ...]:
        """The first school's account of the messages that were ordered since the last call; it is told once.

        Raises:
            ParticipantUnavailable: the school does not answer, or with something else.
        """
        answer = await self._get("/made")
        try:
            return MADE.validate_json(answer.content)
        except ValidationError as error:
            raise ParticipantUnavailable(f"the school's account of what it made cannot be read: {error}") from error

    async def take_releases(self, *, all_schools: bool = True) -> tuple[ReleaseRecord, ...]:
        """The account of every login since the last call, of each school of the lab or of the first; it is told once.

        Raises:
            ParticipantUnavailable: a school does not answer, or with something else.
        """
        places = SCHOOLS if all_schools else SCHOOLS[:1]
        taken = [record for place in places for record in await self._take_releases(place)]
        return tuple(sorted(taken, key=lambda record: record.at))

    async def _take_releases(self, place: SchoolPlace) -> tuple[ReleaseRecord, ...]:
        answer = await self._get(f"{place.control_path}/releases")
        try:
            return RELEASE_RECORDS.validate_json(answer.content)
        except ValidationError as error:
            raise ParticipantUnavailable(f"the school's account of its logins cannot be read: {error}") from error

    async def _get(self, path: str) -> httpx.Response:
        try:
            answer = await self._http.get(path, headers=self._headers)
        except httpx.HTTPError as error:
            raise ParticipantUnavailable(f"the school's control API does not answer: {error}") from error
        if answer.status_code != HTTP_OK:
            raise ParticipantUnavailable(f"the school's control API answered {answer.status_code}: {answer.text[:200]}")
        return answer
