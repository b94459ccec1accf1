"""Orders by which schools send rosters to vendors, and by which somebody calls vendors who is not the school."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx

from idp.oidc.jose import Json
from idp.provisioning.pushing import Provisioning
from idp.scim.pushing import Egil
from idp.sending.terms import Receiver
from idp.token_service.asking import PROVISIONING_TYPE, Access
from idp.token_service.tokens import AccessTokens, NoToken
from testbed.lab.exchange_orders import CarriedOut, Partners, carried_out
from testbed.lab.home import LabHome
from testbed.lab.machine_services import token_with
from testbed.lab.places import SCHOOL
from testbed.lab.spec import Clock
from testbed.lab.stranger import (
    ELSEWHERE,
    Ways,
    WrongTokens,
    call_provisioning,
    call_scim,
    send_address,
    send_incomplete,
)
from testbed.model.orders import AnyOrder, CallAsStranger, PushRoster, SendAddress, SendIncomplete
from testbed.model.written import Vendor

OVER_FOR = timedelta(days=1)
"""So long ago a token ended that must open nothing any more."""

log = logging.getLogger("testbed.lab")


@dataclass(frozen=True, slots=True)
class Senders:
    """What one school sends rosters by."""

    partners: Partners
    egil: Egil
    provisioning: Provisioning
    tokens: AccessTokens


class Pushes:
    """Carries such orders out.

    Args:
        senders: of each school, by the id of its place.
        ways: those of the stranger.
        home: the lab's, by whose keys tokens are made that are not good.
        now: the time, in aware UTC.
    """

    def __init__(self, senders: Mapping[str, Senders], ways: Ways, home: LabHome, now: Clock) -> None:
        self._senders, self._ways, self._home, self._now = senders, ways, home, now

    @property
    def by_kind(self) -> Mapping[type[AnyOrder], CarriedOut]:
        """Who carries out which orders."""
        return {
            PushRoster: carried_out(PushRoster, self._push),
            CallAsStranger: carried_out(CallAsStranger, self._call),
            SendAddress: carried_out(SendAddress, self._send_address),
            SendIncomplete: carried_out(SendIncomplete, self._send_incomplete),
        }

    async def _push(self, order: PushRoster) -> None:
        """What came of it stands in the journal."""
        senders = self._senders.get(order.school)
        if senders is None:
            raise ValueError(f"the lab has no school {order.school!r}")
        receiver = _receiver(senders.partners, order.party)
        if senders.partners.vendors[order.party].protocol == "scim":
            await senders.egil.push(receiver, order.rebuild)
        else:
            await senders.provisioning.push(receiver, order.rebuild)

    async def _call(self, order: CallAsStranger) -> None:
        receiver = _receiver(self._senders[SCHOOL.id].partners, order.party)
        try:
            if self._senders[SCHOOL.id].partners.vendors[order.party].protocol == "scim":
                await call_scim(self._ways, receiver.url)
            else:
                await call_provisioning(self._ways, receiver.url, await self._wrong_tokens(receiver.url))
        except NoToken as error:
            raise ValueError(f"no token to call with: {error}") from error
        except httpx.HTTPError as error:
            # NOTE: one that lets no stranger make a connection has refused them; the journal says so.
            log.info("a stranger got no answer: %s", type(error).__name__)

    async def _good_token(self, address: str) -> str:
        access = Access(type=PROVISIONING_TYPE, locations=(address,))
        header = await self._senders[SCHOOL.id].tokens.header(access)
        return header["Authorization"].removeprefix("Bearer ")

    async def _wrong_tokens(self, address: str) -> WrongTokens:
        good, over = await self._good_token(address), int((self._now() - OVER_FOR).timestamp())
        elsewhere: Json = [{"type": PROVISIONING_TYPE, "locations": [ELSEWHERE]}]
        return WrongTokens(
            expired=token_with(self._home, good, {"exp": over, "iat": over - 60, "nbf": over - 60}, self._now),
            for_another=token_with(self._home, good, {"requested_access": elsewhere}, self._now),
            good=good,
        )

    async def _send_address(self, order: SendAddress) -> None:
        receiver = _receiver(self._senders[SCHOOL.id].partners, order.party)
        try:
            await send_address(self._ways.school, receiver.url)
        except httpx.HTTPError as error:
            log.warning("the school got no answer: %s", type(error).__name__)

    async def _send_incomplete(self, order: SendIncomplete) -> None:
        receiver = _receiver(self._senders[SCHOOL.id].partners, order.party)
        try:
            await send_incomplete(self._ways.school, receiver.url, await self._good_token(receiver.url))
        except NoToken as error:
            raise ValueError(f"no token to call with: {error}") from error
        except httpx.HTTPError as error:
            log.warning("the school got no answer: %s", type(error).__name__)


def _receiver(partners: Partners, party: str) -> Receiver:
    """A vendor as the senders know it.

    Raises:
        ValueError: the school sends it nothing.
    """
    vendor = partners.vendors.get(party)
    address = _address(vendor) if vendor else ""
    if vendor is None or not address:
        raise ValueError(f"the school sends no rosters to {party!r}")
    hosts = frozenset(vendor.simulated.hosts if vendor.simulated else ())
    return Receiver(party, address, lambda: partners.agreed[party], hosts)


def _address(vendor: Vendor) -> str:
    return ((vendor.exchange.receives if vendor.exchange else None) or "").rstrip("/")
