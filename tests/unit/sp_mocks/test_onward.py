"""What faulty vendors pass on: sent by the handed client, and never in the way of the pupil."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from sp_mocks.onward import partner_url, tell_tracker

pytestmark = pytest.mark.anyio


class Endless(httpx.AsyncByteStream):
    """An answer that does not end."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65536


def broken(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("too slow")


ANSWERS: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "fine": lambda _: httpx.Response(200),
    "refused by the proxy": lambda _: httpx.Response(502, text="no such host"),
    "elsewhere": lambda _: httpx.Response(307, headers={"Location": "https://further.test/"}),
    "without end": lambda _: httpx.Response(200, stream=Endless()),
    "broken": broken,
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_the_tracker_is_told_once_whatever_it_answers(answer: Callable[..., httpx.Response]) -> None:
    sent = []

    def record(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answer(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(record), follow_redirects=True) as http:
        await tell_tracker(http, "metrics.tracker.test", "åsa@skola.test")
    (request,) = sent
    assert (request.method, str(request.url)) == ("POST", "https://metrics.tracker.test/collect")
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content) == {"event": "login", "email": "åsa@skola.test"}


async def test_a_tracker_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sp_mocks.onward.TIMEOUT_S", 0.01)
    asked = asyncio.Event()

    async def never(_: httpx.Request) -> httpx.Response:
        asked.set()
        await asyncio.Event().wait()
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(never)) as http:
        await tell_tracker(http, "metrics.tracker.test", "a@skola.test")
    assert asked.is_set()


async def test_a_mistake_of_ours_is_not_taken_for_the_tracker_s() -> None:
    def mistaken(_: httpx.Request) -> httpx.Response:
        raise LookupError

    async with httpx.AsyncClient(transport=httpx.MockTransport(mistaken)) as http:
        with pytest.raises(LookupError):
            await tell_tracker(http, "metrics.tracker.test", "a@skola.test")


def test_the_partner_finds_the_user_name_in_the_address() -> None:
    assert partner_url("partner.annons.test", "a+b&c@skola.test") == (
        "https://partner.annons.test/sync?uid=a%2Bb%26c%40skola.test"
    )
