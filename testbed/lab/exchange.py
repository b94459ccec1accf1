"""The exchange of school data, put together: the federation's machines, the token service, the schools' data APIs.

A lab has them only where some vendor is fed with rosters.
"""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.types import ASGIApp

from idp.federated_tls.pins import client_of, peer_of
from idp.federated_tls.refused import Untrusted
from idp.population.school import NEIGHBOUR, OWNER, Owner
from idp.provisioning.pushing import Provisioning
from idp.scim.pushing import Egil
from idp.sending.sender import SendingSchool
from idp.ss12000.app import SchoolData, SchoolDataConfig, make
from idp.ss12000.caller import Caller, NotAuthenticated
from idp.ss12000.errors import Problem
from idp.ss12000.roll import Roll
from idp.ss12000.webhooks import Authorise
from idp.state import State
from idp.token_service.app import TRANSACTION
from idp.token_service.asking import CLIENT_TYPE, PROVISIONING_TYPE, Access
from idp.token_service.callers import TokenClient
from idp.token_service.refused import TokenRefused
from idp.token_service.tokens import AccessTokens
from testbed.lab.exchange_orders import CarriedOut, ExchangeOrders, Partners, Systems, token_client
from testbed.lab.machine_services import Machine, bearer_tokens, machine_source, make_machine_services
from testbed.lab.places import SCHOOL, SCHOOLS, STRANGER, TOKEN_HOST, TOKEN_URL, SchoolPlace
from testbed.lab.pushing import Pushes, Senders
from testbed.lab.spec import Clients, Clock, LabSpec, works_with
from testbed.lab.stranger import Ways
from testbed.lab.webhook_places import webhooks_below
from testbed.model.orders import AnyOrder
from testbed.model.wire import host_of
from testbed.model.written import Vendor

NO_CERTIFICATE = 1
"""The number of a certificate that the stranger, who has one, has not."""
NO_ORGANISATION = "SE0000000000"
"""A number that is no organisation's."""
BY_TOKENS, BY_EGIL = "gnapv1", "egilv1"
"""Tags of machines that ask for tokens or take them, and of those that provision as EGIL has it (Moa)."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What schools and vendors exchange data by."""

    apps: Mapping[str, ASGIApp]
    """By host."""
    data: Mapping[str, SchoolData]
    """The data API of each school, by the id of its place."""
    orders: Mapping[str, Mapping[type[AnyOrder], CarriedOut]]
    """Who carries out which orders, by the id of the school's place."""


async def make_exchange(spec: LabSpec, secrets: Mapping[str, bytes], client: Clients, now: Clock) -> Exchange:
    """All of it.

    Args:
        spec: who takes part.
        secrets: of each school, by the id of its place.
        client: hands out the client of a sender.
        now: the time, in aware UTC.
    """
    partners = {place.id: _partners(spec, place) for place in SCHOOLS}
    clients = (
        *(token_client(vendor, partners.values()) for vendor in spec.fetching),
        *(_sending_client(spec, place) for place in SCHOOLS),
    )
    machines, vendors = tuple(_machines(spec)), {vendor.party: vendor for vendor in spec.fed}
    services = make_machine_services(spec.home, machines, clients, await client(TOKEN_HOST), now)
    authorise = {place.id: await _authorise(partners[place.id], client, now) for place in SCHOOLS}
    data = {
        place.id: await _data(spec, partners[place.id], secrets[place.id], client, now, authorise[place.id])
        for place in SCHOOLS
    }
    orders = {
        place.id: dict(
            ExchangeOrders(
                Systems(spec.home, services, machines, partners, vendors, now, alone=spec.workers == 1),
                place.id,
                data[place.id],
                await client(place.api_host, 1),
                authorise[place.id],
            ).by_kind
        )
        for place in SCHOOLS
    }
    if spec.receiving:
        senders = {
            place.id: await _senders(spec, partners[place.id], data[place.id].roll, secrets[place.id], client, now)
            for place in SCHOOLS
        }
        ways = Ways(await client(STRANGER), await client(STRANGER, NO_CERTIFICATE), await client(SCHOOL.api_host))
        orders[SCHOOL.id] |= Pushes(senders, ways, spec.home, now).by_kind
    apis: dict[str, ASGIApp] = {place.api_host: data[place.id].app for place in SCHOOLS}
    return Exchange({**apis, **services.apps}, data, orders)


def _machines(spec: LabSpec) -> Iterator[Machine]:
    """The vendors that are fed with rosters; and the schools, which call vendors themselves."""
    for vendor in spec.fed:
        tag = BY_EGIL if vendor.protocol == "scim" else BY_TOKENS
        address = (vendor.exchange.receives if vendor.exchange else None) or ""
        yield Machine(host_of(vendor.login), vendor.party, vendor.name, NO_ORGANISATION, (tag,), address)
    by_egil = any(vendor.protocol == "scim" for vendor in spec.receiving)
    for place in SCHOOLS:
        owner = owner_of(place)
        number = f"SE{owner.organisation_number.replace('-', '')}"
        yield Machine(place.api_host, place.api_url, owner.name, number, (BY_EGIL if by_egil else BY_TOKENS,))


def owner_of(place: SchoolPlace) -> Owner:
    """Whose school it is."""
    return OWNER if place.id == OWNER.school else NEIGHBOUR


def _sending_client(spec: LabSpec, place: SchoolPlace) -> TokenClient:
    """A school may ask for the provisioning of those vendors that it has an agreement with, and for their webhooks."""
    vendors = [one for one in spec.receiving if one.protocol == "provisioning" and works_with(spec, one, place)]
    addresses = [one.exchange.receives for one in vendors if one.exchange and one.exchange.receives]
    return TokenClient(
        place.api_url,
        (
            *(Access(type=PROVISIONING_TYPE, locations=(address,)) for address in addresses),
            *(_to_webhooks(vendor) for vendor in spec.fetching if works_with(spec, vendor, place)),
        ),
    )


def _to_webhooks(vendor: Vendor) -> Access:
    return Access(type=CLIENT_TYPE, locations=(webhooks_below(vendor),))


def _partners(spec: LabSpec, place: SchoolPlace) -> Partners:
    vendors = {vendor.party: vendor for vendor in spec.fed if works_with(spec, vendor, place)}
    agreed = {party: spec.agreements.get(vendor.agreement or "") for party, vendor in vendors.items()}
    return Partners(place, vendors, agreed)


async def _authorise(partners: Partners, client: Clients, now: Clock) -> Authorise:
    own = partners.place
    tokens = AccessTokens(f"{TOKEN_URL}{TRANSACTION}", own.api_url, await client(own.api_host), now)

    async def headers(caller: Caller) -> Mapping[str, str]:
        return await tokens.header(_to_webhooks(partners.vendors[caller.name]))

    return headers


async def _senders(
    spec: LabSpec, partners: Partners, roll: Roll, secret: bytes, client: Clients, now: Clock
) -> Senders:
    place = partners.place
    http = await client(place.api_host)
    state = State(spec.state / f"{place.api_host}-sent.sqlite" if spec.state else None, now)
    school, machines = SendingSchool(roll, owner_of(place), _own_secret(secret)), machine_source(spec.home, http, now)
    tokens = AccessTokens(f"{TOKEN_URL}{TRANSACTION}", place.api_url, http, now)
    provisioning = Provisioning(school, state, http, machines, tokens)
    return Senders(partners, Egil(school, state, http, machines), provisioning, tokens)


def _own_secret(secret: bytes) -> bytes:
    """Behind pseudonyms and page tokens of the school's data, however they leave it."""
    return hmac.digest(secret, b"data API", "sha256")


async def _data(
    spec: LabSpec, partners: Partners, secret: bytes, client: Clients, now: Clock, authorise: Authorise
) -> SchoolData:
    place = partners.place
    http = await client(place.api_host)
    tokens, machines = bearer_tokens(place.api_url, http), machine_source(spec.home, http, now)

    async def authenticate(request: Request) -> Caller:
        try:
            granted = await tokens.check(request.headers.get("authorization", ""), now())
            trusted = await machines.machines(now())
        except (TokenRefused, Untrusted) as error:
            if isinstance(error, Untrusted) or error.status == HTTPStatus.SERVICE_UNAVAILABLE:
                raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "ask again in a moment") from error
            raise NotAuthenticated(str(error)) from error
        caller, peer = partners.caller(granted.entity_id), peer_of(request.scope)
        if caller is None:
            raise NotAuthenticated(f"{granted.entity_id} has no agreement with this school")
        # NOTE: a token that somebody else has got hold of opens nothing without the key of whom it was made for.
        if peer is None or client_of(trusted.callers, peer, granted.entity_id) is None:
            raise NotAuthenticated(f"the caller has not shown a key of {granted.entity_id}")
        return caller

    config = SchoolDataConfig(
        people={name: person for name, person in spec.people.items() if person.school == place.id},
        authenticate=authenticate,
        secret=_own_secret(secret),
        owner=owner_of(place),
    )
    state = spec.state / f"{place.api_host}.sqlite" if spec.state else None
    return make(config, State(state, now), http, authorise)
