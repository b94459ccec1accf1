"""The answers: what they hold, their headers, and the errors in the standard's form."""

from collections.abc import Mapping
from http import HTTPStatus

from idp.openapi import COUNT, Schema, closed, listed, ref
from idp.ss12000.bodies import JSON_TYPE
from idp.ss12000.kinds import DELETED_SPELLING, SINGULAR
from idp.ss12000.openapi.shared import UUID

type Answer = dict[str, object]
type Answers = dict[str, object]
"""By status."""

_PAGE_TOKEN: Schema = {"type": ["string", "null"]}
_SECONDS: Schema = {"type": "number", "minimum": 0}
RATE: Mapping[str, object] = {
    "X-RateLimit-Limit": {
        "required": True,
        "schema": COUNT,
        "description": "Requests that the caller has in each window of time.",
    },
    "X-RateLimit-Remaining": {"required": True, "schema": COUNT, "description": "How many of them are left."},
    "X-RateLimit-Reset": {
        "required": True,
        "schema": _SECONDS,
        "description": "Seconds until the next window begins, when all are back.",
    },
}
AGAIN: Mapping[str, object] = {
    "Retry-After": {"schema": COUNT, "description": "Seconds until it makes sense to ask again."}
}
CHALLENGE: Mapping[str, object] = {
    "WWW-Authenticate": {"required": True, "schema": {"type": "string"}, "description": "As RFC 6750 has it."}
}
PLACE: Mapping[str, object] = {
    "Location": {"required": True, "schema": {"type": "string", "format": "uri-reference"}, "description": "Where."}
}

_TOLD: Mapping[int, tuple[str, Mapping[str, object]]] = {
    HTTPStatus.BAD_REQUEST: ("The request is not what the API reads: a filter, a page token, an id or a body.", RATE),
    HTTPStatus.UNAUTHORIZED: ("There is no token that says who calls, or none that is good here.", CHALLENGE),
    HTTPStatus.FORBIDDEN: ("The agreement with the caller does not have this.", RATE),
    HTTPStatus.NOT_FOUND: ("There is no such resource, or none that the caller may see.", RATE),
    HTTPStatus.CONFLICT: ("The caller has too many subscriptions.", RATE),
    HTTPStatus.CONTENT_TOO_LARGE: ("The body is too large.", RATE),
    HTTPStatus.URI_TOO_LONG: ("The query is too long.", RATE),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("The body is no JSON.", RATE),
    HTTPStatus.TOO_MANY_REQUESTS: ("The caller has asked too often.", {**RATE, **AGAIN}),
    HTTPStatus.SERVICE_UNAVAILABLE: ("The school cannot answer just now.", AGAIN),
}
_ALWAYS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.URI_TOO_LONG,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
OF_BODIES = (HTTPStatus.CONTENT_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
"""What else can be wrong where there is a body."""

RESPONSES: Mapping[str, Answer] = {
    HTTPStatus(status).name: {"description": text, "headers": dict(headers), "content": {JSON_TYPE: {"schema": error}}}
    for error in (ref("Error"),)
    for status, (text, headers) in _TOLD.items()
}
"""The errors by their names."""


def errors(*more: HTTPStatus) -> Answers:
    """What can go wrong everywhere, and these."""
    return {str(int(one)): {"$ref": f"#/components/responses/{one.name}"} for one in sorted((*_ALWAYS, *more))}


def good(description: str, schema: Schema, headers: Mapping[str, object] = RATE) -> Answer:
    """An answer with JSON of this schema."""
    return {"description": description, "headers": dict(headers), "content": {JSON_TYPE: {"schema": schema}}}


def empty(description: str) -> Answer:
    """An answer without a body."""
    return {"description": description, "headers": dict(RATE)}


def page(items: Schema) -> Schema:
    """A page of a list."""
    return closed({"data": listed(items), "pageToken": _PAGE_TOKEN})


def deleted() -> Schema:
    """A page of ids of what is there no longer, by resource type in the standard's spelling."""
    kinds = {DELETED_SPELLING.get(kind, kind): listed(UUID, least=1) for kind in SINGULAR}
    return closed({"data": closed(kinds, optional=kinds), "pageToken": _PAGE_TOKEN})
