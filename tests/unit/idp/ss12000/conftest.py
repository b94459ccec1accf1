"""A school's data API with callers, a clock that tests set, and a vendor that hears notices, all in this process."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from agreements import an_agreement
from starlette.requests import Request
from starlette.types import Message

from idp.people import generate
from idp.ss12000.app import SchoolData, SchoolDataConfig
from idp.ss12000.caller import Caller, NotAuthenticated
from idp.ss12000.kinds import SINGULAR
from idp.ss12000.webhooks import Webhooks
from idp.state import State
from testbed.model.written import Agreement, Person

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SECRET = b"secret of the school, in a test."


@dataclass
class Lab:
    """Everything that a test of the API needs."""

    people: Mapping[str, Person] = field(repr=False)
    callers: dict[str, Caller] = field(repr=False)
    limit: int = 1_000_000
    now: dt.datetime = NOW
    posted: list[httpx.Request] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    """Statuses that the vendor answers notices with, then 200."""
    pauses: list[float] = field(default_factory=list)
    api: SchoolData = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.AsyncClient(transport=httpx.MockTransport(self._hear))
        config = SchoolDataConfig(self.people, self._authenticate, SECRET, requests_per_minute=self.limit)
        self.state = State(None, lambda: self.now)
        self.api = SchoolData(config, self.state, Webhooks(self.http, pause=self._pause))
        transport = httpx.ASGITransport(self.api.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="https://api.skola.test")

    async def get(self, path: str, caller: str = "reading", **params: Any) -> httpx.Response:
        """GET with these parameters."""
        return await self.client.get(path, params=params, headers={"x-caller": caller})

    async def send(self, method: str, path: str, body: Any = None, caller: str = "reading") -> httpx.Response:
        """Another request with a JSON body."""
        return await self.client.request(method, path, json=body, headers={"x-caller": caller})

    async def everything(self, path: str, caller: str = "reading", limit: int = 1000, **params: Any) -> list[Any]:
        """All pages of a list."""
        answer = await self.get(path, caller, limit=limit, **params)
        found: list[Any] = []
        while True:
            assert answer.status_code == 200, answer.text
            found += answer.json()["data"]
            if not (token := answer.json()["pageToken"]):
                return found
            answer = await self.get(path, caller, limit=limit, pageToken=token)

    async def gone(self, caller: str = "reading", **params: Any) -> dict[str, list[str]]:
        """What is there no longer."""
        answer = await self.get("/deletedEntities", caller, **params)
        assert answer.status_code == 200, answer.text
        data: dict[str, list[str]] = answer.json()["data"]
        return data

    async def status_of_octets(self, path: str, query: bytes) -> int:
        """GET with a query string that no client would send."""
        statuses: list[int] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "scheme": "https"}
        await self.api.app(scope | {"headers": [(b"x-caller", b"reading")]}, receive, send)
        return statuses[0]

    def change(self, name: str, **changes: Any) -> dt.datetime:
        """The school knows something else of a person from now on."""
        known = self.api.roll.changes()
        now = [change.after for change in known if change.person == name and change.after] or [self.people[name]]
        return self.api.roll.put(now[-1].model_copy(update=changes))

    async def _authenticate(self, request: Request) -> Caller:
        caller = self.callers.get(request.headers.get("x-caller", ""))
        if caller is None:
            raise NotAuthenticated("no such caller")
        return caller

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def _hear(self, request: httpx.Request) -> httpx.Response:
        self.posted.append(request)
        status = self.answers.pop(0) if self.answers else 200
        if status == 0:
            raise httpx.ConnectError("nobody listens")
        return httpx.Response(status)


@pytest.fixture(scope="session")
def folk() -> Mapping[str, Person]:
    """The people of a small school with every kind of unusual pupil."""
    return generate(7, 100).people


@pytest.fixture(scope="session")
def agreed() -> Callable[..., Agreement]:
    """See :func:`an_agreement`."""
    return an_agreement


@pytest.fixture(scope="session")
def new_lab(folk: Mapping[str, Person]) -> Callable[..., Lab]:
    """A lab with one caller under this agreement, and another under a like one."""

    def make(agreement: Agreement | None = None, people: Mapping[str, Person] = folk, limit: int = 1_000_000) -> Lab:
        agreement = agreement or an_agreement()
        reading = Caller("reading", agreement, frozenset({"lasning.test"}), frozenset(SINGULAR))
        other = replace(reading, name="other", agreement=agreement.model_copy(update={"id": "other-2026"}))
        nobody = replace(reading, name="nobody", agreement=None)
        return Lab(people, {"reading": reading, "other": other, "nobody": nobody}, limit)

    return make


@pytest.fixture
def lab(new_lab: Callable[..., Lab]) -> Lab:
    """Everything about everybody is agreed, and protected people are withheld."""
    return new_lab()
