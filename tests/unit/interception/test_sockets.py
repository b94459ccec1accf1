"""WebSockets through the real proxy: every frame is in the journal, also one that was meant for a host outside."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import websocket
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from testbed.interception.journal import MAX_FRAMES_BYTES
from testbed.model.wire import Exchange

pytestmark = [pytest.mark.lab, pytest.mark.anyio]
SHORT_S = 0.05
"""Between two messages of one that talks on and on: less than what counts as silence."""
FEW, CHATTER = 10, 600
"""Messages that such a one says at least, and that it has to say: far more than are waited for."""


@contextmanager
def caller(proxy: Any, url: str, sender: str = "browser.test", **options: Any) -> Iterator[websocket.WebSocket]:
    """A client that nobody here wrote."""
    client = websocket.create_connection(
        url,
        timeout=10,
        http_proxy_host="127.0.0.1",
        http_proxy_port=proxy.ports[sender],
        proxy_type="http",
        sslopt={"ca_certs": str(proxy.ca_file), "cert_reqs": ssl.CERT_REQUIRED},
        **options,
    )
    try:
        yield client
    finally:
        client.shutdown()


async def told(proxy: Any, url: str, *messages: str | bytes, **options: Any) -> None:
    """Open, say this, and go without a goodbye."""

    def talk() -> None:
        with caller(proxy, url, **options) as client:
            for message in messages:
                client.send(message) if isinstance(message, str) else client.send_binary(message)

    await asyncio.to_thread(talk)


def only(proxy: Any) -> Exchange:
    (exchange,) = proxy.recorded().exchanges
    return exchange


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for message in websocket.iter_text():
        await websocket.send_text(f"heard {message}")


@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_what_is_said_to_a_host_outside_is_in_the_journal(tmp_path: Path, start_proxy: Any, scheme: str) -> None:
    async with start_proxy({}, tmp_path) as proxy:
        await told(
            proxy, f"{scheme}://live.tracker.test/track?v=1", '{"user": "åsa"}', b"\x00\xff", sender="vendor.test"
        )
        assert await proxy.quiet()
        exchange = only(proxy)
    assert (exchange.sender, exchange.receiver) == ("vendor.test", "live.tracker.test")
    assert exchange.request.url == f"{scheme.replace('ws', 'http')}://live.tracker.test/track?v=1"
    assert exchange.response
    assert (exchange.response.status, exchange.response.header("x-testbed")) == (101, "outside")
    assert [(f.sent, f.data, f.text) for f in exchange.frames] == [
        (True, '{"user": "åsa"}'.encode(), True),
        (True, b"\x00\xff", False),
    ]


async def test_both_directions_of_a_host_of_the_lab_are_recorded_in_order(
    tmp_path: Path, start_proxy: Any, serve_app: Any
) -> None:
    app = Starlette(routes=[WebSocketRoute("/live", echo)])

    def talk(proxy: Any) -> list[str | bytes]:
        with caller(proxy, "wss://vendor.test/live") as client:
            client.send("one")
            first = client.recv()
            client.send("two")
            return [first, client.recv()]

    async with (
        serve_app(app, ("vendor.test",)) as address,
        start_proxy({"vendor.test": address}, tmp_path) as proxy,
    ):
        assert await asyncio.to_thread(talk, proxy) == ["heard one", "heard two"]
        assert await proxy.quiet()
        exchange = only(proxy)
    assert exchange.response
    assert exchange.response.header("x-testbed") == ""
    said = [(frame.sent, frame.data) for frame in exchange.frames]
    assert said == [(True, b"one"), (False, b"heard one"), (True, b"two"), (False, b"heard two")]
    assert [frame.at for frame in exchange.frames] == sorted(frame.at for frame in exchange.frames)


async def test_an_open_socket_does_not_hold_the_end_of_a_play_and_its_frames_are_written(
    tmp_path: Path, start_proxy: Any
) -> None:
    async with start_proxy({}, tmp_path) as proxy:
        with caller(proxy, "wss://live.tracker.test/") as client:
            await asyncio.to_thread(client.send, "said before the end")
            assert await proxy.quiet(30.0)
            assert [frame.data for frame in only(proxy).frames] == [b"said before the end"]
            await asyncio.to_thread(client.send, "for it is open still")
            assert await proxy.quiet(30.0)
            assert [frame.data for frame in only(proxy).frames] == [b"said before the end", b"for it is open still"]


async def test_one_that_talks_on_and_on_does_not_either(tmp_path: Path, start_proxy: Any) -> None:
    async with start_proxy({}, tmp_path) as proxy:
        with caller(proxy, "wss://live.tracker.test/") as client:
            enough = asyncio.Event()

            async def chatter() -> None:
                for number in range(CHATTER):
                    await asyncio.to_thread(client.send, "still here")
                    await asyncio.sleep(SHORT_S)
                    if enough.is_set() and number > FEW:
                        return

            talking = asyncio.create_task(chatter())
            assert await proxy.quiet(2 * CHATTER * SHORT_S)
            assert not talking.done()
            enough.set()
            await talking
        assert await proxy.quiet()
        assert len(only(proxy).frames) > FEW


async def test_a_subprotocol_that_the_client_insists_on_is_chosen(tmp_path: Path, start_proxy: Any) -> None:
    async with start_proxy({}, tmp_path) as proxy:

        def chosen() -> str | None:
            with caller(proxy, "wss://live.tracker.test/", subprotocols=["v2.track", "v1.track"]) as client:
                return client.getsubprotocol()

        assert await asyncio.to_thread(chosen) == "v2.track"


async def test_a_ping_is_answered_and_a_goodbye_returned(tmp_path: Path, start_proxy: Any) -> None:
    async with start_proxy({}, tmp_path) as proxy:

        def ended() -> tuple[int, int]:
            with caller(proxy, "wss://live.tracker.test/") as client:
                client.ping("p")
                pong, _ = client.recv_data(control_frame=True)
                client.send_close()
                close, _ = client.recv_data(control_frame=True)
                return pong, close

        assert await asyncio.to_thread(ended) == (websocket.ABNF.OPCODE_PONG, websocket.ABNF.OPCODE_CLOSE)


async def test_a_message_without_end_is_cut_and_its_connection_ended(tmp_path: Path, start_proxy: Any) -> None:
    chunk = b"x" * (1024 * 1024)

    def flood(proxy: Any) -> int:
        """How many pieces went through before the connection ended."""
        with caller(proxy, "wss://live.tracker.test/") as client:
            for number in range(4 * MAX_FRAMES_BYTES // len(chunk)):
                opcode = websocket.ABNF.OPCODE_BINARY if number == 0 else websocket.ABNF.OPCODE_CONT
                try:
                    client.send_frame(websocket.ABNF(0, 0, 0, 0, opcode, 1, chunk))
                except (OSError, websocket.WebSocketException):
                    return number
        return -1

    async with start_proxy({}, tmp_path) as proxy:
        assert 0 < await asyncio.to_thread(flood, proxy) < 3 * MAX_FRAMES_BYTES // len(chunk)
        assert await proxy.quiet()
        exchange = only(proxy)
        assert proxy.recorded().problems == ()
    (frame,) = exchange.frames
    assert len(frame.data) == MAX_FRAMES_BYTES
    assert "WebSocket cut" in exchange.error


async def test_a_request_for_a_socket_that_is_none_is_answered_all_the_same(tmp_path: Path, start_proxy: Any) -> None:
    """An Upgrade header without the rest of a handshake: whoever sends it is recorded and told that it was no good."""
    async with (
        start_proxy({}, tmp_path) as proxy,
        httpx.AsyncClient(proxy=f"http://127.0.0.1:{proxy.ports['browser.test']}", trust_env=False) as http,
    ):
        answer = await http.get("http://live.tracker.test/?u=1", headers={"upgrade": "websocket"})
        assert answer.status_code >= 400
        assert await proxy.quiet()
        assert only(proxy).request.url == "http://live.tracker.test/?u=1"
