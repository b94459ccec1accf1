"""Who is published: fetched when asked for, kept for a minute, left out with a reason."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from idp.federation.config import Member
from idp.federation.registry import FRESH_FOR, Registry

pytestmark = pytest.mark.anyio
SCHOOL, NEIGHBOUR = "https://idp.skola.test/saml/metadata", "https://idp.granne.test/saml/metadata"
VENDOR = "https://lasning.test/saml/metadata"


@pytest.fixture
async def registry(members: tuple[Member, ...], network: Any) -> AsyncIterator[Registry]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(network)) as http:
        yield Registry(members, http, lambda: network.now)


async def test_all_members_are_fetched_once_and_stand_in_order(registry: Registry, network: Any) -> None:
    first, second = await asyncio.gather(registry.members(), registry.members())
    assert [entity.entity_id for entity in first.entities] == [SCHOOL, NEIGHBOUR, VENDOR]
    assert first == second
    assert first.left_out == ()
    assert sorted(network.asked) == sorted([SCHOOL, NEIGHBOUR, VENDOR])
    assert [entity.entity_id for entity in first.schools] == [SCHOOL, NEIGHBOUR]
    assert first.find(VENDOR) is first.entities[2]
    assert first.find("https://nobody.test") is None


@pytest.mark.parametrize(
    ("later", "fetched_again"),
    [(dt.timedelta(seconds=59), False), (FRESH_FOR, True), (dt.timedelta(seconds=-1), True)],
)
async def test_what_is_older_than_a_minute_is_fetched_again(
    registry: Registry, network: Any, later: dt.timedelta, fetched_again: bool
) -> None:
    await registry.members()
    network.now += later
    await registry.members()
    assert len(network.asked) == (6 if fetched_again else 3)


async def test_who_asks_for_what_is_new_gets_it_within_the_minute(
    registry: Registry, network: Any, make: SimpleNamespace
) -> None:
    await registry.members()
    network.answers[VENDOR] = make.vendor("")
    kept = (await registry.members()).find(VENDOR)
    changed = (await registry.members(anew=True)).find(VENDOR)
    assert kept
    assert kept.responses
    assert changed
    assert changed.responses == ()


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (httpx.Response(404), "status 404"),
        (httpx.Response(302, headers={"Location": "https://tracker.test/"}), "status 302"),
        (httpx.ConnectError("no"), "could not be fetched (ConnectError)"),
        (httpx.ReadTimeout("no"), "could not be fetched (ReadTimeout)"),
        (b"x" * (1024 * 1024 + 1), "is too large"),
        (b"<nonsense", "is not well-formed XML"),
        (httpx.Response(200, content=b"", headers={"Content-Encoding": "br"}), "came compressed"),
    ],
)
async def test_a_member_that_cannot_be_had_is_left_out_and_named(
    registry: Registry, network: Any, answer: object, cause: str, caplog: pytest.LogCaptureFixture
) -> None:
    network.answers[VENDOR] = answer
    with caplog.at_level(logging.WARNING):
        members = await registry.members()
    assert [entity.entity_id for entity in members.entities] == [SCHOOL, NEIGHBOUR]
    assert [(one.member.entity_id, cause in one.cause) for one in members.left_out] == [(VENDOR, True)]
    assert any(VENDOR in line and cause in line for line in caplog.messages)


async def test_a_member_that_expires_while_it_is_kept_is_left_out(
    registry: Registry, network: Any, make: SimpleNamespace
) -> None:
    network.answers[VENDOR] = make.vendor(attributes='validUntil="2026-11-23T12:00:30Z"')
    assert (await registry.members()).find(VENDOR)
    network.now += dt.timedelta(seconds=30)
    members = await registry.members()
    assert members.find(VENDOR) is None
    assert [one.cause for one in members.left_out] == ["has expired (validUntil)"]
    assert len(network.asked) == 3


async def test_a_registry_of_nobody_knows_nobody() -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500))) as http:
        members = await Registry((), http, lambda: dt.datetime(2026, 1, 1, tzinfo=dt.UTC)).members()
    assert members.entities == members.left_out == ()
