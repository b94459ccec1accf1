"""A school that a vendor outside fetches rosters from: over mutual TLS on loopback a data API and a token service, with
the register of machines, and a host that nobody has a reason to call."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from idp.federated_tls.app import PATH, MachineRegistry
from idp.federated_tls.keys import METADATA_KEY, TOKEN_KEY, machine_signer
from idp.federated_tls.pins import pin_of
from idp.federated_tls.publishing import Publisher
from idp.federated_tls.source import MachineSource
from idp.federated_tls.verifying import FederationKey
from idp.oidc.jose import Signer
from idp.ss12000.app import SchoolDataConfig, make
from idp.state import State
from idp.token_service.app import TRANSACTION, TokenService, TokenServiceConfig
from idp.token_service.asking import API_TYPE, Access
from idp.token_service.bearer import BearerTokens, TokenTrust
from idp.token_service.callers import TokenClient
from testbed.interception.journal import Journal
from testbed.lab.api_callers import holders_of_keys
from testbed.lab.busy import Busy
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.exchange import BY_TOKENS, owner_of
from testbed.lab.guardrail import LOCALHOST, school_url
from testbed.lab.loopback_processes import free_ports
from testbed.lab.machines import MachineCertificates, MutualTls, certificate_in
from testbed.lab.outside import served
from testbed.lab.outside_reach import Reach
from testbed.lab.places import AUDIENCE, MACHINES_HOST, SCHOOL, TOKEN_HOST
from testbed.lab.recording import SchoolRecorder
from testbed.lab.school_questions import Elsewhere
from testbed.lab.tricky_school import TrickySchool
from testbed.lab.tried_callers import CACHE_TTL_S, NO_ORGANISATION, TriedCallers
from testbed.lab.tried_outside import KEY_FILE
from testbed.lab.tried_tokens import token_for_another
from testbed.model.federated_tls import Endpoint, Entity, Issuer, Machines, Pin
from testbed.model.files import ScenarioInvalid
from testbed.model.private import write_private
from testbed.model.wire import host_of
from testbed.model.written import Agreement

LAST_PORT = 65_535
REQUESTS_PER_MINUTE = 100_000
"""So many that nobody is told to wait but by a case: pages are small, and fetches follow one another."""
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
        return self.register, self.data_api, self.tokens, self.elsewhere

    @property
    def token_url(self) -> str:
        """Where tokens are asked for."""
        return f"{self.tokens}{TRANSACTION}"


class _Turned:
    """An app that can be exchanged for another while it is served."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


class FetchedSchool:
    """It, while it serves.

    Args:
        case: the vendor that fetches.
        agreement: with it.
        at: where everything is served.
        http: the school's own client.
        anew: the vendor can be made to begin anew; else it goes on with what it holds.
    """

    tricky: TrickySchool

    def __init__(
        self, case: OutsideCase, agreement: Agreement, at: Addresses, http: httpx.AsyncClient, *, anew: bool
    ) -> None:
        self.at, self.busy, self.elsewhere = at, Busy(), Elsewhere()
        self.data, self.tokens, self.agreement = _Turned(), _Turned(), agreement
        self._case, self._http, self._anew = case, http, anew
        now, home = _now, case.home
        folder = home.participant_folder(MACHINES_HOST)
        signer = machine_signer(folder, METADATA_KEY, MACHINES_HOST, now())
        self.key = dict(signer.public)
        """By which the register is verified, as a JWK."""
        self.registry = MachineRegistry(Publisher(at.register, signer), _machines(case, at), now)
        self._known = MachineSource(f"{at.register}{PATH}", FederationKey.of(at.register, dict(signer.public)), http)
        self._service = self._token_service(
            machine_signer(home.participant_folder(TOKEN_HOST), TOKEN_KEY, TOKEN_HOST, now())
        )
        sender = host_of(case.vendor.login)
        self.recorders = tuple(SchoolRecorder(app, sender) for app in (self.registry.app, self.data, self.tokens))
        """Around all that it serves; what they are told to record is the vendor's."""
        self.begin()

    def record_in(self, journal: Journal | None) -> None:
        """From now on what is asked of it is written down there."""
        for recorder in self.recorders:
            recorder.journal = journal

    def begin(self) -> None:
        """The school begins anew: nobody has subscribed to anything, and every token is good."""
        self.tricky = TrickySchool(self.at.elsewhere, goes_on=not self._anew)
        self.data.app = self.busy.watch(self.tricky.before_data(self._data_api()))
        self.tokens.app = self.busy.watch(self.tricky.before_tokens(self._service.app))

    def as_another(self) -> tuple[Mapping[str, str], Path | None]:
        """What somebody shows who is not the school, and to whom another vendor has given the token by which the school
        tells it of changes: headers, and the file with a certificate of a key that the register does not know.

        Raises:
            ScenarioInvalid: a key of the lab home is damaged.
        """
        headers = token_for_another(self._case.home, self.at.tokens, self.at.data_api, _now)
        return headers, TriedCallers(self._case.home).credential("stranger")

    def _token_service(self, signer: Signer) -> TokenService:
        may = (Access(type=API_TYPE, locations=(self.at.data_api,)),)
        config = TokenServiceConfig(self.at.tokens, AUDIENCE, (TokenClient(self._case.vendor.party, may),))
        return TokenService(config, (signer,), self._known, _now)

    @property
    def jwks_url(self) -> str:
        """Where the token service publishes its keys."""
        return TokenServiceConfig(self.at.tokens, AUDIENCE, ()).jwks_url

    def _data_api(self) -> ASGIApp:
        vendor = self._case.vendor
        trust = TokenTrust(self.at.tokens, self.jwks_url, AUDIENCE, self.at.data_api)
        hosts = {vendor.party: frozenset({host_of(vendor.login), host_of(vendor.party)})}
        config = SchoolDataConfig(
            people={name: one for name, one in self._case.people.items() if one.school == SCHOOL.id},
            authenticate=holders_of_keys(BearerTokens(trust, self._http), self._known, hosts, self.agreement, _now),
            # NOTE: the same each time, for a vendor that goes on knows people by the ids that it was given before.
            secret=SCHOOL.id.encode(),
            owner=owner_of(SCHOOL),
            requests_per_minute=REQUESTS_PER_MINUTE,
        )
        return make(config, State(None, _now), self._http).app


def shown_by_vendor(case: OutsideCase) -> Path:
    """The file with key and certificate that the vendor shows, made at first use.

    Raises:
        ScenarioInvalid: it is damaged, or open to others.
    """
    return MachineCertificates(case.home).credential(f"vendor-{case.vendor.id}")


@asynccontextmanager
async def fetched_school(case: OutsideCase, agreement: Agreement, *, anew: bool) -> AsyncIterator[FetchedSchool]:
    """The school, serving until the context ends: the register at the case's address, the data API at the port after
    it, the token service at the port after that; on free ports where its address leaves the port open.

    Args:
        case: the vendor that fetches.
        agreement: with it.
        anew: see :class:`FetchedSchool`.

    Raises:
        ScenarioInvalid: a port is in use, or a key of the lab home is damaged.
    """
    host, (register, data, tokens) = _ports(case.url)
    certificates = MachineCertificates(case.home)
    certificates.issuer()
    certificate = case.home.server_certificate(CERTIFICATE, (host, LOCALHOST))
    mutual = MutualTls(frozenset({host, LOCALHOST}), certificates.issuer_file, {})
    async with AsyncExitStack() as stack:
        elsewhere = _Turned()
        own = await stack.enter_async_context(served(elsewhere, host, 0, certificate))
        at = Addresses(
            register=f"http://{host}:{register}",
            data_api=f"https://{host}:{data}",
            tokens=f"https://{host}:{tokens}",
            # NOTE: another host by its name too, for some compare names and not ports.
            elsewhere=own.replace(host, LOCALHOST),
        )
        http = Reach(case).http(certificates.credential(SCHOOL.api_host))
        school = FetchedSchool(case, agreement, at, http, anew=anew)
        elsewhere.app = school.busy.watch(school.elsewhere)
        write_private(certificates.folder / KEY_FILE, json.dumps(school.key).encode())
        registry, api, service = school.recorders
        await stack.enter_async_context(served(registry, host, register))
        await stack.enter_async_context(served(api, host, data, certificate, mutual))
        await stack.enter_async_context(served(service, host, tokens, certificate, mutual))
        # NOTE: closed first, for a server waits for callers that keep their connections, and the school calls itself.
        stack.push_async_callback(http.aclose)
        yield school


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
    """The vendor, which calls; and the school and the token service, which serve."""
    certificates, home = MachineCertificates(case.home), case.home
    issuers = (
        Issuer(x509certificate=certificates.issuer().cert_pem.bytes().decode("ascii")),
        Issuer(x509certificate=home.certificate_authority().cert_pem.bytes().decode("ascii")),
    )
    serving = (Pin(digest=pin_of(certificate_in(home.path / "tls" / f"{CERTIFICATE}.pem"))),)

    def entity(name: str, base_uri: str, caller: Path | None) -> Entity:
        pins = (Pin(digest=pin_of(certificate_in(caller))),) if caller else ()
        return Entity(
            entity_id=name,
            organization="TEST",
            organization_id=NO_ORGANISATION,
            issuers=issuers,
            servers=(Endpoint(tags=(BY_TOKENS,), base_uri=base_uri, pins=serving),) if base_uri else (),
            clients=(Endpoint(tags=(BY_TOKENS,), pins=pins),) if pins else (),
        )

    return Machines(
        cache_ttl=CACHE_TTL_S,
        entities=(
            entity(case.vendor.party, "", shown_by_vendor(case)),
            entity(at.data_api, at.data_api, certificates.credential(SCHOOL.api_host)),
            entity(at.tokens, at.tokens, None),
        ),
    )


def _now() -> datetime:
    return datetime.now(UTC)
