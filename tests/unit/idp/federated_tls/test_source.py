"""What a participant keeps of the federation's machines, and for how long; keys changed and revoked end to end."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from idp.federated_tls.app import MachineRegistry
from idp.federated_tls.pins import client_of, peer_of
from idp.federated_tls.publishing import Publisher
from idp.federated_tls.refused import Untrusted
from idp.federated_tls.source import MachineSource

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
URL = "https://machines.federation.test/machines.jws"
SCHOOL, VENDOR = "https://skola.test", "https://lasning.test"


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Answers(httpx.AsyncBaseTransport):
    """The federation's host; a test breaks it."""

    app: httpx.AsyncBaseTransport
    broken: httpx.Response | Exception | None = None
    asked: list[str] = field(default_factory=list)
    headers: list[httpx.Headers] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if isinstance(self.broken, Exception):
            raise self.broken
        answer = self.broken or await self.app.handle_async_request(request)
        self.headers.append(answer.headers)
        return answer


@dataclass
class Reader:
    registry: MachineRegistry
    source: MachineSource
    clock: Clock
    answers: Answers

    async def knows(self, credential: Any) -> str:
        """Who the reader takes this caller for; "" for nobody."""
        peer = peer_of(credential.scope())
        assert peer is not None
        entity = client_of((await self.source.machines(self.clock.now)).callers, peer)
        return entity.entity_id if entity else ""


@pytest.fixture
def reader(federation: Any) -> Reader:
    clock = Clock()
    registry = MachineRegistry(federation.publisher, federation.machines, clock)
    answers = Answers(httpx.ASGITransport(registry.app))
    http = httpx.AsyncClient(transport=answers)
    return Reader(registry, MachineSource(URL, federation.key, http), clock, answers)


async def test_it_is_asked_again_when_the_federation_says(reader: Reader, federation: Any) -> None:
    assert (await reader.source.machines(NOW)).machines == federation.machines
    await reader.source.machines(NOW + timedelta(seconds=599))
    assert len(reader.answers.asked) == 1
    await reader.source.machines(NOW + timedelta(seconds=600))
    assert reader.answers.asked == [URL, URL]
    (headers, *_) = reader.answers.headers
    assert headers["cache-control"] == "max-age=600"
    assert headers["content-type"] == "application/jose+json"


async def test_a_key_is_changed_without_a_gap(reader: Reader, federation: Any) -> None:
    old, new = federation.credentials[VENDOR], federation.issue("lasning.test")
    reader.registry.announce_pin(VENDOR, new.digest)
    reader.registry.announce_pin(VENDOR, new.digest)
    assert [await reader.knows(old), await reader.knows(new)] == [VENDOR, VENDOR]
    reader.registry.revoke_pin(VENDOR, old.digest)
    assert [await reader.knows(old), await reader.knows(new)] == [VENDOR, VENDOR], "what is kept lasts"
    reader.clock.now += timedelta(seconds=600)
    assert [await reader.knows(old), await reader.knows(new)] == ["", VENDOR]


async def test_a_new_key_is_not_known_before_readers_ask_again(reader: Reader, federation: Any) -> None:
    new = federation.issue("lasning.test")
    assert await reader.knows(new) == ""
    reader.registry.announce_pin(VENDOR, new.digest)
    assert await reader.knows(new) == ""
    reader.clock.now += timedelta(seconds=600)
    assert await reader.knows(new) == VENDOR


async def test_an_organisation_is_turned_away_and_the_last_key_too(reader: Reader, federation: Any) -> None:
    vendor = reader.registry.machines.entities[1]
    assert vendor.entity_id == VENDOR
    reader.registry.replace(vendor.model_copy(update={"clients": ()}))
    reader.registry.revoke_pin(SCHOOL, federation.credentials[SCHOOL].digest)
    assert [await reader.knows(one) for one in federation.credentials.values()] == ["", ""]
    assert [entity.clients for entity in reader.registry.machines.entities] == [(), ()]


async def test_changes_that_cannot_be(reader: Reader, federation: Any) -> None:
    registry, school = reader.registry, federation.credentials[SCHOOL].digest
    with pytest.raises(ValueError, match="pin-of-two-entities"):
        registry.announce_pin(VENDOR, school)
    with pytest.raises(ValueError, match="no client of"):
        registry.revoke_pin(VENDOR, school)
    with pytest.raises(ValueError, match="no entity is called"):
        registry.replace(federation.machines.entities[0].model_copy(update={"entity_id": "https://nobody.test"}))
    with pytest.raises(ValueError, match="pin-of-two-entities"):
        registry.replace(federation.machines.entities[0].model_copy(update={"entity_id": VENDOR}))
    with pytest.raises(ValueError, match="digest"):
        registry.announce_pin(VENDOR, "short")
    registry.revoke_pin(SCHOOL, school)
    with pytest.raises(ValueError, match="has no client"):
        registry.announce_pin(SCHOOL, school)
    registry.replace(federation.machines.entities[0])
    assert await reader.knows(federation.credentials[SCHOOL]) == SCHOOL


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (httpx.ConnectError("no"), "not-had"),
        (httpx.Response(500), "not-had"),
        (httpx.Response(200, content=b"{}"), "not-readable"),
        (httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"")), "not-had"),
    ],
)
async def test_what_cannot_be_used_is_asked_for_again_after_a_while(reader: Reader, broken: Any, code: str) -> None:
    reader.answers.broken = broken
    for later in (0, 59):
        with pytest.raises(Untrusted, match=code):
            await reader.source.machines(NOW + timedelta(seconds=later))
    assert len(reader.answers.asked) == 1
    reader.answers.broken = None
    assert (await reader.source.machines(NOW + timedelta(seconds=60))).machines.entities


async def test_what_is_known_serves_until_its_end_and_no_longer(reader: Reader, federation: Any) -> None:
    await reader.source.machines(NOW)
    reader.answers.broken = httpx.Response(503)
    assert (await reader.source.machines(NOW + timedelta(hours=23))).machines == federation.machines
    with pytest.raises(Untrusted, match="not-had"):
        await reader.source.machines(NOW + timedelta(days=1))


async def test_nobody_waits_for_the_federation_while_something_is_known(reader: Reader, federation: Any) -> None:
    await reader.source.machines(NOW)
    over, inner = asyncio.Event(), reader.answers.app
    asked = asyncio.Event()

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            asked.set()
            await over.wait()
            return await inner.handle_async_request(request)

    reader.answers.app = Slow()
    later = NOW + timedelta(seconds=600)
    asking = asyncio.create_task(reader.source.machines(later))
    await asked.wait()
    assert (await reader.source.machines(later)).machines == federation.machines
    assert not asking.done()
    over.set()
    assert (await asking).machines == federation.machines


async def test_what_is_kept_is_not_kept_past_its_end(federation: Any) -> None:
    clock = Clock()
    publisher = Publisher("https://machines.federation.test", federation.signer, timedelta(seconds=30))
    answers = Answers(httpx.ASGITransport(MachineRegistry(publisher, federation.machines, clock).app))
    source = MachineSource(URL, federation.key, httpx.AsyncClient(transport=answers))
    await source.machines(NOW)
    clock.now += timedelta(seconds=30)
    assert (await source.machines(clock.now)).expires == NOW + timedelta(seconds=60)
    assert len(answers.asked) == 2


async def test_a_document_is_signed_anew_when_something_changed_or_time_passed(reader: Reader, federation: Any) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(reader.registry.app)) as http:
        first = (await http.get(URL)).content
        assert (await http.get(URL)).content == first
        reader.clock.now += timedelta(minutes=1)
        assert (await http.get(URL)).content != first
        second = (await http.get(URL)).content
        reader.registry.revoke_pin(SCHOOL, federation.credentials[SCHOOL].digest)
        assert (await http.get(URL)).content != second
        assert (await http.get(f"{URL}/")).status_code == 404
        assert (await http.post(URL)).status_code == 405
