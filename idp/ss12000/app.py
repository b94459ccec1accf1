"""The school's data API, put together: an ASGI app for a host of its own, and what the school tells it."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.openapi import DOCUMENT, KEPT
from idp.population.school import OWNER, Owner
from idp.refused import Refused
from idp.routing import Endpoint, route
from idp.ss12000.bodies import JSON_TYPE, LogEntry, StatisticsEntry, read_json
from idp.ss12000.caller import Authenticate, Caller, NotAuthenticated
from idp.ss12000.endpoints import DELETED, Resources
from idp.ss12000.errors import HANDLERS, NO_STORE, Problem, log, on_problem
from idp.ss12000.kinds import SINGULAR
from idp.ss12000.lists import Views
from idp.ss12000.openapi.document import written_document
from idp.ss12000.paging import PageTokens
from idp.ss12000.query import nothing_asked
from idp.ss12000.rates import RateLimit
from idp.ss12000.reports import Reports
from idp.ss12000.roll import Roll
from idp.ss12000.subscribing import SUBSCRIPTIONS, Subscribing
from idp.ss12000.subscriptions import MAX_OF_ONE_CALLER, Subscriptions
from idp.ss12000.webhooks import Authorise, Delivery, Notice, Webhooks, anonymous
from idp.state import State, StateUnavailable
from testbed.model.written import Person

REQUESTS_PER_MINUTE = 600
_UNAUTHORIZED = (HTTPStatus.UNAUTHORIZED, "unauthorized", "a good token is needed")

type Answering = Callable[[Request, Caller], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class SchoolDataConfig:
    """What the API is told when it is put together."""

    people: Mapping[str, Person]
    """By id, as the school knew them at the beginning."""
    authenticate: Authenticate
    secret: bytes = field(repr=False)
    """Behind page tokens and pseudonyms; the same for all workers of a school."""
    owner: Owner = OWNER
    requests_per_minute: int = REQUESTS_PER_MINUTE
    """Of one caller, at one worker."""
    subscriptions: int = MAX_OF_ONE_CALLER
    """Of one caller."""


class SchoolData:
    """The data API of one school.

    Args:
        config: whom it knows, and who may ask.
        state: what the workers of the school share, with the clock.
        webhooks: carries notices to subscribers; see :func:`make`.
    """

    app: Starlette
    """The API, at the root of a host of its own."""
    roll: Roll
    """Where the school writes down that a person has changed, come or left."""
    reports: Reports
    """What callers have posted to /log and /statistics."""

    def __init__(self, config: SchoolDataConfig, state: State, webhooks: Webhooks) -> None:
        self.roll, self.reports = Roll(config.people, state), Reports(state)
        self._config, self._now, self._webhooks = config, state.now, webhooks
        self._views = Views(self.roll, config.owner, config.secret, state.now)
        self._subscriptions = Subscriptions(state, config.subscriptions)
        self._rates = RateLimit(config.requests_per_minute)
        self._page_tokens = PageTokens(config.secret)
        self._resources = Resources(self._views, self._page_tokens, state.now)
        self._subscribing = Subscribing(self._views, self._subscriptions, self._page_tokens, state.now)
        self.app = Starlette(routes=[*self._routes()], exception_handlers=HANDLERS)
        # NOTE: such a redirect would lead to whatever host the request names.
        self.app.router.redirect_slashes = False

    async def notify(self, callers: Iterable[Caller], since: datetime, times: int = 1) -> tuple[Delivery, ...]:
        """Tell the subscribers among these callers that something they may see has changed after this moment, or is
        there no longer, so many times; says what became of each notice.
        """
        notices = [notice for caller in callers for notice in self._notices(caller, since)]
        return await self._webhooks.send(notices * times)

    def targets(self, caller: Caller) -> tuple[str, ...]:
        """Where a caller wants to hear of changes."""
        return tuple(one.target for one in self._subscriptions.of(caller))

    def amend(self, before: Caller, after: Caller) -> None:
        """Another agreement holds with a caller from now on; see :meth:`idp.ss12000.lists.Views.amend`."""
        self._views.amend(before, after, self.roll.moment())

    def page_tokens_begin(self, before: str) -> None:
        """From now on this stands before each page token."""
        self._page_tokens.before = before

    def limit(self, requests: int, per_s: float) -> None:
        """From now on a caller may ask so often in a window of so many seconds."""
        self._rates = RateLimit(requests, per_s)

    def _notices(self, caller: Caller, since: datetime) -> Iterator[Notice]:
        subscriptions = tuple(self._subscriptions.of(caller))
        if not subscriptions:
            return
        try:
            gone = {one.kind for one in self._views.gone(caller) if one.at > since}
        except Problem:
            # NOTE: the agreement is over for good: there is nothing to come and fetch.
            return
        changed = self._changed(caller, since)
        for one in subscriptions:
            kinds = [kind for kind in one.kinds if kind in caller.kinds]
            modified, deleted = tuple(kind for kind in kinds if kind in changed), not gone.isdisjoint(kinds)
            if modified or deleted:
                yield Notice(caller, one, modified, deleted)

    def _changed(self, caller: Caller, since: datetime) -> frozenset[str]:
        if not self._views.in_force(caller):
            return frozenset()
        return self._views.of(caller).view.changed_since(since)

    def _routes(self) -> Iterator[Route]:
        yield route(DOCUMENT, {"GET": self._describe})
        for kind in SINGULAR:
            resources = self._resources
            yield self._route(f"/{kind}", GET=partial(resources.list, kind))
            yield self._route(f"/{kind}/lookup", POST=partial(resources.look_up, kind))
            yield self._route(f"/{kind}/{{id}}", GET=partial(resources.get, kind))
        one, subscribing = f"/{SUBSCRIPTIONS}/{{id}}", self._subscribing
        yield self._route(f"/{DELETED}", GET=self._resources.deleted)
        yield self._route(f"/{SUBSCRIPTIONS}", GET=subscribing.list, POST=subscribing.add)
        yield self._route(one, GET=subscribing.get, PATCH=subscribing.renew, DELETE=subscribing.remove)
        yield self._route("/log", POST=partial(self._report, LogEntry))
        yield self._route("/statistics", POST=partial(self._report, StatisticsEntry))

    def _route(self, path: str, **answering: Answering) -> Route:
        return route(path, {method: self._endpoint(one) for method, one in answering.items()})

    def _endpoint(self, answering: Answering) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            try:
                caller = await self._config.authenticate(request)
            except NotAuthenticated as error:
                log.info("not authenticated: %s", error)
                raise Problem(*_UNAUTHORIZED, {"WWW-Authenticate": _challenge(request)}) from error
            left = self._rates.count(caller.name, self._now())
            try:
                # NOTE: in none of its endpoints does a caller without an agreement get anything.
                self._views.check(caller)
                answer = await answering(request, caller)
            except (Problem, Refused, StateUnavailable) as problem:
                answer = await on_problem(request, problem)
            answer.headers.update(left)
            return answer

        return endpoint

    async def _describe(self, _: Request) -> Response:
        """GET /openapi.json, to whoever asks: it says nothing of anybody."""
        return Response(written_document(), media_type=JSON_TYPE, headers=KEPT)

    async def _report(self, kind: type[LogEntry] | type[StatisticsEntry], request: Request, caller: Caller) -> Response:
        nothing_asked(request)
        self.reports.add(caller, await read_json(request, kind))
        return Response(status_code=HTTPStatus.CREATED, headers=NO_STORE)


def _challenge(request: Request) -> str:
    """By which scheme to try, and what was wrong with a token that was sent (RFC 6750, 3.1)."""
    return 'Bearer error="invalid_token"' if "authorization" in request.headers else "Bearer"


def make(
    config: SchoolDataConfig, state: State, http: httpx.AsyncClient, authorise: Authorise = anonymous
) -> SchoolData:
    """The data API of one school.

    Args:
        config: what it is told.
        state: what its workers share.
        http: its only way to the network.
        authorise: brings what a notice must carry, so that its receiver knows whom it is from.
    """
    return SchoolData(config, state, Webhooks(http, authorise))
