"""A forward proxy passes plain http on, and nothing else."""

import asyncio
import json

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from testbed.interception.forwarding import ForwardProxy
from testbed.lab.outside import served


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    told = {
        "url": str(request.url),
        "method": request.method,
        "body": (await request.body()).decode(),
        "headers": dict(request.headers),
    }
    await JSONResponse(told, 418, {"set-cookie": "a=b"})(scope, receive, send)


async def through(method: str, url: str, **more: str) -> httpx.Response:
    async with served(ForwardProxy(httpx.ASGITransport(app))) as proxy, httpx.AsyncClient(proxy=proxy) as http:
        return await http.request(method, url, **more)  # type: ignore[arg-type]


def test_a_request_arrives_as_it_was_sent() -> None:
    answer = asyncio.run(through("POST", "http://vendor.test:81/ab?c=%C3%A5&d", content="x=1"))
    told = json.loads(answer.content)
    assert (answer.status_code, answer.headers["set-cookie"]) == (418, "a=b")
    assert told["url"] == "http://vendor.test:81/ab?c=%C3%A5&d"
    assert (told["method"], told["body"], told["headers"]["host"]) == ("POST", "x=1", "vendor.test:81")
    assert "proxy-connection" not in told["headers"]


def test_who_gives_no_answer_is_named() -> None:
    async def run() -> httpx.Response:
        nobody = httpx.MockTransport(refuse)
        async with served(ForwardProxy(nobody)) as proxy, httpx.AsyncClient(proxy=proxy) as http:
            return await http.get("http://vendor.test/")

    answer = asyncio.run(run())
    assert (answer.status_code, "ConnectError" in answer.text) == (502, True)


def refuse(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody is there")


def test_tls_has_no_way() -> None:
    with pytest.raises(httpx.ProxyError, match="501"):
        asyncio.run(through("GET", "https://vendor.test/"))
