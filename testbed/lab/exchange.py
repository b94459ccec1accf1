"""The exchange of school data, put together: the federation's register of machines, the token service, the data APIs.

A lab has them only where some vendor fetches rosters.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx
from starlette.requests import Request
from starlette.types import ASGIApp

from idp.federated_tls.app import PATH, MachineRegistry
from idp.federated_tls.pins import pin_of
from idp.federated_tls.publishing import Publisher
from idp.federated_tls.source import MachineSource
from idp.federated_tls.verifying import FederationKey
from idp.keys import SigningKey
from idp.oidc.jose import Signer, signer_of
from idp.population.school import NEIGHBOUR, OWNER
from idp.ss12000.app import SchoolData, SchoolDataConfig, make
from idp.ss12000.caller import Caller, NotAuthenticated
from idp.state import State
from idp.token_service.app import TRANSACTION, TokenService, TokenServiceConfig
from idp.token_service.asking import API_TYPE, Access
from idp.token_service.bearer import BearerTokens, TokenTrust
from idp.token_service.callers import TokenClient
from idp.token_service.refused import TokenRefused
from testbed.lab.machines import MachineCertificates, certificate_in
from testbed.lab.places import MACHINES_HOST, MACHINES_URL, SCHOOLS, TOKEN_HOST, TOKEN_URL, SchoolPlace
from testbed.lab.spec import Clock, LabSpec, works_with
from testbed.model.federated_tls import Endpoint, Entity, Issuer, Machines, Pin
from testbed.model.wire import host_of
from testbed.model.written import Vendor

AUDIENCE = "nutid"
"""Whom tokens are for, as the national tests' service writes it."""
CACHE_TTL = timedelta(minutes=1)
NO_ORGANISATION = "SE0000000000"
"""A number that is no organisation's."""
TAG = "gnapv1"
"""Of machines that ask for tokens (Moa)."""
KEY_FILE = "signing-ec.pem"
ASKED_AT = f"{TOKEN_URL}{TRANSACTION}"

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
    publishing, signing = _signer(spec, MACHINES_HOST, now), _signer(spec, TOKEN_HOST, now)
    registry = MachineRegistry(Publisher(MACHINES_URL, publishing), _machines(spec), now)
    key = FederationKey.of(MACHINES_URL, publishing.public)
    source = MachineSource(f"{MACHINES_URL}{PATH}", key, await client(TOKEN_HOST))
    config = TokenServiceConfig(TOKEN_URL, AUDIENCE, tuple(_token_client(spec, vendor) for vendor in spec.fetching))
    service = TokenService(config, (signing,), source, now)
    data = {
        place.id: _data(spec, place, (secrets[place.id], config.jwks_url), await client(place.api_host), now)
        for place in SCHOOLS
    }
    apis: dict[str, ASGIApp] = {place.api_host: data[place.id].app for place in SCHOOLS}
    return Exchange({**apis, MACHINES_HOST: registry.app, TOKEN_HOST: service.app}, data)


def _signer(spec: LabSpec, host: str, now: Clock) -> Signer:
    folder = spec.home.participant_folder(host)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return signer_of(SigningKey.load_or_make(folder / KEY_FILE, host, now(), "ec"))


def _machines(spec: LabSpec) -> Machines:
    """What the federation says of the vendors' machines: each may show two keys, so that it can change them."""
    certificates = MachineCertificates(spec.home)
    certificates.issuer()
    issuer = Issuer(x509certificate=certificates.issuer_file.read_text(encoding="ascii"))
    entities = []
    for vendor in spec.fetching:
        pin = Pin(digest=pin_of(certificate_in(certificates.credential(host_of(vendor.login)))))
        entities.append(
            Entity(
                entity_id=vendor.party,
                organization=vendor.name,
                organization_id=NO_ORGANISATION,
                issuers=(issuer,),
                clients=(Endpoint(tags=(TAG,), pins=(pin,)),),
            )
        )
    return Machines(cache_ttl=int(CACHE_TTL.total_seconds()), entities=tuple(entities))


def _token_client(spec: LabSpec, vendor: Vendor) -> TokenClient:
    """A vendor may ask for the APIs of those schools that have an agreement with it, each by a token of its own."""
    places = [place for place in SCHOOLS if works_with(spec, vendor, place)]
    return TokenClient(vendor.party, tuple(Access(type=API_TYPE, locations=(place.api_url,)) for place in places))


def _data(
    spec: LabSpec, place: SchoolPlace, trust: tuple[bytes, str], http: httpx.AsyncClient, now: Clock
) -> SchoolData:
    secret, jwks_url = trust
    tokens = BearerTokens(TokenTrust(TOKEN_URL, jwks_url, AUDIENCE, place.api_url), http)
    vendors = {vendor.party: vendor for vendor in spec.fetching if works_with(spec, vendor, place)}

    async def authenticate(request: Request) -> Caller:
        try:
            granted = await tokens.check(request.headers.get("authorization", ""), now())
        except TokenRefused as error:
            raise NotAuthenticated(str(error)) from error
        vendor = vendors.get(granted.entity_id)
        if vendor is None:
            raise NotAuthenticated(f"{granted.entity_id} has no agreement with this school")
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
