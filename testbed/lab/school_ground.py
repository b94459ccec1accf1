"""Where a school stands that exchanges rosters with a vendor outside: register of machines, data API and token service
over mutual TLS on loopback, and the keys by which they are known."""

import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from starlette.types import ASGIApp

from idp.federated_tls.app import PATH, MachineRegistry
from idp.federated_tls.keys import METADATA_KEY, TOKEN_KEY, machine_signer
from idp.federated_tls.pins import pin_of
from idp.federated_tls.publishing import Publisher
from idp.federated_tls.source import MachineSource
from idp.federated_tls.verifying import FederationKey
from idp.token_service.app import TRANSACTION, TokenService, TokenServiceConfig
from idp.token_service.callers import TokenClient
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.exchange import BY_EGIL, BY_TOKENS
from testbed.lab.guardrail import LOCALHOST, school_url
from testbed.lab.machines import MachineCertificates, MutualTls, certificate_in
from testbed.lab.outside import served
from testbed.lab.outside_reach import Reach
from testbed.lab.places import AUDIENCE, MACHINES_HOST, SCHOOL, TOKEN_HOST
from testbed.lab.ports import free_ports
from testbed.lab.tried_callers import CACHE_TTL_S, NO_ORGANISATION
from testbed.lab.tried_outside import KEY_FILE
from testbed.model.federated_tls import Endpoint, Entity, Issuer, Machines, Pin
from testbed.model.files import ScenarioInvalid
from testbed.model.private import write_private

LAST_PORT = 65_535
CERTIFICATE = "fetched-school"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the school serves."""

    register: str
    """Scheme, host and port of where machines are published, which is the register's name too."""
    data_api: str
    """Of the data API, without a slash at its end."""
    tokens: str
    """Of the token service, which is its name too."""
    elsewhere: str = ""
    """Of a host that nobody has a reason to call."""

    @property
    def all(self) -> tuple[str, ...]:
        """Each of them."""
        return tuple(url for url in (self.register, self.data_api, self.tokens, self.elsewhere) if url)

    @property
    def machines(self) -> str:
        """Where machines are published."""
        return f"{self.register}{PATH}"

    @property
    def token_url(self) -> str:
        """Where tokens are asked for."""
        return f"{self.tokens}{TRANSACTION}"

    @property
    def jwks_url(self) -> str:
        """Where the token service publishes its keys."""
        return TokenServiceConfig(self.tokens, AUDIENCE, ()).jwks_url


@dataclass(frozen=True, slots=True)
class Ground:
    """Ports and keys for it, and the school's own client, which shows its certificate."""

    host: str
    ports: tuple[int, int, int]
    """Of the register, the data API and the token service."""
    certificate: Path
    mutual: MutualTls
    http: httpx.AsyncClient

    @classmethod
    def of(cls, case: OutsideCase) -> "Ground":
        """The register at the case's address, the data API at the port after it, the token service at the port after
        that; on free ports where its address leaves the port open.

        Raises:
            ScenarioInvalid: there are no such ports, or a key of the lab home is damaged.
        """
        host, ports = _ports(case.url)
        certificates = MachineCertificates(case.home)
        certificates.issuer()
        certificate = case.home.server_certificate(CERTIFICATE, (host, LOCALHOST))
        mutual = MutualTls(frozenset({host, LOCALHOST}), certificates.issuer_file, {})
        http = Reach(case).http(certificates.credential(SCHOOL.api_host))
        return cls(host, ports, certificate, mutual, http)

    def at(self, elsewhere: str = "") -> Addresses:
        """Where everything is served.

        Args:
            elsewhere: the address of a host that nobody has a reason to call.
        """
        register, data, tokens = self.ports
        return Addresses(
            register=f"http://{self.host}:{register}",
            data_api=f"https://{self.host}:{data}",
            tokens=f"https://{self.host}:{tokens}",
            elsewhere=elsewhere,
        )

    async def serve(self, stack: AsyncExitStack, register: ASGIApp, data: ASGIApp, tokens: ASGIApp) -> None:
        """These apps there, until the stack closes.

        Raises:
            ScenarioInvalid: a port is in use.
        """
        at_register, at_data, at_tokens = self.ports
        await stack.enter_async_context(served(register, self.host, at_register))
        await stack.enter_async_context(served(data, self.host, at_data, self.certificate, self.mutual))
        await stack.enter_async_context(served(tokens, self.host, at_tokens, self.certificate, self.mutual))
        # NOTE: closed first, for a server waits for callers that keep their connections, and the school calls itself.
        stack.push_async_callback(self.http.aclose)


@dataclass(frozen=True, slots=True)
class Trust:
    """The register that is published, the school as its reader, and the token service."""

    registry: MachineRegistry
    known: MachineSource
    service: TokenService

    @classmethod
    def of(cls, case: OutsideCase, at: Addresses, http: httpx.AsyncClient, clients: tuple[TokenClient, ...]) -> "Trust":
        """By the keys of the lab home; the register's is put where vendors are pointed to.

        Args:
            case: the vendor.
            at: where everything is served.
            http: the school's own client.
            clients: who may ask for tokens.
        """
        home = case.home
        signer = machine_signer(home.participant_folder(MACHINES_HOST), METADATA_KEY, MACHINES_HOST, _now())
        key = dict(signer.public)
        write_private(MachineCertificates(home).folder / KEY_FILE, json.dumps(key).encode())
        tokens = machine_signer(home.participant_folder(TOKEN_HOST), TOKEN_KEY, TOKEN_HOST, _now())
        known = MachineSource(at.machines, FederationKey.of(at.register, key), http)
        return cls(
            registry=MachineRegistry(Publisher(at.register, signer), _machines(case, at), _now),
            known=known,
            service=TokenService(TokenServiceConfig(at.tokens, AUDIENCE, clients), (tokens,), known, _now),
        )


def school_name(case: OutsideCase, at: Addresses) -> str:
    """What the register calls the school: where vendors fetch, the address of its data API."""
    return SCHOOL.api_url if case.vendor.protocol == "scim" else at.data_api


def shown_by_vendor(case: OutsideCase) -> Path:
    """The file with key and certificate that the vendor shows, made at first use.

    Raises:
        ScenarioInvalid: it is damaged, or open to others.
    """
    return MachineCertificates(case.home).credential(f"vendor-{case.vendor.id}")


def _ports(url: str) -> tuple[str, tuple[int, int, int]]:
    host, port = school_url(url)
    if port == 0:
        first, second, third = free_ports(3)
        return host, (first, second, third)
    if port + 2 > LAST_PORT:
        problem = "leaves no two ports after its own, for the data API and the token service"
        raise ScenarioInvalid("--idp-url", url, problem, f"name a port below {LAST_PORT - 1}")
    return host, (port, port + 1, port + 2)


def _machines(case: OutsideCase, at: Addresses) -> Machines:
    """The vendor, which calls or is sent rosters; the school, which serves and calls; and the token service."""
    certificates, home, vendor = MachineCertificates(case.home), case.home, case.vendor
    issuers = (
        Issuer(x509certificate=certificates.issuer().cert_pem.bytes().decode("ascii")),
        Issuer(x509certificate=home.certificate_authority().cert_pem.bytes().decode("ascii")),
    )
    serving = Pin(digest=pin_of(certificate_in(home.path / "tls" / f"{CERTIFICATE}.pem")))
    receives = (vendor.exchange and vendor.exchange.receives) or ""
    tag = BY_EGIL if vendor.protocol == "scim" else BY_TOKENS

    def entity(name: str, base_uri: str, caller: Path | None, served_by: Pin = serving) -> Entity:
        pins = (Pin(digest=pin_of(certificate_in(caller))),) if caller else ()
        return Entity(
            entity_id=name,
            organization="TEST",
            organization_id=NO_ORGANISATION,
            issuers=issuers,
            servers=(Endpoint(tags=(tag,), base_uri=base_uri, pins=(served_by,)),) if base_uri else (),
            clients=(Endpoint(tags=(tag,), pins=pins),) if pins else (),
        )

    shown = shown_by_vendor(case)
    return Machines(
        cache_ttl=CACHE_TTL_S,
        entities=(
            # NOTE: of a receiver nobody here looks at the pin; what it serves by is known of a started one alone.
            entity(vendor.party, receives, shown, Pin(digest=pin_of(certificate_in(shown)))),
            entity(school_name(case, at), at.data_api, certificates.credential(SCHOOL.api_host)),
            entity(at.tokens, at.tokens, None),
        ),
    )


def _now() -> datetime:
    return datetime.now(UTC)
