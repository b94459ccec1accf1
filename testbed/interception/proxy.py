"""``python -m testbed.interception.proxy``: the proxy process of a lab.

It reads its configuration as one JSON line from standard input, says ``{"ready": true}`` when every listener is up
(or ``{"failed": why}``), then takes orders (``orders.py``). When standard input ends the lab is gone, and so is the
proxy. In a container it takes orders at a port, ends when it is told to, and writes the journal on if it is started
again.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime

from mitmproxy import options
from mitmproxy.tools.dump import DumpMaster
from pydantic import JsonValue

from testbed.interception.addon import Recorder
from testbed.interception.client_certificates import ClientCertificates
from testbed.interception.config import PROXY_CONFIG, ProxyConfig
from testbed.interception.journal import MAX_FRAMES_BYTES
from testbed.interception.orders import LINE_LIMIT, Ordered, obey, taking
from testbed.interception.relay.relaying import relays_to
from testbed.interception.resuming import resumed
from testbed.interception.sink import sink
from testbed.interception.sockets import bound_messages

BODY_LIMIT = "256m"
"""What is larger mitmproxy refuses; the journal keeps less still."""


def _now() -> datetime:
    return datetime.now(UTC)


class _Lifeline:
    """Says when the listeners are up, then obeys the lab until its pipe ends, where it has one."""

    def __init__(self, master: DumpMaster, ordered: Ordered, *, piped: bool) -> None:
        self._master, self._ordered, self._piped = master, ordered, piped
        self._obeying: asyncio.Task[None] | None = None

    async def running(self) -> None:
        """mitmproxy calls this when every listener is up."""
        _say({"ready": True})
        if self._piped:
            self._obeying = asyncio.create_task(self._obey())

    async def _obey(self) -> None:
        try:
            reader = asyncio.StreamReader(limit=LINE_LIMIT)
            loop = asyncio.get_running_loop()
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
            await obey(reader, self._ordered, _say)
        finally:
            self._master.shutdown()


def _options(config: ProxyConfig) -> options.Options:
    return options.Options(
        mode=[f"regular@{config.address}:{port}" for port in config.listeners.values()],
        confdir=str(config.confdir),
        ssl_verify_upstream_trusted_ca=str(config.ca_file),
    )


async def _serve(config: ProxyConfig) -> int:
    with resumed(config.journal, config.lab, _now, config.underway) as journal:
        async with AsyncExitStack() as stack:
            address = await stack.enter_async_context(sink())
            relays = await stack.enter_async_context(relays_to(config.hosts if config.lined else {}))
            ordered = Ordered(journal, relays)
            if config.orders:
                await stack.enter_async_context(taking(config.orders, config.address, ordered))
            hosts = {host: relays[host].address if host in relays else at for host, at in config.hosts.items()}
            return await _record(replace(config, hosts=hosts), ordered, address)


async def _record(config: ProxyConfig, ordered: Ordered, outside: tuple[str, int]) -> int:
    bound_messages(MAX_FRAMES_BYTES)
    master = DumpMaster(_options(config), with_termlog=False, with_dumper=False)
    # NOTE: lazy, so that nothing is connected before the recorder has seen the request; and certificates are made
    # from the name that the client asked for, not fetched from a server that may not exist.
    master.options.update(connection_strategy="lazy", upstream_cert=False, body_size_limit=BODY_LIMIT)
    callers = {port: sender for sender, port in config.listeners.items()}
    mutual = ClientCertificates(callers, config.asking, config.credentials)
    recorder = Recorder(ordered.journal, callers, config.hosts, outside, mutual, master.shutdown, loaded=config.loaded)
    master.addons.add(recorder, mutual, _Lifeline(master, ordered, piped=config.orders is None))
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
