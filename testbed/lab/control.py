"""The lab's side of the school's control API."""

import httpx

from testbed.interception import ParticipantUnavailable
from testbed.model.orders import ORDER, ChangePerson, RollKeys, SpoilNext

HTTP_OK = 200


class SchoolControl:
    """Calls the control API; its traffic is the laboratory's own and is not recorded."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"}

    async def ask(self, order: SpoilNext | RollKeys | ChangePerson) -> None:
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
