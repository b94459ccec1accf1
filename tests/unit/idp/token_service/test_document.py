"""The token service's document speaks of every route and of no other, and of every way to be denied."""

from typing import Any, get_args

import httpx
import pytest
from token_lab import AUTH

from idp.token_service.document import document
from idp.token_service.refused import STATUSES, Denial

pytestmark = pytest.mark.anyio


async def test_it_is_served_to_whoever_asks_and_names_every_route(lab: Any) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(lab.service.app)) as http:
        served = (await http.get(f"{AUTH}/openapi.json")).json()
    routes = {route.path: {method.lower() for method in route.methods - {"HEAD"}} for route in lab.service.app.routes}
    assert {path: set(what) for path, what in served["paths"].items()} == routes
    assert served == document("/transaction", "/.well-known/jwks.json")


def test_every_code_and_every_status_is_in_it() -> None:
    whole: Any = document("/t", "/k")
    assert whole["components"]["schemas"]["Denied"]["properties"]["error"]["properties"]["code"]["enum"] == list(
        get_args(Denial.__value__)
    )
    assert {str(int(status)) for status in STATUSES.values()} < set(whole["paths"]["/t"]["post"]["responses"])
