"""A receiver that is slow, busy, silent or hostile, and how long the sender puts up with it."""

import asyncio
import time
from collections.abc import Iterator
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from egil_lab import NOW, calls_to, endless, scim
from hypothesis import given
from hypothesis import strategies as st

from idp.scim.writing import names as speaks_of
from idp.sending.answers import NO_ANSWER, Answer
from idp.sending.limits import GivenUp, Patience, Why

pytestmark = pytest.mark.anyio
BROTLI = b"\x0b\x02\x80{}  \x03"
NAME = "6561043b-c636-4247-8487-6561043bc636"


class Asking:
    """Calls to a receiver with these answers, the last of them again and again."""

    def __init__(self, *answers: Any, **patience: Any) -> None:
        self.answers, self.requests, self.pauses = list(answers), [], []
        self.calls = calls_to(self._handle, Patience(**patience), self._pause)

    async def ask(self, method: Any = "POST") -> Answer:
        return await self.calls.ask(method, "/Users", b"{}")

    async def why(self) -> Why:
        with pytest.raises(GivenUp) as caught:
            await self.ask()
        return caught.value.why

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return scim(answer)
        return answer(request) if callable(answer) else answer

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


@pytest.mark.parametrize("error", [httpx.ConnectError("no"), httpx.ReadTimeout("no"), httpx.RemoteProtocolError("no")])
async def test_three_silences_in_a_row_end_it(error: Exception) -> None:
    asking = Asking(error)
    assert await asking.why() == Why.UNREACHABLE
    assert len(asking.requests) == 3


async def test_an_answer_between_silences_begins_anew() -> None:
    no = httpx.ConnectTimeout("no")
    asking = Asking(no, no, 201, no, no, 201)
    assert [(await asking.ask()).status for _ in range(2)] == [201, 201]


async def test_one_request_that_is_never_answered_fails_while_others_are() -> None:
    asking = Asking(201)

    async def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            await asyncio.sleep(0)
            raise httpx.ReadTimeout("no")
        return scim(201)

    asking.calls._http = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    silent = asyncio.create_task(asking.ask("PUT"))
    while not silent.done():
        await asking.ask()
        await asyncio.sleep(0)
    assert silent.result().status == NO_ANSWER


async def test_a_drip_is_no_answer() -> None:
    async def drip() -> Any:
        while True:
            yield b" "
            await asyncio.sleep(0.005)

    asking = Asking(lambda _: httpx.Response(201, content=drip()), request_s=0.05)
    start = time.monotonic()
    assert await asking.why() == Why.UNREACHABLE
    assert time.monotonic() - start < 5


async def test_an_endless_answer_is_cut() -> None:
    answer = await Asking(endless).ask()
    assert (answer.status, answer.sound, speaks_of(answer, NAME)) == (201, False, False)


async def test_a_compressed_answer_is_not_read() -> None:
    coded = httpx.Response(201, headers={"content-encoding": "br", "content-type": "application/json"}, content=BROTLI)
    asking = Asking(coded)
    answer = await asking.ask()
    assert (answer.sound, answer.body) == (False, b"")
    assert asking.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("kind", "sound"),
    [
        ("application/scim+json", True),
        ("application/scim+json; charset=utf-8", True),
        ("APPLICATION/JSON", True),
        ("text/html", False),
        ("", False),
    ],
)
async def test_an_answer_is_json_by_its_own_account(kind: str, sound: bool) -> None:
    answer = await Asking(httpx.Response(201, headers={"content-type": kind}, content=b'{"id":1}')).ask()
    assert answer.sound is sound


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b"", True),
        (b'{"id":"%s"}' % NAME.encode(), True),
        (b'{"id":"another"}', False),
        (b'{"externalId":"%s"}' % NAME.encode(), False),
        (b"[]", False),
        (b"{", False),
        (b"[" * 200_000, False),
    ],
)
async def test_an_answer_speaks_of_the_resource_by_its_id(body: bytes, names: bool) -> None:
    assert speaks_of(Answer(201, body, sound=True), NAME) is names


async def test_redirects_are_not_followed() -> None:
    asking = Asking(httpx.Response(307, headers={"location": "https://annan.test/scim/v2/Users"}))
    assert (await asking.ask()).status == 307
    assert len(asking.requests) == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_a_receiver_that_lets_nobody_in_is_not_asked_again(status: int) -> None:
    asking = Asking(status)
    assert await asking.why() == Why.REFUSED
    assert len(asking.requests) == 1


def waits() -> Iterator[tuple[str, float | None]]:
    yield "7", 7.0
    yield "0", 0.1
    yield "1.5", 1.5
    yield format_datetime(NOW.replace(second=9), usegmt=True), 9.0
    yield format_datetime(NOW.replace(hour=1), usegmt=True), 0.1
    for unreadable in (
        "",
        "soon",
        "-1",
        "1.5.5",
        "9" * 10,
        "Mon, 23 Nov 2026 12:00:09",
        "Mon, 99 Nov 2026 12:00:09 GMT",
    ):
        yield unreadable, 0.5


@pytest.mark.parametrize(("told", "waited"), list(waits()))
@pytest.mark.parametrize("status", [429, 503])
async def test_it_waits_as_it_is_told(told: str, waited: float, status: int) -> None:
    asking = Asking(scim(status, None, **{"retry-after": told}), 201)
    assert (await asking.ask()).status == 201
    assert asking.pauses == [waited]


@pytest.mark.parametrize("told", ["61", "86400", "999999999", format_datetime(NOW.replace(hour=13), usegmt=True)])
async def test_it_does_not_wait_too_long(told: str) -> None:
    asking = Asking(scim(429, None, **{"retry-after": told}))
    assert await asking.why() == Why.BUSY
    assert asking.pauses == []


async def test_it_does_not_wait_for_ever() -> None:
    asking = Asking(429)
    assert await asking.why() == Why.BUSY
    assert asking.pauses == [0.5, 1, 2, 4, 8, 16, *[32] * 14]
    asking = Asking(scim(429, None, **{"retry-after": "60"}), waits=1000)
    assert await asking.why() == Why.BUSY
    assert sum(asking.pauses) == 900


async def test_all_wait_with_the_one_that_was_told_to() -> None:
    asking = Asking(*[scim(429, None, **{"retry-after": "5"})] * 8, 201)
    answers = await asyncio.gather(*(asking.ask() for _ in range(8)))
    assert [answer.status for answer in answers] == [201] * 8
    assert asking.pauses == [5.0]


@given(st.text(max_size=40))
def test_whatever_stands_in_retry_after(text: str) -> None:
    told = Answer(429, headers={"retry-after": text}).waits_s(NOW)
    assert told is None or told > 0
