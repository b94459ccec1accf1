"""The endpoints of the resources: lists, single resources, lookups, and what is there no longer."""

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from idp.config import Clock
from idp.ss12000.bodies import Lookup, read_json
from idp.ss12000.caller import Caller
from idp.ss12000.embedding import OPENED_BY, answered
from idp.ss12000.errors import NO_STORE, bad, forbidden, not_here
from idp.ss12000.kinds import DELETED_SPELLING, plural_of
from idp.ss12000.lists import Lists, Views
from idp.ss12000.moments import moment
from idp.ss12000.paging import PageTokens, Position
from idp.ss12000.query import Query, limit_of, list_asked, one, read_values, single_asked, uuid_of
from idp.ss12000.view import Gone, written

DELETED = "deletedEntities"
CIVIC_NUMBER = "norEduPersonNIN"


@dataclass(frozen=True, slots=True)
class Resources:
    """Everything that is read."""

    views: Views
    tokens: PageTokens
    now: Clock

    async def list(self, kind: str, request: Request, caller: Caller) -> Response:
        """GET /{kind}: a page of the list."""
        lists, asked = self._open(kind, caller), list_asked(request, kind)
        query, after = asked.query, None
        if asked.token:
            position = self.tokens.read(asked.token, caller.name, kind, self.now())
            query, after = position.query, position.last
        _may_expand(query, caller)
        page = lists.page(query, after, asked.limit)
        data = [answered(lists.view, query, name) for name in page.ids]
        return _json({"data": data, "pageToken": self._token(caller, query, page.last)})

    async def get(self, kind: str, request: Request, caller: Caller) -> Response:
        """GET /{kind}/{id}: one resource."""
        lists, query = self._open(kind, caller), single_asked(request, kind)
        _may_expand(query, caller)
        name = uuid_of(request.path_params["id"])
        if name not in lists.view[kind]:
            raise not_here()
        return _json(answered(lists.view, query, name))

    async def look_up(self, kind: str, request: Request, caller: Caller) -> Response:
        """POST /{kind}/lookup: those of the resources asked for that the caller may see, each once."""
        lists, query = self._open(kind, caller), single_asked(request, kind)
        _may_expand(query, caller)
        wanted = await read_json(request, Lookup)
        names = [uuid_of(name) for name in wanted.ids]
        if wanted.civic_numbers:
            names += _by_number(lists, kind, wanted.civic_numbers)
        known = (name for name in dict.fromkeys(names) if name in lists.view[kind])
        return _json([answered(lists.view, query, name) for name in known])

    async def deleted(self, request: Request, caller: Caller) -> Response:
        """GET /deletedEntities: ids of what the caller could see and can no longer."""
        values = read_values(request, ("after", "entities", "limit", "pageToken"), repeated=("entities",))
        limit, last = limit_of(values), ("", "")
        if token := one(values, "pageToken"):
            if values.keys() - {"pageToken", "limit"}:
                raise bad("a page token goes with a limit alone")
            position = self.tokens.read(token, caller.name, DELETED, self.now())
            query, last = position.query, position.last
        else:
            kinds = _kinds(values.get("entities", ()))
            chosen = [("entities", kind) for kind in sorted(kinds)]
            after = [("after", written(moment(one(values, "after"))))] if "after" in values else []
            query = Query(DELETED, (*after, *chosen))
        kinds = {value for name, value in query.filters if name == "entities"} or set(caller.kinds)
        if kinds - caller.kinds:
            raise forbidden("this resource type is not open to the caller")
        since = dict(query.filters).get("after", "")
        found = [
            gone
            for gone in self.views.gone(caller)
            if gone.kind in kinds and written(gone.at) > since and _place(gone) > last
        ]
        page = found[:limit]
        end = _place(page[-1]) if len(found) > limit else None
        return _json({"data": _by_kind(page), "pageToken": self._token(caller, query, end)})

    def _open(self, kind: str, caller: Caller) -> Lists:
        lists = self.views.of(caller)
        if kind not in caller.kinds:
            raise forbidden("this resource type is not open to the caller")
        return lists

    def _token(self, caller: Caller, query: Query, last: tuple[str, str] | None) -> str | None:
        return self.tokens.make(Position(caller.name, query, last), self.now()) if last else None


def _may_expand(query: Query, caller: Caller) -> None:
    if any(OPENED_BY[what] not in caller.kinds for what in query.expand):
        raise forbidden("what is to be expanded is not open to the caller")


def _by_number(lists: Lists, kind: str, numbers: Iterable[str]) -> list[str]:
    if kind != "persons":
        raise bad("only persons are looked up by their numbers")
    if CIVIC_NUMBER not in lists.view.lens.profile.ever:
        raise forbidden("the agreement does not have what this lookup is about")
    return [name for number in numbers if (name := lists.view.by_number.get(number))]


def _kinds(spellings: Iterable[str]) -> set[str]:
    parts = [part.strip() for spelling in spellings for part in spelling.split(",")]
    kinds = [plural_of(part) for part in parts]
    if None in kinds:
        raise bad("there is no such resource type")
    return {kind for kind in kinds if kind}


def _place(gone: Gone) -> tuple[str, str]:
    return written(gone.at), f"{gone.kind} {gone.id}"


def _by_kind(page: Iterable[Gone]) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for gone in page:
        data.setdefault(DELETED_SPELLING.get(gone.kind, gone.kind), []).append(gone.id)
    return data


def _json(value: object) -> Response:
    return JSONResponse(value, headers=NO_STORE)
