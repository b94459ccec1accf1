"""A subscription is made once, renewed before it ends, made anew where it is gone, and given back."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sp_mocks.exchange.api import DataApi
from sp_mocks.exchange.behaviour import NEEDED
from sp_mocks.exchange.profiles import EXCHANGE_PROFILES
from sp_mocks.exchange.subscribing import Subscribing

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
TARGET = "https://lists.test/webhook/unguessable"


class Token:
    async def token(self) -> str:
        return "token"

    def forget(self) -> None:
        pass


class School:
    """Gives subscriptions of 90 days, or answers what it is told to."""

    def __init__(self) -> None:
        self.now, self.asked = NOW, list[tuple[str, str]]()
        self.wishes: list[dict[str, object]] = []
        self.answer: httpx.Response | None = None
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._hear))
        api = DataApi("https://api.test", lambda: http, Token(), EXCHANGE_PROFILES["class-lists"].behaviour)
        self.subscribing = Subscribing(api, TARGET, NEEDED, lambda: self.now)

    def _hear(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.method, request.url.path))
        self.wishes.append(json.loads(request.content or b"{}"))
        if self.answer is not None:
            return self.answer
        until = (self.now + timedelta(days=90)).isoformat().replace("+00:00", "Z")
        return httpx.Response(201 if request.method == "POST" else 200, json={"id": "s-1", "expires": until})


async def test_it_is_made_once_for_what_is_fetched() -> None:
    school = School()
    await school.subscribing.keep()
    await school.subscribing.keep()
    assert school.asked == [("POST", "/subscriptions")]
    kinds = [{"resource": kind} for kind in ("Organisation", "Person", "Group", "Duty")]
    assert school.wishes == [{"name": "roster", "target": TARGET, "resourceTypes": kinds}]


async def test_it_is_renewed_a_month_before_it_ends() -> None:
    school = School()
    await school.subscribing.keep()
    school.now += timedelta(days=59)
    await school.subscribing.keep()
    assert len(school.asked) == 1
    school.now += timedelta(days=1)
    await school.subscribing.keep()
    await school.subscribing.keep()
    assert school.asked[1:] == [("PATCH", "/subscriptions/s-1")]


async def test_one_that_is_gone_is_made_anew() -> None:
    school = School()
    await school.subscribing.keep()
    school.now += timedelta(days=91)
    school.answer = httpx.Response(404, json={"code": "not_found", "message": ""})
    await school.subscribing.keep()
    assert school.asked[1:] == [("PATCH", "/subscriptions/s-1"), ("POST", "/subscriptions")]
    school.answer = None
    await school.subscribing.keep()
    assert school.asked[3:] == [("POST", "/subscriptions")]


async def test_it_is_given_back_once() -> None:
    school = School()
    await school.subscribing.end()
    await school.subscribing.keep()
    await school.subscribing.end()
    await school.subscribing.end()
    assert school.asked == [("POST", "/subscriptions"), ("DELETE", "/subscriptions/s-1")]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(201, content=b"no json"),
        httpx.Response(201, json={"id": 7, "expires": "2026-12-01T00:00:00Z"}),
        httpx.Response(201, json={"id": "s-1", "expires": "soon"}),
        httpx.Response(403, json={"code": "forbidden", "message": ""}),
    ],
)
async def test_a_school_that_gives_none_is_asked_again_next_time(answer: httpx.Response) -> None:
    school = School()
    school.answer = answer
    await school.subscribing.keep()
    school.answer = None
    await school.subscribing.keep()
    await school.subscribing.keep()
    assert school.asked == [("POST", "/subscriptions")] * 2


async def test_one_that_ended_at_the_beginning_of_time_is_renewed() -> None:
    school = School()
    school.answer = httpx.Response(201, json={"id": "s-1", "expires": "0001-01-01T00:00:00Z"})
    await school.subscribing.keep()
    await school.subscribing.keep()
    assert school.asked == [("POST", "/subscriptions"), ("PATCH", "/subscriptions/s-1")]
