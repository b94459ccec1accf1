"""A page of a vendor's, or that there is none from which anything could be concluded."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from testbed.certify.exchange.calling import MAX_ANSWER
from testbed.certify.exchange.pages import page_at

pytestmark = pytest.mark.anyio
URL = "http://127.0.0.1:1/roster"


async def page(answer: httpx.Response | Exception) -> str | None:
    def handle(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as http:
        return await page_at(http, URL, 5.0)


@pytest.mark.parametrize("status", [200, 203])
async def test_what_stands_on_it(status: int) -> None:
    assert await page(httpx.Response(status, text="Åsa")) == "Åsa"
    assert await page(httpx.Response(status, content=b"")) == ""


@pytest.mark.parametrize("status", [302, 401, 403, 404, 429, 500, 502, 503])
async def test_another_status_is_no_page(status: int) -> None:
    assert await page(httpx.Response(status, text="nobody")) is None


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        httpx.UnsupportedProtocol("elsewhere"),
    ],
)
async def test_a_vendor_that_is_not_reached_has_shown_none(trouble: Exception) -> None:
    assert await page(trouble) is None


@pytest.mark.parametrize("charset", ["hex", "undefined", "no-such"])
async def test_a_charset_of_no_text_is_no_page_and_an_unknown_one_is_utf_8(charset: str) -> None:
    got = await page(httpx.Response(200, headers={"content-type": f"text/html; charset={charset}"}, content=b"Anna"))
    assert got == ("Anna" if charset == "no-such" else None)


async def test_one_without_end_is_not_read_to_it() -> None:
    sent = 0

    async def forever() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 65_536

    assert await page(httpx.Response(200, content=forever())) is None
    assert sent <= MAX_ANSWER // 65_536 + 2


async def test_one_that_is_packed_small_is_not_taken_for_small() -> None:
    bomb = gzip.compress(b"x" * (MAX_ANSWER + 1))
    assert await page(httpx.Response(200, headers={"content-encoding": "gzip"}, content=bomb)) is None


async def test_one_that_drips_ends_with_the_time_that_the_vendor_has() -> None:
    async def dripping() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.01)

    handle: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(200, content=dripping())  # noqa: E731
    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as http:
        assert await page_at(http, URL, 0.2) is None
