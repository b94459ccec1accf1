"""``python -m testbed.interception.proxy``: the proxy process of the loopback lab.

It reads its configuration as one JSON line from standard input, says ``{"ready": true}`` when every listener is up
(or ``{"failed": why}``), then answers each line with one line: ``{"begin": play}``, ``{"end": id, ...}``, ``{"quiet":
seconds}``. When standard input ends the lab is gone, and so is the proxy.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from datetime import UTC, datetime

from mitmproxy import options
from mitmproxy.tools.dump import DumpMaster
from pydantic import JsonValue

from testbed.interception.addon import Recorder
from testbed.interception.client_certificates import ClientCertificates
from testbed.interception.config import PROXY_CONFIG, ProxyConfig
from testbed.interception.encoding import play_from_json
from testbed.interception.journal import MAX_FRAMES_BYTES, Journal
from testbed.interception.sink import sink
from testbed.interception.sockets import bound_messages

LOOPBACK = "127.0.0.1"
BODY_LIMIT = "256m"
"""What is larger mitmproxy refuses; the journal keeps less still."""
LINE_LIMIT = 4 * 1024 * 1024
QUIET_POLL_S = 0.005
SILENCE_S = 0.25
"""A WebSocket on which nothing was said for so long has said what it had to say: it may stay open for ever."""
TALK_S = 3.0
"""No longer is waited for one that talks on and on; what it says later is recorded all the same."""


def _now() -> datetime:
    return datetime.now(UTC)


class _Lifeline:
    """Says when the listeners are up, then obeys the lab until its pipe ends."""

    def __init__(self, master: DumpMaster, journal: Journal) -> None:
        self._master, self._journal = master, journal
        self._obeying: asyncio.Task[None] | None = None

    async def running(self) -> None:
        """mitmproxy calls this when every listener is up."""
        _say({"ready": True})
        self._obeying = asyncio.create_task(self._obey())

    async def _obey(self) -> None:
        try:
            reader = asyncio.StreamReader(limit=LINE_LIMIT)
            loop = asyncio.get_running_loop()
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
            while line := await reader.readline():
                _say(await self._do(json.loads(line)))
        finally:
            self._master.shutdown()

    async def _do(self, order: dict[str, JsonValue]) -> JsonValue:
        match order:
            case {"begin": dict(play)}:
                self._journal.begin(play_from_json(play))
                return {"begun": True}
            case {"end": str(play_id), "stopped": str(stopped), "error": str(error)}:
                self._journal.end(play_id, stopped, error)
                return {"ended": True}
            case {"quiet": float(seconds) | int(seconds)}:
                return {"quiet": await self._quiet(float(seconds))}
            case _:
                raise ValueError(f"an order that the proxy does not know: {sorted(order)}")

    async def _quiet(self, seconds: float) -> bool:
        """Wait for the end of what is under way; whether every exchange was answered."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while self._journal.in_flight or (not self._journal.silent(SILENCE_S) and loop.time() < begun + TALK_S):
            if loop.time() > begun + seconds:
                return not self._journal.in_flight
            await asyncio.sleep(QUIET_POLL_S)
        return True


def _options(config: ProxyConfig) -> options.Options:
    return options.Options(
        mode=[f"regular@{LOOPBACK}:{port}" for port in config.listeners.values()],
        confdir=str(config.confdir),
        ssl_verify_upstream_trusted_ca=str(config.ca_file),
    )


async def _serve(config: ProxyConfig) -> int:
    with Journal(config.journal, config.lab, _now) as journal:
        async with sink() as address:
            return await _record(config, journal, address)


async def _record(config: ProxyConfig, journal: Journal, outside: tuple[str, int]) -> int:
    bound_messages(MAX_FRAMES_BYTES)
    master = DumpMaster(_options(config), with_termlog=False, with_dumper=False)
    # NOTE: lazy, so that nothing is connected before the recorder has seen the request; and certificates are made
    # from the name that the client asked for, not fetched from a server that may not exist.
    master.options.update(connection_strategy="lazy", upstream_cert=False, body_size_limit=BODY_LIMIT)
    callers = {port: sender for sender, port in config.listeners.items()}
    mutual = ClientCertificates(callers, config.asking, config.credentials)
    recorder = Recorder(journal, callers, config.hosts, outside, mutual)
    master.addons.add(recorder, mutual, _Lifeline(master, journal))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, master.shutdown)
    check = master.addons.get("errorcheck")
    try:
        await master.run()
    except SystemExit:
        # NOTE: this is how mitmproxy says that it could not start; why stands in what it logged.
        reasons = "; ".join(record.getMessage() for record in check.logger.has_errored)
        _say({"failed": reasons or "mitmproxy could not start"})
        return 2
    return 0


def _say(line: JsonValue) -> None:
    print(json.dumps(line), flush=True)


def main() -> None:
    """The process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    sys.exit(asyncio.run(_serve(PROXY_CONFIG.validate_json(_first_line()))))


def _first_line() -> bytes:
    """Byte by byte, for what comes after it belongs to the event loop."""
    line = bytearray()
    while (byte := os.read(sys.stdin.fileno(), 1)) and byte != b"\n":
        line += byte
    return bytes(line)


if __name__ == "__main__":
    main()
