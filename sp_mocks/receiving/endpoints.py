"""The endpoints of a receiver of EGIL (RFC 7644, 3 and 4). A school sees and changes its own resources alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from scim2_models import Context, ResponseParameters
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sp_mocks.receiving.behaviour import ReceivingBehaviour
from sp_mocks.receiving.callers import Callers
from sp_mocks.receiving.discovery import CONFIG, SCHEMAS, TYPES, discovery
from sp_mocks.receiving.holdings import Held, Holdings
from sp_mocks.receiving.kinds import KINDS, Collection
from sp_mocks.receiving.people import attributes_of
from sp_mocks.receiving.problems import (
    BAD_REQUEST,
    HEADERS,
    NOT_ALLOWED,
    NOT_FOUND,
    NOT_IMPLEMENTED,
    Problem,
    answered,
    listed,
    refused,
)
from sp_mocks.receiving.reading import MAX_TEXT, TOLERANT, members_in
from sp_mocks.receiving.taking import Taking, found

CREATED, NO_CONTENT = 201, 204
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ANYBODY = ""
"""In place of a school."""
MAX_DIGITS = 9
MAX_NAMES = 50
"""Of attributes that are asked for."""
NARROWING = ("attributes", "excludedAttributes")

type Shown = dict[str, object]
type Narrowed = ResponseParameters[Any]


class Endpoints:
    """Those of one vendor.

    Args:
        callers: knows the schools.
        taking: how the vendor takes resources.
        held: what is held of each school, by what the federation calls it.
    """

    def __init__(self, callers: Callers, taking: Taking, held: Mapping[str, Holdings]) -> None:
        self._callers, self._taking, self._held = callers, taking, held
        self._discovery = discovery(taking.base_url, taking.wanted)

    @property
    def routes(self) -> Sequence[Route]:
        """Everything below the vendor's address for schools."""
        below = urlsplit(self._taking.base_url).path
        return (
            Route(f"{below}/{{first}}", self._serve, methods=list(METHODS)),
            Route(f"{below}/{{first}}/{{second:path}}", self._serve, methods=list(METHODS)),
        )

    async def _serve(self, request: Request) -> Response:
        first, second = str(request.path_params["first"]), str(request.path_params.get("second", ""))
        try:
            return await self._answer(request, first, second)
        except Problem as problem:
            return refused(problem)

    async def _answer(self, request: Request, first: str, second: str) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        collection = next((one for one in KINDS if one == first), None)
        school = await self._school(request, listing=bool(collection) and method == "GET" and not second)
        if collection is None:
            return self._discovered(method, first, second)
        match method, bool(second):
            case "GET", False:
                return self._list(request, collection, school)
            case "GET", True:
                held = found(self._held[school], collection, second)
                return answered(_only(collection, self._shown(collection, held), _asked(request)))
            case "POST", False:
                return await self._create(request, collection, school)
            case "PUT", True:
                members = await members_in(request)
                held = await self._taking.replace(self._held[school], collection, second, members)
                return answered(self._told(collection, held))
            case "DELETE", True:
                self._taking.delete(self._held[school], collection, second)
                return Response(status_code=NO_CONTENT, headers=HEADERS)
            case "PATCH", True:
                raise Problem(NOT_IMPLEMENTED, "EGIL has no PATCH: replace the whole resource")
        if second == ".search":
            raise Problem(NOT_IMPLEMENTED, "EGIL has no searches")
        raise Problem(NOT_ALLOWED, "this cannot be done here")

    async def _school(self, request: Request, *, listing: bool) -> str:
        """Who has called.

        Raises:
            Problem: nobody who may.
        """
        try:
            return await self._callers.school(request)
        except Problem:
            if listing and self._behaviour.lists_for_anybody:
                return ANYBODY
            raise

    @property
    def _behaviour(self) -> ReceivingBehaviour:
        return self._taking.behaviour

    # --- resources --------------------------------------------------------------------------------------------------

    async def _create(self, request: Request, collection: Collection, school: str) -> Response:
        held = await self._taking.create(self._held[school], collection, await members_in(request))
        told = self._told(collection, held)
        return answered(told, CREATED, {"Location": self._location(collection, held)})

    def _list(self, request: Request, collection: Collection, school: str) -> Response:
        if request.query_params.get("filter") is not None:
            raise Problem(BAD_REQUEST, "EGIL has no filters: ask for all", "invalidFilter")
        every = [held for one in self._visible(school) for _, held in one.every(collection)]
        start, count = max(1, _number(request, "startIndex", 1)), max(0, _number(request, "count", len(every)))
        page, wanted = every[start - 1 : start - 1 + count], _asked(request)
        head = {"schemas": [LIST], "totalResults": len(every), "startIndex": start, "itemsPerPage": len(page)}
        return listed(head, (_only(collection, self._shown(collection, held), wanted) for held in page))

    def _visible(self, school: str) -> Iterable[Holdings]:
        apart = self._behaviour.keeps_schools_apart and school != ANYBODY
        return (self._held[school],) if apart else self._held.values()

    def _shown(self, collection: Collection, held: Held) -> Shown:
        """A resource with what the vendor says of it (RFC 7643, 3.1)."""
        meta = {
            "resourceType": KINDS[collection].name,
            "created": held.created.isoformat(),
            "lastModified": held.modified.isoformat(),
            "location": self._location(collection, held),
        }
        return {**held.resource, "meta": meta}

    def _told(self, collection: Collection, held: Held) -> Shown:
        """The same in answer to a change, with what the vendor has to say about that."""
        shown = self._shown(collection, held)
        if self._behaviour.names_in_answers and collection == "Users":
            names = attributes_of(held.resource, ("givenName", "sn"))
            shown["message"] = f"Account ready for {' '.join(text for texts in names.values() for text in texts)}"
        return shown

    def _location(self, collection: Collection, held: Held) -> str:
        return f"{self._taking.base_url}/{collection}/{held.resource['id']}"

    # --- what the vendor says of itself -----------------------------------------------------------------------------

    def _discovered(self, method: str, first: str, second: str) -> Response:
        documents = {TYPES: self._discovery.types, SCHEMAS: self._discovery.schemas}.get(first)
        if documents is None and (first != CONFIG or second):
            if first in ("Bulk", ".search"):
                raise Problem(NOT_IMPLEMENTED, "EGIL has no bulk operations and no searches")
            raise Problem(NOT_FOUND, "there is nothing here")
        if method != "GET":
            raise Problem(NOT_ALLOWED, "this can only be read")
        if documents is None:
            return answered(self._discovery.config)
        if not second:
            every = list(documents.values())
            head = {"schemas": [LIST], "totalResults": len(every), "startIndex": 1, "itemsPerPage": len(every)}
            return answered({**head, "Resources": every})
        if second not in documents:
            raise Problem(NOT_FOUND, "there is no such document")
        return answered(documents[second])


def _number(request: Request, name: str, otherwise: int) -> int:
    """A number in the query.

    Raises:
        Problem: it is none.
    """
    text = request.query_params.get(name)
    if text is None:
        return otherwise
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        raise Problem(BAD_REQUEST, f"{name} is no number", "invalidValue")
    return int(text)


def _asked(request: Request) -> Narrowed | None:
    """What a caller asks for of each resource (RFC 7644, 3.9); None: all of it.

    Raises:
        Problem: it asks for both ways at once, for what cannot be an attribute, or for too much.
    """
    asked = {name: request.query_params[name] for name in NARROWING if request.query_params.get(name)}
    if not asked:
        return None
    if any(len(text) > MAX_TEXT or text.count(",") >= MAX_NAMES for text in asked.values()):
        raise Problem(BAD_REQUEST, "that is too many attributes to ask for", "invalidValue")
    try:
        return ResponseParameters[Any].model_validate(asked)
    except ValueError as error:
        raise Problem(BAD_REQUEST, f"{' and '.join(asked)} cannot be so", "invalidValue") from error


def _only(collection: Collection, shown: Shown, wanted: Narrowed | None) -> Shown:
    """So much of a resource."""
    if wanted is None:
        return shown
    context = Context.RESOURCE_QUERY_RESPONSE
    read = KINDS[collection].model.model_validate(shown, scim_ctx=context, scim_policy=TOLERANT)
    return dict(read.model_dump(scim_ctx=context, response_parameters=wanted))
