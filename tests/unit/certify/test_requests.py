"""A vendor's own request is looked at wherever it has to be pressed for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from certificates import case

from testbed.certify.desk import Desk, NotToBeSeen
from testbed.certify.manners.requests import request
from testbed.interception.http_browser import HttpBrowser
from testbed.model.certificate import Observed
from testbed.model.written import Vendor

pytestmark = pytest.mark.anyio
SCHOOL, APP = "https://school.test", "https://app.test"


def served(asked: httpx.Request) -> httpx.Response:
    if asked.url.path == "/login":
        page = b"<a href='/go'>Log in with the school</a>"
        return httpx.Response(200, headers={"content-type": "text/html"}, stream=httpx.ByteStream(page))
    if asked.url.path == "/go":
        there = f"{SCHOOL}/oidc/authorize?response_type=code&client_id=app"
        return httpx.Response(302, headers={"location": there}, stream=httpx.ByteStream(b""))
    raise AssertionError(f"{asked.url} was asked for")


class World:
    school = SCHOOL

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[HttpBrowser]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(served)) as http:
            yield HttpBrowser(http, lambda: datetime.now(UTC))


def desk(press: str) -> Desk:
    vendor = Vendor.model_validate(
        {
            "id": "app",
            "name": "App",
            "protocol": "oidc",
            "login": f"{APP}/login",
            "probe": {"url": f"{APP}/me"},
            "client": {"client_id": "app", "redirect_uris": [f"{APP}/callback"]},
            "clicks": [{"press": press}],
        }
    )
    world: Any = World()
    nobody: Any = SimpleNamespace(id="a")
    return Desk(vendor, world, nobody, nobody)


async def test_what_stands_between_the_door_and_the_request_is_pressed() -> None:
    wanted = case(manner="request", value="code-flow")
    assert (await request(desk("Log in"), wanted, "")).observed is Observed.AS_ASKED


async def test_a_button_that_is_not_there_is_no_fault_of_the_request() -> None:
    with pytest.raises(NotToBeSeen, match="not there"):
        await request(desk("Enter"), case(manner="request", value="code-flow"), "")
