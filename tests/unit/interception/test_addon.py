"""The recorder says who ended an exchange that was not answered: whoever asked, or whoever was asked."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from testbed.lab.home import trusting
from testbed.model.wire import HUNG_UP

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
