"""The recorder says who ended an exchange that was not answered: whoever asked, or whoever was asked."""

import asyncio
import resource
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from testbed.lab.home import trusting
from testbed.model.load import FLOW_HEADER
from testbed.model.wire import BROWSER, HUNG_UP

pytestmark = [pytest.mark.lab, pytest.mark.anyio]


def silent_until(over: asyncio.Event) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await over.wait()

    return app


@pytest.mark.parametrize("http2", [False, True])
async def test_a_caller_that_hangs_up_is_told_from_a_server_that_does_not_answer(
    tmp_path: Path, start_proxy: Any, serve_app: Any, http2: bool
) -> None:
    over = asyncio.Event()
    async with (
        serve_app(silent_until(over), ("vendor.test",)) as address,
        start_proxy({"vendor.test": address, "gone.test": ("127.0.0.1", 1)}, tmp_path) as proxy,
    ):
        trust = trusting(proxy.ca_file)
        async with httpx.AsyncClient(proxy=proxy.url(), verify=trust, http2=http2, trust_env=False) as http:
            with pytest.raises(httpx.ReadTimeout):
                await http.get("https://vendor.test/", timeout=httpx.Timeout(5, read=0.5))
            assert (await http.get("https://gone.test/")).status_code == 502
        assert await proxy.quiet()
        over.set()
        hung_up, unanswered = proxy.recorded().exchanges
    assert (hung_up.response, hung_up.error) == (None, HUNG_UP)
    assert unanswered.response is None
    assert unanswered.error not in ("", HUNG_UP)


@pytest.mark.parametrize("kept", [False, True])
async def test_what_cannot_be_written_down_is_not_passed_on_and_the_recorder_ends(
    tmp_path: Path, start_proxy: Any, serve_app: Any, kept: bool
) -> None:
    """A journal that has no more room, as on a full disk."""
    served: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        served.append(scope["path"])
        await PlainTextResponse("x" * 20_000)(scope, receive, send)

    more = {"underway": tmp_path / "underway.jsonl"} if kept else {}
    async with (
        serve_app(app, ("vendor.test",)) as address,
        start_proxy({"vendor.test": address}, tmp_path, **more) as proxy,
    ):
        room = 50_000
        resource.prlimit(proxy.child.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        async with httpx.AsyncClient(proxy=proxy.url(), verify=trusting(proxy.ca_file), trust_env=False) as http:
            answered = [path for path in ("/0", "/1") if (await http.get(f"https://vendor.test{path}")).content]
            with pytest.raises(httpx.HTTPError):
                await http.get("https://vendor.test/2")
        assert await proxy.child.ended() == 0
        recorded = proxy.recorded()
    assert answered == ["/0", "/1"]
    assert served == ["/0", "/1", "/2"]
    assert [one.request.parts.path for one in recorded.exchanges if one.response] == answered


@pytest.mark.parametrize("loaded", [False, True])
async def test_only_the_browser_says_which_play_a_request_is_of_and_only_in_a_lab_for_load(
    tmp_path: Path, start_proxy: Any, serve_app: Any, loaded: bool
) -> None:
    """What says so is told to nobody, and whatever else stands there is no play."""
    heard: list[tuple[str, ...]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        heard.append(tuple(value.decode() for name, value in scope["headers"] if name.decode() == FLOW_HEADER))
        await PlainTextResponse("here")(scope, receive, send)

    said = [("login-7",), ("login-8",), (), ("login-7", "login-8"), ("x" * 300,), ("../login-1",), ("login-9\u0661",)]
    async with (
        serve_app(app, ("vendor.test",)) as address,
        start_proxy({"vendor.test": address}, tmp_path, loaded=loaded) as proxy,
    ):
        for sender in (BROWSER, "vendor.test"):
            trust = trusting(proxy.ca_file)
            async with httpx.AsyncClient(proxy=proxy.url(sender), verify=trust, trust_env=False) as http:
                for values in said:
                    headers = [(FLOW_HEADER.encode(), value.encode()) for value in values]
                    await http.get("https://vendor.test/", headers=headers)
        recorded = proxy.recorded().exchanges
    browser, server = recorded[: len(said)], recorded[len(said) :]
    assert {one.sender for one in browser} == {BROWSER}
    assert [one.play for one in browser] == (["login-7", "login-8", *[""] * 5] if loaded else [""] * 7)
    assert [one.play for one in server] == [""] * 7
    assert heard[: len(said)] == ([()] * len(said) if loaded else said)
    assert heard[len(said) :] == said
    if loaded:
        assert not [one for one in browser if one.request.header(FLOW_HEADER)]
