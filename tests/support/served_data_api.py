"""A school's data API alone, on loopback, for two callers with fixed tokens: a program that tests start.

Its arguments are the port, a file with a JSON object of tokens by the callers' names and, where the API is to do some
things wrongly, which.
"""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from pkgutil import resolve_name

import httpx
import uvicorn
from agreements import an_agreement
from starlette.requests import Request
from starlette.responses import Response

from idp.people import generate
from idp.ss12000.app import SchoolDataConfig, make
from idp.ss12000.caller import Caller, NotAuthenticated
from idp.ss12000.endpoints import Resources
from idp.ss12000.errors import not_here
from idp.ss12000.kinds import SINGULAR
from idp.ss12000.query import Asked, Query, list_asked
from idp.ss12000.subscriptions import Subscription, Subscriptions
from idp.state import State
from testbed.model.written import Agreement

SEED, PUPILS = 7, 40
NEVER_TOO_MANY = 10**9
LONGEST_REQUEST = 1024 * 1024
"""Before the server itself refuses, and not the API."""
HOST = "lasning.test"
"""Of the caller, to whom notices may go."""


def agreement(name: str) -> Agreement:
    """One that is in force for ever, about everything of everybody."""
    return an_agreement(id=f"{name}-2026", valid={"from": "2020-01-01", "until": "2099-12-31"})


async def _list(resources: Resources, kind: str, request: Request, caller: Caller) -> Response:
    if kind == "groups":
        raise RuntimeError("as a test wants it")
    return await _RIGHT_LIST(resources, kind, request, caller)


def _asked(request: Request, kind: str) -> Asked:
    return Asked(Query(kind), 10, "") if kind == "duties" else list_asked(request, kind)


def _anybodys(subscriptions: Subscriptions, _: Caller, name: str) -> Subscription:
    for key in subscriptions._kept.names(""):
        if key.endswith(name) and (found := subscriptions._kept.get(key)):
            return found
    raise not_here()


_RIGHT_LIST = Resources.list
WRONG: Mapping[str, tuple[str, object]] = {
    "keeps-what-is-deleted": ("idp.ss12000.subscriptions.Subscriptions.remove", lambda *_: None),
    "shows-others-what-is-ones-own": ("idp.ss12000.subscriptions.Subscriptions.get", _anybodys),
    "tells-more-of-persons": ("idp.ss12000.persons._identifiers", lambda _: {"shoeSize": 38}),
    "applies-no-filter-to-duties": ("idp.ss12000.endpoints.list_asked", _asked),
    "fails-with-groups": ("idp.ss12000.endpoints.Resources.list", _list),
}
"""What is put in the place of what."""
ANYBODY = "shows-organisations-to-anybody"


def main(port: int, tokens: Mapping[str, str], *wrong: str) -> None:
    """Serve until the process is ended; ``wrong``: with these things wrong."""
    for name in set(wrong) - {ANYBODY}:
        place, instead = WRONG[name]
        owner, _, attribute = place.rpartition(".")
        setattr(resolve_name(owner), attribute, instead)
    callers = {
        f"Bearer {token}": Caller(name, agreement(name), frozenset({HOST}), frozenset(SINGULAR))
        for name, token in tokens.items()
    }

    async def authenticate(request: Request) -> Caller:
        caller = callers.get(request.headers.get("authorization", ""))
        if caller is None and ANYBODY in wrong and request.url.path == "/organisations":
            caller = next(iter(callers.values()))
        if caller is None:
            raise NotAuthenticated("another token")
        return caller

    people = generate(SEED, PUPILS).people
    config = SchoolDataConfig(
        people, authenticate, b"of a test", requests_per_minute=NEVER_TOO_MANY, subscriptions=NEVER_TOO_MANY
    )
    # NOTE: nobody here is told of changes, so nothing is ever sent.
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    data = make(config, State(None, lambda: datetime.now(UTC)), http)
    for name in list(people)[::9]:
        data.roll.leave(name)
    uvicorn.run(
        data.app,
        host="127.0.0.1",
        port=port,
        http="h11",
        h11_max_incomplete_event_size=LONGEST_REQUEST,
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")), *sys.argv[3:])
