"""Which school is calling: by the key that it shows, and as the federation has published it (RFC 9932)."""

from collections.abc import Collection as Names

from starlette.requests import Request

from sp_mocks.federated_tls import FederatedMachines
from sp_mocks.receiving.behaviour import ReceivingBehaviour
from sp_mocks.receiving.problems import FORBIDDEN, UNAVAILABLE, Problem
from sp_mocks.refusal import BAD_GATEWAY, Refused

ENTITY_HEADER = "x-fedtlsauth-entity-id"
"""By which a reverse proxy tells a service behind it who has called; whoever reaches the service can write it."""


class Callers:
    """Knows the schools that call a vendor.

    Args:
        machines: what the federation says.
        schools: entities that have an agreement with the vendor.
        behaviour: what it decides.
    """

    def __init__(self, machines: FederatedMachines, schools: Names[str], behaviour: ReceivingBehaviour) -> None:
        self._machines, self._schools, self._behaviour = machines, schools, behaviour

    async def school(self, request: Request) -> str:
        """The entity that has called, which is one with an agreement.

        Raises:
            Problem: it is nobody whom the federation knows, or there is no agreement.
        """
        said = request.headers.get(ENTITY_HEADER, "") if self._behaviour.believes_header else ""
        one = said or await self._by_certificate(request)
        if one not in self._schools:
            raise Problem(FORBIDDEN, "there is no agreement with whoever has called")
        return one

    async def _by_certificate(self, request: Request) -> str:
        try:
            entity = await self._machines.caller(request.scope, heeds_pins=self._behaviour.heeds_pins)
        except Refused as error:
            if error.status == BAD_GATEWAY:
                raise Problem(UNAVAILABLE, "the federation's metadata cannot be had, ask again later") from error
            raise Problem(FORBIDDEN, "the federation knows nobody by the certificate that was shown") from error
        return entity.entity_id
