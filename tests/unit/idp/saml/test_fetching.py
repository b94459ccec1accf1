"""A metadata document is fetched within bounds, or refused by a cause."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from idp.saml import fetching
from idp.saml.fetching import MAX_METADATA, fetch_metadata

pytestmark = pytest.mark.anyio
URL = "https://lasning.test/saml/metadata"


async def fetched(answer: httpx.Response) -> bytes:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer)) as http:
        return await fetch_metadata(http, URL)


async def test_a_document_of_the_largest_size_is_fetched_whole() -> None:
    assert await fetched(httpx.Response(200, content=b"x" * MAX_METADATA)) == b"x" * MAX_METADATA


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (httpx.Response(200, content=b"x" * (MAX_METADATA + 1)), "too large"),
        (httpx.Response(500), "status 500"),
        (httpx.Response(302, headers={"Location": URL}), "status 302"),
        (httpx.Response(200, headers={"Content-Encoding": "gzip"}), "compressed"),
    ],
)
async def test_what_is_no_document_is_refused(answer: httpx.Response, cause: str) -> None:
    with pytest.raises(ValueError, match=cause):
        await fetched(answer)


async def test_an_answer_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"<"
            await asyncio.Event().wait()

    monkeypatch.setattr(fetching, "FETCH_TIMEOUT_S", 0.05)
    with pytest.raises(TimeoutError):
        await fetched(httpx.Response(200, stream=Endless()))
