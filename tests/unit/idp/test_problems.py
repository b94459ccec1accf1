"""What goes wrong becomes a page, a status and a line in the log."""

import logging

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from idp.pages import Pages
from idp.problems import Words, error_handlers
from idp.refused import Refused
from testbed.model.written import Bilingual

pytestmark = pytest.mark.anyio


def both(text: str) -> Bilingual:
    return Bilingual(sv=f"{text} på svenska", en=text)


WORDS = Words(both("not here"), both("not so"), both("our fault"))
RAISED = {
    "/refused": Refused(413, "is too large", both("too much")),
    "/busy": HTTPException(429, headers={"Retry-After": "7"}),
    "/broken": RuntimeError("the cause is for the log"),
}


@pytest.fixture
def app() -> Starlette:
    async def fail(request: Request) -> Response:
        raise RAISED[request.scope["path"]]

    routes = [Route(path, fail) for path in RAISED]
    return Starlette(routes=routes, exception_handlers=error_handlers(Pages(both("a school")), WORDS))


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/refused", 413, "too much"),
        ("/busy", 429, "not so"),
        ("/nowhere", 404, "not here"),
        ("/broken", 500, "our fault"),
    ],
)
async def test_each_kind_has_its_page(app: Starlette, path: str, status: int, words: str) -> None:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://a.test") as browser:
        page = await browser.get(path, headers={"Accept-Language": "en"})
        swedish = await browser.get(path)
    assert page.status_code == swedish.status_code == status
    assert words in page.text
    assert f"{words} på svenska" in swedish.text
    assert "the cause is for the log" not in page.text
    assert page.headers.get("retry-after") == ("7" if path == "/busy" else None)


async def test_a_refusal_is_logged_by_its_cause(app: Starlette, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://a.test") as browser:
            await browser.get("/refused?secret=1")
    assert "refused GET /refused: is too large" in caplog.messages


async def test_a_query_that_is_not_utf_8_is_refused_like_any_other(app: Starlette) -> None:
    async def with_octets(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "query_string": b"\xff"}, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(with_octets), base_url="https://a.test") as browser:
        assert (await browser.get("/refused")).status_code == 413
