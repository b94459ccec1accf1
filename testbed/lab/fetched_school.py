"""A school that a vendor outside fetches rosters from: over mutual TLS on loopback a data API and a token service, with
the register of machines, and a host that nobody has a reason to call."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from idp.ss12000.app import SchoolDataConfig, make
from idp.state import State
from idp.token_service.asking import API_TYPE, Access
from idp.token_service.bearer import BearerTokens, TokenTrust
from idp.token_service.callers import TokenClient
from testbed.interception.journal import Journal
from testbed.lab.api_callers import holders_of_keys
from testbed.lab.busy import Busy
from testbed.lab.certify_outside import OutsideCase
from testbed.lab.exchange import owner_of
from testbed.lab.guardrail import LOCALHOST
from testbed.lab.outside import served
from testbed.lab.places import AUDIENCE, SCHOOL
from testbed.lab.recording import SchoolRecorder
from testbed.lab.school_ground import Addresses, Ground, Trust
from testbed.lab.school_questions import Elsewhere
from testbed.lab.tricky_school import TrickySchool
from testbed.lab.tried_callers import TriedCallers
from testbed.lab.tried_tokens import token_for_another
from testbed.model.wire import host_of
from testbed.model.written import Agreement

REQUESTS_PER_MINUTE = 100_000
"""So many that nobody is told to wait but by a case: pages are small, and fetches follow one another."""


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
        may = (Access(type=API_TYPE, locations=(at.data_api,)),)
        self._trust = Trust.of(case, at, http, (TokenClient(case.vendor.party, may),))
        sender = host_of(case.vendor.login)
        served_here = (self._trust.registry.app, self.data, self.tokens)
        self.recorders = tuple(SchoolRecorder(app, sender) for app in served_here)
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
        self.tokens.app = self.busy.watch(self.tricky.before_tokens(self._trust.service.app))

    def as_another(self) -> tuple[Mapping[str, str], Path | None]:
        """What somebody shows who is not the school, and to whom another vendor has given the token by which the school
        tells it of changes: headers, and the file with a certificate of a key that the register does not know.

        Raises:
            ScenarioInvalid: a key of the lab home is damaged.
        """
        headers = token_for_another(self._case.home, self.at.tokens, self.at.data_api, _now)
        return headers, TriedCallers(self._case.home).credential("stranger")

    def _data_api(self) -> ASGIApp:
        vendor = self._case.vendor
        trust = TokenTrust(self.at.tokens, self.at.jwks_url, AUDIENCE, self.at.data_api)
        hosts = {vendor.party: frozenset({host_of(vendor.login), host_of(vendor.party)})}
        config = SchoolDataConfig(
            people={name: one for name, one in self._case.people.items() if one.school == SCHOOL.id},
            authenticate=holders_of_keys(
                BearerTokens(trust, self._http), self._trust.known, hosts, self.agreement, _now
            ),
            # NOTE: the same each time, for a vendor that goes on knows people by the ids that it was given before.
            secret=SCHOOL.id.encode(),
            owner=owner_of(SCHOOL),
            requests_per_minute=REQUESTS_PER_MINUTE,
        )
        return make(config, State(None, _now), self._http).app


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
    ground = Ground.of(case)
    async with AsyncExitStack() as stack:
        elsewhere = _Turned()
        own = await stack.enter_async_context(served(elsewhere, ground.host, 0, ground.certificate))
        # NOTE: another host by its name too, for some compare names and not ports.
        at = ground.at(elsewhere=own.replace(ground.host, LOCALHOST))
        school = FetchedSchool(case, agreement, at, ground.http, anew=anew)
        elsewhere.app = school.busy.watch(school.elsewhere)
        registry, api, service = school.recorders
        await ground.serve(stack, registry, api, service)
        yield school


def _now() -> datetime:
    return datetime.now(UTC)
