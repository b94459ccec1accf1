"""The school's data API, put together: an ASGI app for a host of its own, and what the school tells it."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from idp.population.school import OWNER, Owner
from idp.ss12000.bodies import LogEntry, NewSubscription, Renewal, StatisticsEntry, read_json
from idp.ss12000.caller import Authenticate, Caller, NotAuthenticated
from idp.ss12000.endpoints import Resources, uuid_of
from idp.ss12000.errors import HANDLERS, NO_STORE, Problem, log, on_problem
from idp.ss12000.kinds import SINGULAR
from idp.ss12000.lists import Views
from idp.ss12000.paging import PageTokens
from idp.ss12000.rates import RateLimit
from idp.ss12000.reports import Reports
from idp.ss12000.roll import Roll
from idp.ss12000.subscriptions import Subscriptions
from idp.ss12000.webhooks import Delivery, Notice, Webhooks
from idp.state import State
from testbed.model.written import Person

REQUESTS_PER_MINUTE = 600

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
        self._subscriptions = Subscriptions(state)
        self._rates = RateLimit(config.requests_per_minute)
        self._resources = Resources(self._views, PageTokens(config.secret), state.now)
        self.app = Starlette(routes=[*self._resource_routes(), *self._other_routes()], exception_handlers=HANDLERS)
        # NOTE: such a redirect would lead to whatever host the request names.
        self.app.router.redirect_slashes = False

    async def notify(self, callers: Iterable[Caller], since: datetime) -> tuple[Delivery, ...]:
        """Tell the subscribers among these callers that something they may see has changed after this moment, or is
        there no longer; says what became of each notice.
        """
        return await self._webhooks.send([notice for caller in callers for notice in self._notices(caller, since)])

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

    def _resource_routes(self) -> Iterator[Route]:
        for kind in SINGULAR:
            resources = self._resources
            yield self._route(f"/{kind}", partial(resources.list, kind), "GET")
            yield self._route(f"/{kind}/lookup", partial(resources.look_up, kind), "POST")
            yield self._route(f"/{kind}/{{name}}", partial(resources.get, kind), "GET")

    def _other_routes(self) -> Iterator[Route]:
        yield self._route("/deletedEntities", self._resources.deleted, "GET")
        yield self._route("/subscriptions", self._list_subscriptions, "GET")
        yield self._route("/subscriptions", self._subscribe, "POST")
        yield self._route("/subscriptions/{name}", self._get_subscription, "GET")
        yield self._route("/subscriptions/{name}", self._renew, "PATCH")
        yield self._route("/subscriptions/{name}", self._unsubscribe, "DELETE")
        yield self._route("/log", partial(self._report, LogEntry), "POST")
        yield self._route("/statistics", partial(self._report, StatisticsEntry), "POST")

    def _route(self, path: str, answering: Answering, method: str) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                caller = await self._config.authenticate(request)
            except NotAuthenticated as error:
                log.info("not authenticated: %s", error)
                challenge = {"WWW-Authenticate": "Bearer"}
                raise Problem(HTTPStatus.UNAUTHORIZED, "unauthorized", "a good token is needed", challenge) from error
            left = self._rates.count(caller.name, self._now())
            try:
                # NOTE: in none of its endpoints does a caller without an agreement get anything.
                self._views.check(caller)
                answer = await answering(request, caller)
            except Problem as problem:
                answer = await on_problem(request, problem)
            answer.headers.update(left)
            return answer

        return Route(path, endpoint, methods=[method])

    async def _list_subscriptions(self, _: Request, caller: Caller) -> Response:
        return _json({"data": [one.body() for one in self._subscriptions.of(caller)], "pageToken": None})

    async def _subscribe(self, request: Request, caller: Caller) -> Response:
        self._views.of(caller)
        wish = await read_json(request, NewSubscription)
        return _json(self._subscriptions.add(caller, wish).body(), HTTPStatus.CREATED)

    async def _get_subscription(self, request: Request, caller: Caller) -> Response:
        return _json(self._subscriptions.get(caller, uuid_of(request.path_params["name"])).body())

    async def _renew(self, request: Request, caller: Caller) -> Response:
        self._views.of(caller)
        name, wish = uuid_of(request.path_params["name"]), await read_json(request, Renewal)
        return _json(self._subscriptions.renew(caller, name, wish).body())

    async def _unsubscribe(self, request: Request, caller: Caller) -> Response:
        self._subscriptions.remove(caller, uuid_of(request.path_params["name"]))
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=NO_STORE)

    async def _report(self, kind: type[LogEntry] | type[StatisticsEntry], request: Request, caller: Caller) -> Response:
        self.reports.add(caller, await read_json(request, kind))
        return Response(status_code=HTTPStatus.CREATED, headers=NO_STORE)


def make(config: SchoolDataConfig, state: State, http: httpx.AsyncClient) -> SchoolData:
    """The data API of one school, whose only way to the network is this client."""
    return SchoolData(config, state, Webhooks(http))


def _json(value: object, status: int = HTTPStatus.OK) -> Response:
    return JSONResponse(value, status, headers=NO_STORE)
