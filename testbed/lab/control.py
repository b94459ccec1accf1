"""The lab's side of the school's control API."""

import httpx
from pydantic import TypeAdapter

from testbed.interception import ParticipantUnavailable
from testbed.model.written import Operation

OPERATIONS: TypeAdapter[tuple[Operation, ...]] = TypeAdapter(tuple[Operation, ...])
HTTP_OK = 200


class SchoolControl:
    """Calls the control API; its traffic is the laboratory's own and is not recorded."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"}

    async def spoil(self, entity_id: str, operations: tuple[Operation, ...]) -> None:
        """Spoil the next message to this entity, once.

        Raises:
            ParticipantUnavailable: the school does not answer or does not take the operations.
        """
        body = {"entity_id": entity_id, "operations": OPERATIONS.dump_python(operations, mode="json")}
        try:
            answer = await self._http.post("/spoil", json=body, headers=self._headers)
        except httpx.HTTPError as error:
            raise ParticipantUnavailable(f"the school's control API does not answer: {error}") from error
        if answer.status_code != HTTP_OK:
            raise ParticipantUnavailable(f"the school's control API answered {answer.status_code}: {answer.text[:200]}")
