"""What recording costs the proxy: requests per CPU second of the proxy with the recorder and without.

The same requests go to the same server on loopback through two proxies in turns: mitmproxy with the recorder, writing
its journal to disk, and mitmproxy with the same options and no recorder. They are POSTs of a JSON body of 4 KB that
answer with one as large, by plain HTTP over connections that are kept, which is the hardest case: TLS, new connections
and larger bodies would cost both proxies alike. Only the proxies' CPU
time counts, of all rounds together.
"""

import asyncio
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random

import psutil

from loadtests.bench.measure import Outcome, compared
from scenarios.corpus import traffic
from testbed.interception.config import PROXY_CONFIG, ProxyConfig
from testbed.lab.home import LabHome

BENCH = "proxy-overhead"
BODY = 4096
CONNECTIONS = 8
ROUNDS, A_ROUND, UNMEASURED = 60, 160, 200
WANTED = 0.9
"""Of the bare proxy's throughput."""
BARE = Path(__file__).parent / "peers" / "bare_mitmproxy.py"
END_S = 20.0
_HOST = "127.0.0.1"


def proxy_overhead() -> Iterator[Outcome]:
    """Beside the bare proxy."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o700)
        home = LabHome.open(folder / "home")
        home.certificate_authority()
        served, ours, bare = (_free_port() for _ in range(3))
        config = ProxyConfig(
            journal=folder / "exchanges.jsonl",
            lab="bench",
            listeners={"browser.test": ours},
            hosts={f"{_HOST}:{served}": (_HOST, served)},
            confdir=home.proxy_folder,
            ca_file=home.ca_file,
        )
        first = PROXY_CONFIG.dump_json(config) + b"\n"
        with (
            _started(["-m", "testbed.interception.proxy"], first) as recording,
            _started([str(BARE), str(bare), str(home.proxy_folder)], b"") as plain,
        ):
            spent = asyncio.run(_measured(served, {ours: recording, bare: plain}))
    yield compared(BENCH, spent[ours], "requests/CPU s", ("mitmproxy without the recorder", spent[bare]), "more")
    yield compared(BENCH, 100 * spent[ours] / spent[bare], "% of the bare proxy's", ("budget", 100 * WANTED), "more")


def _free_port() -> int:
    with socket.socket() as reserved:
        reserved.bind((_HOST, 0))
        return int(reserved.getsockname()[1])


@contextmanager
def _started(arguments: list[str], first: bytes) -> Iterator[psutil.Process]:
    """A proxy that says a line when it listens and ends when its standard input does."""
    with subprocess.Popen(
        [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as proxy:
        if proxy.stdin is None or proxy.stdout is None:
            raise RuntimeError("the proxy has no pipes")
        try:
            proxy.stdin.write(first)
            proxy.stdin.flush()
            said = proxy.stdout.readline()
            if b"ready" not in said:
                raise RuntimeError(f"the proxy did not come up: {said!r}")
            yield psutil.Process(proxy.pid)
        finally:
            proxy.stdin.close()
            proxy.wait(END_S)


async def _measured(served: int, proxies: Mapping[int, psutil.Process]) -> dict[int, float]:
    """Requests per CPU second of each, by its port; they take turns so quickly that both meet the same disturbances."""
    body = _body()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    server = await asyncio.start_server(lambda reader, writer: _serve(reader, writer, answer), _HOST, served)
    async with server:
        for port in proxies:
            await _load(port, served, UNMEASURED, body)
        before = {port: _cpu_s(process) for port, process in proxies.items()}
        for _ in range(ROUNDS):
            for port in proxies:
                await _load(port, served, A_ROUND, body)
    return {port: ROUNDS * A_ROUND / (_cpu_s(process) - before[port]) for port, process in proxies.items()}


def _body() -> bytes:
    text = traffic.document(Random(1), "json", BODY)  # noqa: S311 (nothing secret)
    return text[:BODY].ljust(BODY)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: bytes) -> None:
    """Answer every request of this benchmark's, whose bodies all have one length, until the connection ends."""
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            await reader.readexactly(BODY)
            writer.write(answer)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _load(port: int, served: int, count: int, body: bytes) -> None:
    await asyncio.gather(*(_client(port, served, count // CONNECTIONS, body) for _ in range(CONNECTIONS)))


async def _client(port: int, served: int, count: int, body: bytes) -> None:
    """Requests one after the other on a connection that is kept.

    Raises:
        RuntimeError: one was not answered as it should be: what failed must not count as fast.
    """
    reader, writer = await asyncio.open_connection(_HOST, port)
    try:
        for number in range(count):
            head = (
                f"POST http://{_HOST}:{served}/v1/poster/{number}?t=1 HTTP/1.1\r\nHost: {_HOST}:{served}\r\n"
                f"User-Agent: bench\r\nCookie: sid=0123456789abcdef; theme=dark\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode("ascii") + body)
            answered = await reader.readuntil(b"\r\n\r\n")
            if not answered.startswith(b"HTTP/1.1 200") or len(await reader.readexactly(BODY)) != BODY:
                raise RuntimeError(f"the proxy answered {answered[:80]!r}")
    finally:
        writer.close()
