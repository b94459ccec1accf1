"""Who calls: by the token that is shown, and by the key of the connection that it is shown on."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx
from starlette.requests import Request

from sp_mocks.config import ReceivingPlace
from sp_mocks.federated_tls import FederatedMachines
from sp_mocks.machine_tokens import PROVISIONING, Granted, KeysNotHad, MachineTokens
from sp_mocks.provisioning.behaviour import ProvisioningBehaviour
from sp_mocks.provisioning.entries import BAD_TOKEN, UNAVAILABLE, Rejected
from sp_mocks.refusal import BAD_GATEWAY, Refused

AGAIN_S = "1"
log = logging.getLogger("sp_mocks")


@dataclass
class Access:
    """Lets schools in, and nobody else."""

    place: ReceivingPlace
    behaviour: ProvisioningBehaviour
    http: httpx.AsyncClient
    now: Callable[[], datetime]

    def __post_init__(self) -> None:
        self._machines = FederatedMachines(self.place.machines, self.http, self.now)
        self._tokens = MachineTokens(
            self.place,
            PROVISIONING,
            self.http,
            self.now,
            checks_expiry=self.behaviour.checks_expiry,
            checks_location=self.behaviour.checks_location,
        )

    async def organisation(self, request: Request) -> str:
        """Of the school that calls: what is held and may be seen goes by it.

        Raises:
            Rejected: it is none that has an agreement, or cannot be told; which of these, and why, is not told.
        """
        try:
            granted = await self._tokens.check(request.headers.get("authorization", ""))
            if granted.entity not in self.place.schools:
                raise Refused("school-not-known")
            if self.behaviour.heeds_pins:
                await self._must_be(granted, request)
        except KeysNotHad as error:
            raise Rejected((UNAVAILABLE,), {"Retry-After": AGAIN_S}) from error
        except Refused as error:
            log.info("refused a caller: %s", error.code)
            # NOTE: what this vendor could not fetch is no fault of the caller's.
            if error.status == BAD_GATEWAY:
                raise Rejected((UNAVAILABLE,), {"Retry-After": AGAIN_S}) from error
            raise Rejected((BAD_TOKEN,)) from error
        return granted.organisation

    async def _must_be(self, granted: Granted, request: Request) -> None:
        """NOTE: a token that somebody else has got hold of opens nothing without a key of whom it was made for."""
        entity = await self._machines.caller(request.scope)
        if entity.entity_id != granted.entity:
            raise Refused("machine-not-known")
        if entity.organization_id is not None and entity.organization_id != granted.organisation:
            raise Refused("token-of-someone-else")
