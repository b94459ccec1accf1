"""The endpoints of the subscriptions, of which each caller reaches its own alone."""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from idp.config import Clock
from idp.ss12000.bodies import NewSubscription, Renewal, read_json
from idp.ss12000.caller import Caller
from idp.ss12000.errors import NO_STORE
from idp.ss12000.lists import Views
from idp.ss12000.paging import PageTokens, Position
from idp.ss12000.query import Query, nothing_asked, page_asked, uuid_of
from idp.ss12000.subscriptions import Subscriptions

SUBSCRIPTIONS = "subscriptions"


@dataclass(frozen=True, slots=True)
class Subscribing:
    """Everything about subscriptions that callers ask."""

    views: Views
    subscriptions: Subscriptions
    tokens: PageTokens
    now: Clock

    async def list(self, request: Request, caller: Caller) -> Response:
        """GET /subscriptions: a page of the caller's own."""
        limit, token = page_asked(request)
        last = ""
        if token:
            _, last = self.tokens.read(token, caller.name, SUBSCRIPTIONS, self.now()).last
        found = sorted((one for one in self.subscriptions.of(caller) if one.id > last), key=lambda one: one.id)
        page, next_token = found[:limit], None
        if len(found) > limit:
            next_token = self.tokens.make(Position(caller.name, Query(SUBSCRIPTIONS), ("", page[-1].id)), self.now())
        return _json({"data": [one.body() for one in page], "pageToken": next_token})

    async def add(self, request: Request, caller: Caller) -> Response:
        """POST /subscriptions: a new one."""
        nothing_asked(request)
        self.views.must_be_in_force(caller)
        made = self.subscriptions.add(caller, await read_json(request, NewSubscription))
        answer = _json(made.body(), HTTPStatus.CREATED)
        answer.headers["Location"] = f"/{SUBSCRIPTIONS}/{made.id}"
        return answer

    async def get(self, request: Request, caller: Caller) -> Response:
        """GET /subscriptions/{id}: one of the caller's own."""
        nothing_asked(request)
        return _json(self.subscriptions.get(caller, _id(request)).body())

    async def renew(self, request: Request, caller: Caller) -> Response:
        """PATCH /subscriptions/{id}: let it live on."""
        nothing_asked(request)
        self.views.must_be_in_force(caller)
        name, wish = _id(request), await read_json(request, Renewal)
        return _json(self.subscriptions.renew(caller, name, wish).body())

    async def remove(self, request: Request, caller: Caller) -> Response:
        """DELETE /subscriptions/{id}: forget it."""
        nothing_asked(request)
        self.subscriptions.remove(caller, _id(request))
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=NO_STORE)


def _id(request: Request) -> str:
    return uuid_of(request.path_params["id"])


def _json(value: object, status: int = HTTPStatus.OK) -> Response:
    return JSONResponse(value, status, headers=NO_STORE)
