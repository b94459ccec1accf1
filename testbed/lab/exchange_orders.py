"""Orders that reach the exchange of school data, carried out: new agreements, notices, limits, keys of machines."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import httpx

from idp.ss12000.app import SchoolData
from idp.ss12000.caller import Caller
from idp.ss12000.webhooks import Authorise
from idp.token_service.asking import API_TYPE, Access
from idp.token_service.callers import TokenClient
from idp.token_service.tokens import NoToken
from testbed.lab.home import LabHome
from testbed.lab.machine_services import CACHE_TTL_S, Machine, MachineServices, coming_pin, entity_of, token_with
from testbed.lab.machines import MachineCertificates
from testbed.lab.places import SchoolPlace
from testbed.lab.spec import Clock
from testbed.lab.telling import Telling
from testbed.lab.webhook_places import opens_anothers
from testbed.model.orders import (
    AnyOrder,
    ChangeMachine,
    EndAgreement,
    HandOutPageTokens,
    LimitCalls,
    SetAgreement,
    TellSubscribers,
)
from testbed.model.vendor import SENT
from testbed.model.written import Agreement, Vendor

type CarriedOut = Callable[[AnyOrder], Awaitable[None]]


def carried_out[Kind: AnyOrder](kind: type[Kind], do: Callable[[Kind], Awaitable[None]]) -> CarriedOut:
    """Somebody who carries out orders of one kind, and is handed no others."""

    async def obey(order: AnyOrder) -> None:
        if not isinstance(order, kind):
            raise TypeError(f"{order.order} is no {kind.__name__}")
        await do(order)

    return obey


NOTICE = {"modifiedEntites": ["Person"], "deletedEntities": True}
"""What whoever forges a notice says."""

ELSEWHERE = "https://sidor.annanstans.test/persons?page="
"""What page tokens that look like addresses begin with: a host that is none of the lab's."""

log = logging.getLogger("testbed.lab")


@dataclass(frozen=True, slots=True)
class Partners:
    """Whom one school exchanges data with, and what it has agreed with each: orders change that while it runs."""

    place: SchoolPlace
    vendors: dict[str, Vendor]
    """By what the federation's metadata of machines calls them."""
    agreed: dict[str, Agreement | None]
    """By the same; None where there is no agreement."""

    def caller(self, party: str) -> Caller | None:
        """A vendor as the school's data API knows it; None where the school has nothing to do with it."""
        vendor = self.vendors.get(party)
        if vendor is None:
            return None
        hosts = frozenset(vendor.simulated.hosts if vendor.simulated else ())
        return Caller(party, self.agreed[party], hosts)


def token_client(vendor: Vendor, schools: Iterable[Partners]) -> TokenClient:
    """A vendor may ask for the APIs of those schools that have an agreement with it."""
    places = [one.place for one in schools if vendor.party in one.vendors]
    return TokenClient(vendor.party, tuple(Access(type=API_TYPE, locations=(place.api_url,)) for place in places))


@dataclass(frozen=True, slots=True)
class Systems:
    """What the schools of a lab share."""

    home: LabHome
    services: MachineServices
    machines: tuple[Machine, ...]
    partners: Mapping[str, Partners]
    """By the id of the school's place."""
    vendors: Mapping[str, Vendor]
    """All that are fed with rosters, by what the federation's metadata of machines calls them."""
    now: Clock
    alone: bool
    """One process serves them, so that what is changed here is changed everywhere."""


class ExchangeOrders:
    """Carries out what one school is ordered.

    Args:
        systems: shared by the schools.
        school: id of its place.
        data: its data API.
        impostor: a client that comes from where the school does and shows a key that is not the school's.
        authorise: brings the headers of the school's notices.
    """

    def __init__(
        self, systems: Systems, school: str, data: SchoolData, impostor: httpx.AsyncClient, authorise: Authorise
    ) -> None:
        self._systems, self._partners, self._data = systems, systems.partners[school], data
        self._impostor, self._authorise = impostor, authorise
        self._telling = Telling(data)

    @property
    def by_kind(self) -> Mapping[type[AnyOrder], CarriedOut]:
        """Who carries out which orders."""
        return {
            SetAgreement: carried_out(SetAgreement, self._set_agreement),
            EndAgreement: carried_out(EndAgreement, self._end_agreement),
            TellSubscribers: carried_out(TellSubscribers, self._tell),
            LimitCalls: carried_out(LimitCalls, self._limit),
            HandOutPageTokens: carried_out(HandOutPageTokens, self._hand_out),
            ChangeMachine: carried_out(ChangeMachine, self._change_machine),
        }

    async def _set_agreement(self, order: SetAgreement) -> None:
        self._must_reach_all()
        if order.party not in self._partners.vendors:
            self._meet(order.party)
        self._agree(order.party, order.agreement)

    async def _end_agreement(self, order: EndAgreement) -> None:
        self._must_reach_all()
        agreement = self._caller(order.party).agreement
        if agreement is None:
            raise ValueError(f"the school has no agreement with {order.party!r}")
        yesterday = self._systems.now().date() - timedelta(days=1)
        self._agree(order.party, _until(agreement, yesterday))

    def _agree(self, party: str, agreement: Agreement) -> None:
        before = self._caller(party)
        self._partners.agreed[party] = agreement
        self._data.amend(before, self._caller(party))

    def _meet(self, party: str) -> None:
        """The school has had nothing to do with this vendor until now."""
        vendor = self._systems.vendors.get(party)
        if vendor is None:
            raise ValueError(f"no vendor that is fed with rosters is called {party!r}")
        self._partners.vendors[party], self._partners.agreed[party] = vendor, None
        if vendor.protocol not in SENT:
            self._systems.services.tokens.know(token_client(vendor, self._systems.partners.values()))

    async def _tell(self, order: TellSubscribers) -> None:
        caller = self._caller(order.party)
        if order.shows != "own-token":
            headers = await self._for_another(caller) if order.shows == "token-for-another" else {}
            await self._forge(self._data.targets(caller) * order.times, headers)
            return
        await self._telling.tell(caller, order.times)

    async def _for_another(self, caller: Caller) -> Mapping[str, str]:
        try:
            own = (await self._authorise(caller))["Authorization"].removeprefix("Bearer ")
        except NoToken as error:
            raise ValueError(f"no token to make another of: {error}") from error
        systems, changes = self._systems, {"requested_access": opens_anothers()}
        return {"Authorization": f"Bearer {token_with(systems.home, own, changes, systems.now)}"}

    async def _forge(self, targets: Iterable[str], headers: Mapping[str, str]) -> None:
        for target in targets:
            try:
                await self._impostor.post(target, json=NOTICE, headers=headers)
            except httpx.HTTPError as error:
                log.info("a forged notice was not taken: %s", type(error).__name__)

    async def _limit(self, order: LimitCalls) -> None:
        self._must_reach_all()
        self._data.limit(order.requests, order.per_s)

    async def _hand_out(self, order: HandOutPageTokens) -> None:
        self._must_reach_all()
        self._data.page_tokens_begin(ELSEWHERE if order.looks == "address" else "")

    async def _change_machine(self, order: ChangeMachine) -> None:
        """It is done when every reader of the federation's metadata must have asked for it again (RFC 9932, 4.1)."""
        self._must_reach_all()
        machine = next((one for one in self._systems.machines if one.entity_id == order.entity_id), None)
        if machine is None:
            raise ValueError(f"the federation knows no machine {order.entity_id!r}")
        self._step(order.step, machine)
        # NOTE: no reader asks earlier, and none may go by what it has for longer.
        await asyncio.sleep(CACHE_TTL_S)

    def _step(self, step: str, machine: Machine) -> None:
        registry, certificates = self._systems.services.registry, MachineCertificates(self._systems.home)
        original = entity_of(machine, certificates)
        match step:
            case "announce":
                registry.announce_pin(machine.entity_id, coming_pin(machine, certificates))
            case "retire":
                registry.announce_pin(machine.entity_id, coming_pin(machine, certificates))
                for digest in original.client_digests:
                    registry.revoke_pin(machine.entity_id, digest)
            case "revoke":
                registry.replace(original.model_copy(update={"clients": ()}))
            case _:
                registry.replace(original)

    def _caller(self, party: str) -> Caller:
        caller = self._partners.caller(party)
        if caller is None:
            raise ValueError(f"the school exchanges no data with {party!r}")
        return caller

    def _must_reach_all(self) -> None:
        if not self._systems.alone:
            raise ValueError("several processes serve the school, and the order would reach one of them")


def _until(agreement: Agreement, day: date) -> Agreement:
    """The same agreement with this for its last day."""
    return agreement.model_copy(update={"valid": agreement.valid.model_copy(update={"until": day})})
