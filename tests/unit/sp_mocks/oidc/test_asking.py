"""The school's server is asked within limits of time and size."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from sp_mocks.oidc import asking
from sp_mocks.oidc.asking import MAX_BYTES, Question, ask
from sp_mocks.refusal import Refused

pytestmark = pytest.mark.anyio
URL = "https://idp.skola.test/oidc/token"


class Endless(httpx.AsyncByteStream):
    """A body without end; counts what was read of it."""

    def __init__(self, *, waits: bool) -> None:
        self.read, self._waits = 0, waits

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            if self._waits:
                await asyncio.Event().wait()
            self.read += 65_536
            yield b" " * 65_536


async def asked(answer: Callable[[httpx.Request], httpx.Response], question: Question = Question(URL)) -> object:  # noqa: B008
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        return await ask(http, question)


async def test_a_form_is_posted_and_anything_else_got() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(400, json={"error": "x"})

    question = Question(URL, {"a": "å&b"}, (("Authorization", "Basic x"),))
    assert await asked(answer, question) == (400, {"error": "x"})
    assert await asked(answer) == (400, {"error": "x"})
    post, got = seen
    assert (post.method, post.content) == ("POST", b"a=%C3%A5%26b")
    assert post.headers["content-type"] == "application/x-www-form-urlencoded"
    assert post.headers["authorization"] == "Basic x"
    assert (got.method, got.content) == ("GET", b"")
    assert got.headers["accept-encoding"] == "identity"


async def test_a_body_without_end_is_not_read_to_it() -> None:
    body = Endless(waits=False)
    with pytest.raises(Refused) as refused:
        await asked(lambda _: httpx.Response(200, headers={"content-type": "application/json"}, stream=body))
    assert refused.value.code == "provider-answer-too-large"
    assert body.read <= MAX_BYTES + 65_536


async def test_a_body_that_never_comes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "TIMEOUT_S", 0.01)
    with pytest.raises(Refused) as refused:
        await asked(
            lambda _: httpx.Response(200, headers={"content-type": "application/json"}, stream=Endless(waits=True))
        )
    assert refused.value.code == "provider-not-reached"


@pytest.mark.parametrize("url", ["https://[::1/", "https://\x7f/"])
async def test_an_address_that_is_none_is_not_asked(url: str) -> None:
    with pytest.raises(Refused):
        await asked(lambda _: httpx.Response(200, json={}), Question(url))


@pytest.mark.parametrize(
    ("media_type", "taken"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("APPLICATION/JWK-SET+JSON", True),
        ("text/html", False),
        ("application/jwt", False),
        ("", False),
    ],
)
async def test_only_json_is_taken_for_json(media_type: str, taken: bool) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b"{}", headers={"content-type": media_type})

    if taken:
        assert await asked(answer) == (200, {})
    else:
        with pytest.raises(Refused):
            await asked(answer)
