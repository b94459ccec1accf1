"""A school that misbehaves once is else as honest as the data API behind it, whatever a vendor sends."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from testbed.lab.tricky_school import MAX_BODY, TrickySchool

pytestmark = pytest.mark.anyio
PERSON = {"id": "1", "givenName": "Anna", "familyName": "Berg", "eduPersonPrincipalNames": ["anna@skola.test"]}
TARGET = "https://vendor.test/webhook"


async def _everything(request: Request) -> Response:
    """Says what it was asked; a limit that is none is too much for it."""
    query = dict(request.query_params)
    if query.get("limit") == "many":
        return JSONResponse({"code": "too_many_requests"}, 429, {"X-RateLimit-Reset": "7"})
    return JSONResponse({"data": [{**PERSON, "asked": query, "body": len(await request.body())}], "pageToken": None})


API = Starlette(routes=[Route("/{path:path}", _everything, methods=["GET", "POST"])])


class Served:
    """A school, and a vendor that asks it."""

    def __init__(self, **how: Any) -> None:
        self.school = TrickySchool("https://localhost:1", **how)
        self.data = httpx.ASGITransport(self.school.before_data(API))
        self.tokens = httpx.ASGITransport(self.school.before_tokens(API))

    async def get(self, query: Mapping[str, str] | None = None, shown: str = "a") -> httpx.Response:
        async with httpx.AsyncClient(transport=self.data, base_url="https://school.test") as http:
            return await http.get("/persons", params=query, headers={"Authorization": f"Bearer {shown}"})

    async def post(self, path: str, body: bytes, *, to_tokens: bool = False) -> httpx.Response:
        way = self.tokens if to_tokens else self.data
        async with httpx.AsyncClient(transport=way, base_url="https://school.test") as http:
            return await http.post(path, content=body)


async def test_the_api_answers_by_itself_and_pages_are_small() -> None:
    served = Served()
    asked = (await served.get({"limit": "500", "meta.modified.after": "2026"})).json()["data"][0]["asked"]
    assert asked == {"limit": "7", "meta.modified.after": "2026"}
    assert served.school.people["1"]["eduPersonPrincipalName"] == "anna@skola.test"


async def test_what_the_api_refuses_keeps_its_headers() -> None:
    answer = await Served().get({"limit": "many"})
    assert (answer.status_code, answer.headers["x-ratelimit-reset"]) == (429, "7")


async def test_a_vendor_that_goes_on_is_given_everybody_and_needs_another_token() -> None:
    served = Served(goes_on=True)
    asked = (await served.get({"meta.modified.after": "2026"})).json()["data"][0]["asked"]
    assert asked == {"limit": "7"}
    served.school.play("token-service-down-once")
    assert (await served.get()).status_code == 401
    assert (await served.post("/transaction", b"{}", to_tokens=True)).status_code == 503
    served.school.play(None)
    assert (await served.get()).status_code == 401
    assert (await served.get(shown="b")).status_code == 200


async def test_one_that_begins_anew_keeps_its_token_while_the_token_service_is_down() -> None:
    served = Served()
    served.school.play("token-service-down-once")
    assert (await served.get()).status_code == 200


@pytest.mark.parametrize("body", [b"", b"[1]", b"\xff", b"[" * 60_000, b'"text"', b'{"name": "none"}'])
async def test_a_subscription_that_cannot_be_read_is_for_the_api_to_refuse(body: bytes) -> None:
    served = Served()
    answer = await served.post("/subscriptions", body)
    assert answer.json()["data"][0]["body"] == len(body)
    assert served.school.webhook == ""
    await served.post("/subscriptions", json.dumps({"target": TARGET}).encode())
    await served.post("/subscriptions", body)
    assert served.school.webhook == TARGET


@pytest.mark.parametrize("to_tokens", [False, True])
async def test_what_is_too_large_is_turned_away(to_tokens: bool) -> None:
    served = Served()
    answer = await served.post("/subscriptions", b"x" * (MAX_BODY + 1), to_tokens=to_tokens)
    assert answer.status_code == 413
    assert [one.status for one in served.school.asked] == [413]
