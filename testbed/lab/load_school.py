"""A school that exchanges rosters with one vendor outside while load is made: the vendor fetches from it, or is sent
rosters by it, and those who make the load order what it is to do."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from idp.control import order_routes
from idp.directory import Directory
from idp.scim.pushing import Egil
from idp.sending.sender import SendingSchool
from idp.sending.terms import Receiver
from idp.ss12000.app import SchoolData, SchoolDataConfig, make
from idp.ss12000.caller import Caller
from idp.ss12000.ids import person_id
from idp.state import State
from idp.token_service.asking import API_TYPE, CLIENT_TYPE, Access
from idp.token_service.bearer import BearerTokens, TokenTrust
from idp.token_service.callers import TokenClient
from idp.token_service.tokens import AccessTokens
from testbed.lab.api_callers import holders_of_keys
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.exchange import owner_of
from testbed.lab.fetched_school import REQUESTS_PER_MINUTE
from testbed.lab.outside import served
from testbed.lab.places import AUDIENCE, SCHOOL
from testbed.lab.school_ground import Addresses, Ground, Trust, school_name
from testbed.lab.telling import Telling
from testbed.lab.webhook_places import webhooks_below
from testbed.model.orders import AnyOrder, ChangePerson, PushRoster, TellSubscribers
from testbed.model.wire import host_of
from testbed.model.written import Agreement, Person

SECRET = SCHOOL.id.encode()
"""The same each time, for a vendor that runs already knows people by the ids that it was given before."""


@dataclass(slots=True)
class _Counted:
    """An app that counts what it is asked."""

    app: ASGIApp
    calls: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls += scope["type"] == "http"
        await self.app(scope, receive, send)


class LoadedSchool:
    """It, while it serves.

    Args:
        case: the vendor.
        agreement: with it.
        at: where everything is served.
        http: the school's own client.
    """

    control_url: str
    """Where it takes orders."""

    def __init__(self, case: OutsideCase, agreement: Agreement, at: Addresses, http: httpx.AsyncClient) -> None:
        self.at, self.token = at, secrets.token_urlsafe(32)
        self._agreement, self._hosts = agreement, case.permission.hosts
        vendor, name = case.vendor, school_name(case, at)
        fetches, notices = Access(type=API_TYPE, locations=(at.data_api,)), _notices(case)
        clients = (TokenClient(vendor.party, (fetches,)), TokenClient(name, (notices,)))
        self._trust = Trust.of(case, at, http, clients)
        self._caller = Caller(vendor.party, agreement, frozenset({host_of(vendor.login), host_of(vendor.party)}))
        tokens = AccessTokens(at.token_url, name, http, _now)

        async def authorise(_: Caller) -> Mapping[str, str]:
            return await tokens.header(notices)

        people, state = _of_school(case), State(None, _now)
        trust = TokenTrust(at.tokens, at.jwks_url, AUDIENCE, at.data_api)
        clients_hosts = {vendor.party: self._caller.hosts}
        config = SchoolDataConfig(
            people=people,
            authenticate=holders_of_keys(BearerTokens(trust, http), self._trust.known, clients_hosts, agreement, _now),
            secret=SECRET,
            owner=owner_of(SCHOOL),
            requests_per_minute=REQUESTS_PER_MINUTE,
        )
        self._data: SchoolData = make(config, state, http, authorise)
        self.data = _Counted(self._data.app)
        """Its data API."""
        self._telling = Telling(self._data)
        self._directory = Directory(people, state)
        self._directory.follow(self._data.roll)
        self._egil = Egil(SendingSchool(self._data.roll, owner_of(SCHOOL), SECRET), state, http, self._trust.known)
        self._receiver = _receiver(case, agreement)
        self.sent = 0
        """Requests that it has sent to hosts that are not this machine."""
        http.event_hooks["request"].append(self._count)

    @property
    def apps(self) -> tuple[ASGIApp, ASGIApp, ASGIApp]:
        """The register of machines, the data API and the token service."""
        return self._trust.registry.app, self.data, self._trust.service.app

    @property
    def control(self) -> Starlette:
        """Where it takes orders; the token opens it."""
        return Starlette(routes=[*order_routes(self.token, self._obey)])

    def name_of(self, person: Person) -> tuple[str, ...]:
        """By what the vendor knows a person and nobody else."""
        return (person_id(person.id, self._agreement.id if self._agreement.identifier == "pairwise" else ""),)

    async def push(self, *, rebuild: bool = False) -> None:
        """Send the vendor what it is to hold and does not.

        Raises:
            ValueError: it does not hold that now; says what stood in the way.
        """
        if self._receiver is None:
            raise ValueError("the vendor fetches rosters, and is sent none")
        pushed = await self._egil.push(self._receiver, rebuild)
        if not pushed.whole:
            failed = sum(count.failed for count in pushed.counts.values())
            stopped = f", and the push stopped: {pushed.stopped}" if pushed.stopped else ""
            raise ValueError(f"the vendor did not take {failed} of what it was sent{stopped}")

    async def _obey(self, order: AnyOrder) -> None:
        match order:
            case ChangePerson():
                self._directory.change(order)
            case PushRoster(rebuild=rebuild):
                await self.push(rebuild=rebuild)
            case TellSubscribers(times=times, shows="own-token"):
                await self._tell(times)
            case _:
                raise ValueError(f"beside a vendor under load the school does nothing like {order.order!r}")

    async def _tell(self, times: int) -> None:
        if not self._data.targets(self._caller):
            raise ValueError("the vendor has subscribed to no notices (SS 12000:2020, subscriptions)")
        told = await self._telling.tell(self._caller, times)
        untaken = sum(not one.delivered for one in told)
        if untaken:
            raise ValueError(f"the vendor did not take {untaken} of {len(told)} notices")

    async def _count(self, request: httpx.Request) -> None:
        self.sent += request.url.host.lower() in self._hosts


@asynccontextmanager
async def loaded_school(case: OutsideCase, agreement: Agreement) -> AsyncIterator[LoadedSchool]:
    """The school, serving until the context ends; its own requests keep to the pace of the case's permission.

    Args:
        case: the vendor, with its addresses written out.
        agreement: with it.

    Raises:
        ScenarioInvalid: a port is in use, or a key of the lab home is damaged.
    """
    case.home.certificate_authority()
    ground = Ground.of(case)
    async with AsyncExitStack() as stack:
        school = LoadedSchool(case, agreement, ground.at(), ground.http)
        school.control_url = await stack.enter_async_context(served(school.control))
        await ground.serve(stack, *school.apps)
        yield school


def _notices(case: OutsideCase) -> Access:
    return Access(type=CLIENT_TYPE, locations=(webhooks_below(case.vendor),))


def _of_school(case: OutsideCase) -> dict[str, Person]:
    return {name: one for name, one in case.people.items() if one.school == SCHOOL.id}


def _receiver(case: OutsideCase, agreement: Agreement) -> Receiver | None:
    """The vendor as a sender knows it; None where it fetches."""
    exchange = case.vendor.exchange
    if exchange is None or exchange.receives is None:
        return None
    address = exchange.receives.rstrip("/")
    return Receiver(case.vendor.party, address, lambda: agreement, frozenset({host_of(address)}))


def _now() -> datetime:
    return datetime.now(UTC)
