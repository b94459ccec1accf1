"""The machine side of a lab, put together: who publishes whose keys, and who sells tokens to whom."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from starlette.types import ASGIApp

from idp.federated_tls.app import PATH, MachineRegistry
from idp.federated_tls.keys import METADATA_KEY, TOKEN_KEY, machine_signer
from idp.federated_tls.pins import pin_of
from idp.federated_tls.publishing import Publisher
from idp.federated_tls.source import MachineSource
from idp.federated_tls.verifying import FederationKey
from idp.oidc.jose import Json, Signer, sign, verified
from idp.token_service.app import TokenService, TokenServiceConfig
from idp.token_service.bearer import BearerTokens, TokenTrust
from idp.token_service.callers import TokenClient
from testbed.lab.home import LabHome
from testbed.lab.machines import MachineCertificates, certificate_in
from testbed.lab.places import AUDIENCE, MACHINES_HOST, MACHINES_URL, TOKEN_HOST, TOKEN_URL
from testbed.lab.spec import Clock
from testbed.model.federated_tls import Endpoint, Entity, Issuer, Machines, Pin

CACHE_TTL_S = 1
"""So short that a scenario need hardly wait until a change is known to every reader."""


@dataclass(frozen=True, slots=True)
class Machine:
    """An organisation of the lab that calls others."""

    host: str
    entity_id: str
    organization: str
    organization_id: str
    tags: tuple[str, ...]
    """What its client is for, and its server, as the Moa profile names it: one tag."""
    base_uri: str = ""
    """Where it serves, where it does."""


@dataclass(frozen=True, slots=True)
class MachineServices:
    """The publication of keys, and the token service."""

    registry: MachineRegistry
    tokens: TokenService

    @property
    def apps(self) -> Mapping[str, ASGIApp]:
        """By host; the token service must be one that asks its callers for certificates."""
        return {MACHINES_HOST: self.registry.app, TOKEN_HOST: self.tokens.app}


def entity_of(machine: Machine, certificates: MachineCertificates) -> Entity:
    """What the federation is told of a machine: its current key, for a caller and a server alike.

    Raises:
        ScenarioInvalid: its certificate in the lab home is damaged.
    """
    pins = (Pin(digest=pin_of(certificate_in(certificates.credential(machine.host)))),)
    issuer = certificates.issuer().cert_pem.bytes().decode("ascii")
    servers = (Endpoint(tags=machine.tags, base_uri=machine.base_uri, pins=pins),) if machine.base_uri else ()
    return Entity(
        entity_id=machine.entity_id,
        organization=machine.organization,
        organization_id=machine.organization_id,
        issuers=(Issuer(x509certificate=issuer),),
        servers=servers,
        clients=(Endpoint(tags=machine.tags, pins=pins),),
    )


def coming_pin(machine: Machine, certificates: MachineCertificates) -> str:
    """The digest of the key that a machine changes to.

    Raises:
        ScenarioInvalid: its certificate in the lab home is damaged.
    """
    return pin_of(certificate_in(certificates.credential(machine.host, "coming")))


def federation_key(home: LabHome, now: Clock) -> FederationKey:
    """What every participant is handed out of band: the federation's key."""
    return FederationKey.of(MACHINES_URL, dict(_metadata_signer(home, now).public))


def published_key(home: LabHome, now: Clock) -> Mapping[str, str]:
    """The same key as a JWK, for participants that read it in their own way."""
    return _metadata_signer(home, now).public


def machine_source(home: LabHome, http: httpx.AsyncClient, now: Clock) -> MachineSource:
    """What one participant knows of the federation's machines, by this client of its own."""
    return MachineSource(f"{MACHINES_URL}{PATH}", federation_key(home, now), http)


def make_machine_services(
    home: LabHome, machines: tuple[Machine, ...], clients: tuple[TokenClient, ...], http: httpx.AsyncClient, now: Clock
) -> MachineServices:
    """The federation of machines and the token service, with keys from the lab home.

    Args:
        home: the lab's.
        machines: the members.
        clients: what the token service is told of those that may ask it.
        http: the token service's client, by which it fetches the federation's metadata.
        now: the time, in aware UTC.

    Raises:
        ScenarioInvalid: a certificate in the lab home is damaged.
        ValueError: a key in the lab home is, or two members cannot be told apart.
    """
    certificates = MachineCertificates(home)
    entities = tuple(entity_of(machine, certificates) for machine in machines)
    publisher = Publisher(MACHINES_URL, _metadata_signer(home, now))
    registry = MachineRegistry(publisher, Machines(cache_ttl=CACHE_TTL_S, entities=entities), now)
    source = machine_source(home, http, now)
    signer = machine_signer(home.participant_folder(TOKEN_HOST), TOKEN_KEY, TOKEN_HOST, now())
    return MachineServices(registry, TokenService(_tokens(clients), (signer,), source, now))


def bearer_tokens(location: str, http: httpx.AsyncClient) -> BearerTokens:
    """The side of an API at this address, which takes tokens of the lab's token service.

    Args:
        location: as tokens name it.
        http: the API's client, by which it fetches the token service's keys.
    """
    config = _tokens(())
    return BearerTokens(TokenTrust(config.issuer, config.jwks_url, config.audience, location), http)


def token_with(home: LabHome, token: str, changes: Mapping[str, Json], now: Clock) -> str:
    """A token of the lab's token service that says something else, signed by the service's own key.

    Args:
        home: the lab's.
        token: one that the service has made.
        changes: claims in place of its own.
        now: the time, in aware UTC.
    """
    signer = machine_signer(home.participant_folder(TOKEN_HOST), TOKEN_KEY, TOKEN_HOST, now())
    claims: Mapping[str, Json] = verified(token, signer.verifying, "ES256")
    return sign({**claims, **changes}, signer)


def published_tokens() -> TokenServiceConfig:
    """What whoever takes tokens knows of the token service: its name, its keys' address, its audience."""
    return _tokens(())


def _tokens(clients: tuple[TokenClient, ...]) -> TokenServiceConfig:
    return TokenServiceConfig(TOKEN_URL, AUDIENCE, clients)


def _metadata_signer(home: LabHome, now: Clock) -> Signer:
    return machine_signer(home.participant_folder(MACHINES_HOST), METADATA_KEY, MACHINES_HOST, now())
