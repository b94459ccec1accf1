"""What can be asked where, and what answers."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus

from idp.openapi import DOCUMENT, listed, ref
from idp.ss12000.kinds import SINGULAR
from idp.ss12000.openapi import parameters
from idp.ss12000.openapi.answers import OF_BODIES, PLACE, RATE, Answers, deleted, empty, errors, good, page
from idp.ss12000.openapi.requests import OTHER_LOOKUP, body

type Operation = dict[str, object]
type Path = dict[str, object]
"""Operations by method in lower case, and the parameters that all of them have."""


def paths() -> Mapping[str, Path]:
    """All paths."""
    found: dict[str, Path] = {}
    for kind in SINGULAR:
        found |= _of_resource(kind)
    return found | dict(_others())


def _of_resource(kind: str) -> Mapping[str, Path]:
    one = ref(SINGULAR[kind])
    lookup = "Lookup" if kind == "persons" else OTHER_LOOKUP
    listing: Answers = {"200": good("A page.", page(one)) | {"links": _next_page(f"list_{kind}")}}
    asked = parameters.of_single(kind)
    return {
        f"/{kind}": {
            "get": _operation(kind, "list", f"A page of all {kind} that the caller may see.", listing | errors())
            | {"parameters": parameters.of_list(kind)}
        },
        f"/{kind}/lookup": {
            "post": _operation(
                kind,
                "look_up",
                f"Those of these {kind} that the caller may see, each once.",
                {"200": good("Those that there are.", listed(one)), **errors(*OF_BODIES)},
            )
            | {"parameters": asked, "requestBody": body(lookup)}
        },
        f"/{kind}/{{id}}": {
            "parameters": [parameters.ID],
            "get": _operation(
                kind,
                "get",
                f"One of the {kind}.",
                {"200": good("The resource.", one), **errors(HTTPStatus.NOT_FOUND)},
            )
            | {"parameters": asked},
        },
    }


def _others() -> Iterator[tuple[str, Path]]:
    gone = {"200": good("A page of ids.", deleted()) | {"links": _next_page("list_deletedEntities")}, **errors()}
    listing = _operation("deletedEntities", "list", "What the caller could see and can no longer.", gone)
    yield "/deletedEntities", {"get": listing | {"parameters": parameters.of_deleted()}}
    yield from _subscriptions()
    for path, model, told in (
        ("log", "LogEntry", "Say what went wrong in a transfer. It names nobody."),
        ("statistics", "StatisticsEntry", "Say how much was taken in."),
    ):
        answers = {"201": empty("It is kept."), **errors(*OF_BODIES)}
        yield f"/{path}", {"post": _operation(path, "post", told, answers) | {"requestBody": body(model)}}
    described = good("This document.", {"type": "object"}, {})
    yield (
        DOCUMENT,
        {"get": _operation("document", "get", "This document.", {"200": described}) | {"security": []}},
    )


def _subscriptions() -> Iterator[tuple[str, Path]]:
    what, one = "subscriptions", ref("Subscription")
    page_of = good("A page.", page(one)) | {"links": _next_page("list_subscriptions")}
    made = good("The subscription.", one, {**RATE, **PLACE}) | {"links": _to_made()}
    missing = errors(HTTPStatus.NOT_FOUND)
    yield (
        "/subscriptions",
        {
            "get": _operation(what, "list", "The caller's own subscriptions.", {"200": page_of, **errors()})
            | {"parameters": list(parameters.PAGING)},
            "post": _operation(
                what,
                "add",
                "Hear of changes, for 90 days. Only an address of the caller's own is told, and never what changed.",
                {"201": made, **errors(HTTPStatus.CONFLICT, *OF_BODIES)},
            )
            | {"requestBody": body("NewSubscription"), "callbacks": _notice()},
        },
    )
    yield (
        "/subscriptions/{id}",
        {
            "parameters": [parameters.ID],
            "get": _operation(what, "get", "One of them.", {"200": good("It.", one), **missing}),
            "patch": _operation(
                what,
                "renew",
                "Let it live on until a later moment, for 90 days at most and without a moment.",
                {"200": good("As it is now.", one), **errors(HTTPStatus.NOT_FOUND, *OF_BODIES)},
            )
            | {"requestBody": body("Renewal")},
            "delete": _operation(what, "remove", "Forget it.", {"204": empty("It is gone."), **missing}),
        },
    )


def _operation(what: str, verb: str, summary: str, answers: Answers) -> Operation:
    return {"operationId": f"{verb}_{what}", "tags": [what], "summary": summary, "responses": answers}


def _next_page(operation: str) -> Mapping[str, object]:
    return {"next": {"operationId": operation, "parameters": {"query.pageToken": "$response.body#/pageToken"}}}


def _to_made() -> Mapping[str, object]:
    made = {"path.id": "$response.body#/id"}
    return {verb: {"operationId": f"{verb}_subscriptions", "parameters": made} for verb in ("get", "renew", "remove")}


def _notice() -> Mapping[str, object]:
    called = {
        "requestBody": body("Notice"),
        "responses": {"200": {"description": "The notice has come. Whatever else is answered, it is sent again."}},
    }
    return {"notice": {"{$request.body#/target}": {"post": called}}}
