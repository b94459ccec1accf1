"""The exchange of school data, put together: the federation's machines, the token service, the schools' data APIs.

A lab has them only where some vendor fetches rosters.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx
from starlette.requests import Request
from starlette.types import ASGIApp

from idp.federated_tls.pins import client_of, peer_of
from idp.federated_tls.refused import Untrusted
from idp.population.school import NEIGHBOUR, OWNER
from idp.ss12000.app import SchoolData, SchoolDataConfig, make
from idp.ss12000.caller import Caller, NotAuthenticated
from idp.ss12000.errors import Problem
from idp.state import State
from idp.token_service.asking import API_TYPE, Access
from idp.token_service.callers import TokenClient
from idp.token_service.refused import TokenRefused
from testbed.lab.machine_services import Machine, bearer_tokens, machine_source, make_machine_services
from testbed.lab.places import SCHOOLS, TOKEN_HOST, SchoolPlace
from testbed.lab.spec import Clock, LabSpec, works_with
from testbed.model.wire import host_of
from testbed.model.written import Vendor

NO_ORGANISATION = "SE0000000000"
"""A number that is no organisation's."""
TAG = "gnapv1"
"""Of machines that ask for tokens (Moa)."""

type Client = Callable[[str], Awaitable[httpx.AsyncClient]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What schools and vendors exchange data by."""

    apps: Mapping[str, ASGIApp]
    """By host."""
    data: Mapping[str, SchoolData]
    """The data API of each school, by the id of its place."""


async def make_exchange(spec: LabSpec, secrets: Mapping[str, bytes], client: Client, now: Clock) -> Exchange:
    """All of it.

    Args:
        spec: who takes part.
        secrets: of each school, by the id of its place.
        client: hands out the client of a sender.
        now: the time, in aware UTC.
    """
    machines = tuple(
        Machine(host_of(vendor.login), vendor.party, vendor.name, NO_ORGANISATION, (TAG,)) for vendor in spec.fetching
    )
    clients = tuple(_token_client(spec, vendor) for vendor in spec.fetching)
    services = make_machine_services(spec.home, machines, clients, await client(TOKEN_HOST), now)
    data = {place.id: _data(spec, place, secrets[place.id], await client(place.api_host), now) for place in SCHOOLS}
    apis: dict[str, ASGIApp] = {place.api_host: data[place.id].app for place in SCHOOLS}
    return Exchange({**apis, **services.apps}, data)


def _token_client(spec: LabSpec, vendor: Vendor) -> TokenClient:
    """A vendor may ask for the APIs of those schools that have an agreement with it."""
    places = [place for place in SCHOOLS if works_with(spec, vendor, place)]
    return TokenClient(vendor.party, tuple(Access(type=API_TYPE, locations=(place.api_url,)) for place in places))


def _data(spec: LabSpec, place: SchoolPlace, secret: bytes, http: httpx.AsyncClient, now: Clock) -> SchoolData:
    tokens, machines = bearer_tokens(place.api_url, http), machine_source(spec.home, http, now)
    vendors = {vendor.party: vendor for vendor in spec.fetching if works_with(spec, vendor, place)}

    async def authenticate(request: Request) -> Caller:
        try:
            granted = await tokens.check(request.headers.get("authorization", ""), now())
            trusted = await machines.machines(now())
        except (TokenRefused, Untrusted) as error:
            if isinstance(error, Untrusted) or error.status == HTTPStatus.SERVICE_UNAVAILABLE:
                raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "ask again in a moment") from error
            raise NotAuthenticated(str(error)) from error
        vendor, peer = vendors.get(granted.entity_id), peer_of(request.scope)
        if vendor is None:
            raise NotAuthenticated(f"{granted.entity_id} has no agreement with this school")
        # NOTE: a token that somebody else has got hold of opens nothing without the key of whom it was made for.
        if peer is None or client_of(trusted.callers, peer, granted.entity_id) is None:
            raise NotAuthenticated(f"the caller has not shown a key of {granted.entity_id}")
        hosts = frozenset(vendor.simulated.hosts if vendor.simulated else ())
        return Caller(vendor.party, spec.agreements.get(vendor.agreement or ""), hosts)

    config = SchoolDataConfig(
        people={name: person for name, person in spec.people.items() if person.school == place.id},
        authenticate=authenticate,
        secret=hmac.digest(secret, b"data API", "sha256"),
        owner=OWNER if place.id == OWNER.school else NEIGHBOUR,
    )
    state = spec.state / f"{place.api_host}.sqlite" if spec.state else None
    return make(config, State(state, now), http)
