"""Bodies end at their limits."""

import asyncio
from collections.abc import Iterable, Iterator

import pytest
from starlette.requests import Request

from idp import body
from idp.body import read_body
from idp.refused import Refused

pytestmark = pytest.mark.anyio


def request(parts: Iterable[bytes]) -> Request:
    waiting = iter(parts)

    async def receive() -> dict[str, object]:
        body = next(waiting, None)
        return {"type": "http.request", "body": body or b"", "more_body": body is not None}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


async def test_a_body_in_parts_is_joined() -> None:
    assert await read_body(request([b"ab", b"c"]), 3) == b"abc"


async def test_reading_stops_at_the_limit() -> None:
    def endless() -> Iterator[bytes]:
        for number in range(1000):
            assert number < 10, "read on though it was too much"
            yield b"x"

    with pytest.raises(Refused, match="too large") as refused:
        await read_body(request(endless()), 5)
    assert refused.value.status == 413


async def test_a_body_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "BODY_TIMEOUT_S", 0.05)
    parts: list[dict[str, object]] = [{"type": "http.request", "body": b"x", "more_body": True}]

    async def receive() -> dict[str, object]:
        if not parts:
            await asyncio.Event().wait()
        return parts.pop()

    with pytest.raises(Refused, match="took too long") as refused:
        await read_body(Request({"type": "http", "method": "POST", "headers": []}, receive), 5)
    assert refused.value.status == 408
