"""What a vendor reads in a notice, whatever comes."""

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from sp_mocks.config import ReceivingPlace
from sp_mocks.exchange import notices
from sp_mocks.exchange.notices import Notice, Webhooks, read_notice
from sp_mocks.federated_tls import MachinesPlace
from sp_mocks.refusal import Refused


def body(**members: object) -> bytes:
    return json.dumps(members).encode()


@pytest.mark.parametrize("spelling", ["modifiedEntites", "modifiedEntities"])
def test_both_spellings_are_read(spelling: str) -> None:
    told = body(**{spelling: ["Person", "Group"], "deletedEntities": True, "more": {}})
    assert read_notice(told) == Notice(("Person", "Group"), deleted=True)


def test_a_notice_of_what_is_gone_alone() -> None:
    assert read_notice(body(deletedEntities=True)) == Notice((), deleted=True)
    assert read_notice(body(modifiedEntites=["Person"])) == Notice(("Person",), deleted=False)


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"[]",
        b"\xff",
        body(modifiedEntites="Person"),
        body(modifiedEntites=[7]),
        body(modifiedEntites=None),
        body(deletedEntities="yes"),
        b'{"modifiedEntites": [], "modifiedEntites": []}',
    ],
)
def test_whatever_is_none_is_refused(told: bytes) -> None:
    with pytest.raises(Refused, match="notice-not-readable"):
        read_notice(told)


@given(st.binary(max_size=200) | st.dictionaries(st.text(max_size=5), st.text(max_size=5)).map(lambda d: body(**d)))
def test_anything_is_read_or_refused(told: bytes) -> None:
    with suppress(Refused):
        assert isinstance(read_notice(told), Notice)


@pytest.mark.anyio
async def test_a_notice_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "BODY_TIMEOUT_S", 0.01)

    async def never() -> dict[str, object]:
        await asyncio.Event().wait()
        raise AssertionError

    place = ReceivingPlace(
        entity_id="https://lists.test",
        base_url="https://lists.test/webhook",
        machines=MachinesPlace("https://f.test", "https://f.test", {}),
        schools=("https://skola.test",),
        token_issuer="",
        token_audience="",
        token_jwks_url="",
    )
    webhooks = Webhooks(place, httpx.AsyncClient(), lambda: datetime(2026, 9, 1, tzinfo=UTC), checks=False)
    path = webhooks.target("https://skola.test").rpartition("/")[2]
    request = Request({"type": "http", "method": "POST", "path_params": {"path": path}, "headers": []}, never)
    with pytest.raises(Refused, match="notice-not-readable"):
        await webhooks.heard(request)
